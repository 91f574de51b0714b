"""Audiences: who gets a notice. One query, with everything bound, makes the list, the numbers and the frozen recipients.

Conditions of different kinds must all hold; of one kind, one is enough. Nobody gets what they did not tick, muted or blocked:
those are in the query as well, each with the reason.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace

from knowledge.clock import DAY
from knowledge.records.store import Row, Store

ROLES = ("organisation", "coordinator", "administrator", "visitor")
"""Of an organisation · of a county's office · of the city's office · nothing of these."""
SILENT = (14, 30, 90, 180)
"""Days without a word that are offered."""
REASONS = ("no_consent", "blocked", "muted_until", "muted_topic", "expired", "stopped")
"""Why somebody in the audience is left out."""


def place(why: str) -> int:
    """Where a reason stands among the others, as they are shown."""
    return REASONS.index(why) if why in REASONS else len(REASONS)


class Audience(Struct, frozen=True):
    """Whom a notice is for; nothing chosen: everybody who ticked notices. ``silent``: not heard from for so many days."""

    fields: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    """Provinces (山东) and cities (山东/泰安)."""
    counties: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    silent: int = 0

    def toggled(self, kind: str, value: str) -> Audience:
        """With this condition if it was not there, without it if it was. Raises KeyError for a kind that does not exist."""
        if kind == "silent":
            days = int(value) if value.isdigit() else 0
            return replace(self, silent=0 if days == self.silent else days)
        if kind not in KINDS:
            raise KeyError(kind)
        chosen: tuple[str, ...] = getattr(self, kind)
        more = tuple(one for one in chosen if one != value) if value in chosen else tuple(sorted((*chosen, value)))
        changes: dict[str, Any] = {kind: more}
        return replace(self, **changes)

    def pack(self) -> str:
        """As it is kept."""
        return json.dumps({name: value for name, value in asdict(self).items() if value}, ensure_ascii=False)

    @property
    def everybody(self) -> bool:
        """Whether no condition is set."""
        return self == Audience()


KINDS = Audience.__struct_fields__
"""The kinds of conditions, in the order in which they are shown."""


def unpack(packed: str) -> Audience:
    """What ``pack`` made."""
    kept: dict[str, Any] = json.loads(packed)
    chosen: dict[str, Any] = {n: value if n == "silent" else tuple(value) for n, value in kept.items() if n in KINDS}
    return Audience(**chosen)


class Scope(Struct, frozen=True):
    """What an audience is asked for: the topic and the moment of the notice, who is of the city's office, a default language.

    ``county``: only people concerned with this county. ``person``: only this one.
    """

    topic: str
    at: int
    owners: tuple[int, ...] = ()
    default_lang: str = "zh"
    county: str | None = None
    person: int | None = None

    def pack(self) -> str:
        """As it is kept while recipients are being frozen."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def unpack(cls, packed: str) -> Scope:
        """What ``pack`` made."""
        kept = json.loads(packed)
        return cls(**{**kept, "owners": tuple(kept["owners"])})


LANG = (
    "coalesce(p.lang, p.heard, CASE WHEN p.client IS NULL OR p.client = '' THEN :default_lang"
    " WHEN p.client LIKE 'zh%' THEN 'zh' ELSE 'en' END)"
)


def _any(name: str) -> str:
    return f"(SELECT value FROM json_each(:{name}))"


def _interest(condition: str) -> str:
    """Somebody has an interest, in person or through the organisation, that fits."""
    return (
        f"(EXISTS (SELECT 1 FROM interests i WHERE i.person = p.id AND {condition})"
        " OR EXISTS (SELECT 1 FROM members m JOIN interests i ON i.organisation = m.organisation"
        f" WHERE m.person = p.id AND {condition}))"
    )


def _organisation(condition: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM members m JOIN organisations o ON o.id = m.organisation WHERE m.person = p.id AND {condition})"
    )


