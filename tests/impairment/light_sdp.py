"""Offers of light clients: one Opus section, one VP8 section with RTX, one bundle."""

from __future__ import annotations

from benchmarks.fanout.light_peer import AUDIO_PT, VIDEO_PT, LightPeer

RTX_PT = 97
RED_PT = 63


def publish_offer(peer: LightPeer, fingerprint: str) -> str:
    """Offer to send; the RTX stream's SSRC is the video's with the last bit turned."""
    media, repair = peer.video_ssrc, peer.video_ssrc ^ 1
    audio = ["a=sendonly", f"a=ssrc:{peer.audio_ssrc} cname:light"]
    video = [
        "a=sendonly",
        f"a=ssrc-group:FID {media} {repair}",
        f"a=ssrc:{media} cname:light",
        f"a=ssrc:{repair} cname:light",
    ]
    return _offer(peer, fingerprint, audio, video)


def view_offer(peer: LightPeer, fingerprint: str) -> str:
    """Offer to receive, with what browsers offer for repair."""
    return _offer(peer, fingerprint, ["a=recvonly"], ["a=recvonly"])


def _offer(
    peer: LightPeer, fingerprint: str, audio: list[str], video: list[str]
) -> str:
    lines = [
        *("v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1"),
        *_section("audio", f"{AUDIO_PT} {RED_PT}", "0", peer, fingerprint),
        f"a=rtpmap:{AUDIO_PT} opus/48000/2",
        f"a=fmtp:{AUDIO_PT} minptime=10;useinbandfec=1",
        f"a=rtcp-fb:{AUDIO_PT} nack",
        f"a=rtpmap:{RED_PT} red/48000/2",
        f"a=fmtp:{RED_PT} {AUDIO_PT}/{AUDIO_PT}",
        *audio,
        *_section("video", f"{VIDEO_PT} {RTX_PT}", "1", peer, fingerprint),
        f"a=rtpmap:{VIDEO_PT} VP8/90000",
        f"a=rtcp-fb:{VIDEO_PT} nack",
        f"a=rtcp-fb:{VIDEO_PT} nack pli",
        f"a=rtpmap:{RTX_PT} rtx/90000",
        f"a=fmtp:{RTX_PT} apt={VIDEO_PT}",
        *video,
    ]
    return "\r\n".join(lines) + "\r\n"


def _section(
    kind: str, formats: str, mid: str, peer: LightPeer, fingerprint: str
) -> list[str]:
    return [
        f"m={kind} 9 UDP/TLS/RTP/SAVPF {formats}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{mid}",
        "a=rtcp-mux",
        f"a=ice-ufrag:{peer.ufrag}",
        f"a=ice-pwd:{peer.password}",
        f"a=fingerprint:sha-256 {fingerprint}",
        "a=setup:actpass",
    ]
