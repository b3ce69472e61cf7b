"""The answer to an ICE restart."""

from __future__ import annotations

from media.transport.fragment import restart_fragment

SDP = """v=0
o=- 1 1 IN IP4 0.0.0.0
s=-
t=0 0
a=ice-lite
a=group:BUNDLE 1 2
m=audio 0 UDP/TLS/RTP/SAVPF 0
a=inactive
a=mid:0
m=video 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=mid:1
a=ice-ufrag:old
a=ice-pwd:oldoldoldoldoldoldoldold
a=candidate:1 1 udp 2130706431 192.0.2.1 42000 typ host
a=candidate:2 1 udp 2130706175 2001:db8::1 42000 typ host
a=end-of-candidates
a=sendonly
m=audio 9 UDP/TLS/RTP/SAVPF 111
a=mid:2
a=ice-ufrag:old
"""
FRAGMENT = """a=ice-lite
a=group:BUNDLE 1 2
m=video 9 UDP/TLS/RTP/SAVPF 96
a=mid:1
a=ice-ufrag:new
a=ice-pwd:secret
a=candidate:1 1 udp 2130706431 192.0.2.1 42000 typ host
a=candidate:2 1 udp 2130706175 2001:db8::1 42000 typ host
a=end-of-candidates
"""


def test_it_has_the_new_credentials_and_all_candidates_in_the_first_used_section() -> (
    None
):
    made = restart_fragment(SDP.replace("\n", "\r\n"), "new", "secret")
    assert made == FRAGMENT.replace("\n", "\r\n")


def test_an_offer_without_mids_gets_credentials_too() -> None:
    made = restart_fragment(SDP.replace("a=mid:1\n", ""), "new", "secret")
    assert "a=ice-ufrag:new\r\na=ice-pwd:secret\r\na=candidate:" in made
