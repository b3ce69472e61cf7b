"""What people are told when something is refused, missing or over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from demo.account import Account
from tests.e2e.browsers import (
    WALLED_FLAGS,
    log_in,
    open_chromium,
    open_window,
    played,
    received,
)
from tests.e2e.people import (
    in_room,
    invitation,
    logged_in,
    plan,
    put_on_air,
    seminar_on_air,
)
from tests.e2e.stack import Stack, data_folder, open_stack
from tests.e2e.waiting import until
from tests.e2e.watching import sees_and_hears
from tests.server.converter.test_render import ENCRYPTED

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(200),
    pytest.mark.asyncio(loop_scope="module"),
]

NO_H264_SCRIPT = """
for (const kind of [RTCRtpSender, RTCRtpReceiver]) {
  const all = kind.getCapabilities.bind(kind);
  kind.getCapabilities = (media) => {
    const found = all(media);
    found.codecs = found.codecs.filter((codec) => !/h264/i.test(codec.mimeType));
    return found;
  };
}
"""
CODECS_SCRIPT = """async () => {
  const names = new Set();
  for (const peer of window.__peers) {
    const stats = await peer.getStats();
    for (const row of stats.values()) {
      if (row.type === 'inbound-rtp' && row.kind === 'video' && row.framesDecoded > 0)
        names.add(stats.get(row.codecId).mimeType);
    }
  }
  return [...names];
}"""
REFUSED = (
    "The browser may not use the camera and microphone. Press the lock or camera sign "
    "beside the address, allow both and try again."
)
WRONG_PASSWORD = {
    "en-GB": "The e-mail address or the password is not right. "
    "Please check both and try again.",
    "ru-RU": "Адрес электронной почты или пароль неверны. "
    "Проверьте их и попробуйте ещё раз.",
    "kk-KZ": "Электрондық пошта мекенжайы немесе құпиясөз дұрыс емес. "
    "Екеуін де тексеріп, қайталап көріңіз.",
}
WRONG_LINK = {
    "en-GB": "This link is not right. "
    "Please copy it again, whole, from the invitation.",
    "ru-RU": "Ссылка неверна. Скопируйте её из приглашения ещё раз, целиком.",
    "kk-KZ": "Сілтеме дұрыс емес. Оны шақырудан толығымен қайта көшіріп алыңыз.",
}


@dataclass(frozen=True)
class Academy:
    stack: Stack
    trainer: Account

    def room_url(self, seminar_id: str) -> str:
        return f"{self.stack.url}/room/{seminar_id}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def academy(
    tmp_path_factory: pytest.TempPathFactory, demo_clips: Path
) -> AsyncIterator[Academy]:
    data = data_folder(tmp_path_factory.mktemp("unhappy"), demo_clips)
    async with (
        open_stack(data, "--demo") as stack,
        logged_in(stack, "trainer") as trainer,
    ):
        yield Academy(stack, trainer)


async def join(page: Page, address: str, name: str) -> None:
    await page.goto(address)
    await page.get_by_label("Your name").fill(name)
    await page.get_by_role("button", name="Join the seminar").click()


async def open_green_room(browser: Browser, academy: Academy, title: str) -> Page:
    seminar_id = await plan(academy.trainer, title)
    page = await open_window(browser)
    await log_in(page, academy.stack.url, "Trainer")
    await page.goto(academy.room_url(seminar_id))
    await page.get_by_role("heading", name="Before you go live").wait_for()
    return page


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU", "kk-KZ"])
async def test_wrong_password_and_wrong_link_are_told_in_three_languages(
    academy: Academy, locale: str
) -> None:
    async with open_chromium() as chromium:
        page = await open_window(chromium, locale=locale)
        await page.goto(f"{academy.stack.url}/login")
        await page.locator("#login-email").fill("nobody@academy.example")
        await page.locator("#login-password").fill("not the password")
        await page.locator("form button[type=submit]").click()
        await page.get_by_text(WRONG_PASSWORD[locale]).wait_for()
        await page.goto(f"{academy.stack.url}/j/{'x' * 22}")
        await page.get_by_text(WRONG_LINK[locale]).wait_for()


async def test_room_link_without_login_leads_back_to_the_room(academy: Academy) -> None:
    seminar_id = await plan(academy.trainer, "Reached by its link")
    async with open_chromium() as chromium:
        page = await open_window(chromium)
        await page.goto(academy.room_url(seminar_id))
        await page.get_by_role("heading", name="Log in").wait_for()
        await page.get_by_role("button", name="Participant").click()
        await page.get_by_role("heading", name="not started yet").wait_for()
        assert page.url == academy.room_url(seminar_id)


async def test_an_ended_seminar_says_so_and_its_link_has_expired(
    academy: Academy,
) -> None:
    seminar_id = await plan(academy.trainer, "Over soon")
    address = await invitation(academy.trainer, seminar_id)
    await put_on_air(academy.trainer, seminar_id)
    async with open_chromium() as chromium:
        page = await open_window(chromium)
        await join(page, address, "Dias Omarov")
        await page.get_by_role("tab", name="Chat").wait_for()
        async with in_room(academy.trainer, seminar_id) as trainer:
            await trainer.send("session.end")
        await page.get_by_role("heading", name="The seminar has ended").wait_for()
        await page.reload()
        await page.get_by_role("heading", name="The seminar has ended").wait_for()
        late = await open_window(chromium)
        await late.goto(address)
        expired = (
            "This link is not valid any more. Please ask the trainer for a new one."
        )
        await late.get_by_text(expired).wait_for()


async def test_a_full_seminar_tells_how_many_places_it_has(academy: Academy) -> None:
    seminar_id = await plan(academy.trainer, "Two places", capacity=2)
    address = await invitation(academy.trainer, seminar_id)
    async with open_chromium() as chromium:
        for name in ("Dias Omarov", "Gulnara Bekova"):
            page = await open_window(chromium)
            await join(page, address, name)
            await page.get_by_role("heading", name="not started yet").wait_for()
        late = await open_window(chromium)
        await join(late, address, "Askar Nurlanov")
        await late.get_by_text("All 2 places of this seminar are taken").wait_for()
        await late.get_by_role("heading", name="The seminar is full").wait_for()


async def test_a_removed_person_sees_it_at_once_and_stays_out(academy: Academy) -> None:
    seminar_id = await plan(academy.trainer, "Not for everyone")
    address = await invitation(academy.trainer, seminar_id)
    await put_on_air(academy.trainer, seminar_id)
    async with open_chromium() as chromium:
        page = await open_window(chromium)
        await join(page, address, "Dias Omarov")
        await page.get_by_role("tab", name="Chat").wait_for()
        async with in_room(academy.trainer, seminar_id) as trainer:
            roster = trainer.welcome["roster"]
            [unwanted] = [one for one in roster if roster[one]["name"] == "Dias Omarov"]
            await trainer.send("participant.remove", participant_id=unwanted)
        heading = page.get_by_role("heading", name="You were removed from this seminar")
        await heading.wait_for(timeout=2_000)
        await page.get_by_text("The trainer has removed you").wait_for()
        await page.goto(academy.room_url(seminar_id))
        await heading.wait_for()


async def test_unreadable_and_locked_slides_are_told_in_the_editor(
    academy: Academy, tmp_path: Path
) -> None:
    seminar_id = await plan(academy.trainer, "Slides that fail")
    locked, broken = tmp_path / "locked.pdf", tmp_path / "broken.pdf"
    locked.write_bytes(ENCRYPTED)
    broken.write_bytes(b"%PDF-1.7\n" + bytes(5_000))
    async with open_chromium() as chromium:
        page = await open_window(chromium)
        await log_in(page, academy.stack.url, "Trainer")
        await page.goto(f"{academy.stack.url}/seminars/{seminar_id}/edit")
        files = page.locator("input[type=file]")
        await files.set_input_files(broken)
        await page.get_by_text("This file can't be read as a PDF.").wait_for()
        await files.set_input_files(locked)
        await page.get_by_text("This PDF is locked with a password.").wait_for()


async def test_a_refused_camera_leaves_the_microphone(
    academy: Academy, footage: Path
) -> None:
    async with open_chromium(footage=footage, asks=True) as chromium:
        page = await open_window(chromium)
        await page.context.grant_permissions(["microphone"])
        seminar_id = await plan(academy.trainer, "Voice only")
        await log_in(page, academy.stack.url, "Trainer")
        await page.goto(academy.room_url(seminar_id))
        await page.get_by_text("You can speak with the microphone only.").wait_for()
        await page.get_by_text("Without camera: the audience will hear you").wait_for()
        await page.get_by_role("button", name="Go live").click()
        await page.get_by_text("The audience sees").wait_for()
        viewer = await open_window(chromium)
        await join(viewer, await invitation(academy.trainer, seminar_id), "Dias Omarov")
        await until(
            lambda: sound_of(viewer),
            lambda energy: energy > 0,
            10,
            "the voice is heard",
        )


async def sound_of(page: Page) -> float:
    return (await received(page))[1]


async def test_with_both_refused_one_can_still_lead_the_seminar(
    academy: Academy,
) -> None:
    async with open_chromium(asks=True) as chromium:
        page = await open_green_room(chromium, academy, "Slides and chat only")
        await page.get_by_text(REFUSED).wait_for()
        await page.get_by_role("button", name="Go live").click()
        await page.get_by_text("The audience sees").wait_for()


async def test_a_trainer_without_h264_is_seen_by_everyone(
    academy: Academy, footage: Path
) -> None:
    seminar_id = await plan(academy.trainer, "From a browser without H.264")
    address = await invitation(academy.trainer, seminar_id)
    async with (
        open_chromium(footage=footage) as chromium,
        open_chromium(*WALLED_FLAGS) as walled,
    ):
        trainer = await open_window(chromium)
        await trainer.context.add_init_script(NO_H264_SCRIPT)
        await log_in(trainer, academy.stack.url, "Trainer")
        await trainer.goto(academy.room_url(seminar_id))
        await trainer.get_by_text("Camera works").wait_for()
        await trainer.get_by_role("button", name="Go live").click()
        await trainer.get_by_text("The audience sees").wait_for()
        viewer = await open_window(chromium)
        await join(viewer, address, "Dias Omarov")
        await sees_and_hears(viewer, 10, "the viewer sees and hears")
        assert await viewer.evaluate(CODECS_SCRIPT) == ["video/VP8"]
        distant = await open_window(walled)
        await join(distant, address, "Gulnara Bekova")
        await until(
            lambda: played(distant),
            lambda got: got[0] > 20 and got[1] > 0,
            25,
            "the transcoded picture plays by LL-HLS",
        )


async def test_a_viewer_without_h264_sees_the_seminar_later(academy: Academy) -> None:
    seminar_id = await seminar_on_air(academy.trainer)
    async with open_chromium() as chromium:
        page = await open_window(chromium)
        await page.context.add_init_script(NO_H264_SCRIPT)
        await join(page, await invitation(academy.trainer, seminar_id), "Dias Omarov")
        await page.get_by_text("this browser can not show direct video").wait_for()
        await until(
            lambda: played(page), lambda got: got[0] > 20, 12, "the picture by LL-HLS"
        )
