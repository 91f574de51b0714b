"""What is done to all the rows of a notice: slice by slice, each a transaction of its own, others being served in between.

How far it has come is a deadline, whose version is the last person who was looked at: the tick goes on with it after a kill.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from knowledge.records import audience, deadlines, notices
from knowledge.records.audience import EVERYBODY, Slice
from knowledge.records.deadlines import Deadline
from knowledge.records.notices import Notice
from knowledge.records.store import Store

NAME = "notice"
"""The name of all deadlines of notices."""
FREEZE, CLEAR, EXPIRE, FAILED, UNKNOWN = "freeze", "clear", "expiring", "failed", "unknown"
"""Recipients are frozen · forgotten · left out, as it is too late · tried again, as it failed or nobody knows."""
CUT = "SELECT person FROM deliveries WHERE notice = ? AND person > ? ORDER BY person LIMIT 1 OFFSET ?"
AMONG = "notice = ? AND person > ? AND person <= ?"


class Work(Struct, frozen=True):
    """One thing that is done to the rows of a notice.

    ``among``: the next slice after this person. ``rows``: do it to a slice. ``holds``: whether it is still to be done.
    ``end``: after the last slice.
    """

    among: Callable[[Store, Notice, int], Slice]
    rows: Callable[[Store, Notice, Slice, int], None]
    holds: Callable[[Notice], bool]
    end: Callable[[Store, Notice, int], object]


WORKS: dict[str, Work] = {}


def cut(store: Store, notice: Notice, after: int) -> Slice:
    """The next rows of a notice after this person; the last slice is open."""
    upto = store.value(CUT, (notice.id, after, audience.SLICE - 1))
    return (after, EVERYBODY[1] if upto is None else upto)


def slices(store: Store, notice: Notice) -> Iterator[Slice]:
    """All rows of a notice, in slices. Others may be served between two of them."""
    one = cut(store, notice, EVERYBODY[0])
    while one[1] != EVERYBODY[1]:
        yield one
        one = cut(store, notice, one[1])
    yield one


def kind(what: str) -> str:
    """The kind of the deadline by which it goes on."""
    return f"{NAME}.{what}"


def begin(store: Store, what: str, notice: Notice, now: int) -> None:
    """Do it at once where all is one slice, as for most notices; else ``walk`` does it. Within a transaction."""
    among = WORKS[what].among(store, notice, EVERYBODY[0])
    if among == EVERYBODY:
        _do(store, what, notice, among, now)
    else:
        deadlines.put(store, kind(what), notice.id, now, EVERYBODY[0])


def _do(store: Store, what: str, notice: Notice, among: Slice, now: int) -> None:
    work = WORKS[what]
    work.rows(store, notice, among, now)
    if among[1] == EVERYBODY[1]:
        work.end(store, notice, now)
    else:
        deadlines.put(store, kind(what), notice.id, now, among[1])


def serve(store: Store, deadline: Deadline, now: int) -> None:
    """The next slice, unless things have changed. Within the transaction that ends the deadline."""
    notice = notices.get(store, deadline.subject, counted=False)
    work = WORKS[deadline.detail]
    if notice and work.holds(notice):
        _do(store, deadline.detail, notice, work.among(store, notice, deadline.version), now)


def unfinished(store: Store) -> list[int]:
    """The notices of which rows are still to be done."""
    kinds = [kind(one) for one in WORKS]
    rows = store.all(f"SELECT DISTINCT subject FROM deadlines WHERE kind IN ({_marks(kinds)})", kinds)
    return [row["subject"] for row in rows]


def walk(store: Store, notice: int, now: int) -> Iterator[None]:
    """Do what is to be done to the rows of a notice, slice by slice: others may be served in between."""
    with store.gathering():
        while _step(store, notice, now):
            yield


def _step(store: Store, notice: int, now: int) -> bool:
    """The next slice, if there is one. It waits for no disk: what began it did, and a slice can be done again."""
    kinds = [kind(one) for one in WORKS]
    row = store.one(
        f"SELECT id, due, kind, subject, version FROM deadlines WHERE subject = ? AND kind IN ({_marks(kinds)}) ORDER BY id",
        (notice, *kinds),
    )
    if row is None:
        return False
    with store.transaction(durable=False):
        deadline = Deadline(*row)
        if deadlines.end(store, deadline):
            serve(store, deadline, now)
    return True


def _marks(some: Sequence[str]) -> str:
    return ", ".join("?" for _ in some)
