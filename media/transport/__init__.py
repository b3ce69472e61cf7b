"""ICE-lite, DTLS and SRTP over one UDP port; SDP; the fan-out loop."""
