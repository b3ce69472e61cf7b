from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from server.domain import events
from server.domain.chain import (
    GENESIS,
    Head,
    Link,
    canonical_json,
    link,
    sign_head,
    verify,
)
from server.domain.events import Logged

KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw().hex()


def _chain(length: int) -> list[Link]:
    links: list[Link] = []
    prev_hash = GENESIS
    for seq in range(1, length + 1):
        event = events.ChatPosted(
            message_id=f"msg_{seq}", participant_id="par_a", text=f"text {seq}"
        )
        logged = Logged(seq=seq, at_ms=1000 + seq, by="par_a", event=event)
        links.append(link("ses_a", prev_hash, logged))
        prev_hash = links[-1].hash
    return links


def _head(links: list[Link]) -> Head:
    return sign_head(KEY, "ses_a", links[-1].seq, links[-1].hash, 5000)


def test_canonical_json_is_one_form() -> None:
    assert canonical_json({"b": 1, "a": "Ә"}) == '{"a":"Ә","b":1}'.encode()


def test_a_whole_log_verifies_with_its_heads() -> None:
    links = _chain(20)
    heads = [_head(links[:10]), _head(links)]
    assert verify("ses_a", links, heads, PUBLIC) == []


def test_text_is_not_in_what_is_hashed_but_in_its_digest() -> None:
    (one,) = _chain(1)
    assert one.personal == {"text": "text 1"}
    assert "text" not in one.payload
    changed = replace(one, personal={"text": "something else"})
    assert verify("ses_a", [changed], [], PUBLIC) != []


def test_erased_text_leaves_the_chain_whole() -> None:
    links = [replace(one, personal=None, salt=None) for one in _chain(5)]
    assert verify("ses_a", links, [_head(links)], PUBLIC) == []


def _change_payload(links: list[Link], at: int) -> list[Link]:
    links[at] = replace(links[at], payload={**links[at].payload, "participant_id": "x"})
    return links


def _change_time(links: list[Link], at: int) -> list[Link]:
    links[at] = replace(links[at], at_ms=links[at].at_ms + 1)
    return links


def _change_author(links: list[Link], at: int) -> list[Link]:
    links[at] = replace(links[at], by=None)
    return links


def _change_text(links: list[Link], at: int) -> list[Link]:
    links[at] = replace(links[at], personal={"text": "other"})
    return links


def _delete(links: list[Link], at: int) -> list[Link]:
    return _rechain([one for n, one in enumerate(links) if n != at])


def _insert(links: list[Link], at: int) -> list[Link]:
    return _rechain([*links[:at], links[at], *links[at:]])


def _swap(links: list[Link], at: int) -> list[Link]:
    other = (at + 1) % len(links)
    links[at], links[other] = links[other], links[at]
    return links


def _truncate(links: list[Link], at: int) -> list[Link]:
    return links[:at]


def _rewrite(links: list[Link], at: int) -> list[Link]:
    return _rechain(_change_payload(links, at))


def _rechain(links: list[Link]) -> list[Link]:
    """Do what a database administrator can do: make a chain that fits in itself."""
    made: list[Link] = []
    prev_hash = GENESIS
    for seq, one in enumerate(links, start=1):
        event = events.ChatPosted(text=(one.personal or {})["text"], **one.payload)
        logged = Logged(seq=seq, at_ms=1000 + seq, by=one.by, event=event)
        made.append(link("ses_a", prev_hash, logged))
        prev_hash = made[-1].hash
    return made


MUTATIONS: list[Callable[[list[Link], int], list[Link]]] = [
    _change_payload,
    _change_time,
    _change_author,
    _change_text,
    _delete,
    _insert,
    _swap,
    _truncate,
    _rewrite,
]


def test_every_one_of_1000_mutations_is_found_with_the_published_head_alone() -> None:
    chance = random.Random(12)
    links = _chain(12)
    head = _head(links)
    for number in range(1000):
        mutate = MUTATIONS[number % len(MUTATIONS)]
        mutated = mutate(list(links), chance.randrange(len(links)))
        assert verify("ses_a", mutated, [head], PUBLIC), mutate.__name__


@pytest.mark.parametrize("field", ["seq", "hash", "at_ms", "session_id", "signature"])
def test_a_forged_head_is_found(field: str) -> None:
    links = _chain(3)
    forged = replace(
        _head(links),
        **{field: 2 if field in ("seq", "at_ms") else "ab" * 32},  # type: ignore[arg-type]
    )
    assert verify("ses_a", links, [forged], PUBLIC) != []


def test_a_head_of_another_key_or_session_is_found() -> None:
    links = _chain(3)
    other = sign_head(Ed25519PrivateKey.generate(), "ses_a", 3, links[-1].hash, 1)
    assert verify("ses_a", links, [other], PUBLIC) == [
        "head of 3: the signature is wrong"
    ]
    elsewhere = sign_head(KEY, "ses_b", 3, links[-1].hash, 1)
    assert verify("ses_a", links, [elsewhere], PUBLIC) == [
        "head of 3: belongs to another session"
    ]


def test_20_000_events_verify_within_two_seconds() -> None:
    """G13 asks for 100,000 in ten; making that many takes longer than checking."""
    links = _chain(20_000)
    begun = time.process_time()
    assert verify("ses_a", links, [_head(links)], PUBLIC) == []
    assert time.process_time() - begun < 2
