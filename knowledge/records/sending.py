"""The life of a notice from its confirmation on: frozen, scheduled, sent, held, stopped, finished, tried again, expired.

Every step is one transaction, compare-and-set on the state, and brings the author's progress message up to date.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from knowledge.clock import DAY, MINUTE
from knowledge.records import audience, coordinators, deadlines, deliveries, notices, slicing
from knowledge.records.audience import EVERYBODY, Scope, Slice
from knowledge.records.deadlines import Deadline
from knowledge.records.notices import Notice
from knowledge.records.slicing import AMONG, WORKS, Work
from knowledge.records.store import Store

DEADLINE = slicing.NAME
PANEL, REPORT = "notice.panel", "notice.report"
"""The views of the progress message and of the final report."""
QUIETLY = (None, "asked", "change", "role")
"""Reasons of which the author knows, or which are told to others."""
EVERY, SLOWEST = 3, 10 * MINUTE
"""Seconds between two looks at the progress, while something happens and when nothing does."""
FORGOTTEN = 30 * MINUTE
"""After so long the author is told that a notice is still held for a change."""
RECALLABLE = 2 * DAY - MINUTE
"""How long Telegram lets a bot delete its messages."""
CUT = (
    "SELECT person FROM deliveries WHERE notice = ? AND person > ? AND state = 'sent' AND message IS NOT NULL"
    " ORDER BY person LIMIT 1 OFFSET ?"
)
COPIES = (
    "INSERT INTO deliveries (person, notice, view, due, updated) SELECT person, :notice, :view, :now, :now FROM deliveries"
    " WHERE notice = :of AND state = 'sent' AND message IS NOT NULL AND person > :after AND person <= :upto ORDER BY person"
)


def confirm(store: Store, notice: Notice, version: int, scope: Scope, cause: int, now: int, *, by: int) -> str:
    """Begin to freeze the recipients, confirmed ``by`` somebody. ``done``, or why not: ``stale``, ``nobody``, ``late``.

    Up to ``audience.SLICE`` people are frozen at once; then the notice starts, or waits for its hour. Where there are more,
    ``slicing.walk`` freezes them; so does the tick, after a kill. The same update again has ``done`` it already.
    """
    if store.value("SELECT 1 FROM notices WHERE id = ? AND cause = ?", (notice.id, cause)):
        return "done"
    if notice.starts and notice.starts <= now:
        return "late"
    with store.transaction():
        done = store.execute(
            "UPDATE notices SET state = 'scheduled', cause = ?, version = version + 1, panel = NULL, seen_at = NULL,"
            " audience = json_set(audience, '$.scope', json(?)) WHERE id = ? AND state = 'draft' AND version = ?",
            (cause, scope.pack(), notice.id, version),
        ).rowcount
        if not done:
            return "stale"
        store.execute("DELETE FROM deliveries WHERE notice = ?", (notice.id,))  # what unscheduling may not have come to yet
        deadlines.drop(store, DEADLINE, notice.id)
        _change_original(store, notice, now)
        slicing.begin(store, slicing.FREEZE, notice, now)
        if store.value("SELECT state FROM notices WHERE id = ?", (notice.id,)) == "draft":
            return "nobody"
        store.audit(now, by, f"{notice.kind}.confirm", f"notice:{notice.id}")
    return "done"


def _among(store: Store, notice: Notice, after: int) -> Slice:
    """The next people to freeze: of a notice among all, of a change among those who have a copy."""
    if notice.kind == "notice":
        return audience.cut(store, after)
    upto = store.value(CUT, (notice.of, after, audience.SLICE - 1))
    return (after, EVERYBODY[1] if upto is None else upto)


def _freeze(store: Store, notice: Notice, among: Slice, now: int) -> None:
    """The next recipients as rows: of a notice its audience, of a change whoever has a copy."""
    if notice.kind == "notice":
        packed = store.value("SELECT json_extract(audience, '$.scope') FROM notices WHERE id = ?", (notice.id,))
        audience.freeze(store, notice.id, notice.audience, Scope.unpack(packed), now, among)
    else:
        bound = {"notice": notice.id, "view": f"notice.{notice.kind}", "now": now, "of": notice.of}
        store.connection.execute(COPIES, bound | {"after": among[0], "upto": among[1]})


def _frozen(store: Store, notice: Notice, now: int) -> None:
    """All recipients are rows: it starts, or waits for its hour. Where there is nobody, it is a draft again."""
    store.execute("UPDATE notices SET audience = json_remove(audience, '$.scope') WHERE id = ?", (notice.id,))
    if not store.value("SELECT 1 FROM deliveries WHERE notice = ? AND state = 'pending' LIMIT 1", (notice.id,)):
        store.execute("UPDATE notices SET state = 'draft', cause = NULL WHERE id = ?", (notice.id,))
        slicing.begin(store, slicing.CLEAR, notice, now)
        return
    if notice.starts:
        deadlines.put(store, f"{DEADLINE}.start", notice.id, notice.starts)
    else:
        store.execute("UPDATE notices SET state = 'sending', began = ? WHERE id = ?", (now, notice.id))
    if notice.expires:
        deadlines.put(store, f"{DEADLINE}.expire", notice.id, notice.expires)
    show(store, notice.id, now)


def _change_original(store: Store, notice: Notice, now: int) -> None:
    """What a correction or a recall does to the notice whose copies it changes."""
    if notice.kind == "correction":  # what has not gone yet goes with the new words
        store.execute(
            "UPDATE notices SET zh = ?, en = ?, buttons = ? WHERE id = ?",
            (notice.zh, notice.en, notices.pack_links(notice.links), notice.of),
        )
    elif notice.kind == "recall":
        store.execute(
            "UPDATE notices SET state = 'stopped', why = 'recalled', finished = coalesce(finished, ?) WHERE id = ?",
            (now, notice.of),
        )


def unschedule(store: Store, notice: int, now: int) -> bool:
    """Back to a draft. False: it does not wait for its hour any more."""
    with store.transaction():
        done = store.execute(
            "UPDATE notices SET state = 'draft', cause = NULL, version = version + 1 WHERE id = ? AND state = 'scheduled'",
            (notice,),
        ).rowcount
        if done:
            deadlines.drop(store, DEADLINE, notice)
            if found := notices.get(store, notice, counted=False):
                slicing.begin(store, slicing.CLEAR, found, now)
            store.audit(now, None, "notice.unschedule", f"notice:{notice}")
    return bool(done)


def pause(store: Store, notice: int, why: str, now: int, *, city: Sequence[int] = ()) -> bool:
    """Hold a notice, until somebody goes on with it or stops it. False: it was not being sent."""
    return _turn(store, notice, ("sending",), "paused", why, now, city=city)


def hold_for_change(store: Store, notice: int, now: int) -> None:
    """Hold a notice because its writer begins to correct it or to take it back; it is not forgotten so."""
    with store.transaction():
        if pause(store, notice, "change", now):
            deadlines.put(store, f"{DEADLINE}.held", notice, now + FORGOTTEN)


def resume(store: Store, notice: int, now: int) -> bool:
    """Go on. False: it was not held."""
    return _turn(store, notice, ("paused",), "sending", None, now)


def stop(store: Store, notice: int, why: str, now: int, *, city: Sequence[int] = ()) -> bool:
    """Stop a notice; what is not yet sent stays unsent. False: it was over already."""
    return _turn(store, notice, notices.OPEN, "stopped", why, now, city=city)


def _turn(
    store: Store, notice: int, before: Sequence[str], after: str, why: str | None, now: int, *, city: Sequence[int] = ()
) -> bool:
    """From one state to another. What goes on may bring more unknown copies: it is asked about them anew."""
    marks = ", ".join("?" for _ in before)
    with store.transaction():
        done = store.execute(
            "UPDATE notices SET state = ?, why = ?, version = version + 1,"
            " settled = CASE WHEN ? = 'sending' THEN NULL ELSE settled END,"
            " finished = CASE WHEN ? = 'stopped' THEN ? ELSE finished END, recent = ''"
            f" WHERE id = ? AND state IN ({marks})",
            (after, why, after, after, now, notice, *before),
        ).rowcount
        if done:
            if after == "stopped":
                deadlines.drop(store, DEADLINE, notice)
                store.execute(  # what was not taken back yet still stands, and can be taken back another time
                    "UPDATE notices SET why = 'halfway' WHERE why = 'recalled'"
                    " AND id = (SELECT of FROM notices WHERE id = ? AND kind = 'recall')",
                    (notice,),
                )
            show(store, notice, now)
            if why not in QUIETLY:
                _tell(store, notice, f"notice.{after}", city, now)
            store.audit(now, None, f"notice.{after}", f"notice:{notice}")
    return bool(done)


def _tell(store: Store, notice: int, view: str, city: Sequence[int], now: int) -> None:
    """The author has to know, and an edited message tells nobody. Where the author is gone, the ``city``'s office has to."""
    row = store.one("SELECT author, county FROM notices WHERE id = ?", (notice,))
    author, county = (row["author"], row["county"]) if row else (0, None)
    there = author in city or (county and coordinators.is_one(store, author, county)) or not city
    for one in [author] if there else city:
        if one:
            deliveries.put(store, one, view, now, notice=notice)


