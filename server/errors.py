"""Everything the server refuses, as one tree.

    HallcastError
    ├── InputError      BadRequest, ChoiceInvalid, FileTooBig, PdfUnreadable,
    │                   PdfEncrypted, PdfTooLong
    ├── AccessError     NotLoggedIn, WrongPassword, TooManyTries, RateLimited,
    │                   Forbidden, NotFound, LinkWrong, LinkExpired, SeminarFull,
    │                   Removed
    ├── StateError      SessionNotLive, SessionOver, AlreadyInState, ChatLocked,
    │                   HandsLocked, NotInQueue, FloorBusy, PollClosed, PollNotFound,
    │                   AlreadyVoted, NoRecording
    └── ServiceError    MediaUnavailable, NoCommonCodec, RecorderUnavailable, Internal

Each has a stable `code` (the browser's Fluent id is `error-<code>`), one English
sentence for logs and foreign clients, and safe `args` for the translated sentence.
`HTTP_STATUS` is the only place that maps codes to HTTP.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple


class FieldProblem(NamedTuple):
    """One wrong field of a request body."""

    field: str
    """Path such as `options.1`."""
    code: str
    message: str


class HallcastError(Exception):
    """Root of everything we refuse on purpose."""

    code: ClassVar[str] = "internal"
    sentence: ClassVar[str] = "Something went wrong on the server."

    def __init__(
        self, *, fields: tuple[FieldProblem, ...] = (), **args: str | int
    ) -> None:
        super().__init__(self.sentence)
        self.fields = fields
        self.args_by_name: dict[str, str | int] = args


class InputError(HallcastError):
    """What was sent can not be used, whoever sends it."""


class AccessError(HallcastError):
    """This person may not, or not now."""


class StateError(HallcastError):
    """The session is not in a state for this."""


class ServiceError(HallcastError):
    """A part of the server can not do it at the moment."""


class BadRequestError(InputError):
    code = "bad_request"
    sentence = "The request is not valid."


class ChoiceInvalidError(InputError):
    code = "choice_invalid"
    sentence = "This choice is not possible in the poll."


class FileTooBigError(InputError):
    """Args: limit_mb."""

    code = "file_too_big"
    sentence = "The file is too big."


class PdfUnreadableError(InputError):
    code = "pdf_unreadable"
    sentence = "The file is not a readable PDF."


class PdfEncryptedError(InputError):
    code = "pdf_encrypted"
    sentence = "The PDF is protected by a password."


class PdfTooLongError(InputError):
    """Args: limit (pages)."""

    code = "pdf_too_long"
    sentence = "The PDF has too many pages."


class NotLoggedInError(AccessError):
    code = "not_logged_in"
    sentence = "Log in first."


class WrongPasswordError(AccessError):
    code = "wrong_password"
    sentence = "The address or the password is wrong."


class TooManyTriesError(AccessError):
    """Args: wait_s."""

    code = "too_many_tries"
    sentence = "Too many tries; wait before the next one."


class RateLimitedError(AccessError):
    code = "rate_limited"
    sentence = "Too many requests at once; wait a moment."


class ForbiddenError(AccessError):
    code = "forbidden"
    sentence = "You may not do this."


class NotFoundError(AccessError):
    code = "not_found"
    sentence = "This does not exist."


class LinkWrongError(AccessError):
    code = "link_wrong"
    sentence = "The link is wrong."


class LinkExpiredError(AccessError):
    code = "link_expired"
    sentence = "The link has expired."


class SeminarFullError(AccessError):
    """Args: capacity."""

    code = "seminar_full"
    sentence = "The seminar is full."


class RemovedError(AccessError):
    code = "removed"
    sentence = "The trainer removed this person from the session."


class SessionNotLiveError(StateError):
    code = "session_not_live"
    sentence = "The session has not begun."


class SessionOverError(StateError):
    """Args: session_id where a replay may be."""

    code = "session_over"
    sentence = "The session is over."


class AlreadyInStateError(StateError):
    code = "already_in_state"
    sentence = "It is already so."


class ChatLockedError(StateError):
    code = "chat_locked"
    sentence = "The trainer has closed the chat."


class HandsLockedError(StateError):
    code = "hands_locked"
    sentence = "The trainer has closed the speaking queue."


class NotInQueueError(StateError):
    code = "not_in_queue"
    sentence = "This person is not in the speaking queue."


class FloorBusyError(StateError):
    """Args: limit (speakers at once)."""

    code = "floor_busy"
    sentence = "Nobody else can have the floor now."


class PollClosedError(StateError):
    code = "poll_closed"
    sentence = "The poll is closed."


class PollNotFoundError(StateError):
    code = "poll_not_found"
    sentence = "There is no such poll."


class AlreadyVotedError(StateError):
    code = "already_voted"
    sentence = "This person has voted; votes of an anonymous poll are final."


class NoRecordingError(StateError):
    code = "no_recording"
    sentence = "There is no recording of this session."


class MediaUnavailableError(ServiceError):
    code = "media_unavailable"
    sentence = "Picture and sound are not available at the moment."


class NoCommonCodecError(ServiceError):
    code = "no_common_codec"
    sentence = "This browser offers neither H.264 nor VP8 with Opus."


class RecorderUnavailableError(ServiceError):
    code = "recorder_unavailable"
    sentence = "The recorder is not available at the moment."


class InternalError(ServiceError):
    code = "internal"
    sentence = "Something went wrong on the server; nothing was saved."


HTTP_STATUS: dict[str, int] = {
    "bad_request": 400,
    "choice_invalid": 422,
    "file_too_big": 413,
    "pdf_unreadable": 422,
    "pdf_encrypted": 422,
    "pdf_too_long": 422,
    "not_logged_in": 401,
    "wrong_password": 401,
    "too_many_tries": 429,
    "rate_limited": 429,
    "forbidden": 403,
    "not_found": 404,
    "link_wrong": 404,
    "link_expired": 410,
    "seminar_full": 409,
    "removed": 403,
    "session_not_live": 409,
    "session_over": 410,
    "already_in_state": 409,
    "chat_locked": 409,
    "hands_locked": 409,
    "not_in_queue": 409,
    "floor_busy": 409,
    "poll_closed": 409,
    "poll_not_found": 404,
    "already_voted": 409,
    "no_recording": 404,
    "media_unavailable": 503,
    "no_common_codec": 406,
    "recorder_unavailable": 503,
    "internal": 500,
}


def all_errors(root: type[HallcastError] = HallcastError) -> list[type[HallcastError]]:
    """List the leaves of the tree: the errors that are really raised."""
    branches = root.__subclasses__()
    if not branches:
        return [root]
    return [leaf for branch in branches for leaf in all_errors(branch)]
