"""What the demo people say. The lecture itself is read from the seminar's slides."""

from __future__ import annotations

from dataclasses import dataclass

from demo.figure import Look
from demo.speech import Voice

LECTURE_TITLE = "67 functions of local government"

PRESENTER_LOOK = Look(hair=(38, 27, 23), tie=None, long_hair=True)
PRESENTER_VOICE = Voice(name="en-gb+f3", pitch=52, words_per_min=148)

POLL = {
    "question": "Which report is due first after the quarter ends?",
    "kind": "single",
    "options": [
        "To the maslikhat",
        "To the regional finance department",
        "To the public, on the portal",
    ],
    "limit_s": 60,
}


@dataclass(frozen=True, slots=True)
class HallPart:
    """One hall: who it is, what it writes, what it says when given the floor."""

    name: str
    post: str
    centre_word: str
    """Picks the centre whose name contains it."""
    chat: tuple[str, ...]
    speech: str
    look: Look
    voice: Voice
    raises_hand_after_s: int


HALLS = (
    HallPart(
        name="Turkistan hall",
        post="41 people, with S. Abdirov",
        centre_word="Turkistan",
        chat=(
            "Good morning from Turkistan. We hear and see you well.",
            "Will the slides be sent to the districts afterwards?",
        ),
        speech=(
            "Good morning, colleagues. Turkistan region speaks. In our district the "
            "local budget was published on the open portal in the first week of the "
            "quarter, and the number of written complaints fell by a third. We ask "
            "the Academy for a common form of the report, so that every village "
            "akim can fill it in within one hour. Thank you."
        ),
        look=Look(
            hair=(146, 146, 150), suit=(58, 68, 64), tie=(20, 90, 120), board=False
        ),
        voice=Voice(name="en-us", pitch=30, words_per_min=150),
        raises_hand_after_s=25,
    ),
    HallPart(
        name="Aktau hall",
        post="18 people, with G. Bekova",
        centre_word="Aktau",
        chat=("Aktau is here, 18 people in the hall.",),
        speech=(
            "Colleagues, Aktau is speaking. Our question is about the road repairs: "
            "may a rural akim move savings from heating to roads within the year, or "
            "does the maslikhat have to decide each time? In practice we lose two "
            "months waiting for the session. Thank you for the floor."
        ),
        look=Look(
            hair=(96, 58, 40),
            suit=(92, 44, 70),
            tie=None,
            long_hair=True,
            board=False,
        ),
        voice=Voice(name="en-us+f2", pitch=58, words_per_min=158),
        raises_hand_after_s=70,
    ),
    HallPart(
        name="Kokshetau hall",
        post="27 people, with D. Omarov",
        centre_word="Kokshetau",
        chat=("Kokshetau joins. The sound is clear at the back of the hall too.",),
        speech=(
            "Thank you. In Kokshetau we tried the new procedure for public gatherings "
            "in three districts. Notice by phone was enough in nine cases of ten. We "
            "are ready to share our form with the other regions."
        ),
        look=Look(skin=(214, 164, 130), suit=(70, 58, 44), tie=(120, 84, 24)),
        voice=Voice(name="en-gb-scotland", pitch=45, words_per_min=152),
        raises_hand_after_s=600,
    ),
)