def retry(store: Store, notice: int, state: str, now: int) -> int:
    """Send again to those whose copy "failed", or is "unknown" (then marked as perhaps repeated). Returns to how many.

    It goes on when all of them wait again (``slicing.walk``); what is held waits for somebody to go on with it. Nobody else
    gets it: whom a stop came before is left out. Nor does anybody who does not want it any more, or when it has expired.
    """
    found = notices.get(store, notice, counted=False)
    if found is None or not _resting(found) or found.expired(now) or notice in slicing.unfinished(store):
        return 0
    if state == slicing.UNKNOWN and found.settled is not None:
        return 0
    again: int = store.value("SELECT count(*) FROM deliveries WHERE notice = ? AND state = ?", (notice, state))
    if again:
        with store.transaction():
            slicing.begin(store, state, found, now)
            store.audit(now, None, f"notice.retry.{state}", f"notice:{notice}", f"n={again}")
    return again


def _resting(notice: Notice) -> bool:
    return notice.state in {"paused", "stopped", "done"} and notice.why != "recalled"


def _again(store: Store, notice: Notice, among: Slice, now: int, state: str) -> None:
    args = "json_set(args, '$.repeated', 1)" if state == slicing.UNKNOWN else "args"
    if notice.state == "stopped":
        store.execute(
            f"UPDATE deliveries SET state = 'left_out', error = 'stopped', updated = ? WHERE {AMONG} AND state = 'pending'",
            (now, notice.id, *among),
        )
    if notice.kind == "notice":
        audience.leave_out(store, notice.id, state, Scope(notice.topic or "", now), among)
    store.execute(
        f"UPDATE deliveries SET state = 'pending', due = ?, updated = ?, error = NULL, args = {args}"
        f" WHERE {AMONG} AND state = ?",
        (now, now, notice.id, *among, state),
    )


