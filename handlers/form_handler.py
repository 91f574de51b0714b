"""Forms in the chat: asking, taking answers and buttons, keeping the draft, and doing what a filled-in form is for.

The rules of a form are in ``forms``; what each one asks and does is its Kit. Everything an answer changes is one transaction,
committed before the reply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace
from telegram import Update

from handlers.buttons import Button, Rows, number, press, short
from handlers.checks import read_text
from handlers.context import Context, Reply, Services
from handlers.forms import PREVIEW, Fault, Form, Input, Outcome, Step, advance, begin
from handlers.views import made, render, view
from knowledge.records import drafts
from knowledge.records.drafts import Draft

Facts = Mapping[str, Any]
Done = tuple[str, dict[str, str | int]]
Options = Callable[[Services, str], Mapping[str, str]]
"""What can be chosen or ticked in a step, by id, as it is called in a language."""
Left = Callable[[Context, Draft], Done]
"""What is shown when a form is given up."""
Reads = Callable[[Services, str], str | Fault]
"""Turns a text into the answer of a step, with what the services know."""


def no_facts(_services: Services, _lang: str, _draft: Draft) -> Facts:
    """A form whose texts need nothing but the answers."""
    return {}


def nothing_more(_context: Context, _before: Draft, _after: Draft) -> None:
    """A form whose answers have no effect of their own."""


def _cancelled(_context: Context, draft: Draft) -> Done:
    """A form of which nothing is left."""
    return "form.cancelled", {"form": draft.form}


class Kit(Struct, frozen=True):
    """A form and what it does. ``finish`` runs inside the transaction and names the view that confirms.

    ``took`` runs inside the transaction of every answer and ``refuse`` inside that of a refusal, ``facts`` gives the texts what
    they speak of, ``suggest`` what a step that is answered in words offers as a ready answer (a button that takes it).
    ``options`` and ``reads`` are those of steps whose choices or whose reading the knowledge base gives.
    ``derive`` gives the answers with those that follow from others and need not be asked for.
    ``left`` names the view that says what there is when the form is given up.
    """

    form: Form
    finish: Callable[[Context, Draft], Done]
    facts: Callable[[Services, str, Draft], Facts] = no_facts
    suggest: Callable[[Services, str, Draft, Step], str] = lambda _services, _lang, _draft, _step: ""
    took: Callable[[Context, Draft, Draft], None] = nothing_more
    refuse: Callable[[Context, Draft], None] = lambda _context, _draft: None
    options: Mapping[str, Options] = field(default_factory=dict)
    reads: Mapping[str, Reads] = field(default_factory=dict)
    derive: Callable[[Services, Draft], Mapping[str, str]] = lambda _services, draft: draft.answers
    left: Left = _cancelled

    def bound(self, services: Services) -> Form:
        """The form with the choices and the reading that the knowledge base gives."""
        if not self.options and not self.reads:
            return self.form
        return replace(self.form, steps=tuple(self._bound(services, step) for step in self.form.steps))

    def _bound(self, services: Services, step: Step) -> Step:
        if step.id in self.options:
            names = tuple(self.options[step.id](services, services.default_lang))
            step = replace(step, ticks=names) if step.some or step.ticks else replace(step, choices=names)
        return replace(step, parse=partial(self.reads[step.id], services)) if step.id in self.reads else step

    def label(self, services: Services, lang: str, step: Step, one: str) -> str:
        """What a choice or tick of a step is called."""
        known = self.options.get(step.id)
        return known(services, lang)[one] if known else services.texts(lang, f"{self.form.id}.{step.id}.{one}")


MANY = 6
"""Buttons from which they stand two in a row."""

KITS: dict[str, Kit] = {}


def register_kit(kit: Kit) -> None:
    """Make a form known."""
    KITS[kit.form.id] = kit


def form_of(services: Services, draft: Draft) -> Form:
    """The form that a draft fills in."""
    return KITS[draft.form].bound(services)


def question(services: Services, lang: str, draft: Draft, fault: Fault | None = None) -> Reply:
    """The message that asks the draft's step, or shows its preview."""
    kit = KITS[draft.form]
    form = kit.bound(services)
    facts = {"answers": draft.answers, **kit.facts(services, lang, draft)}
    problem = services.texts(lang, fault.key, **fault.facts) if fault else ""
    step = form.step(draft.step)
    text: str
    if step is None:
        text = services.texts(lang, f"{form.id}.preview", **facts)
        rows = _preview_rows(services, lang, form, draft)
    else:
        asked = [one.id for one in form.steps if one.asked(draft.answers)]
        place = asked.index(step.id) + 1 if step.id in asked else 0
        suggestion = kit.suggest(services, lang, draft, step) if step.parse else ""
        facts = {**facts, "suggestion": suggestion}
        text = services.texts(lang, f"{form.id}.ask.{step.id}", **facts)
        if len(asked) > 1 and not step.aside:
            text = services.texts(lang, "form.progress", n=place, total=len(asked)) + "\n" + text
        rows = _step_rows(services, lang, form, draft, step, suggestion, first=place <= 1)
    return Reply(f"{problem}\n\n{text}" if problem else text, rows)


