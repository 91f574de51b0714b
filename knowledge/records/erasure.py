"""Erasure: a person is forgotten, also with open cases, and is forgotten again when an older copy of the database is put back.

What counts for others stays without the person: the stages of interests and when they were reached, the numbers of notices.
Beside the database lies ``<database>.erased``, a list of ids and times only: a database that is put back does not know of
later erasures.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from knowledge.records import (
    appointments,
    cards,
    coordinators,
    deliveries,
    disclosures,
    facts,
    groups,
    interests,
    members,
    organisations,
    people,
    verification,
)
from knowledge.records.store import Store

Office = Callable[[str], list[int]]
"""Who takes care of a county's cases."""
NOBODY = 0
"""Stands for an erased person where a row has to name one."""
BLANK = "—"
"""Stands for erased words where a row has to have some."""
WORDS = "=erased"
"""The reason of the event that withdraws an open interest: a button's id, shown in the reader's language."""

ALONE_IN = (
    "SELECT organisation FROM members m WHERE person = :person"
    " AND NOT EXISTS (SELECT 1 FROM members o WHERE o.organisation = m.organisation AND o.person != m.person)"
    " UNION SELECT o.id FROM organisations o JOIN audit a ON a.object = 'organisation:' || o.id AND a.action = 'member.left'"
    " WHERE a.actor = :person AND o.merged IS NULL AND NOT EXISTS (SELECT 1 FROM members WHERE organisation = o.id)"
)
"""The organisations that lose their name with the person: where nobody else is, also those that they were the last to leave."""

OF_WORDS: tuple[str, ...] = (
    "UPDATE interest_events SET reason = NULL WHERE interest = :interest AND substr(reason, 1, 1) != '='",
    "UPDATE interest_events SET note = NULL WHERE interest = :interest AND role != 'clock'",
)
"""What is done to each interest that a partner of the group leads now, after the person did: both sides' words go."""

OF_INTEREST: tuple[str, ...] = (
    *OF_WORDS,
    "DELETE FROM facts WHERE interest = :interest AND kind != 'figure'",
    "DELETE FROM publications WHERE interest = :interest",
    (  # forms about it, whosever they are: they begin with what is known
        "DELETE FROM drafts WHERE form IN"
        " ('checklist', 'figures', 'publish', 'precedent', 'words', 'decline', 'stop', 'withdraw')"
        " AND (subject = :interest OR subject LIKE :interest || '.%')"
    ),
    "UPDATE interests SET person = :nobody, offer = :blank WHERE id = :interest",
)
"""What is done to each interest that the person registered: the words of both sides go, the stages stay."""

