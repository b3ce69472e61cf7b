"""One uninterrupted attempt to record a session: packets in, renditions out.

No clock and no socket here: `recordings.take_process` brings datagrams and the time
(session time in us).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from media.protocol import SinkStream
from recordings.aac import AacEncoder, silent_frame
from recordings.manifest import RenditionName
from recordings.mixer import Mixer
from recordings.packager import Packager, PartSink, unit_at
from recordings.picture_encoder import VideoSample
from recordings.picture_track import PictureTrack, TrackRules
from recordings.source import RtpSource, TimedUnit

PROGRAMME_RULES = TrackRules(card_after_us=4_000_000, shows_card_first=True)
SCREEN_RULES = TrackRules(card_after_us=12_000_000, shows_card_first=False)
"""A still screen may send little; the room's page hides it when sharing ended."""


class TakeSink(PartSink, Protocol):
    """A part sink that knows where the recording's segments have got to."""

    def next_msn(self, rendition: RenditionName) -> int: ...


class Take:
    """The whole path of one take; writing begins with the first datagram."""

    def __init__(
        self, streams: Sequence[SinkStream], started_at_ms: int, sink: TakeSink
    ) -> None:
        self._source = RtpSource(streams, started_at_ms)
        self._sink = sink
        self._studio: _Studio | None = None

    @property
    def is_writing(self) -> bool:
        return self._studio is not None

    @property
    def gaps(self) -> int:
        """Packets that never came, and parts the disk was too slow for."""
        dropped = self._studio.dropped_parts if self._studio else 0
        return self._source.lost_packets + dropped

    def on_datagram(self, data: bytes, now_us: int) -> None:
        """Take one RTP or RTCP packet of the sink."""
        if self._studio is None:
            self._studio = _Studio(self._sink, now_us)
        self._studio.take_units(self._source.on_datagram(data, now_us), now_us)

    def tick(self, now_us: int) -> None:
        """Let time pass: call it every 10 to 20 ms."""
        if self._studio is not None:
            self._studio.take_units(self._source.poll(now_us), now_us)
            self._studio.tick(now_us)

    def finish(self, now_us: int) -> None:
        """Write everything that is known up to `now_us` and close the segments."""
        if self._studio is not None:
            self._studio.finish(now_us)
            self._studio = None


class _Studio:
    """Mixer, picture tracks and packagers of a take that has begun."""

    def __init__(self, sink: TakeSink, begin_us: int) -> None:
        first = unit_at(begin_us)
        self._sink = sink
        self._begin_us = begin_us
        self._mixer = Mixer(first)
        self._aac = AacEncoder()
        self._silence = silent_frame()
        self._aac_end = first
        self._tracks = {
            "programme": PictureTrack(PROGRAMME_RULES, begin_us),
            "screen": PictureTrack(SCREEN_RULES, begin_us),
        }
        self._programme = self._open("programme", first)
        self._audio = self._open("audio", first)
        self._screen: Packager | None = None

    @property
    def dropped_parts(self) -> int:
        return sum(packager.dropped_parts for packager in self._packagers())

    def take_units(self, units: Iterable[TimedUnit], now_us: int) -> None:
        for timed in units:
            track = self._tracks.get(timed.slot)
            if track is not None:
                self._add_pictures(timed.slot, track.push(timed.unit, timed.session_us))
            elif timed.unit.codec == "opus":
                payload = timed.unit.payloads[0]
                self._mixer.push(timed.slot, payload, timed.session_us, now_us)

    def tick(self, now_us: int) -> None:
        for slot, track in self._tracks.items():
            self._add_pictures(slot, track.tick(now_us))
        for index, pcm in self._mixer.advance(now_us):
            self._add_sound(self._aac.encode(index, pcm))
        for packager in self._packagers():
            packager.advance(now_us)

    def finish(self, now_us: int) -> None:
        self.tick(now_us)
        self._add_sound(self._aac.finish())
        for packager in self._packagers():
            packager.finish()

    def _packagers(self) -> list[Packager]:
        both = [self._programme, self._audio]
        return both if self._screen is None else [*both, self._screen]

    def _open(self, rendition: RenditionName, first_index: int) -> Packager:
        return Packager(
            rendition,
            self._sink,
            self._aac.config,
            has_video=rendition != "audio",
            first_index=first_index,
            first_msn=self._sink.next_msn(rendition),
        )

    def _add_pictures(self, slot: str, samples: Iterable[VideoSample]) -> None:
        for sample in samples:
            if slot == "programme":
                self._programme.add_video(sample)
                continue
            if self._screen is None:
                first = max(unit_at(self._begin_us), unit_at(sample.session_us))
                self._screen = self._open("screen", first)
                self._fill_screen_sound()
            self._screen.add_video(sample)

    def _add_sound(self, frames: Iterable[tuple[int, bytes]]) -> None:
        for index, data in frames:
            self._programme.add_audio(index, data)
            self._audio.add_audio(index, data)
            self._aac_end = index + 1
        self._fill_screen_sound()

    def _fill_screen_sound(self) -> None:
        screen = self._screen
        while screen is not None and screen.audio_end < self._aac_end:
            screen.add_audio(screen.audio_end, self._silence)
