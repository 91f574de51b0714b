"""A random walk through the life of interests: no rule of the table is broken, no event is lost, no card stays stale.

At the level of the records: moves by all roles, taps on buttons of any age, two at once, failing mail, kills, restarts, clock
steps. ``JIEDUI_WALK=100000`` walks so many steps instead of a few; ``python -m tests.test_life 100000`` also says how it went.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from knowledge.clock import DAY, HOUR, MINUTE, working
from knowledge.records import cards, coordinators, deadlines, deliveries, facts, interests, people
from knowledge.records.deliveries import Delivery
from knowledge.records.interests import Interest, Registration
from knowledge.records.moves import CLOSED, MEMBERS, MOVES, OFFICE, OPEN, SIDE, STAGES, UNDO, pace_of
from knowledge.records.store import Store
from knowledge.records.tick import tick

MONDAY = 1_780_279_200
ASKERS, CITY, WUXI, CHENGKOU, STRANGER = (1, 2), (8, 9), 6, 5, 3
PEOPLE = (*ASKERS, *CITY, WUXI, CHENGKOU, STRANGER)
COUNTIES = {"wuxi": WUXI, "chengkou": CHENGKOU}
STEPS = 50
"""Steps of one walk; a long walk is many of them."""
WALK = int(os.environ.get("JIEDUI_WALK", "0"))
OWN_DEADLINES = "SELECT kind FROM deadlines WHERE subject = ? AND (kind = 'undo' OR kind LIKE 'interest.%')"
SINGLE = sorted(move for move in MOVES if not MOVES[move].group)
"""The moves of an interest by itself; those of a group are walked in test_group_life."""
made: Counter[str] = Counter()
"""What happened in all walks, by outcome."""

SUCCESSORS: dict[str, set[tuple[str, str]]] = {
    "submitted": {("accept", "contacted"), ("decline", "declined"), ("withdraw", "withdrawn")},
    "contacted": {("negotiate", "negotiating"), ("decline", "declined"), ("withdraw", "withdrawn")},
    "negotiating": {("sign", "signed"), ("decline", "declined"), ("withdraw", "withdrawn")},
    "signed": {("land", "landed"), ("decline", "declined"), ("withdraw", "withdrawn")},
    "landed": {("complete", "completed"), ("decline", "declined"), ("withdraw", "withdrawn")},
    "completed": set(),
    "declined": set(),
    "withdrawn": set(),
}
"""Written out once more, apart from the table of the product: which move leads where."""


class Life(RuleBasedStateMachine):
    """Two askers, two of the city, a coordinator in each of two counties, a stranger."""

    grouped = False
    """Whether those who register would join a group."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="jiedui-life-"))
        self.store = Store(self.folder / "life.db", channel="terminal")
        self.store.execute("PRAGMA synchronous=OFF")  # what is tested here is no power cut
        self.now = MONDAY
        self.cause = 0
        self.journal: dict[int, list[str]] = {}
        """What the walk itself knows to have happened to each interest: move by move."""
        self.screen: dict[tuple[int, int], tuple[int, int]] = {}
        """By interest and person: the message of the card and what it shows."""
        self.seen: list[tuple[int, int, int]] = []
        """Buttons of every age: interest, version, and the person who had it before their eyes."""
        self.message = 100

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    @initialize()
    def begin(self) -> None:
        for person in PEOPLE:
            people.meet(self.store, person, "zh", self.now)
            people.started(self.store, person, self.now)
        for county, person in COUNTIES.items():
            self.appoint(county, person)
        for person in ASKERS:  # a short walk would seldom come far: one has landed, one is in talks
            self.register(person, "wuxi", "甲")
            for move in ("accept", "negotiate", "sign", "land")[: 2 if person == ASKERS[0] else 4]:
                interest = interests.get(self.store, person)
                assert interest
                self.tries(person, interest.version, CITY[0], move, "city")

    def appoint(self, county: str, person: int) -> None:
        self.store.execute(
            "INSERT INTO coordinators (county, person, since, appointed_by) VALUES (?, ?, ?, 9)"
            " ON CONFLICT (county, person) DO UPDATE SET until = NULL",
            (county, person, self.now),
        )

    # -- what people do ----------------------------------------------------------------------------------------------------

    def office(self, county: str) -> list[int]:
        return [*coordinators.at(self.store, county), *CITY]

    def role(self, interest: Interest, person: int, move: str) -> str:
        """As what a person would make this move, as the conversations find it out; empty for nobody."""
        mine = ["organisation"] if interest.person == person else []
        mine += ["city"] if person in CITY else ["county"] if coordinators.is_one(self.store, person, interest.county) else []
        return next((role for role in mine if role in MOVES[move].roles), "")

    @rule(person=st.sampled_from(ASKERS), county=st.sampled_from(sorted(COUNTIES)), name=st.sampled_from("甲乙"))
    def register(self, person: int, county: str, name: str) -> None:
        self.cause += 1
        wish = Registration(name, "王", None, "帮忙", self.grouped, county, None, "pairing")
        result = interests.register(self.store, person, wish, self.office(county), self.cause, self.now)
        made[f"register {result.outcome}"] += 1
        if result.outcome == "done":
            self.journal[result.interest.id] = ["register"]
            assert result.interest.turn == ("county" if coordinators.at(self.store, county) else "city")

    @precondition(lambda self: self.journal)
    @rule(data=st.data(), person=st.sampled_from(PEOPLE), move=st.sampled_from(SINGLE))
    def moves(self, data: st.DataObject, person: int, move: str) -> None:
        """Somebody tries a move with what they see now, as whatever they are."""
        number = data.draw(st.sampled_from(sorted(self.journal)))
        interest = interests.get(self.store, number)
        assert interest
        self.tries(number, interest.version, person, move, self.role(interest, person, move) or "city")

    @precondition(lambda self: self.journal)
    @rule(data=st.data())
    def moves_well(self, data: st.DataObject) -> None:
        """Somebody makes a move that is theirs: otherwise few interests would come far."""
        interest = interests.get(self.store, data.draw(st.sampled_from(sorted(self.journal))))
        assert interest
        ways = [
            (person, move)
            for move in SINGLE
            if interest.stage in MOVES[move].before
            for person in PEOPLE
            if self.role(interest, person, move)
        ]
        person, move = data.draw(st.sampled_from(ways))
        self.tries(interest.id, interest.version, person, move, self.role(interest, person, move))

    @precondition(lambda self: self.journal)
    @rule(data=st.data())
    def goes_on(self, data: st.DataObject) -> None:
        """The office makes the next step of one of the two that have come furthest: otherwise none would ever be completed."""
        furthest = sorted(self.far(OPEN), key=lambda one: -STAGES.index(one.stage))[:2]
        if not furthest:
            return
        interest = data.draw(st.sampled_from(furthest))
        forward = [m for m, after in SUCCESSORS[interest.stage] if STAGES.index(after) == STAGES.index(interest.stage) + 1]
        for move in forward:
            self.tries(interest.id, interest.version, CITY[0], move, "city")

    def far(self, stages: tuple[str, ...]) -> list[Interest]:
        """The interests that have come to one of these stages."""
        known = [interests.get(self.store, number) for number in sorted(self.journal)]
        return [one for one in known if one and one.stage in stages]

    @precondition(lambda self: self.journal)
    @rule(data=st.data(), move=st.sampled_from(["going", "stuck"]))
    def says_how_it_goes(self, data: st.DataObject, move: str) -> None:
        """The organisation taps an answer to the quarterly question."""
        far = [
            one
            for number in sorted(self.journal)
            if (one := interests.get(self.store, number)) and one.stage in MOVES[move].before
        ]
        if far:
            interest = data.draw(st.sampled_from(far))
            self.tries(interest.id, interest.version, interest.person, move, "organisation")

    @precondition(lambda self: self.journal)
    @rule(
        data=st.data(), person=st.sampled_from(PEOPLE), form=st.sampled_from(sorted(facts.FORMS)), n=st.integers(0, 3),
        old=st.booleans(),
    )  # fmt: skip
    def fills_in(self, data: st.DataObject, person: int, form: str, n: int, *, old: bool) -> None:
        """Somebody fills in a form, perhaps one opened before anything was filled in."""
        before = data.draw(st.sampled_from(self.far(facts.FORMS[form]) or self.far(STAGES)))
        role = self.role(before, person, "ask") or self.role(before, person, "answer") or "county"
        key = "amount" if form == "checklist" else "people"
        known = facts.of(self.store, before.id)
        written = facts.fill(
            self.store, before, form, {key: str(n)}, seen=0 if old else facts.latest(self.store, before.id),
            actor=person, role=role, office=self.office(before.county), now=self.now,
        )  # fmt: skip
        theirs = self.is_party(before, person, role) and before.stage in facts.FORMS[form]
        assert (written is not None) == theirs
        after = interests.get(self.store, before.id)
        assert after
        if not written:
            assert after == before
            assert facts.of(self.store, before.id) == known
            return
        made[f"fill {form}"] += 1
        self.journal[before.id].append(form)
        assert (after.stage, after.version, after.turn) == (before.stage, before.version, before.turn)
        assert after.since == (self.now if before.open and before.turn == role else before.since)
        fact = facts.of(self.store, before.id)[key]
        assert (fact.value, fact.by, fact.role, fact.at) == (str(n), person, role, self.now)
        if after.open:
            self.check_clock(after)

    @precondition(lambda self: self.journal)
    @rule(data=st.data(), person=st.sampled_from((*ASKERS, CITY[0])))
    def thinks_better(self, data: st.DataObject, person: int) -> None:
        """Somebody takes back the last step."""
        interest = interests.get(self.store, data.draw(st.sampled_from(sorted(self.journal))))
        assert interest
        if interest.stage in MOVES["undo"].before:
            self.tries(interest.id, interest.version, person, "undo", self.role(interest, person, "undo") or "city")

    @precondition(lambda self: self.seen)
    @rule(data=st.data(), move=st.sampled_from(SINGLE))
    def taps_a_button(self, data: st.DataObject, move: str) -> None:
        """Somebody taps a button of a card of any age."""
        number, version, person = data.draw(st.sampled_from(self.seen[-40:]))
        interest = interests.get(self.store, number)
        assert interest
        self.tries(number, version, person, move, self.role(interest, person, move) or "organisation")

    @precondition(lambda self: self.journal)
    @rule(data=st.data(), first=st.sampled_from(PEOPLE), second=st.sampled_from(PEOPLE))
    def two_tap_at_once(self, data: st.DataObject, first: int, second: int) -> None:
        """Two people saw the same card and both move: at most one of them succeeds."""
        interest = interests.get(self.store, data.draw(st.sampled_from(sorted(self.journal))))
        assert interest
        moves = [data.draw(st.sampled_from(SINGLE)) for _ in range(2)]
        done = [
            self.tries(interest.id, interest.version, person, move, self.role(interest, person, move) or "county")
            for person, move in zip((first, second), moves, strict=True)
        ]
        assert done.count("done") <= 1

    def tries(self, number: int, version: int, person: int, move: str, role: str) -> str:
        """One attempt; everything that the table says about it is checked."""
        before = interests.get(self.store, number)
        assert before
        events = self.events(number)
        words = "因为" if MOVES[move].words else None
        result = interests.move(
            self.store,
            number,
            version,
            move,
            actor=person,
            role=role,
            office=self.office(before.county),
            words=words,
            now=self.now,
        )
        after = interests.get(self.store, number)
        assert result
        assert after
        assert result.interest == after
        made[f"{move} {result.outcome}"] += 1
        if result.outcome != "done":
            assert after == before, "an attempt that failed changed something"
            assert self.events(number) == events
            return result.outcome
        assert version == before.version
        assert after.version == version + 1
        assert role in MOVES[move].roles
        assert self.is_party(before, person, role), "a move by somebody else"
        if move == "undo":
            self.check_undo(before, after, role)
        elif MOVES[move].after is None:
            assert (after.stage, before.open) == (before.stage, True)
        else:
            assert (move, after.stage) in SUCCESSORS[before.stage]
        assert (after.turn == "nobody") == (after.stage in CLOSED)
        self.journal[number].append(move)
        self.check_clock(after)
        return "done"

    def is_party(self, interest: Interest, person: int, role: str) -> bool:
        if role == "organisation":
            return interest.person == person
        return role == "city" or coordinators.is_one(self.store, person, interest.county)

    def check_undo(self, before: Interest, after: Interest, role: str) -> None:
        assert after.open
        steps = [e for e in interests.events(self.store, before.id) if e.move in MOVES]
        closing = [e for e in steps if MOVES[e.move].after][-1]
        assert not before.open or steps[-2] == closing, "something was done since"
        assert (after.handler is None) == (after.stage == "submitted")
        assert closing.role == role
        assert closing.before == after.stage
        assert self.now - closing.at <= UNDO

    def check_clock(self, interest: Interest) -> None:
        """An open interest has a deadline ahead of it right after a move; a closed one only that of the undoing."""
        kinds = {row["kind"] for row in self.store.all(OWN_DEADLINES, (interest.id,))}
        if interest.open:
            kinds.discard("undo")
            pace = pace_of(interest.stage, interest.turn)
            assert pace
            chased = bool(pace.nudges) and interest.turn in OFFICE
            always = {*(["interest.every"] if pace.every else []), *(["interest.again"] if chased else [])}
            assert always <= kinds <= always | {f"interest.{n}" for n in range(1, len(pace.nudges) + 1)}
        else:
            assert kinds == {"undo"}

    # -- people come and go ------------------------------------------------------------------------------------------------

    @rule(county=st.sampled_from(sorted(COUNTIES)), there=st.booleans())
    def a_coordinator_comes_or_goes(self, county: str, *, there: bool) -> None:
        if there:
            self.appoint(county, COUNTIES[county])
        else:
            self.store.execute("UPDATE coordinators SET until = ? WHERE county = ?", (self.now, county))

    # -- the clock, the courier, restarts ------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([MINUTE, 9 * MINUTE, UNDO, HOUR, 5 * HOUR, DAY, 2 * DAY, 7 * DAY, 31 * DAY, 95 * DAY]))
    def time_passes(self, seconds: int) -> None:
        """Late by as much as it likes: everything due is served by one tick."""
        self.now += seconds
        self.ticks()

    def ticks(self) -> None:
        before = {row["id"]: row["n"] for row in self.nudge_events()}
        while tick(self.store, list(CITY), self.now):
            pass
        for row in self.nudge_events():
            if row["n"] != before.get(row["id"], 0):
                assert working(self.now) == self.now, "somebody was disturbed in quiet hours"
                self.journal[row["id"]] += ["nudge"] * (row["n"] - before.get(row["id"], 0))

    def nudge_events(self) -> list[dict[str, int]]:
        sql = "SELECT interest AS id, count(*) AS n FROM interest_events WHERE move = 'nudge' GROUP BY interest"
        return [dict(row) for row in self.store.all(sql)]

    @rule(count=st.integers(1, 12), fails=st.sampled_from(["", "", "", "again", "unknown", "kill"]))
    def the_courier_sends(self, count: int, fails: str) -> None:
        """Some of the mail goes out; the last of it may fail or be cut off by a kill."""
        batch = deliveries.claim(self.store, self.now, count)
        for place, delivery in enumerate(batch):
            last = place == len(batch) - 1
            if last and fails in {"again", "unknown"}:
                deliveries.again(self.store, delivery.id, self.now + 5, "x", repeated=fails == "unknown")
            elif not (last and fails == "kill"):
                self.sends(delivery)
        if batch and fails == "kill":
            self.restart()

    def sends(self, delivery: Delivery) -> None:
        """What the courier does with a delivery, without Telegram: the card as the records stand now."""
        person = delivery.person
        if delivery.view != cards.VIEW:
            deliveries.outcome(self.store, delivery.id, "sent", self.now, message=self.next_message())
            return
        number = int(delivery.args["interest"])
        version = cards.latest(self.store, number)
        known = cards.get(self.store, number, person)
        message = known.message if known and not delivery.args.get("fresh") else self.next_message()
        shown = self.screen.get((number, person), (0, 0))
        assert version >= shown[1], "a card went back in time"
        interest = interests.get(self.store, number)
        assert interest
        with self.store.transaction():
            cards.shown(self.store, number, person, message, version, self.now)
            deliveries.outcome(self.store, delivery.id, "sent", self.now, message=message)
        self.screen[number, person] = message, version
        self.seen.append((number, interest.version, person))

    def next_message(self) -> int:
        self.message += 1
        return self.message

    @rule()
    def restart(self) -> None:
        """The process is killed and starts again on the same file."""
        self.store.close()
        self.store = Store(self.folder / "life.db", channel="terminal")
        self.store.execute("PRAGMA synchronous=OFF")
        deliveries.recover(self.store, self.now)
        self.ticks()

    @rule()
    def settles(self) -> None:
        """All mail goes out: nobody's card is stale then."""
        while batch := deliveries.claim(self.store, self.now + 10, 50):
            for delivery in batch:
                self.sends(delivery)
        for number in self.journal:
            interest = interests.get(self.store, number)
            assert interest
            rows = self.store.all("SELECT person, version FROM cards WHERE interest = ?", (number,))
            latest = cards.latest(self.store, number)
            assert {row["version"] for row in rows} <= {latest}, "a card is stale"
            assert set(CITY) <= {row["person"] for row in rows}, "somebody of the office has no card"
            self.check_reminders(number)

    def check_reminders(self, number: int) -> None:
        """Every reminder that the trail shows was sent to somebody, and to nobody twice."""
        count = self.journal[number].count("nudge")
        sent = self.store.all(
            "SELECT person, count(*) AS n FROM deliveries WHERE view IN ('office.nudge', 'asker.nudge', 'asker.quarterly')"
            " AND json_extract(args, '$.interest') = ? GROUP BY person",
            (number,),
        )
        assert all(row["n"] <= count for row in sent), "the same reminder twice"
        assert bool(sent) == bool(count), "a reminder was lost"

    # -- what always holds -----------------------------------------------------------------------------------------------------

    def events(self, number: int) -> list[str]:
        return [event.move for event in interests.events(self.store, number)]

    @invariant()
    def no_event_is_lost(self) -> None:
        for number, expected in self.journal.items():
            assert self.events(number) == expected

    @invariant()
    def the_trail_leads_to_the_stage(self) -> None:
        for number in self.journal:
            interest = interests.get(self.store, number)
            assert interest
            assert interest.stage in STAGES
            trail = interests.events(self.store, number)
            assert trail[-1].after == interest.stage
            assert all(later.before == earlier.after for earlier, later in pairwise(trail))
            assert all(e.role in (OFFICE | SIDE | MEMBERS | {"clock"}) for e in trail)
            assert all(e.reason for e in trail if e.move in {"decline", "withdraw"})

    @invariant()
    def nothing_due_is_forgotten(self) -> None:
        """Somebody is or was reminded of every open interest: deadlines wait, or the last of the turn has been served."""
        for row in self.store.all("SELECT kind, subject, due FROM deadlines WHERE kind LIKE 'interest.%'"):
            interest = interests.get(self.store, row["subject"])
            assert interest
            assert interest.open
        assert all(deadline.due > self.now - 1 for deadline in deadlines.due(self.store, self.now - 1, 9))


def walk(steps: int, shown: Callable[[str], object] | None = None, machine: type[Life] = Life) -> None:
    """Walk about so many steps."""
    examples = max(1, -(-steps // STEPS))
    chosen = settings(
        max_examples=examples, stateful_step_count=STEPS, deadline=None, derandomize=not (WALK or shown), database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    made.clear()
    run_state_machine_as_test(machine, settings=chosen)
    if shown:
        for what, count in sorted(made.items()):
            shown(f"{count:7} {what}\n")


def test_a_random_walk_breaks_no_rule() -> None:
    walk(WALK or 1000)
    assert made["undo done"]
    assert made["accept stale"]
    assert made["land done"]
    assert made["going done"]
    assert made["stuck done"]
    assert made["fill checklist"]
    assert made["fill figures"]


if __name__ == "__main__":
    WALK = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    walk(WALK, sys.stdout.write)
