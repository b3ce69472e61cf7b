"""What the demonstration's lecture says, slide by slide.

Written to be read aloud: the demo presenter speaks the text layer of the slides.
"""

from __future__ import annotations

from dataclasses import dataclass

TITLE = "67 functions of local government"


@dataclass(frozen=True, slots=True)
class Slide:
    title: str
    points: tuple[str, ...]
    bars: tuple[tuple[str, int], ...] = ()
    """A chart: label and value."""
    note: str = ""
    """One sentence set apart: what to remember."""


OPENING = Slide(
    title=TITLE,
    points=(
        "A seminar for akims of cities, rural districts and villages",
        "Academy of Public Administration, Republic of Kazakhstan",
    ),
)

SLIDES: tuple[Slide, ...] = (
    Slide(
        title="What we do today",
        points=(
            "We sort the 67 functions into six groups and say who answers for each.",
            "We follow one local budget from the plan to the report.",
            "We look at employment, public gatherings and land, with real cases.",
            "Three regions take the floor. Then you vote, ask and decide.",
        ),
        note="Raise your hand at any time. The next speaker is shown on every screen.",
    ),
    Slide(
        title="Six groups of functions",
        points=(
            "Most functions concern services that people meet every week.",
            "Only a few are purely administrative, but they take most of the time.",
        ),
        bars=(
            ("Economy and budget", 14),
            ("Land and utilities", 13),
            ("Social protection", 12),
            ("Public order, gatherings", 10),
            ("Education and culture", 10),
            ("Administration", 8),
        ),
        note="Fourteen, thirteen, twelve, ten, ten and eight make sixty-seven.",
    ),
    Slide(
        title="Who answers for what",
        points=(
            "The maslikhat decides on the budget, local rules and the akim's report.",
            "The akim of the region sets the limits and the common standards.",
            "The akim of the district provides the services and keeps the register.",
            "The akim of the village knows the households, and is asked first.",
        ),
        note="A function without a named person is a function nobody carries out.",
    ),
    Slide(
        title="Own revenue of a rural district",
        points=(
            "Since the fourth level of the budget was introduced, villages have "
            "revenue of their own.",
            "Personal income tax and property tax bring most of it.",
        ),
        bars=(
            ("Personal income tax", 41),
            ("Property tax", 22),
            ("Vehicle tax", 19),
            ("Land tax", 11),
            ("Fines and rent", 7),
        ),
        note="Shares in percent, average of the districts in this programme.",
    ),
    Slide(
        title="The year of a local budget",
        points=(
            "May: the akim collects proposals at the gathering of residents.",
            "August: the draft goes to the district and to the public portal.",
            "December: the maslikhat approves the budget in open session.",
            "Every quarter: the report on the budget, first of all to the maslikhat.",
        ),
        note="After the quarter ends, the report to the maslikhat is due first.",
    ),
    Slide(
        title="Reports that people can read",
        points=(
            "One page, three figures: planned, received, spent.",
            "Publish within the first week of the quarter on the open portal.",
            "Say what was not done, and by when it will be.",
        ),
        note="Where the report was published early, complaints fell by a third.",
    ),
    Slide(
        title="Employment in the village",
        points=(
            "The akim keeps the list of people who look for work.",
            "Public works are paid from the district; the village proposes them.",
            "A grant for a small business needs a plan and one talk with the centre.",
        ),
        bars=(
            ("Public works", 38),
            ("Youth practice", 24),
            ("Grants for business", 21),
            ("Courses", 17),
        ),
        note="People placed in the first half of the year, out of every hundred.",
    ),
    Slide(
        title="Public gatherings",
        points=(
            "The organiser gives notice; the akim answers within the legal time.",
            "A refusal names the reason and offers another place or hour.",
            "The akim makes sure of passage, water and first aid.",
        ),
        note="Silence is not a refusal. Answer every notice in writing.",
    ),
    Slide(
        title="Land, water and roads",
        points=(
            "Check the land register before you promise a plot.",
            "Heating and water come before the season, not during it.",
            "Savings may move between lines only as the maslikhat allows.",
        ),
        note="Take a photograph before the work and after it. It ends most disputes.",
    ),
    Slide(
        title="Case: the road and the school",
        points=(
            "Twelve million tenge were saved on heating in a warm winter.",
            "Residents want the road repaired. The school asks for a new roof.",
            "The maslikhat meets in six weeks; the first snow comes in five.",
            "What do you decide, whom do you ask, and what do you publish?",
        ),
        note="Discuss in your hall for ten minutes. One hall will present.",
    ),
    Slide(
        title="What to take home",
        points=(
            "Give each of the 67 functions one name and one deadline.",
            "Publish the quarterly report in the first week.",
            "Answer every notice and every letter in writing.",
            "Call a colleague in another region before you invent a form.",
        ),
        note="The slides and the recording stay on this page after the seminar.",
    ),
)
