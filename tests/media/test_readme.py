"""The RTCP table of media/README.md is complete."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import media
from media.rtp import rtcp, rtcp_codec

README = Path(media.__path__[0], "README.md").read_text(encoding="utf-8")

NAMES = {
    rtcp.SenderReport: f"SR ({rtcp_codec.SR})",
    rtcp.ReceiverReport: f"RR ({rtcp_codec.RR})",
    rtcp.SourceDescription: f"SDES ({rtcp_codec.SDES})",
    rtcp.Goodbye: f"BYE ({rtcp_codec.BYE})",
    rtcp.Nack: f"NACK ({rtcp_codec.RTPFB}/{rtcp_codec.NACK_FORMAT})",
    rtcp.PictureLossIndication: f"PLI ({rtcp_codec.PSFB}/{rtcp_codec.PLI_FORMAT})",
    rtcp.FullIntraRequest: f"FIR ({rtcp_codec.PSFB}/{rtcp_codec.FIR_FORMAT})",
    rtcp.ReceiverEstimate: f"REMB ({rtcp_codec.PSFB}/{rtcp_codec.APPLICATION_FORMAT})",
}


def test_every_rtcp_type_we_know_is_in_the_table() -> None:
    assert set(get_args(rtcp.RtcpPacket)) == set(NAMES)
    missing = [name for name in NAMES.values() if f"| {name} |" not in README]
    assert missing == []
