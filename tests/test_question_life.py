"""A random walk through the life of questions, while coordinators come and go: nothing is lost, silent or seen by others.

At the level of the records: every move by every role with what is seen now or was seen before, appointments and their ends,
clock steps, restarts, erasure.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from knowledge.clock import DAY, HOUR, is_quiet, working
from knowledge.records import appointments, coordinators, deadlines, erasure, people, questions
from knowledge.records.moves import OFFICE
from knowledge.records.question_moves import MOVES, PACE
from knowledge.records.questions import Asked, Question
from knowledge.records.store import Store
from knowledge.records.tick import tick
from tests.talk import MONDAY

ASKERS, STAFF, CITY, STRANGER = (1, 2), (5, 6, 7), (8, 9), 3
PEOPLE = (*ASKERS, *STAFF, *CITY, STRANGER)
COUNTIES = ("wuxi", "chengkou")
LEADS = {
    ("open", "take"): "open",
    ("open", "answer"): "answered",
    ("open", "inquire"): "open",
    ("open", "hand"): "open",
    ("open", "close"): "closed",
    ("open", "follow"): "open",
    ("open", "retract"): "withdrawn",
    ("answered", "answer"): "answered",
    ("answered", "inquire"): "open",
    ("answered", "follow"): "open",
    ("closed", "follow"): "open",
}
"""Written out once more, apart from the table of the product: which move leads where."""
OF_ASKER = {"follow", "retract"}


class Correspondence(RuleBasedStateMachine):
    """Two askers, three who may coordinate two counties, two of the city, a stranger."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="jiedui-questions-"))
        self.open()
        self.now, self.cause = MONDAY, 0
        self.journal: dict[int, list[str]] = {}
        """What the walk itself knows of each question: move by move."""
        self.state: dict[int, str] = {}
        self.seen: list[tuple[int, int]] = []
        """Buttons of every age: question and version."""

    def open(self) -> None:
        self.store = Store(self.folder / "questions.db", channel="terminal")
        self.store.execute("PRAGMA synchronous=OFF")

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    @initialize()
    def begin(self) -> None:
        for person in PEOPLE:
            people.meet(self.store, person, "zh", self.now)
            people.started(self.store, person, self.now)
        appointments.appoint(self.store, "wuxi", STAFF[0], "老周", CITY[0], self.now)
        for person in ASKERS:  # a short walk would seldom come far: one question is in a coordinator's hands
            self.ask(person, "wuxi")
        found = self.get(1)
        for move in ("inquire", "take"):
            questions.move(
                self.store, 1, found.version, move, actor=STAFF[0], role="county", city=CITY, words="几个人？", now=self.now
            )
            found = self.get(1)
            self.journal[1].append(move)

    def get(self, number: int) -> Question:
        found = questions.get(self.store, number)
        assert found
        return found

    def office(self, county: str | None) -> set[int]:
        return {*CITY, *(coordinators.at(self.store, county) if county else ())}

    # -- what people do ------------------------------------------------------------------------------------------------

    @rule(person=st.sampled_from(ASKERS), county=st.sampled_from([*COUNTIES, None]))
    def ask(self, person: int, county: str | None) -> None:
        self.cause += 1
        asked = Asked(person, "question", f"第{self.cause}问", None, county)
        number = questions.put(self.store, asked, CITY, cause=self.cause, now=self.now)
        assert number == questions.put(self.store, asked, CITY, cause=self.cause, now=self.now)
        self.journal[number], self.state[number] = ["put"], "open"

    @precondition(lambda self: self.journal)
    @rule(
        data=st.data(),
        person=st.sampled_from(PEOPLE),
        move=st.sampled_from(sorted(MOVES)),
        county=st.sampled_from(["", *COUNTIES]),
    )
    def moves(self, data: st.DataObject, person: int, move: str, county: str) -> None:
        """Somebody makes a move by a button of any age, as what they are, or as what they are not."""
        number = data.draw(st.sampled_from(sorted(self.journal)))
        before = self.get(number)
        self.seen.append((number, before.version))
        version = data.draw(st.sampled_from([v for n, v in self.seen[-20:] if n == number]))
        mine = ["asker"] if before.person == person else []
        mine += ["city"] if person in CITY else []
        mine += ["county"] if before.county and coordinators.is_one(self.store, person, before.county) else []
        role = next((one for one in mine if (one == "asker") == (move in OF_ASKER)), "")
        claimed = role or data.draw(st.sampled_from(["asker", "county"]))
        mail = int(self.store.value("SELECT coalesce(max(id), 0) FROM deliveries"))
        result = questions.move(
            self.store,
            number,
            version,
            move,
            actor=person,
            role=claimed,
            city=CITY,
            words="好",
            to=(county, None),
            now=self.now,
        )
        assert result
        after, fresh = self.get(number), version == before.version or move in OF_ASKER
        if not role:
            assert (result.outcome, after) == ("forbidden", before)
        elif not fresh or (before.state, move) not in LEADS:
            assert (result.outcome, after) == ("stale", before)
        elif move == "hand" and county and not coordinators.at(self.store, county):
            assert (result.outcome, after) == ("forbidden", before)
        else:
            assert result.outcome == "done"
            self.journal[number].append(move)
            self.state[number] = LEADS[before.state, move]
            self.told(after, before, mail, person)

    def told(self, after: Question, before: Question, since: int, actor: int) -> None:
        """The mail of a move reaches the asker or the office of this question, and nobody else."""
        mail = self.store.all("SELECT person, view FROM deliveries WHERE id > ?", (since,))
        assert all(row["person"] == after.person for row in mail if row["view"].startswith("asker."))
        office = self.office(after.county) | self.office(before.county)
        assert {row["person"] for row in mail if row["view"].startswith("office.")} <= office - {actor}

    @rule(person=st.sampled_from(STAFF), county=st.sampled_from(COUNTIES))
    def appoint(self, person: int, county: str) -> None:
        appointments.appoint(self.store, county, person, "老周", CITY[0], self.now)

    @rule(person=st.sampled_from(STAFF), county=st.sampled_from(COUNTIES))
    def end(self, person: int, county: str) -> None:
        held = coordinators.is_one(self.store, person, county)
        assert appointments.end(self.store, county, person, CITY[0], self.now) == held

    @rule(person=st.sampled_from(ASKERS))
    def erase(self, person: int) -> None:
        gone = [number for number in self.journal if self.get(number).person == person]
        erasure.erase(self.store, person, lambda county: list(self.office(county)), self.now)
        people.meet(self.store, person, "zh", self.now)
        people.started(self.store, person, self.now)
        for number in gone:
            assert questions.get(self.store, number) is None
            del self.journal[number], self.state[number]

    @rule(step=st.sampled_from([HOUR, 9 * HOUR, DAY, 3 * DAY, 8 * DAY]))
    def time_passes(self, step: int) -> None:
        until = self.now + step
        while (due := deadlines.next_due(self.store)) is not None and due <= until:
            self.now = max(self.now, due)
            tick(self.store, CITY, self.now)
        self.now = until

    @rule(step=st.sampled_from([HOUR, 9 * HOUR, 3 * DAY]))
    def away(self, step: int) -> None:
        """The bot was away: what fell due meanwhile is late."""
        self.store.close()
        self.now += step
        self.open()
        while (due := deadlines.next_due(self.store)) is not None and due <= self.now:
            tick(self.store, CITY, self.now)

    # -- what holds at every moment ------------------------------------------------------------------------------------

    @invariant()
    def every_question_is_where_its_moves_led(self) -> None:
        for number, journal in self.journal.items():
            found = self.get(number)
            assert found.state == self.state[number]
            assert (found.turn == "nobody") == (found.state != "open")
            steps = [e.move for e in questions.events(self.store, number) if e.role != "clock"]
            assert steps == journal

    @invariant()
    def an_open_question_is_in_hands_that_can_act(self) -> None:
        for number in self.journal:
            found = self.get(number)
            if not found.open:
                continue
            assert found.assigned is None or found.assigned in self.office(found.county)
            assert found.turn != "county" or coordinators.at(self.store, found.county or "")

    @invariant()
    def the_asker_is_chased_twice_and_no_more_the_office_without_end(self) -> None:
        for number in self.journal:
            found = self.get(number)
            nudges = [e for e in questions.events(self.store, number) if e.move == "nudge" and e.at >= found.since]
            waits = [one for one in self.deadlines() if one == number]
            if not found.open:
                assert waits == []
                continue
            late = [after for after in PACE.nudges if working(found.since + after) <= self.now and not is_quiet(self.now)]
            served = min(len(nudges), len(PACE.nudges)) if found.turn in OFFICE else len(nudges)
            assert served + len(waits) <= len(PACE.nudges)
            assert served >= len(late) - len(waits)
            assert served + len(waits) >= 1
            assert (number in self.deadlines("again")) == (found.turn in OFFICE)

    def deadlines(self, *details: str) -> list[int]:
        wanted = {f"question.{one}" for one in details or ("1", "2")}
        return [row["subject"] for row in self.store.all("SELECT subject, kind FROM deadlines") if row["kind"] in wanted]

    @invariant()
    def nobody_is_reminded_at_night(self) -> None:
        nudges = self.store.all("SELECT at FROM question_events WHERE move = 'nudge'")
        assert all(working(row["at"]) == row["at"] for row in nudges)

    @invariant()
    def a_list_shows_what_one_may_open(self) -> None:
        for person in STAFF:
            own: Collection[str] = coordinators.counties(self.store, person)
            shown = questions.listed(self.store, "all", person, self.now, own)
            assert all(one.county in own for one in shown)
        everything = {one.id for one in questions.listed(self.store, "all", CITY[0], self.now)}
        assert everything == {number for number, state in self.state.items() if state == "open"}


Correspondence.TestCase.settings = settings(
    max_examples=25, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestCorrespondence = Correspondence.TestCase
