"""Forms: questions asked one after the other, as pure functions over a draft.

A step is ``(draft, input) -> (draft, outcome)``: no Telegram, no database, so that back, skip, mending one answer, a
restart and a repeated update work the same in every form. What is done with a filled-in form stands with the form itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from knowledge.clock import MINUTE
from knowledge.records.drafts import Draft

FOCUS = 30 * MINUTE
"""How long after its last question a form owns the next text, in seconds."""

PREVIEW = "preview"
"""The step after the last question, where everything is shown once more."""

Answers = Mapping[str, str]


class Fault(Struct, frozen=True):
    """An answer that cannot be taken; ``key`` names the sentence that says what to do."""

    key: str
    facts: Mapping[str, str | int] = field(default_factory=dict)


Check = Callable[[Answers, int], Fault | None]
"""Whether the answers fit together (and with the present second), with the newest among them."""


def fits(_answers: Answers, _now: int) -> Fault | None:
    """Any answers fit."""
    return None


def always(_: Answers) -> bool:
    """Ask in any case."""
    return True


class Step(Struct, frozen=True):
    """One question. ``parse`` turns a text into the answer or a Fault; without it only a button answers, or a ``photo``.

    ``ticks`` must all be set, unless ``some``: then any number will do, none as well. ``aside``: asked only when the person
    wants to answer it, from the preview.

    ``rich``: the text comes as Telegram HTML. ``media``: a picture or a file may come with it, and is the answer ``<id>.file``.
    ``check`` sees whether all the answers fit together.
    """

    id: str
    parse: Callable[[str], str | Fault] | None = None
    choices: tuple[str, ...] = ()
    ticks: tuple[str, ...] = ()
    some: bool = False
    skippable: bool = False
    number: bool = False
    contact: bool = False
    aside: bool = False
    photo: bool = False
    rich: bool = False
    media: bool = False
    check: Check = fits
    when: Callable[[Answers], bool] = always

    def asked(self, answers: Answers) -> bool:
        """Whether the form comes to it by itself."""
        return not self.aside and self.when(answers)


class Form(Struct, frozen=True):
    """A form: its steps in order. Its version is raised when the steps change; ``preview``: shown before it is done.

    ``anew``: the step that a text at the preview answers once more; where there is none, a text there is no answer.
    """

    id: str
    version: int
    steps: tuple[Step, ...]
    preview: bool = True
    anew: str = ""

    def step(self, name: str) -> Step | None:
        """The step of this name."""
        return next((step for step in self.steps if step.id == name), None)


class Input(Struct, frozen=True):
    """What a person did: wrote, sent a photo, chose, ticked, went back, skipped, wants to change a step, submitted, looked."""

    kind: Literal["text", "photo", "choice", "tick", "back", "skip", "edit", "submit", "look"]
    value: str = ""
    step: str = ""
    file: str = ""


class Outcome(Struct, frozen=True):
    """What follows: ask the draft's step (perhaps after a fault), show the preview, or the form is done."""

    kind: Literal["ask", "preview", "done", "refused"]
    fault: Fault | None = None


def begin(form: Form, draft: Draft, now: int) -> Draft:
    """The draft where it was, or else at the first question that has no answer yet, owning the next text."""
    step = form.step(draft.step)
    there = draft.version == form.version and step is not None and step.when(draft.answers)
    name = draft.step if there else _first_open(form, draft.answers)
    return replace(draft, step=name, version=form.version, focus=now + FOCUS, mending=draft.mending and name != PREVIEW)


def advance(form: Form, draft: Draft, given: Input, now: int) -> tuple[Draft, Outcome]:
    """Take what the person did. An input of another step (an older button) changes nothing and asks again."""
    draft = begin(form, draft, now)
    step = form.step(draft.step)
    if given.kind == "look" or (given.step and given.step != draft.step and given.kind in {"choice", "tick", "skip"}):
        return draft, _here(form, draft)
    if given.kind == "edit":
        wanted = form.step(given.value)
        given_before = draft.step == PREVIEW or draft.mending or given.value in draft.answers
        if given_before and wanted and wanted.when(draft.answers):
            return replace(draft, step=given.value, mending=True), Outcome("ask")
        return draft, _here(form, draft)
    if given.kind == "back":
        return _back(form, draft)
    if given.kind == "submit":
        return draft, Outcome("done") if draft.step == PREVIEW else _here(form, draft)
    if step is None:
        anew = form.step(form.anew) if given.kind == "text" else None
        if anew is None:
            return draft, Outcome("preview", Fault("form.fault.preview"))
        return _text(form, replace(draft, step=anew.id, mending=True), anew, given, now)
    if given.kind == "skip":
        return _answered(form, draft, "") if step.skippable else (draft, Outcome("ask", Fault("form.fault.no_skip")))
    if given.kind == "tick":
        return _ticked(form, draft, step, given.value) if step.ticks else (draft, _here(form, draft))
    if given.kind == "choice":
        return _answered(form, draft, given.value) if given.value in step.choices else (draft, _here(form, draft))
    if given.kind == "photo":
        return _photo(form, draft, step, given.value)
    return _text(form, draft, step, given, now)