def _step_rows(services: Services, lang: str, form: Form, draft: Draft, step: Step, suggestion: str, *, first: bool) -> Rows:
    texts = services.texts
    rows: list[tuple[Button, ...]] = []
    if suggestion:
        value = short(read_text(suggestion) if step.rich else suggestion)
        rows.append((press(texts(lang, "form.button.suggested", value=value), "form", draft.id, "suggested", step.id),))
    if step.ticks:
        rows.extend(_tick_rows(services, lang, draft, step))
    labels = {one: KITS[form.id].label(services, lang, step, one) for one in step.choices}
    rows.extend(_wide([press(label, "form", draft.id, "choice", step.id, one) for one, label in labels.items()]))
    last: list[Button] = []
    if not first or draft.mending:
        last.append(press(texts(lang, "form.button.back"), "form", draft.id, "back", step.id))
    if step.skippable:
        last.append(press(texts(lang, "form.button.skip"), "form", draft.id, "skip", step.id))
    last.append(press(texts(lang, "form.button.cancel"), "form", draft.id, "cancel", step.id))
    rows.append(tuple(last))
    return tuple(rows)


def _tick_rows(services: Services, lang: str, draft: Draft, step: Step) -> Iterator[tuple[Button, ...]]:
    """A button for each tick; where all are needed, one that sets them all and one that refuses."""
    ticked = draft.answers.get(step.id, "").split(",")

    def button(label: str, value: str) -> Button:
        return press(label, "form", draft.id, "tick", step.id, value)

    if not step.some:
        yield (button(services.texts(lang, "form.button.all"), "all"),)
    boxes = {one: "☑" if one in ticked else "☐" for one in step.ticks}
    kit = KITS[draft.form]
    yield from _wide([button(f"{mark} {kit.label(services, lang, step, one)}", one) for one, mark in boxes.items()])
    go = button(services.texts(lang, "form.button.go"), "go")
    yield (go,) if step.some else (go, button(services.texts(lang, "form.button.no"), "no"))


def _wide(buttons: list[Button]) -> list[tuple[Button, ...]]:
    """One in a row, or two where there are many."""
    width = 1 if len(buttons) <= MANY else 2
    return [tuple(buttons[i : i + width]) for i in range(0, len(buttons), width)]


def _edit_label(services: Services, lang: str, draft: Draft, step: Step) -> str:
    """Change an answer, or give one that was left aside."""
    what = services.texts(lang, f"{draft.form}.name.{step.id}")
    blank = step.aside and not draft.answers.get(step.id)
    return services.texts(lang, "form.button.add" if blank else "form.button.edit", what=what)


