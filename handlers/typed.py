"""What typed words do in a form besides answering: steer it, press a button by its label, or name an answer to change."""

from __future__ import annotations

import re

from handlers.context import Services
from handlers.form_handler import KITS, Kit, form_of
from handlers.forms import PREVIEW, Form, Input, Step
from handlers.texts import LANGS
from knowledge.records.drafts import Draft

ASKING = ("?", "？", "吗", "呢", "怎么", "什么", "多少", "哪", "谁", "how", "what", "where", "who", "when", "can i", "why")
"""What a question has in it."""
LEAD = re.compile(r"(?:我们的|我的|一下)?(?:联系(?=电话))?")
"""What may stand before the name of an answer."""
CHANGE_MAX = 40
"""A longer text is no wish to change an answer."""
AROUND = " \t\r\n。.!！,，~"


def bare(text: str) -> str:
    """A text as it is compared with words that stand alone."""
    return text.strip(AROUND).lower()


def typed(services: Services, draft: Draft, text: str) -> Input | None:
    """What the text steers, or None when it is an answer (or something else)."""
    form, words, plain = form_of(services, draft), services.base.turns, bare(text)
    step = form.step(draft.step)
    if step and step.some and any(said.alone(plain) for said in (words.form_resume, words.form_submit)):
        return Input("tick", "go", step.id)
    for said, given in ((words.form_resume, Input("look")), (words.form_back, Input("back"))):
        if said.alone(plain):
            return given
    if words.form_skip.alone(plain) and step:
        return Input("skip", step=draft.step)
    changed = _changed(services, form, draft, text)
    if changed:
        return Input("edit", changed)
    yes = words.form_yes.alone(plain) and services.at_hand.get(draft.person) == draft.id
    if draft.step == PREVIEW:
        return Input("submit") if yes or words.form_submit.alone(plain) or plain in _submits(services, form) else None
    return _chosen(services, KITS[draft.form], step, plain, yes=yes) if step else None


def _submits(services: Services, form: Form) -> set[str]:
    """The label of the button that submits the form, in either language, without its sign."""
    labels = (str(services.texts(lang, f"{form.id}.submit")) for lang in LANGS if form.preview)
    return {label.partition(" ")[2].lower() for label in labels} - {""}


def changes(services: Services, form: Form, text: str) -> str:
    """The answer of a form that a text says is to be changed (改电话, 我要改联系电话); empty: it says no such thing."""
    words, plain = services.base.turns.form_change, bare(text)
    start = next((one for one in (*words.zh, *words.en) if plain.startswith(one)), None)
    if start is None or len(plain) > CHANGE_MAX:
        return ""
    rest = LEAD.sub("", plain[len(start) :].strip())
    for step in form.steps:
        names = [services.texts(lang, f"{form.id}.name.{step.id}").lower() for lang in LANGS if _named(services, form, step)]
        if any(rest == name or (len(name) > 1 and rest.startswith(name)) for name in names):
            return step.id
    return ""


def resumes(services: Services, draft: Draft, text: str) -> bool:
    """Whether a text goes on with a form that was left lying: with 继续, or by the name of an answer given in it."""
    return services.base.turns.form_resume.alone(bare(text)) or bool(_changed(services, form_of(services, draft), draft, text))


def _changed(services: Services, form: Form, draft: Draft, text: str) -> str:
    """The answer given (or left aside) that is to be changed, if that is what the text says; empty otherwise."""
    step = form.step(changes(services, form, text))
    return step.id if step and (step.aside or step.id in draft.answers) else ""


def _named(services: Services, form: Form, step: Step) -> bool:
    return services.texts.known(f"{form.id}.name.{step.id}")


def _chosen(services: Services, kit: Kit, step: Step, plain: str, *, yes: bool) -> Input | None:
    """The button whose label was typed, in either language, whole or the one that has these words in it."""
    words = services.base.turns
    if step.ticks and not step.some:
        if yes or words.form_agree.alone(plain):
            return Input("tick", "all", step.id)
        return Input("tick", "no", step.id) if words.form_refuse.alone(plain) else None
    if step.choices == ("alone", "group"):
        said = next((one for one in step.choices if getattr(words, f"form_{one}").alone(plain)), None)
        if said:
            return Input("choice", said, step.id)
    labels = {one: [kit.label(services, lang, step, one).lower() for lang in LANGS] for one in step.choices or step.ticks}
    fits = [one for one, texts in labels.items() if plain in texts]
    if not fits and (step.parse is None or step.some) and len(plain) > 1:
        fits = [one for one, texts in labels.items() if any(plain in text or text in plain for text in texts)]
    return Input("tick" if step.some else "choice", fits[0], step.id) if len(fits) == 1 else None