def _photo(form: Form, draft: Draft, step: Step, file: str) -> tuple[Draft, Outcome]:
    """A photo that comes before its question is kept for it, and not asked for again."""
    asks = step if step.photo else next((one for one in form.steps if one.photo), None)
    if asks is None:
        return draft, Outcome("ask", Fault("form.fault.words"))
    if asks is step:
        return _answered(form, draft, file)
    return replace(draft, answers={**draft.answers, asks.id: file}), Outcome("ask", Fault("form.fault.photo_early"))


def _text(form: Form, draft: Draft, step: Step, given: Input, now: int) -> tuple[Draft, Outcome]:
    if step.parse is None:
        return draft, Outcome("ask", Fault("form.fault.photo" if step.photo else "form.fault.tap"))
    parsed = step.parse(given.value)
    if isinstance(parsed, Fault):
        return draft, Outcome("ask", parsed)
    answers = {**draft.answers, **({f"{step.id}.file": given.file} if step.media else {})}
    fault = step.check({**answers, step.id: parsed}, now)
    if fault:
        return draft, Outcome("ask", fault)
    return _answered(form, replace(draft, answers=answers), parsed)


def _ticked(form: Form, draft: Draft, step: Step, value: str) -> tuple[Draft, Outcome]:
    """Ticks are kept as one answer: the ticked names, in order. ``all`` ticks everything and goes on; ``no`` refuses."""
    if step.some and value == "go":
        return _answered(form, draft, draft.answers.get(step.id, ""))
    if value == "no" and not step.some:
        return draft, Outcome("refused")
    if value == "all":
        return _answered(form, draft, ",".join(step.ticks))
    ticked = [one for one in draft.answers.get(step.id, "").split(",") if one]
    if value == "go":
        if set(step.ticks) <= set(ticked):
            return _answered(form, draft, ",".join(step.ticks))
        return draft, Outcome("ask", Fault("form.fault.ticks"))
    if value not in step.ticks:
        return draft, _here(form, draft)
    ticked = [one for one in step.ticks if (one in ticked) != (one == value)]
    return replace(draft, answers={**draft.answers, step.id: ",".join(ticked)}), Outcome("ask")


def _answered(form: Form, draft: Draft, answer: str) -> tuple[Draft, Outcome]:
    answers = {**draft.answers, draft.step: answer}
    if draft.mending:
        return _mended(form, replace(draft, answers=answers))
    draft = replace(draft, answers=answers, step=_next(form, draft.step, answers))
    if draft.step == PREVIEW and not form.preview:
        return draft, Outcome("done")
    if draft.step == PREVIEW:  # a question that a later answer has opened may stand before the last one
        return _mended(form, draft)
    return draft, _here(form, draft)


def _mended(form: Form, draft: Draft) -> tuple[Draft, Outcome]:
    """Back to the preview; a question that the new answer has opened is asked before."""
    step = _first_open(form, draft.answers)
    draft = replace(draft, step=step, mending=step != PREVIEW)
    return draft, _here(form, draft)


def _back(form: Form, draft: Draft) -> tuple[Draft, Outcome]:
    if draft.mending:
        return _mended(form, draft)
    asked = [step.id for step in form.steps if step.asked(draft.answers)]
    place = asked.index(draft.step) if draft.step in asked else len(asked)
    if place == 0:
        return draft, Outcome("ask", Fault("form.fault.first"))
    return replace(draft, step=asked[place - 1]), Outcome("ask")


def _here(form: Form, draft: Draft) -> Outcome:
    return Outcome("preview" if draft.step == PREVIEW and form.preview else "ask")


def _next(form: Form, name: str, answers: Answers) -> str:
    later = False
    for step in form.steps:
        if later and step.asked(answers) and not (step.photo and answers.get(step.id)):
            return step.id
        later = later or step.id == name
    return PREVIEW


def _first_open(form: Form, answers: Answers) -> str:
    for step in form.steps:
        if step.asked(answers) and not _is_answered(step, answers):
            return step.id
    return PREVIEW if form.preview else form.steps[-1].id


def _is_answered(step: Step, answers: Answers) -> bool:
    """Ticks count as an answer only when all are set, unless some will do: a consent is never taken for given."""
    answer = answers.get(step.id)
    return answer is not None and (not step.ticks or step.some or set(step.ticks) <= set(answer.split(",")))
