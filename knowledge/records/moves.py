"""The life of an interest as two tables: which move leads where and who may make it; when whose turn is called to mind.

Pure data and look-ups; the rows are changed in ``interests`` and ``nudges``.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from knowledge.clock import DAY, MINUTE

STAGES = ("submitted", "contacted", "negotiating", "signed", "landed", "completed", "declined", "withdrawn")
CLOSED = frozenset({"completed", "declined", "withdrawn"})
OPEN = tuple(stage for stage in STAGES if stage not in CLOSED)

TALKING = ("submitted", "contacted", "negotiating")
"""Stages at which it is the organisation's turn only because the office wrote to it; later on it says how the work goes."""

OFFICE = frozenset({"city", "county"})
SIDE = frozenset({"organisation"})
"""Who registered: in a group, who leads it."""
MEMBERS = frozenset({"member"})
"""The others in a group: they see everything, and leave when they like."""

UNDO = 10 * MINUTE
"""How long a move that led to another stage can be undone, by the party that made it."""


class Move(Struct, frozen=True):
    """A move of an interest. ``after`` None keeps the stage.

    ``words``: it is made with words (a question, an answer; where it closes, the reason), and never without; other moves have
    none. ``turn``: the organisation, the office (the county's where it has coordinators), or nobody; whoever it is can move on.
    ``due``: only while it is the turn of whoever makes it. ``undoes``: it goes back to the stage and turn before the last move.
    ``group``: it changes who is in the group, and neither stage nor turn; made in ``groups``.
    """

    id: str
    before: tuple[str, ...]
    after: str | None
    roles: frozenset[str]
    turn: str
    words: bool = False
    confirm: bool = False
    due: bool = False
    undoes: bool = False
    group: bool = False

    @property
    def leads_on(self) -> bool:
        """Whether the interest comes to another stage by it."""
        return self.after is not None

    @property
    def closes(self) -> bool:
        """Whether the interest is on its way no longer."""
        return self.after in CLOSED


MOVES = {
    move.id: move
    for move in (
        Move("accept", ("submitted",), "contacted", OFFICE, turn="office"),
        Move("ask", OPEN, None, OFFICE, turn="organisation", words=True),
        Move("answer", OPEN, None, SIDE, turn="office", words=True),
        Move("seen", TALKING, None, SIDE, turn="office", due=True),
        Move("negotiate", ("contacted",), "negotiating", OFFICE, turn="office"),
        Move("sign", ("negotiating",), "signed", OFFICE, turn="organisation"),
        Move("land", ("signed",), "landed", OFFICE | SIDE, turn="organisation"),
        Move("going", ("signed", "landed"), None, SIDE, turn="organisation"),
        Move("stuck", ("signed", "landed"), None, SIDE, turn="office"),
        Move("complete", ("landed",), "completed", OFFICE, turn="nobody", confirm=True),
        Move("decline", OPEN, "declined", OFFICE, turn="nobody", words=True),
        Move("withdraw", OPEN, "withdrawn", SIDE, turn="nobody", words=True),
        Move("undo", STAGES[1:], None, OFFICE | SIDE, turn="", undoes=True),
        Move("hand_over", OPEN, None, SIDE, turn="", group=True),
        Move("take_lead", OPEN, None, MEMBERS, turn="", group=True),
        Move("leave", OPEN, None, MEMBERS, turn="", confirm=True, group=True),
        Move("dissolve", OPEN, None, SIDE, turn="", confirm=True, group=True),
    )
}


class Pace(Struct, frozen=True):
    """The clock of a stage, in seconds from the start of a turn.

    ``promised``: by when the next step is promised. ``nudges``: the first goes to whoever's turn it is, the second also to who
    stands behind them. ``every``: a question to the organisation, again and again. ``again``: while the office is to move, it
    is reminded so often after the last nudge, and who waits hears of it.
    """

    promised: int
    nudges: tuple[int, ...] = ()
    every: int = 0
    again: int = 30 * DAY


PACES = {
    "submitted": Pace(7 * DAY, (2 * DAY, 7 * DAY)),
    "contacted": Pace(7 * DAY, (7 * DAY, 14 * DAY)),
    "negotiating": Pace(30 * DAY, (30 * DAY, 60 * DAY)),
    "signed": Pace(30 * DAY, (30 * DAY, 60 * DAY)),
    "landed": Pace(90 * DAY, every=90 * DAY),
}
AT_WORK = frozenset({"signed", "landed"})
"""Stages at which the organisation is at work: it is the office's turn only because something was written, or is in the way."""
HELP = Pace(7 * DAY, (7 * DAY, 14 * DAY))
"""The clock of the office while it has to help those at work."""


def pace_of(stage: str, turn: str) -> Pace | None:
    """The clock of a turn; None where nothing is awaited any more."""
    pace = PACES.get(stage)
    return replace(HELP, every=pace.every) if pace and stage in AT_WORK and turn in OFFICE else pace


GATHERING = TALKING
"""Stages at which a group takes in members."""
INVITATION = Pace(14 * DAY, (3 * DAY, 7 * DAY))
"""The clock of somebody asked into a group, or to take its lead: reminders, and by when no answer counts as a no."""


def allowed(stage: str, role: str, *, undo: bool = False, group: bool = False) -> list[Move]:
    """The moves that ``role`` may make at ``stage``, in the order of the table; ``undo``: the last one can still be undone.

    ``group``: those that change who is in the group, instead of the others.
    """
    return [
        move
        for move in MOVES.values()
        if stage in move.before and role in move.roles and undo >= move.undoes and move.group == group
    ]
