"""Export: everything that is kept of a person, and nothing of anybody else, as plain data for a JSON file."""

from __future__ import annotations

import json
from typing import Any

from knowledge.clock import in_shanghai
from knowledge.records.store import Store

Record = dict[str, Any]

SAID = (
    "(e.role NOT IN ('organisation', 'member') OR e.actor IS NULL OR e.actor = :person OR e.actor IN"
    " (SELECT m.person FROM members m WHERE m.organisation = i.organisation))"
)
"""Words of an event that are the organisation's or were said to it: not those of one that led the group before."""
SECTIONS: dict[str, str] = {
    "consents": "SELECT purpose, version, given, at FROM consents WHERE person = :person ORDER BY id",
    "organisations": "SELECT o.name, o.kind, o.province, o.city, o.fields, o.offer, o.size, o.code,"
    " o.verified, o.verified_until, m.role, m.name AS contact, m.phone,"
    " m.since FROM members m JOIN organisations o ON o.id = m.organisation WHERE m.person = :person ORDER BY o.id",
    "interests": "SELECT id, county, need, task, offer, grouped, part_of, stage, created, updated FROM interests"
    " WHERE person = :person ORDER BY id",
    "events": "SELECT e.interest, e.at, e.move, e.before, e.after, e.role AS by,"
    f" CASE WHEN {SAID} THEN e.reason END AS reason, CASE WHEN {SAID} THEN e.note END AS note FROM interest_events e"
    " JOIN interests i ON i.id = e.interest WHERE i.person = :person ORDER BY e.id",
    "facts": "SELECT f.interest, f.kind, f.key, f.value, f.at, f.role AS by FROM facts f JOIN interests i ON i.id = f.interest"
    " WHERE f.by = :person OR i.person = :person ORDER BY f.id",
    "publications": "SELECT p.interest, p.asked, p.answered, p.agreed FROM publications p"
    " JOIN interests i ON i.id = p.interest WHERE i.person = :person ORDER BY p.interest",
    "groups": "SELECT interest, role, state, asked_by, offer, contacts, heir, at FROM group_members WHERE person = :person"
    " ORDER BY interest",
    "questions": "SELECT id, kind, text, about, county, state, created FROM questions WHERE person = :person ORDER BY id",
    "answers": "SELECT e.question, e.at, e.role AS by, e.move, e.words FROM question_events e"
    " JOIN questions q ON q.id = e.question WHERE q.person = :person AND e.move != 'put' ORDER BY e.id",
    "drafts": "SELECT form, subject, answers, held, updated FROM drafts WHERE person = :person ORDER BY id",
    "offices": "SELECT county, name, since, until FROM coordinators WHERE person = :person ORDER BY county",
    "invitations": "SELECT purpose, subject, made, expires, taken, decided, accepted,"
    " CASE WHEN taken_by = :person THEN name END AS contact, CASE WHEN taken_by = :person THEN phone END AS phone"
    " FROM invitations WHERE :person IN (made_by, taken_by) ORDER BY id",
    "shown_to": "SELECT at, role, interest, taken_back FROM disclosures WHERE owner = :person ORDER BY id",
    "looked_at": "SELECT at, role, interest FROM disclosures WHERE viewer = :person ORDER BY id",
    "actions": "SELECT at, action, object FROM audit WHERE actor = :person ORDER BY id",
    "mutes": "SELECT topic, until, at FROM mutes WHERE person = :person ORDER BY topic",
    "leavings": "SELECT what, reason, at FROM leavings WHERE person = :person ORDER BY id",
    "messages": "SELECT updated AS at, CASE WHEN notice IS NULL THEN view ELSE 'notice' END AS what, state FROM deliveries"
    " WHERE person = :person ORDER BY id",
}
"""By section of the file, the rows that it holds."""
PERSON = "SELECT id, lang, heard, client, started, unreachable, first_seen, last_seen FROM people WHERE id = :person"
TIMES = frozenset(
    "at since until created updated made expires taken decided verified verified_until"
    " taken_back started unreachable first_seen last_seen".split()
)


def of_person(store: Store, person: int) -> Record:
    """What is kept of the person; empty sections are left out."""
    store.flush()
    found = store.connection.execute(PERSON, {"person": person}).fetchone()
    data: Record = {"person": _record(dict(found))} if found else {}
    for name, statement in SECTIONS.items():
        rows = [_record(dict(row)) for row in store.connection.execute(statement, {"person": person})]
        if rows:
            data[name] = rows
    return data


def as_file(data: Record) -> bytes:
    """The file that a person gets."""
    return json.dumps(data, ensure_ascii=False, indent=1).encode()


def _record(row: Record) -> Record:
    """A row for people to read: times as dates, answers of a form by name, nothing where nothing is."""
    made = {key: _read(key, value) for key, value in row.items()}
    return {key: value for key, value in made.items() if value is not None}


def _read(key: str, value: Any) -> Any:
    if key in TIMES and isinstance(value, int):
        return in_shanghai(value).isoformat()
    return json.loads(value) if key in {"answers", "fields"} and value else value