def _preview_rows(services: Services, lang: str, form: Form, draft: Draft) -> Rows:
    texts = services.texts
    edits = [
        press(_edit_label(services, lang, draft, step), "form", draft.id, "edit", step.id)
        for step in form.steps
        if (step.some or not step.ticks) and step.when(draft.answers)
    ]
    rows: list[tuple[Button, ...]] = [(press(texts(lang, f"{form.id}.submit"), "form", draft.id, "submit", PREVIEW),)]
    rows.extend(tuple(edits[i : i + 2]) for i in range(0, len(edits), 2))
    rows.append((press(texts(lang, "form.button.cancel"), "form", draft.id, "cancel", PREVIEW),))
    return tuple(rows)


async def open_form(
    context: Context, name: str, subject: str, answers: Mapping[str, str] | None = None, *, mending: bool = False
) -> None:
    """Start the form about ``subject``, or go on with the draft of it that is already there.

    ``mending``: it was filled in before; what has no answer among ``answers`` is asked, and the rest can be changed.
    """
    form = KITS[name].bound(context.services)
    now = context.now
    with context.store.transaction():
        draft = drafts.find(context.store, context.person.id, name, subject)
        if draft is None:
            blank = Draft(
                0,
                context.person.id,
                name,
                form.version,
                subject,
                "",
                dict(answers or {}),
                mending=mending,
                last_update=context.update_id,
            )
            blank = replace(blank, answers=dict(KITS[name].derive(context.services, blank)))
            draft = drafts.start(context.store, begin(form, blank, now), now)
        else:
            draft = begin(form, replace(draft, held=None, last_update=context.update_id), now)
            drafts.save(context.store, draft, now)
    await _ask(context, draft)


async def take(context: Context, draft: Draft, given: Input, update: Update | None = None) -> None:
    """Give an input to a draft: keep what follows, then ask, or do what the form is for."""
    kit = KITS[draft.form]
    now = context.now
    if context.update_id == draft.last_update:  # a kill came between the commit and the reply: ask where we are
        await _ask(context, draft)
        return
    done: Done | None = None
    with context.store.transaction():
        after, outcome = advance(kit.bound(context.services), draft, given, now)
        after = replace(after, last_update=context.update_id, held=None)
        if outcome.kind == "refused":
            kit.refuse(context, draft)
            drafts.drop(context.store, draft.id)
            context.note_result("form.refused", form=draft.form)
        else:
            after = replace(after, answers=dict(kit.derive(context.services, after)))
            kit.took(context, draft, after)
            if outcome.kind == "done":
                done = kit.finish(context, after)
                drafts.drop(context.store, draft.id)
                context.note_result(done[0], **done[1])
            else:
                drafts.save(context.store, after, now)
    context.services.wake()
    await _reply(context, after, outcome, done, update)


async def _reply(context: Context, draft: Draft, outcome: Outcome, done: Done | None, update: Update | None) -> None:
    services, lang = context.services, context.lang
    if outcome.kind == "refused":
        await context.send(render(services, lang, "form.refused", {"form": draft.form}))
    elif done:
        await context.send(await made(services, lang, done[0], done[1]))
    elif update and draft.step and outcome.kind == "ask" and _ticking(draft):
        await context.show(update, question(services, lang, draft, outcome.fault))
        services.asks(draft.person, draft.id)
    else:
        await _ask(context, draft, outcome.fault)


async def give_up(context: Context, draft: Draft) -> Reply:
    """Drop a draft."""
    with context.store.transaction():
        drafts.drop(context.store, draft.id)
        name, args = KITS[draft.form].left(context, draft) if draft.form in KITS else _cancelled(context, draft)
        context.note_result(name, **args)
    return await made(context.services, context.lang, name, args)