MEMBER = "EXISTS (SELECT 1 FROM members m WHERE m.person = p.id)"
COORDINATOR = "EXISTS (SELECT 1 FROM coordinators c WHERE c.person = p.id AND c.until IS NULL)"
ADMINISTRATOR = f"p.id IN {_any('owners')}"
HERE = "(:county IS NULL OR i.county = :county)"
"""Of the interests in other counties nobody learns anything who asks for one county's people."""
WHY = (
    "CASE WHEN NOT coalesce((SELECT given FROM consents c INDEXED BY consents_notices"  # it holds all that is asked
    " WHERE c.person = p.id AND c.purpose = 'notices' ORDER BY c.id DESC LIMIT 1), 0) THEN 'no_consent'"
    " WHEN p.unreachable IS NOT NULL THEN 'blocked'"
    " WHEN p.id IN (SELECT m.person FROM mutes m WHERE m.topic = '' AND (m.until IS NULL OR m.until > :at))"
    " THEN 'muted_until'"
    " WHEN p.id IN (SELECT m.person FROM mutes m WHERE m.topic = :topic) THEN 'muted_topic' END"
)
CONDITIONS = (
    "p.id > :after AND p.id <= :upto",
    "p.started IS NOT NULL",
    f"(:langs IS NULL OR {LANG} IN {_any('langs')})",
    "(:silent IS NULL OR p.last_seen < :silent)",
    (
        "(:roles IS NULL"
        f" OR ('organisation' IN {_any('roles')} AND {MEMBER})"
        f" OR ('coordinator' IN {_any('roles')} AND {COORDINATOR})"
        f" OR ('administrator' IN {_any('roles')} AND {ADMINISTRATOR})"
        f" OR ('visitor' IN {_any('roles')} AND NOT {MEMBER} AND NOT {COORDINATOR} AND NOT {ADMINISTRATOR}))"
    ),
    "(:kinds IS NULL OR " + _organisation(f"o.kind IN {_any('kinds')}") + ")",
    "(:origins IS NULL OR "
    + _organisation(f"(o.province IN {_any('origins')} OR o.province || '/' || o.city IN {_any('origins')})")
    + ")",
    "(:fields IS NULL OR "
    + _interest(f"i.need IN (SELECT n.id FROM needs n WHERE n.field IN {_any('fields')}) AND {HERE}")
    + " OR "
    + _organisation(f"EXISTS (SELECT 1 FROM json_each(o.fields) f WHERE f.value IN {_any('fields')})")
    + ")",
    "((:counties IS NULL AND :stages IS NULL) OR "
    + _interest(
        f"(:counties IS NULL OR i.county IN {_any('counties')}) AND (:stages IS NULL OR i.stage IN {_any('stages')}) AND {HERE}"
    )
    + ")",
    "(:county IS NULL OR "
    + _interest("i.county = :county")
    + " OR EXISTS (SELECT 1 FROM coordinators c WHERE c.person = p.id AND c.county = :county AND c.until IS NULL))",
)
NAMED = f"SELECT p.id AS person, {WHY} AS why, {{more}} FROM people p WHERE {' AND '.join(CONDITIONS)}"
QUERY = NAMED.format(more=f"{LANG} AS lang")
"""Everybody whom an audience names: person, language, and why they are left out (NULL: they get it)."""

ORGANISATION = (
    "(SELECT o.name FROM members m JOIN organisations o ON o.id = m.organisation WHERE m.person = {person}"
    " ORDER BY m.since DESC LIMIT 1)"
)
"""What stands for a person in a list: the organisation, which is no personal datum."""

Values = dict[str, str | int | None]
Slice = tuple[int, int]
"""People by their numbers: those after the first up to the second."""
EVERYBODY: Slice = (-(2**63), 2**63 - 1)
SLICE = 5000
"""People who are looked at in one go: it takes some hundredths of a second, in which nobody else is served."""


def cut(store: Store, after: int = EVERYBODY[0]) -> Slice:
    """The next people after this one, at most ``SLICE`` of them; the last slice is open."""
    upto = store.value("SELECT id FROM people WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?", (after, SLICE - 1))
    return (after, EVERYBODY[1] if upto is None else upto)


def slices(store: Store) -> Iterator[Slice]:
    """Everybody, in slices. Others may be served between two of them."""
    one = cut(store)
    while one[1] != EVERYBODY[1]:
        yield one
        one = cut(store, one[1])
    yield one


