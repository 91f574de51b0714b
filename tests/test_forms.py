"""Forms: the pure functions by table, and a machine that presses everything at every moment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from handlers.form_handler import KITS
from handlers.forms import FOCUS, PREVIEW, Answers, Fault, Form, Input, Outcome, Step, advance, begin
from knowledge.records.drafts import Draft

NOW = 1_780_279_200


def short_word(text: str) -> str | Fault:
    """A word of at most five letters."""
    word = text.strip()
    return word if word.isalpha() and len(word) <= 5 else Fault("fault.organisation.short")


def in_a_group(answers: Answers) -> bool:
    return answers.get("mode") == "group"


def long_name(answers: Answers) -> bool:
    return len(answers.get("name", "")) > 3


# Ticks, a question that depends on a later answer, a text, a choice, a question that depends on it, one to be skipped.
FORM = Form(
    "trial",
    version=2,
    steps=(
        Step("consent", ticks=("keep", "abroad")),
        Step("nick", short_word, when=long_name),
        Step("name", short_word),
        Step("mode", choices=("alone", "group")),
        Step("partner", short_word, when=in_a_group),
        Step("phone", short_word, skippable=True),
    ),
)
PLAIN = Form("words", 1, (Step("words", short_word, ("yes", "no")),), preview=False)
FULL = {"consent": "keep,abroad", "name": "li", "mode": "alone", "phone": ""}


def draft(step: str = "", answers: Answers | None = None, *, form: Form = FORM, mending: bool = False) -> Draft:
    """A draft of the form at this step."""
    return Draft(1, 1, form.id, form.version, "", step, dict(answers or {}), mending=mending)


def mend(step: str, answers: Answers) -> Draft:
    """A draft in which one answer is being mended."""
    return draft(step, answers, mending=True)


def steps(form: Form, answers: Answers) -> list[Step]:
    """The questions that are asked of somebody with these answers."""
    return [step for step in form.steps if step.when(answers)]


def complete(form: Form, answers: Answers) -> bool:
    """Whether every question that is asked has an answer; ticks must all be set."""
    return all(
        step.id in answers and (not step.ticks or answers[step.id] == ",".join(step.ticks)) for step in steps(form, answers)
    )


# -- where a draft begins ----------------------------------------------------------------------------------------------

BEGINNINGS: list[tuple[str, Draft, str]] = [
    ("a blank draft: at the first question", draft(), "consent"),
    ("half filled in: at the first that has no answer", draft("", {"consent": "keep,abroad", "name": "li"}), "mode"),
    ("all answered: at the preview", draft("", FULL), PREVIEW),
    ("where it was", draft("phone", FULL), "phone"),
    ("a step that no longer exists", draft("fax", {"consent": "keep,abroad"}), "name"),
    (
        "an older version: at the first that has no answer",
        replace(draft("mode", {"consent": "keep,abroad"}), version=1),
        "name",
    ),
    ("an older version with everything answered", replace(draft("mode", FULL), version=1), PREVIEW),
    ("consents half ticked are no answer", replace(draft("name", {**FULL, "consent": "keep"}), version=1), "consent"),
    ("a step that is not asked of this person", draft("partner", {"consent": "keep,abroad", "mode": "alone"}), "name"),
    ("a preview with a question open", draft(PREVIEW, {**FULL, "mode": "group"}), "partner"),
]


@pytest.mark.parametrize(("name", "found", "step"), BEGINNINGS, ids=[name for name, _, _ in BEGINNINGS])
def test_a_draft_begins(name: str, found: Draft, step: str) -> None:
    begun = begin(FORM, found, NOW)
    assert (begun.step, begun.version, begun.focus) == (step, 2, NOW + FOCUS)
    assert begun.answers == found.answers
    assert begun.focused(NOW + FOCUS - 1)
    assert not begun.focused(NOW + FOCUS)


# -- one input ---------------------------------------------------------------------------------------------------------

BAD = Outcome("ask", Fault("fault.organisation.short"))
ASK, SHOW, DONE, REFUSED = Outcome("ask"), Outcome("preview"), Outcome("done"), Outcome("refused")
AT = {"consent": "keep,abroad", "name": "li", "mode": "alone"}


def fault(key: str) -> Outcome:
    return Outcome("ask", Fault(key))


INPUTS: list[tuple[str, Draft, Input, Outcome, str, dict[str, str]]] = [
    # what, where, input, what follows, at which step then, what has changed in the answers
    ("an answer", draft("name", {"consent": "keep,abroad"}), Input("text", " li "), ASK, "mode", {"name": "li"}),
    ("a bad answer", draft("name"), Input("text", "007"), BAD, "name", {}),
    ("an answer where a button is wanted", draft("mode"), Input("text", "alone"), fault("form.fault.tap"), "mode", {}),
    (
        "a choice",
        draft("mode", {"consent": "keep,abroad", "name": "li"}),
        Input("choice", "alone", "mode"),
        ASK,
        "phone",
        {"mode": "alone"},
    ),
    ("a choice that opens a question", draft("mode"), Input("choice", "group", "mode"), ASK, "partner", {"mode": "group"}),
    ("a choice that there is not", draft("mode"), Input("choice", "both", "mode"), ASK, "mode", {}),
    ("a choice of an older question", draft("phone", AT), Input("choice", "group", "mode"), ASK, "phone", {}),
    ("a choice where a text is wanted", draft("name"), Input("choice", "alone", "name"), ASK, "name", {}),
    ("a skip", draft("phone", AT), Input("skip", step="phone"), SHOW, PREVIEW, {"phone": ""}),
    ("a skip of what is needed", draft("name"), Input("skip", step="name"), fault("form.fault.no_skip"), "name", {}),
    ("a skip of an older question", draft("name"), Input("skip", step="phone"), ASK, "name", {}),
    ("back", draft("mode"), Input("back"), ASK, "name", {}),
    ("back over a question that is not asked", draft("phone", AT), Input("back"), ASK, "mode", {}),
    ("back over a question that is asked", draft("phone", {"mode": "group"}), Input("back"), ASK, "partner", {}),
    ("back at the first question", draft("consent"), Input("back"), fault("form.fault.first"), "consent", {}),
    ("back from the preview", draft(PREVIEW, FULL), Input("back"), ASK, "phone", {}),
    ("a tick", draft("consent"), Input("tick", "abroad", "consent"), ASK, "consent", {"consent": "abroad"}),
    (
        "a second tick, kept in order",
        draft("consent", {"consent": "abroad"}),
        Input("tick", "keep"),
        ASK,
        "consent",
        {"consent": "keep,abroad"},
    ),
    (
        "a tick taken back",
        draft("consent", {"consent": "keep,abroad"}),
        Input("tick", "keep"),
        ASK,
        "consent",
        {"consent": "abroad"},
    ),
    (
        "going on with a tick missing",
        draft("consent", {"consent": "keep"}),
        Input("tick", "go"),
        fault("form.fault.ticks"),
        "consent",
        {},
    ),
    ("going on with all ticked", draft("consent", {"consent": "keep,abroad"}), Input("tick", "go"), ASK, "name", {}),
    ("all at once", draft("consent"), Input("tick", "all", "consent"), ASK, "name", {"consent": "keep,abroad"}),
    ("a refusal", draft("consent"), Input("tick", "no", "consent"), REFUSED, "consent", {}),
    ("a refusal of an older question", draft("name"), Input("tick", "no", "consent"), ASK, "name", {}),
    ("a tick that there is not", draft("consent"), Input("tick", "sell", "consent"), ASK, "consent", {}),
    ("ticking a question without ticks", draft("name"), Input("tick", "all", "name"), ASK, "name", {}),
    ("refusing a question without ticks", draft("name"), Input("tick", "no"), ASK, "name", {}),
    ("submitting too early", draft("name"), Input("submit"), ASK, "name", {}),
    ("submitting", draft(PREVIEW, FULL), Input("submit"), DONE, PREVIEW, {}),
    (
        "a text at the preview",
        draft(PREVIEW, FULL),
        Input("text", "yes"),
        Outcome("preview", Fault("form.fault.preview")),
        PREVIEW,
        {},
    ),
    ("looking", draft("mode"), Input("look"), ASK, "mode", {}),
    ("looking at the preview", draft(PREVIEW, FULL), Input("look"), SHOW, PREVIEW, {}),
    ("mending an answer", draft(PREVIEW, FULL), Input("edit", "name"), ASK, "name", {}),
    ("mending another instead", mend("name", FULL), Input("edit", "mode"), ASK, "mode", {}),
    ("mending in mid-form", draft("mode", AT), Input("edit", "name"), ASK, "name", {}),
    ("mending in mid-form what was not asked yet", draft("name", {}), Input("edit", "mode"), ASK, "name", {}),
    ("mending what there is not", draft(PREVIEW, FULL), Input("edit", "fax"), SHOW, PREVIEW, {}),
    ("mending what is not asked", draft(PREVIEW, FULL), Input("edit", "partner"), SHOW, PREVIEW, {}),
    ("a mended answer", mend("name", FULL), Input("text", "wu"), SHOW, PREVIEW, {"name": "wu"}),
    ("a mended answer that is bad", mend("name", FULL), Input("text", "7"), BAD, "name", {}),
    (
        "a mended answer that opens a later question",
        mend("mode", FULL),
        Input("choice", "group"),
        ASK,
        "partner",
        {"mode": "group"},
    ),
    ("a mended answer that opens an earlier one", mend("name", FULL), Input("text", "zhang"), ASK, "nick", {"name": "zhang"}),
    ("giving up mending", mend("name", FULL), Input("back"), SHOW, PREVIEW, {}),
    ("giving up with a question open", mend("partner", {**FULL, "mode": "group"}), Input("back"), ASK, "partner", {}),
    (
        "the last answer, an earlier question open",
        draft("phone", {**AT, "name": "zhang"}),
        Input("text", "a"),
        ASK,
        "nick",
        {"phone": "a"},
    ),
]


@pytest.mark.parametrize(("name", "at", "given", "follows", "step", "changes"), INPUTS, ids=[row[0] for row in INPUTS])
def test_an_input_is_taken(name: str, at: Draft, given: Input, follows: Outcome, step: str, changes: dict[str, str]) -> None:
    after, outcome = advance(FORM, at, given, NOW)
    assert outcome == follows
    assert after.step == step
    assert after.answers == {**at.answers, **changes}
    assert after.focus == NOW + FOCUS


@pytest.mark.parametrize(
    ("given", "follows", "answers"),
    [
        (Input("text", "aye"), DONE, {"words": "aye"}),
        (Input("choice", "no", "words"), DONE, {"words": "no"}),
        (Input("text", ""), BAD, {}),
        (Input("back"), fault("form.fault.first"), {}),
        (Input("submit"), ASK, {}),
    ],
)
def test_a_form_without_a_preview_is_done_with_its_last_answer(given: Input, follows: Outcome, answers: dict[str, str]) -> None:
    after, outcome = advance(PLAIN, draft(form=PLAIN), given, NOW)
    assert outcome == follows
    assert after.answers == answers


# -- anything at any moment --------------------------------------------------------------------------------------------

WORDS = st.sampled_from(["li", "zhang", "wang", "", "007", "abcdef", "alone", "group", "name", "keep,abroad", "<b>", " x "])
STEPS = st.sampled_from(["", "consent", "nick", "name", "mode", "partner", "phone", PREVIEW, "fax"])
GOOD = {
    "consent": Input("tick", "all"),
    "nick": Input("text", "nick"),
    "name": Input("text", "li"),
    "mode": Input("choice", "alone"),
    "partner": Input("text", "wu"),
    "phone": Input("skip"),
}


class AnyMoment(RuleBasedStateMachine):
    """One person and one form: answers, old and new buttons in any order, restarts, new versions of the form."""

    @initialize()
    def start(self) -> None:
        self.now = NOW
        self.draft = begin(FORM, draft(), self.now)
        self.outcome = ASK

    def give(self, given: Input) -> None:
        before = self.draft
        self.now += 60
        self.draft, self.outcome = advance(FORM, before, given, self.now)
        here = begin(FORM, before, self.now)
        stale = given.step and given.step != here.step and given.kind in {"choice", "tick", "skip"}
        if stale or given.kind == "look" or self.outcome.fault or self.outcome.kind == "refused":
            assert (self.draft.step, self.draft.answers) == (here.step, here.answers)
        assert set(before.answers.items()) - set(self.draft.answers.items()) <= {(here.step, before.answers.get(here.step, ""))}
        if self.outcome.kind == "done":
            assert given.kind == "submit"
            assert complete(FORM, self.draft.answers)

    @rule(value=WORDS)
    def write(self, value: str) -> None:
        self.give(Input("text", value))

    @rule(value=st.sampled_from(["alone", "group", "both", ""]), step=STEPS)
    def choose(self, value: str, step: str) -> None:
        self.give(Input("choice", value, step))

    @rule(value=st.sampled_from(["keep", "abroad", "all", "go", "no", "sell"]), step=STEPS)
    def tick(self, value: str, step: str) -> None:
        self.give(Input("tick", value, step))

    @rule(step=STEPS)
    def skip(self, step: str) -> None:
        self.give(Input("skip", step=step))

    @rule(step=STEPS)
    def edit(self, step: str) -> None:
        self.give(Input("edit", step))

    @rule(kind=st.sampled_from(["back", "submit", "look"]))
    def press(self, kind: str) -> None:
        self.give({"back": Input("back"), "submit": Input("submit"), "look": Input("look")}[kind])

    @rule()
    def right(self) -> None:
        """What a person who wants to be done would do."""
        self.give(Input("submit") if self.draft.step == PREVIEW else GOOD[self.draft.step])

    @rule(step=STEPS)
    def come_back_after_a_new_version(self, step: str) -> None:
        self.draft = begin(FORM, replace(self.draft, version=1, step=step), self.now)
        self.outcome = Outcome("preview" if self.draft.step == PREVIEW else "ask")

    @precondition(lambda self: self.outcome.kind in {"done", "refused"})
    @rule()
    def again(self) -> None:
        self.start()

    @invariant()
    def the_question_is_one_that_is_asked(self) -> None:
        if self.draft.step == PREVIEW:
            assert complete(FORM, self.draft.answers)
            assert not self.draft.mending
        else:
            assert self.draft.step in [step.id for step in steps(FORM, self.draft.answers)]
        assert (
            self.outcome.kind in {"preview", "done"} if self.draft.step == PREVIEW else self.outcome.kind in {"ask", "refused"}
        )

    @invariant()
    def every_answer_is_one_that_its_question_takes(self) -> None:
        for name, answer in self.draft.answers.items():
            step = FORM.step(name)
            assert step
            if step.ticks:
                assert answer == ",".join(one for one in step.ticks if one in answer.split(","))
            elif step.choices:
                assert answer in step.choices
            else:
                assert (step.skippable and not answer) or short_word(answer) == answer

    @invariant()
    def the_form_owns_the_next_text(self) -> None:
        assert self.draft.focus == self.now + FOCUS

    def teardown(self) -> None:
        """From wherever one is, good answers lead to the end."""
        if not hasattr(self, "draft"):
            return
        at, outcome = self.draft, ASK
        for _ in range(2 * len(FORM.steps) + 2):
            at, outcome = advance(FORM, at, Input("submit") if at.step == PREVIEW else GOOD[at.step], self.now)
            if outcome.kind == "done":
                break
        assert outcome.kind == "done"
        assert complete(FORM, at.answers)


AnyMoment.TestCase.settings = settings(max_examples=80, stateful_step_count=20)
TestAnyMoment = AnyMoment.TestCase


# -- the forms of the product ------------------------------------------------------------------------------------------


def every_step() -> Iterator[tuple[str, Step]]:
    for kit in KITS.values():
        for step in kit.form.steps:
            yield kit.form.id, step


@pytest.mark.parametrize(("form", "step"), list(every_step()), ids=lambda value: value if isinstance(value, str) else value.id)
def test_a_step_can_be_answered_in_some_way_and_its_buttons_mean_one_thing(form: str, step: Step) -> None:
    assert step.parse or step.choices or step.ticks or step.photo or step.id in KITS[form].options
    assert not (step.ticks and (step.choices or step.parse))
    assert not {"all", "go", "no"} & set(step.ticks)
    assert "," not in "".join(step.ticks)
    assert step.id != PREVIEW


def test_the_ids_of_a_forms_steps_differ() -> None:
    for kit in KITS.values():
        names = [step.id for step in kit.form.steps]
        assert len(set(names)) == len(names)
        assert kit.form.step(names[0]) == kit.form.steps[0]
        assert kit.form.step(PREVIEW) is None