def _may_go_again(notice: Notice) -> bool:
    return notice.why != "recalled" and notice.state in {"sending", "paused", "stopped", "done"}


def _goes_again(store: Store, notice: Notice, now: int) -> None:
    store.execute(
        "UPDATE notices SET state = CASE state WHEN 'paused' THEN state ELSE 'sending' END,"
        " why = CASE state WHEN 'paused' THEN why END, finished = NULL, settled = NULL, recent = '',"
        " version = version + 1 WHERE id = ?",
        (notice.id,),
    )
    if notice.expires and notice.expires > now:
        deadlines.put(store, f"{DEADLINE}.expire", notice.id, notice.expires)
    show(store, notice.id, now)


def settle(store: Store, notice: int, now: int) -> bool:
    """Leave the unknown copies as they are. False: that was decided before, or they are just being sent again."""
    with store.transaction():
        done = store.execute(
            "UPDATE notices SET settled = ? WHERE id = ? AND settled IS NULL AND state IN ('paused', 'stopped', 'done')",
            (now, notice),
        ).rowcount
        show(store, notice, now)
    return bool(done)


def recent(store: Store, notice: int) -> str | None:
    """The latest outcomes of a notice that is being sent, as they were remembered; None: it is not being sent."""
    found: str | None = store.value("SELECT recent FROM notices WHERE id = ? AND state = 'sending'", (notice,))
    return found


def remember(store: Store, notice: int, outcomes: str) -> None:
    """Keep the latest outcomes, so that they outlive a kill."""
    store.execute("UPDATE notices SET recent = ? WHERE id = ?", (outcomes, notice))


def over(store: Store) -> list[int]:
    """The notices that are being sent and have nothing left to send."""
    rows = store.all(
        "SELECT id FROM notices n WHERE state = 'sending' AND NOT EXISTS"
        " (SELECT 1 FROM deliveries d WHERE d.notice = n.id AND d.state IN ('pending', 'sending'))"
    )
    return [row["id"] for row in rows]


def finish(store: Store, now: int, *, city: Sequence[int] = ()) -> list[Notice]:
    """Close the notices with nothing left to send, and report to their authors; returns them, each only once."""
    closed = []
    with store.transaction():
        for number in over(store):
            store.execute("UPDATE notices SET state = 'done', finished = ? WHERE id = ? AND state = 'sending'", (now, number))
            deadlines.drop(store, DEADLINE, number)
            if notice := notices.get(store, number):
                closed.append(notice)
                show(store, notice.id, now)
                _tell(store, notice.id, REPORT, city, now)
    return closed


# -- the progress message ----------------------------------------------------------------------------------------------


