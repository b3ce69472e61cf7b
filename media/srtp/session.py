"""libsrtp sessions: everything received, all RTCP, and RTP to AES-CM peers.

libsrtp adds a stream for each SSRC it has not seen and searches them one by one, so
callers check the SSRC against what was declared before they call `unprotect`.
"""

from __future__ import annotations

from pylibsrtp import Error, Policy, Session

from media.srtp.profiles import MasterKey

REPLAY_WINDOW_PACKETS = 1024

SrtpError = Error
"""Authentication failed, a replay, or not a packet at all."""


def open_receiver(master: MasterKey) -> Session:
    """Open the inbound session of one peer; replays within the window are refused."""
    policy = _policy(master, Policy.SSRC_ANY_INBOUND)
    policy.window_size = REPLAY_WINDOW_PACKETS
    return Session(policy)


def open_sender(master: MasterKey) -> Session:
    """Open the outbound session; the same packet may leave again after a NACK."""
    policy = _policy(master, Policy.SSRC_ANY_OUTBOUND)
    policy.allow_repeat_tx = True
    policy.window_size = REPLAY_WINDOW_PACKETS
    return Session(policy)


def _policy(master: MasterKey, ssrc_type: int) -> Policy:
    return Policy(
        key=master.key + master.salt,
        ssrc_type=ssrc_type,
        srtp_profile=master.profile.libsrtp_id,
    )
