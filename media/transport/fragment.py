"""SDP fragments of `application/trickle-ice-sdpfrag` (RFC 8840, section 9)."""

from __future__ import annotations


def restart_fragment(answer_sdp: str, ufrag: str, password: str) -> str:
    """Tell new ICE credentials with the candidates of an answer (RFC 9725, 4.3.3).

    All sections share one transport, so that the first accepted one speaks for all.
    """
    session, *sections = answer_sdp.replace("\r\n", "\n").split("\nm=")
    section = next(one for one in sections if "\na=candidate:" in one).split("\n")
    lines = [
        *_starting(session.split("\n"), "a=ice-lite", "a=group:"),
        f"m={section[0]}",
        *_starting(section, "a=mid:"),
        f"a=ice-ufrag:{ufrag}",
        f"a=ice-pwd:{password}",
        *_starting(section, "a=candidate:", "a=end-of-candidates"),
    ]
    return "\r\n".join(lines) + "\r\n"


def _starting(lines: list[str], *names: str) -> list[str]:
    return [line for line in lines if line.startswith(names)]