def show(store: Store, notice: int, now: int) -> None:
    """Bring the progress message up to date, once for all that happens before it is sent; while it is being sent, go on so."""
    row = store.one("SELECT author, state FROM notices WHERE id = ?", (notice,))
    if row is None or not row["author"]:
        return
    deliveries.put_once(store, row["author"], PANEL, now, notice=notice)
    if row["state"] == "sending":
        deadlines.put(store, f"{DEADLINE}.panel", notice, now + EVERY)


def shown(store: Store, notice: int, message: int, now: int) -> None:
    """The progress message is this one; note how far it said things were."""
    store.execute(
        "UPDATE notices SET panel = ?, seen_at = ?, seen = (SELECT count(*) FROM deliveries WHERE notice = ?"
        " AND state NOT IN ('pending', 'sending', 'left_out')) WHERE id = ?",
        (message, now, notice, notice),
    )


def edited(store: Store, delivery: int) -> None:
    """A copy that is recalled can no longer be deleted: it is edited."""
    store.execute("UPDATE deliveries SET args = json_set(args, '$.edited', 1) WHERE id = ?", (delivery,))


def seen(store: Store, notice: int) -> tuple[int, int] | None:
    """How many had an outcome when the progress was shown last, and when that was."""
    row = store.one("SELECT seen, seen_at FROM notices WHERE id = ?", (notice,))
    return (row["seen"], row["seen_at"]) if row and row["seen_at"] is not None else None


def serve(store: Store, deadline: Deadline, city: Sequence[int], now: int) -> None:
    """A deadline of a notice: its hour has come, it is too late for it, or its progress is to be shown."""
    if deadline.detail in WORKS:
        slicing.serve(store, deadline, now)
        return
    notice = notices.get(store, deadline.subject, counted=False)
    if notice is None:
        return
    if deadline.detail == "start":
        _start(store, notice, city, now)
    elif deadline.detail == "expire":
        _expire(store, notice, now)
    elif deadline.detail == "held":
        if (notice.state, notice.why) == ("paused", "change"):
            _tell(store, notice.id, "notice.paused", city, now)
    elif notice.state == "sending":
        quiet = now - (
            store.value("SELECT max(updated) FROM deliveries WHERE notice = ? AND state = 'sent'", (notice.id,)) or now
        )
        if quiet <= EVERY and notice.author:
            deliveries.put_once(store, notice.author, PANEL, now, notice=notice.id)
        deadlines.put(store, deadline.kind, notice.id, now + max(EVERY, min(SLOWEST, quiet)))


def _start(store: Store, notice: Notice, city: Sequence[int], now: int) -> None:
    """The hour has come. Whoever confirmed it may have lost the role meanwhile: then the others at the office decide."""
    if notice.state != "scheduled":
        return
    store.execute("UPDATE notices SET state = 'sending', began = ?, version = version + 1 WHERE id = ?", (now, notice.id))
    county = notice.county
    if notice.author in city or (county and coordinators.is_one(store, notice.author, county)):
        show(store, notice.id, now)
        return
    pause(store, notice.id, "role", now)
    for one in city:
        deliveries.put(store, one, "notice.orphan", now, notice=notice.id)


def _expire(store: Store, notice: Notice, now: int) -> None:
    """Too late for those who have not got it: it is held until they all are left out."""
    if notice.state not in notices.OPEN:
        return
    store.execute(
        "UPDATE notices SET state = 'paused', why = 'expiring', began = coalesce(began, ?) WHERE id = ?", (now, notice.id)
    )
    slicing.begin(store, slicing.EXPIRE, notice, now)


def _leave_out(store: Store, notice: Notice, among: Slice, now: int) -> None:
    store.execute(
        f"UPDATE deliveries SET state = 'left_out', error = 'expired', updated = ? WHERE {AMONG} AND state = 'pending'",
        (now, notice.id, *among),
    )


def _expired(store: Store, notice: Notice, _now: int) -> None:
    store.execute(
        "UPDATE notices SET state = 'sending', why = NULL WHERE id = ? AND state IN ('paused', 'sending')", (notice.id,)
    )


WORKS[slicing.FREEZE] = Work(_among, _freeze, lambda notice: notice.state == "scheduled", _frozen)
WORKS[slicing.CLEAR] = Work(slicing.cut, notices.forget, lambda notice: notice.state == "draft", lambda *_: None)
WORKS[slicing.EXPIRE] = Work(slicing.cut, _leave_out, lambda notice: notice.state in notices.OPEN, _expired)
for _state in (slicing.FAILED, slicing.UNKNOWN):
    WORKS[_state] = Work(slicing.cut, partial(_again, state=_state), _may_go_again, _goes_again)