@view("form.cancelled")
def cancelled(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The form was given up; nothing was sent."""
    title = services.texts(lang, f"{args['form']}.title") if args["form"] in KITS else ""
    return Reply(services.texts(lang, "form.cancelled", form=title))


def _ticking(draft: Draft) -> bool:
    step = KITS[draft.form].form.step(draft.step)
    return bool(step and (step.ticks or step.some))


async def ask_again(context: Context, draft: Draft, fault: Fault | None) -> None:
    """What came cannot be an answer: say why and ask once more. Without ``fault``, a button is wanted."""
    form = form_of(context.services, draft)
    button = "form.fault.tap" if form.step(draft.step) else "form.fault.preview"
    with context.store.transaction():
        draft = begin(form, replace(draft, last_update=context.update_id), context.now)
        drafts.save(context.store, draft, context.now)
    await _ask(context, draft, fault or Fault(button))


async def _ask(context: Context, draft: Draft, fault: Fault | None = None) -> None:
    message = await context.send(question(context.services, context.lang, draft, fault))
    drafts.asked(context.store, draft.id, message.message_id)
    context.services.asks(draft.person, draft.id)


def resume_row(services: Services, lang: str, person: int) -> Rows:
    """The button that goes on with a form left open; nothing without one."""
    draft = drafts.current(services.store, person)
    if draft is None or draft.form not in KITS:
        return ()
    label = services.texts(lang, "form.button.resume", form=services.texts(lang, f"{draft.form}.title"))
    return ((press(label, "form", draft.id, "look", draft.step or PREVIEW),),)


async def send_aside(context: Context, reply: Reply) -> None:
    """Answer something beside the form: with the button that goes on with the one left open."""
    resume = resume_row(context.services, context.lang, context.person.id)
    await context.send(Reply(reply.text, (*reply.rows, *resume)))


async def press_form(update: Update, context: Context, args: list[str]) -> str | None:
    """A button of a form: ``draft:operation:step[:value]``."""
    which, operation, step, value = (args + [""] * 4)[:4]
    wanted = number(which)
    draft = drafts.get(context.store, wanted, context.person.id) if wanted is not None else None
    if draft is None or draft.form not in KITS:
        return context.text("form.closed")
    if operation == "cancel":
        await context.send(await give_up(context, draft))
        return None
    if operation in {"hold_take", "hold_leave"}:
        return await _held(update, context, draft, operation)
    inputs = {
        "back": Input("back"),
        "skip": Input("skip", step=step),
        "edit": Input("edit", step),
        "submit": Input("submit"),
        "look": Input("look"),
        "tick": Input("tick", value, step),
        "choice": Input("choice", value, step),
    }
    if operation == "suggested" and step == draft.step:
        known = form_of(context.services, draft).step(step)
        suggestion = KITS[draft.form].suggest(context.services, context.lang, draft, known) if known else ""
        given = Input("text", suggestion, file=draft.answers.get(f"{step}.file", "")) if suggestion else Input("look")
    else:
        given = inputs.get(operation, Input("look"))
    if operation == "edit":
        stale = draft.step != PREVIEW and not draft.mending
    else:
        stale = step != draft.step and operation in {"choice", "tick", "skip", "back", "submit", "suggested"}
    await take(context, draft, Input("look") if stale else given, update)
    return context.text("form.stale") if stale else None


async def _held(update: Update, context: Context, draft: Draft, operation: str) -> str | None:
    """The person says whether the held text was an answer or something else."""
    if operation == "hold_take" and (draft.held or draft.last_update == context.update_id):
        await take(context, draft, Input("text", draft.held or ""), update)
        return None
    if not draft.held:
        return context.text("press.done")
    with context.store.transaction():  # the text is held until the form goes on: a kill may come before it is answered
        drafts.save(context.store, replace(draft, focus=0), context.now)
    await context.services.answer_freely(context, draft.held)
    return None


async def hold(context: Context, draft: Draft, text: str) -> None:
    """A text in focus that reads like something else: keep it, and let a button decide."""
    with context.store.transaction():
        drafts.save(context.store, replace(draft, held=text, last_update=context.update_id), context.now)
    rows = (
        (press(context.text("form.button.hold_take"), "form", draft.id, "hold_take", draft.step),),
        (press(context.text("form.button.hold_leave"), "form", draft.id, "hold_leave", draft.step),),
    )
    await context.say("form.hold", rows, words=short(text, 60), title=context.text(f"{draft.form}.title"))


PRESSES = {"form": press_form}