def values(audience: Audience, scope: Scope, among: Slice = EVERYBODY) -> Values:
    """What is bound to the query."""
    after, upto = among if scope.person is None else (scope.person - 1, scope.person)
    chosen = {name: getattr(audience, name) for name in KINDS if name != "silent"}
    bound: Values = {name: json.dumps(one, ensure_ascii=False) if one else None for name, one in chosen.items()}
    return bound | {
        "silent": scope.at - audience.silent * DAY if audience.silent else None,
        "owners": json.dumps(scope.owners),
        "default_lang": scope.default_lang,
        "topic": scope.topic,
        "at": scope.at,
        "county": scope.county,
        "after": after,
        "upto": upto,
    }


class Reach(Struct, frozen=True):
    """How many get it, by language, and how many are left out, by reason."""

    langs: dict[str, int]
    left_out: dict[str, int]

    @property
    def total(self) -> int:
        """How many get it."""
        return sum(self.langs.values())

    def __add__(self, other: Reach) -> Reach:
        """Both together, in the order in which they are shown."""
        langs, left_out = Counter(self.langs) + Counter(other.langs), Counter(self.left_out) + Counter(other.left_out)
        return Reach(dict(sorted(langs.items(), reverse=True)), {why: left_out[why] for why in REASONS if why in left_out})


def reach(store: Store, audience: Audience, scope: Scope, among: Slice = EVERYBODY) -> Reach:
    """The numbers of an audience, as things stand now."""
    store.flush()
    rows = store.connection.execute(
        f"SELECT lang, why, count(*) AS n FROM ({QUERY}) GROUP BY lang, why", values(audience, scope, among)
    ).fetchall()
    found = Reach({}, {})
    for row in rows:
        found += Reach({}, {row["why"]: row["n"]}) if row["why"] else Reach({row["lang"]: row["n"]}, {})
    return found


def people(store: Store, audience: Audience, scope: Scope, among: Slice = EVERYBODY) -> list[int]:
    """Who gets it."""
    store.flush()
    rows = store.connection.execute(
        f"SELECT person FROM ({QUERY}) WHERE why IS NULL ORDER BY person", values(audience, scope, among)
    )
    return [row["person"] for row in rows]


def named(store: Store, found: Sequence[int]) -> list[Row]:
    """These people with their organisations, where they have one."""
    return store.all(
        f"SELECT value AS person, {ORGANISATION.format(person='value')} AS organisation FROM json_each(?)",
        (json.dumps(found),),
    )


def why_not(store: Store, scope: Scope) -> str | None:
    """Why the person of the scope gets nothing of its topic at its moment; None if they get it."""
    row = store.connection.execute(QUERY, values(Audience(), scope)).fetchone()
    return row["why"] if row else "no_consent"


def freeze(store: Store, notice: int, audience: Audience, scope: Scope, due: int, among: Slice = EVERYBODY) -> None:
    """Write a row for everybody whom the audience names: to be sent, or left out and why. Within a transaction."""
    store.connection.execute(
        "INSERT INTO deliveries (person, notice, view, state, due, error, updated)"
        " SELECT person, :notice, 'notice', CASE WHEN why IS NULL THEN 'pending' ELSE 'left_out' END, :due, why, :due"
        f" FROM ({NAMED.format(more='1')} ORDER BY p.id LIMIT -1)",  # with a limit "why" is found once and not at each use
        values(audience, scope, among) | {"notice": notice, "due": due},
    )


def leave_out(store: Store, notice: int, state: str, scope: Scope, among: Slice) -> None:
    """Leave out who does not want the notice any more, of those whose copy stands so. Within a transaction."""
    store.connection.execute(
        "UPDATE deliveries SET state = 'left_out', error = found.why, updated = :at"
        f" FROM (SELECT p.id AS person, {WHY} AS why FROM people p WHERE p.id IN (SELECT d.person FROM deliveries d"
        "  WHERE d.notice = :notice AND d.state = :state AND d.person > :after AND d.person <= :upto) LIMIT -1) found"
        " WHERE deliveries.notice = :notice AND deliveries.person = found.person AND deliveries.state = :state"
        " AND found.why IS NOT NULL",
        values(Audience(), scope, among) | {"notice": notice, "state": state},
    )


def origins(store: Store) -> list[str]:
    """The provinces and cities that organisations come from, as conditions."""
    rows = store.all(
        "SELECT DISTINCT province AS one FROM organisations WHERE province != '' UNION"
        " SELECT DISTINCT province || '/' || city FROM organisations WHERE province != '' AND city != '' ORDER BY 1"
    )
    return [row["one"] for row in rows]
