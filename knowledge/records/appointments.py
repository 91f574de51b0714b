"""Appointments: somebody begins or ceases to take care of a county's cases; what was in their hands goes on in others'.

The account comes from an invitation that a person confirmed; who may appoint, the caller has checked.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from msgspec import Struct

from knowledge.clock import DAY, working
from knowledge.records import cards, coordinators, deadlines, deliveries, facts, interests, invitations, questions
from knowledge.records.deadlines import Deadline
from knowledge.records.invitations import Invitation
from knowledge.records.store import Store

DEADLINE = "appointment"
"""The kind of the deadline that reminds the city of an account to confirm."""
REMIND, LAPSE = 2 * DAY, 30 * DAY
"""How often it does, and after how long no answer is a no."""
OPEN = "stage NOT IN ('completed', 'declined', 'withdrawn')"


class Coordinator(Struct, frozen=True):
    """Who takes care of a county, since when, and what they are called."""

    county: str
    person: int
    name: str
    since: int


def listed(store: Store, county: str = "") -> list[Coordinator]:
    """The coordinators in office, by county, longest in office first; ``county`` empty: of all."""
    rows = store.all(
        "SELECT county, person, name, since FROM coordinators WHERE until IS NULL AND ? IN ('', county)"
        " ORDER BY county, since, person",
        (county,),
    )
    return [Coordinator(*row) for row in rows]


def take(store: Store, invitation: Invitation, person: int, name: str, city: Sequence[int], now: int) -> bool:
    """An account takes an invitation: the city is asked whether it is the right one, and reminded until somebody answers."""
    with store.transaction():
        if not invitations.take(store, invitation.id, person, name, None, now):
            return False
        deadlines.put(store, DEADLINE, invitation.id, working(now + REMIND))
        _ask(store, invitation.id, city, now)
    return True


def remind(store: Store, deadline: Deadline, city: Sequence[int], now: int) -> None:
    """Nobody has confirmed or refused the account yet: the city is reminded; in the end the account hears a no."""
    invitation = invitations.get(store, deadline.subject)
    if invitation is None or not invitation.waiting:
        return
    if (later := working(now)) == now and now - (invitation.taken or now) >= LAPSE and invitation.taken_by is not None:
        invitations.decide(store, invitation.id, None, now, accepted=False)
        deliveries.put(store, invitation.taken_by, "coordinator.refused", now, county=invitation.subject)
        return
    if later == now:
        _ask(store, invitation.id, city, now)
        later = working(now + REMIND)
    deadlines.put(store, DEADLINE, invitation.id, later)


def _ask(store: Store, invitation: int, city: Sequence[int], now: int) -> None:
    for one in city:
        deliveries.put_once(store, one, "coordinator.taken", now, invitation=invitation)


def decide(store: Store, invitation: int, by: int, now: int, *, accepted: bool) -> Invitation | None:
    """Confirm the account that took it, which takes office, or refuse it; it is told. None: it was decided before."""
    with store.transaction():
        before = invitations.decide(store, invitation, by, now, accepted=accepted)
        if before is None or before.taken_by is None:
            return None
        deadlines.drop(store, DEADLINE, invitation)
        if accepted:
            appoint(store, before.subject, before.taken_by, before.name or "", by, now)
        else:
            deliveries.put(store, before.taken_by, "coordinator.refused", now, county=before.subject)
    return before


def appoint(store: Store, county: str, person: int, name: str, by: int, now: int) -> None:
    """The person takes office: is told, and what nobody at the city has taken on yet is the county's turn from now on."""
    with store.transaction():
        store.execute(
            "INSERT INTO coordinators (county, person, since, appointed_by, name) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (county, person) DO UPDATE SET since = excluded.since, until = NULL,"
            " appointed_by = excluded.appointed_by, name = excluded.name",
            (county, person, now, by, name),
        )
        store.audit(now, by, "coordinator.appointed", f"county:{county}")
        deliveries.put(store, person, "coordinator.appointed", now, county=county)
        if coordinators.at(store, county):
            _hand_over(store, county, "city", "county", now)


def end(store: Store, county: str, person: int, by: int | None, now: int, *, city: Collection[int] = ()) -> bool:
    """The person leaves office: what they had in hand goes on without them. False: they were not in office.

    They no longer see the cases, unless they are of the ``city``'s office; their name is forgotten. Afterwards, so that no
    contact stays in their chat: ``disclosures.roles_changed``.
    """
    with store.transaction():
        changed = store.execute(
            "UPDATE coordinators SET until = ?, name = '' WHERE county = ? AND person = ? AND until IS NULL",
            (now, county, person),
        ).rowcount
        if not changed:
            return False
        store.audit(now, by, "coordinator.ended", f"county:{county}")
        store.execute(f"UPDATE interests SET handler = NULL WHERE county = ? AND handler = ? AND {OPEN}", (county, person))
        store.execute(
            "UPDATE questions SET assigned = NULL WHERE county = ? AND assigned = ? AND state = 'open'", (county, person)
        )
        if person not in city:
            _take_away(store, county, person, now)
        if not coordinators.at(store, county):
            _hand_over(store, county, "county", "city", now)
        deliveries.put(store, person, "coordinator.ended", now, county=county)
    return True