OF_PERSON: tuple[str, ...] = (
    "UPDATE interest_events SET reason = NULL WHERE actor = :person AND substr(reason, 1, 1) != '='",
    "UPDATE interest_events SET note = NULL WHERE actor = :person",
    "UPDATE interest_events SET actor = NULL WHERE actor = :person",
    "UPDATE interests SET handler = NULL WHERE handler = :person",
    "UPDATE facts SET by = NULL WHERE by = :person",
    "UPDATE publications SET asked_by = :nobody WHERE asked_by = :person",
    "UPDATE publications SET answered_by = NULL WHERE answered_by = :person",
    "UPDATE group_members SET person = :nobody, state = 'left', contacts = 0, offer = '' WHERE person = :person",
    (
        f"WITH RECURSIVE lost (id) AS ({ALONE_IN} UNION SELECT o.id FROM organisations o JOIN lost ON o.merged = lost.id)"
        " UPDATE organisations SET name = :blank, offer = NULL, code = NULL, verified_note = NULL"
        " WHERE id IN (SELECT id FROM lost)"
    ),
    "DELETE FROM members WHERE person = :person",
    "UPDATE organisations SET verified_by = :nobody WHERE verified_by = :person",
    "DELETE FROM drafts WHERE person = :person",
    "DELETE FROM question_events WHERE question IN (SELECT id FROM questions WHERE person = :person)",
    "DELETE FROM deadlines WHERE kind LIKE 'question.%' AND subject IN (SELECT id FROM questions WHERE person = :person)",
    "DELETE FROM questions WHERE person = :person",
    "UPDATE question_events SET actor = NULL WHERE actor = :person",
    "UPDATE questions SET assigned = NULL WHERE assigned = :person",
    "UPDATE invitations SET made_by = :nobody WHERE made_by = :person",
    "UPDATE invitations SET taken_by = NULL, name = NULL, phone = NULL WHERE taken_by = :person",
    "UPDATE invitations SET decided_by = NULL WHERE decided_by = :person",
    "DELETE FROM coordinators WHERE person = :person",
    "UPDATE coordinators SET appointed_by = :nobody WHERE appointed_by = :person",
    "UPDATE duplicates SET decided_by = NULL WHERE decided_by = :person",
    "DELETE FROM merged_rows WHERE what IN ('member', 'both', 'first_contact') AND row = :person",
    "DELETE FROM cards WHERE person = :person",
    (
        "DELETE FROM deliveries WHERE person = :person AND notice IS NULL AND view NOT IN ('message.taken_back',"
        f" 'message.not_yours') AND NOT (view IN ('{disclosures.VIEW}', '{facts.VIEW}') AND state IN ('sending', 'sent'))"
    ),
    (
        "UPDATE deliveries SET person = -id, message = NULL, error = CASE state WHEN 'left_out' THEN error END,"
        " state = CASE WHEN state IN ('pending', 'failed', 'unknown') THEN 'gone' ELSE state END"  # nothing is tried again
        " WHERE person = :person AND notice IS NOT NULL"
    ),
    "UPDATE notices SET state = 'stopped', version = version + 1 WHERE author = :person AND state = 'draft'",
    "UPDATE notices SET author = :nobody, panel = NULL WHERE author = :person",
    "DELETE FROM consents WHERE person = :person",
    "DELETE FROM mutes WHERE person = :person",
    "UPDATE leavings SET person = NULL WHERE person = :person",
    "DELETE FROM disclosures WHERE owner = :person",
    "UPDATE disclosures SET viewer = :nobody WHERE viewer = :person",
    "UPDATE audit SET actor = NULL WHERE actor = :person",
    (
        "UPDATE inbox SET payload = NULL, result = NULL WHERE payload IS NOT NULL AND update_id != :cause AND :person IN"
        " (json_extract(payload, '$.message.from.id'), json_extract(payload, '$.edited_message.from.id'),"
        "  json_extract(payload, '$.callback_query.from.id'), json_extract(payload, '$.my_chat_member.from.id'))"
    ),
    "DELETE FROM people WHERE id = :person",
)
"""What is done wherever the person is named, in an order that the references between the tables allow."""


def erase(store: Store, person: int, office: Office, now: int, *, cause: int | None = None) -> None:
    """Forget the person, in one transaction: open interests are withdrawn and their parties told, messages about them blanked.

    Where the organisation has other members, its interests go on with them.
    ``cause``: the update that asked for it, which is still to be answered. Afterwards, outside the transaction: ``seal``.
    """
    led: set[int] = set()
    with store.transaction():
        for organisation in organisations.of_person(store, person):
            if len(organisations.members(store, organisation.id)) > 1:  # the cases go on with a colleague
                members.leave(store, organisation.id, person, office, now)
            else:
                led |= _led(store, organisation.id, person)
                groups.withdraw(store, organisation.id, person, office, now)
                members.close_door(store, organisation.id, person, now)
                verification.end(store, organisation.id)
        mine = interests.of_person(store, person)
        led -= {interest.id for interest in mine}
        for interest in mine:
            if interest.open:
                interests.move(
                    store,
                    interest.id,
                    interest.version,
                    "withdraw",
                    actor=person,
                    role="organisation",
                    office=[one for one in office(interest.county) if one != person],
                    words=WORDS,
                    now=now,
                )
        for county in coordinators.counties(store, person):
            appointments.end(store, county, person, None, now)
        _take_back(store, person, [*led, *(interest.id for interest in mine)], now)
        store.execute("INSERT INTO people (id, first_seen, last_seen) VALUES (?, 0, 0) ON CONFLICT (id) DO NOTHING", (NOBODY,))
        for number in led:
            _run(store, OF_WORDS, {"interest": number})
        for interest in mine:
            _run(store, OF_INTEREST, {"interest": interest.id, "nobody": NOBODY, "blank": BLANK})
        _run(store, OF_PERSON, {"person": person, "nobody": NOBODY, "blank": BLANK, "cause": cause or -1})
        store.execute(
            "INSERT INTO erasures (person, at) VALUES (?, ?) ON CONFLICT (person) DO UPDATE SET at = excluded.at", (person, now)
        )
        store.audit(now, None, "person.erased", "person")


def _led(store: Store, organisation: int, person: int) -> set[int]:
    """The interests that the organisation registered, leads or has led; a partner of its group may lead them by now."""
    rows = store.all(
        "SELECT interest FROM interest_events WHERE (move = 'register' AND actor = ?) OR (move = 'take_lead' AND note = ?)"
        " UNION SELECT interest FROM group_members WHERE organisation = ? AND role = 'lead'",
        (person, str(organisation), organisation),
    )
    return {row["interest"] for row in rows}