IN_OFFICE = (
    "{person} IN (SELECT value FROM json_each(:city)) OR EXISTS (SELECT 1 FROM coordinators c"
    " WHERE c.person = {person} AND c.county = {county} AND c.until IS NULL)"
)
VACATED = tuple(
    f"UPDATE {table} SET {column} = NULL WHERE {column} IS NOT NULL AND {still_open}"
    f" AND NOT ({IN_OFFICE.format(person=column, county=f'{table}.county')})"
    for table, column, still_open in (("interests", "handler", OPEN), ("questions", "assigned", "state = 'open'"))
)
"""What was in the hands of somebody who is of no office any more is in nobody's."""
LEFT_CARDS = (
    "SELECT c.interest, c.person, c.message FROM cards c JOIN interests i ON i.id = c.interest"
    f" WHERE NOT ({IN_OFFICE.format(person='c.person', county='i.county')})"
    " AND c.person NOT IN (SELECT person FROM members m WHERE m.organisation = i.organisation OR m.organisation IN"
    "  (SELECT organisation FROM group_members g WHERE g.interest = i.id))"
    " AND NOT EXISTS (SELECT 1 FROM group_members g WHERE g.interest = i.id AND g.person = c.person)"
)
LEFT_QUESTIONS = (
    "SELECT d.id, d.person, d.message FROM deliveries d JOIN questions q ON q.id = json_extract(d.args, '$.question')"
    " WHERE d.notice IS NULL AND d.state = 'sent' AND d.message IS NOT NULL AND d.view LIKE 'office.question%'"
    f" AND q.person != d.person AND NOT ({IN_OFFICE.format(person='d.person', county='q.county')})"
)


def vacate(store: Store, city: Collection[int], now: int) -> None:
    """At the start: who was taken from the city's list has nothing in hand any more; cards and questions go from the chat."""
    who = {"city": json.dumps(sorted(city))}
    with store.transaction():
        for statement in VACATED:
            store.connection.execute(statement, who)
        for row in store.connection.execute(LEFT_CARDS, who).fetchall():
            store.execute("DELETE FROM cards WHERE interest = ? AND person = ?", (row["interest"], row["person"]))
            deliveries.put(store, row["person"], "message.not_yours", now, message=row["message"])
            facts.viewer_gone(store, row["person"], now)
        for row in store.connection.execute(LEFT_QUESTIONS, who).fetchall():
            store.execute("UPDATE deliveries SET message = NULL WHERE id = ?", (row["id"],))
            deliveries.put(store, row["person"], "message.not_yours", now, message=row["message"])


def _hand_over(store: Store, county: str, before: str, after: str, now: int) -> None:
    """What is ``before``'s turn in a county and in nobody's hands is ``after``'s; the turn goes on, and buttons stay good."""
    for row in store.all(
        f"SELECT id FROM interests WHERE county = ? AND turn = ? AND handler IS NULL AND {OPEN} ORDER BY id", (county, before)
    ):
        store.execute("UPDATE interests SET turn = ? WHERE id = ?", (after, row["id"]))
        interest = interests.get(store, row["id"])
        if interest is not None:
            interests.note(store, interest, "reassign", after, now)
    for row in store.all(
        "SELECT id FROM questions WHERE county = ? AND turn = ? AND assigned IS NULL ORDER BY id", (county, before)
    ):
        store.execute("UPDATE questions SET turn = ? WHERE id = ?", (after, row["id"]))
        question = questions.get(store, row["id"])
        if question is not None:
            questions.note(store, question, "hand", None, now)


def _take_away(store: Store, county: str, person: int, now: int) -> None:
    """The cards and questions of the county go from the person's chat, but for those that are theirs in another way."""
    shown = store.all(
        "SELECT c.message, c.interest FROM cards c JOIN interests i ON i.id = c.interest WHERE c.person = ?1"
        " AND i.county = ?2 AND i.person != ?1 AND NOT EXISTS (SELECT 1 FROM members m WHERE m.person = ?1"
        " AND (m.organisation = i.organisation OR m.organisation IN"
        "  (SELECT organisation FROM group_members g WHERE g.interest = i.id AND g.state = 'agreed')))",
        (person, county),
    )
    for row in shown:
        store.execute("DELETE FROM cards WHERE interest = ? AND person = ?", (row["interest"], person))
        store.execute(
            "DELETE FROM deliveries WHERE person = ? AND state = 'pending' AND notice IS NULL"
            " AND (view = 'card' OR view LIKE 'office.%') AND json_extract(args, '$.interest') = ?",
            (person, row["interest"]),
        )
    mail = store.all(
        "SELECT d.message FROM deliveries d JOIN questions q ON q.id = json_extract(d.args, '$.question')"
        " WHERE d.person = ?1 AND d.state = 'sent' AND d.message IS NOT NULL AND d.view LIKE 'office.question%'"
        " AND q.county = ?2 AND q.person != ?1",
        (person, county),
    )
    for row in (*shown, *mail):
        deliveries.put(store, person, "message.not_yours", now, message=row["message"])
    facts.viewer_gone(store, person, now)
    for row in store.all(
        "SELECT c.interest FROM cards c JOIN interests i ON i.id = c.interest WHERE c.person = ? AND i.county = ?",
        (person, county),
    ):
        cards.put(store, row["interest"], person, now, force=True)  # theirs in another way: without the office's buttons