def _run(store: Store, statements: tuple[str, ...], values: dict[str, int | str]) -> None:
    for statement in statements:
        named = {name: value for name, value in values.items() if f":{name}" in statement}
        store.connection.execute(statement, named)


def _take_back(store: Store, person: int, mine: list[int], now: int) -> None:
    """Take back every message to others that showed the contact, blank every one about the person's matters.

    What the person was shown of others for a day goes from their own chat.

    The living cards are shown anew, from the rows as they are then.
    """
    disclosures.owner_changed(store, person, now)
    disclosures.viewer_gone(store, person, now)
    facts.viewer_gone(store, person, now)
    asked = [row["id"] for row in store.all("SELECT id FROM questions WHERE person = ?", (person,))]
    for row in store.all("SELECT interest FROM group_members WHERE person = ?", (person,)):
        cards.refresh(store, row["interest"], now, force=True)
    for interest in mine:
        cards.refresh(store, interest, now, force=True)
        facts.take_back_photos(store, interest, now)
    taken = [row["id"] for row in store.all("SELECT id FROM invitations WHERE taken_by = ?", (person,))]
    named = [row["organisation"] for row in store.connection.execute(ALONE_IN, {"person": person})]
    for name, subjects in (("interest", mine), ("question", asked), ("invitation", taken), ("organisation", named)):
        for subject in subjects:
            for row in store.all(
                "SELECT id, person, message FROM deliveries WHERE (state = 'sending' OR state = 'sent' AND message IS NOT NULL)"
                " AND notice IS NULL"
                f" AND view NOT IN ('{cards.VIEW}', '{facts.VIEW}')"
                f" AND person != ? AND json_extract(args, '$.{name}') = ?",
                (person, subject),
            ):
                which = {"message": row["message"]} if row["message"] else {"delivery": row["id"]}  # it is on its way
                deliveries.put(store, row["person"], "message.blank", now, **which)


def withdraw_consent(store: Store, person: int, purpose: str, now: int) -> None:
    """Take back one consent: nothing more is asked for or shown on its ground; without "keep" the contact is forgotten."""
    with store.transaction():
        people.consent(store, person, (purpose,), given=False, now=now)
        store.execute("DELETE FROM drafts WHERE person = ?", (person,))
        if purpose in {"keep", "pass_on"}:
            disclosures.owner_changed(store, person, now)
        if purpose == "keep":
            store.execute("UPDATE members SET name = '', phone = NULL WHERE person = ?", (person,))
            store.execute("UPDATE invitations SET name = NULL, phone = NULL WHERE taken_by = ?", (person,))


def seal(store: Store) -> None:
    """After the commit: note the erasures beside the database, and leave no trace in the write-ahead log."""
    _write_list(store)
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def apply_again(store: Store, office: Office, now: int) -> int:
    """At the start: forget again whom the list beside the database names and the database does not, because it was put back.

    Returns how many. Whoever came back after an erasure that this database knows is left alone.
    """
    known = _known(store)
    again = [person for person, at in _listed(store) if known.get(person, -1) < at]
    for person in again:
        erase(store, person, office, now)
    if again or known:
        seal(store)
    return len(again)


def list_beside(store: Store) -> Path:
    """The file that lists the erased."""
    return store.path.with_name(f"{store.path.name}.erased")


def _known(store: Store) -> dict[int, int]:
    return {row["person"]: row["at"] for row in store.all("SELECT person, at FROM erasures ORDER BY person")}


def _listed(store: Store) -> Iterator[tuple[int, int]]:
    try:
        lines = list_beside(store).read_text("ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        person, _, at = line.partition(" ")
        if person.isdigit() and at.isdigit():  # a line cut short by a power cut is in the database
            yield int(person), int(at)


def _write_list(store: Store) -> None:
    """Write the whole list to a new file and put it in place of the old one: never half a list."""
    if str(store.path) == ":memory:":
        return
    merged = dict(_listed(store))
    for person, at in _known(store).items():
        merged[person] = max(at, merged.get(person, 0))
    target = list_beside(store)
    if target.exists() and merged == dict(_listed(store)):
        return
    new = target.with_name(f"{target.name}.new")
    with new.open("w", encoding="ascii") as file:
        file.writelines(f"{person} {at}\n" for person, at in sorted(merged.items()))
        file.flush()
        os.fsync(file.fileno())
    new.replace(target)
