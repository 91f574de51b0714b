"""The catalogues: the same in both languages, all used and no key missing, safe with whatever people write."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Self, get_args

import pytest
import yaml
from jinja2 import UndefinedError
from jinja2.meta import find_undeclared_variables
from markupsafe import Markup
from msgspec.structs import fields

import handlers.conversations  # noqa: F401  registers every form and view
from handlers.admin.cockpit import WHY
from handlers.admin.compose import LINK_KINDS
from handlers.commands import COMMANDS
from handlers.consents import CONSENTS
from handlers.corrections import WRONG
from handlers.form_handler import KITS
from handlers.group_mail import SAID
from handlers.groups import FAULTS
from handlers.landing import PUBLISHABLE
from handlers.moves import REASONS
from handlers.privacy import COUNTED
from handlers.questions import FORMS
from handlers.texts import FOLDER, LANGS, Texts, show_date, show_day
from handlers.views import VIEWS
from knowledge import matching
from knowledge.base import County
from knowledge.credit_code import KINDS
from knowledge.partnering import WEIGHTS
from knowledge.records import audience, erasure, facts, members, mutes, question_moves
from knowledge.records.groups import OTHER_EVENTS
from knowledge.records.moves import MOVES, OFFICE, SIDE, STAGES
from knowledge.records.organisations import SIZES
from knowledge.records.questions import LISTS
from tests.limits import fault_of_html
from tests.rankings import BASE
from tests.talk import MONDAY

ROOT = FOLDER.parents[1]
TEXTS = Texts()
KEYS = list(TEXTS.sources["zh"])


# -- both languages ----------------------------------------------------------------------------------------------------


def test_both_languages_have_the_same_keys_in_the_same_order() -> None:
    assert list(TEXTS.sources["en"]) == KEYS


@pytest.mark.parametrize("lang", LANGS)
def test_no_key_is_written_twice(lang: str) -> None:
    node = yaml.compose((FOLDER / f"{lang}.yaml").read_text("utf-8"))
    assert isinstance(node, yaml.MappingNode)
    keys = [key.value for key, _ in node.value]
    assert [key for key in keys if keys.count(key) > 1] == []


@pytest.mark.parametrize("lang", LANGS)
def test_every_text_is_a_text(lang: str) -> None:
    data: dict[str, object] = yaml.safe_load((FOLDER / f"{lang}.yaml").read_text("utf-8"))
    assert {key for key, value in data.items() if not (isinstance(value, str) and value.strip())} == set()


def variables(lang: str, key: str) -> set[str]:
    """What a template speaks of."""
    return find_undeclared_variables(TEXTS.environment.parse(TEXTS.sources[lang][key])) - {"lang", "joiner"}


def test_a_text_speaks_of_the_same_things_in_both_languages() -> None:
    assert {key: variables("zh", key) for key in KEYS} == {key: variables("en", key) for key in KEYS}


CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


def test_english_texts_hold_no_chinese_character_and_no_chinese_punctuation() -> None:
    by_design = {"button.other_language": "中文", "command.lang": "中文 / English"}
    found = {key: text for key, text in TEXTS.sources["en"].items() if CHINESE.search(text)}
    assert found == by_design


def test_chinese_texts_are_chinese() -> None:
    without = {key for key, text in TEXTS.sources["zh"].items() if not re.search(r"[\u3400-\u9fff]", text)}
    assert without == {"button.other_language", "checklist.both", "notice"}


# -- keys and code -----------------------------------------------------------------------------------------------------

CODE = {
    file: ast.parse(file.read_text("utf-8")) for part in ("handlers", "bot") for file in sorted((ROOT / part).rglob("*.py"))
}


def reasons_given() -> set[str]:
    """The ids of the reasons and unknowns that the ranking can give."""
    tree = ast.parse(Path(matching.__file__).read_text("utf-8"))
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "Reason"]
    named = {str(call.args[0].value) for call in calls if isinstance(call.args[0], ast.Constant)}
    return named | {"national_key", "municipal_key"}


ERASED = {f"withdraw.words.{erasure.WORDS[1:]}", f"withdraw.words.{members.LEFT[1:]}"}
TURNS = ("organisation", "city", "county", "nobody")
PUBLISHING = ("propose", "publish", "unpublish")
STEPS = [(kit.form, step) for kit in KITS.values() for step in kit.form.steps]
TIERS = get_args(next(one.type for one in fields(County) if one.name == "tier"))
PATTERNS: dict[str, set[str]] = {
    "audience.kind.{}": {f"audience.kind.{kind}" for kind in audience.KINDS},
    "audience.role.{}": {f"audience.role.{role}" for role in audience.ROLES},
    "button.link.{}": {f"button.link.{kind}" for kind in LINK_KINDS},
    "button.discard.{}": {f"button.discard.{kind}" for kind in ("notice", "correction", "recall")},
    "button.unconfirmed.{}": {f"button.unconfirmed.{kind}" for kind in ("correction", "recall")},
    "button.send.{}": {f"button.send.{kind}" for kind in ("notice", "correction", "recall")},
    "delivery.{}": {f"delivery.{one}" for one in "pending sending blocked gone failed unknown left_out".split()},
    "desk.not_sent.{}": {f"desk.not_sent.{why}" for why in ("stale", "nobody", "late")},
    "fault.moment.{}": {f"fault.moment.{why}" for why in ("unclear", "past", "far", "early")},
    "lang.{}": {f"lang.{lang}" for lang in LANGS},
    "leave.{}": {f"leave.{why}" for why in (*mutes.REASONS, "none")},
    "left.{}": {f"left.{why}" for why in audience.REASONS},
    "notice.did.{}": {f"notice.did.{what}" for what in ("pause", "resume", "stop_yes")},
    "notice.link.{}": {f"notice.link.{kind}" for kind in LINK_KINDS if kind != "url"},
    "notice.state.{}": {f"notice.state.{state}" for state in "draft scheduled sending paused stopped done recalled".split()},
    "notice.state.{}.{}": {
        f"notice.state.{state}.{kind}" for state in ("sending", "done") for kind in ("correction", "recall")
    },
    "notice.why.{}": {f"notice.why.{why}" for why in WHY},
    "sheet.{}": {f"sheet.{name}" for name in ("organisation", "person", "state", "why")},
    "asker.moved.{}": {f"asker.moved.{move.id}" for move in MOVES.values() if move.roles >= OFFICE},
    "command.{}": {f"command.{command.name}" for command in COMMANDS},
    "did.{}": {f"did.{move}" for move in (*MOVES, "stop")},
    "button.{}": {f"button.{form}" for form in facts.FORMS},
    "event.{}": {
        f"event.{e}"
        for e in (
            "register",
            "nudge",
            "handover",
            "merge",
            "unmerge",
            "reassign",
            *facts.FORMS,
            *PUBLISHING,
            *OTHER_EVENTS,
            *MOVES,
        )
    },
    "fact.by.{}": {f"fact.by.{role}" for role in OFFICE | SIDE},
    "fault.amount.{}": {f"fault.amount.{why}" for why in ("none", "two", "negative", "fraction", "large")},
    "figures.minors.{}": {f"figures.minors.{one}" for one in PUBLISHABLE},
    "move.{}": {f"move.{move}" for move in (*MOVES, "stop")},
    "office.moved.{}": {f"office.moved.{move.id}" for move in MOVES.values() if move.roles >= SIDE and not move.group},
    "asker.question.{}": {f"asker.question.{move}" for move in FORMS if move != "follow"},
    "question.did.{}": {f"question.did.{move}" for move in question_moves.MOVES},
    "question.event.{}": {f"question.event.{move}" for move in ("put", "nudge", *question_moves.MOVES)},
    "question.heading.{}": {f"question.heading.{move}" for move in ("put", "follow", "retract", "hand")},
    "question.list.{}": {f"question.list.{name}" for name in LISTS},
    "question.move.{}": {f"question.move.{move}" for move in question_moves.MOVES},
    "question.state.{}": {f"question.state.{one}" for one in ("asker", "county", "city", *question_moves.OVER)},
    "consent.{}": {f"consent.{one}" for one in CONSENTS},
    "group.confirm.{}": {f"group.confirm.{move.id}" for move in MOVES.values() if move.group and move.confirm},
    "group.fault.{}": {f"group.fault.{one}" for one in FAULTS},
    "group.button.{}": {"group.button.yes", "group.button.no"},
    "group.moved.{}": {"group.moved.withdraw", "group.moved.undo"},
    "group.said.{}": {f"group.said.{one}" for one in SAID},
    "group.why.{}": {f"group.why.{one}" for one in WEIGHTS if one not in {"kind", "alike"}},
    "privacy.kept.{}": {f"privacy.kept.{one}" for one in COUNTED},
    "privacy.role.{}": {f"privacy.role.{one}" for one in ("city", "county", "partner")},
    "privacy.withdrawn.{}": {f"privacy.withdrawn.{one}" for one in CONSENTS},
    "propose.{}": {f"propose.{one}" for one in ("asked", "early", "project", "waiting", "refused", "agreed")},
    "resource.{}": {f"resource.{one}" for one in BASE.lexicon.resources},
    "stage.{}": {f"stage.{stage}" for stage in STAGES},
    "tier.{}": {f"tier.{tier}" for tier in TIERS},
    "turn.asker.{}": {f"turn.asker.{turn}" for turn in TURNS},
    "turn.{}.{}": {f"turn.{side}.{turn}" for side in ("asker", "office") for turn in TURNS},
    "turn.office.{}": {f"turn.office.{turn}" for turn in TURNS},
    "verify.note.{}": {"verify.note.certificate", "verify.note.register"},
    "wrong.{}": {f"wrong.{why}" for why in WRONG},
    "{}.card": {"asker.card", "office.card"},
    "{}.ask.{}": {f"{form.id}.ask.{step.id}" for form, step in STEPS},
    "{}.name.{}": {f"{form.id}.name.{step.id}" for form, step in STEPS if form.preview and (step.some or not step.ticks)},
    "{}.preview": {f"{form.id}.preview" for form, _ in STEPS if form.preview},
    "{}.submit": {f"{form.id}.submit" for form, _ in STEPS if form.preview},
    "{}.title": {f"{form}.title" for form in KITS},
    "{}.words.{}": {f"{move}.words.{why}" for move, whys in REASONS.items() for why in whys} | ERASED,
    "{}.{}": {f"tag.{one}" for one in reasons_given() - {"field"}} | {f"reason.{one}" for one in reasons_given()},
    "{}.{}.{}": {
        f"{form.id}.{step.id}.{one}"
        for form, step in STEPS
        if step.id not in KITS[form.id].options
        for one in (*step.ticks, *step.choices)
    },
    "member.confirm.{}": {f"member.confirm.{what}" for what in ("leave", "remove", "first")},
    "member.done.{}": {f"member.done.{what}" for what in ("leave", "remove", "first")},
    "member.yes.{}": {f"member.yes.{what}" for what in ("leave", "remove", "first")},
    "org.code.{}": {f"org.code.{kind}" for kind in KINDS.values()},
    "profile.size.{}": {f"profile.size.{size}" for size in SIZES},
}
"""The keys that the code puts together, by shape, and every key that each shape can give."""


def shape(node: ast.JoinedStr) -> str:
    """An f-string with its values as {}."""
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


ASKING = {"texts", "text", "say", "_text", "Fault", "known"}
"""Functions whose argument is a key."""


def keys_asked_for() -> Iterator[tuple[str, ast.expr]]:
    """Every argument that names a text, with where it stands."""
    for file, tree in CODE.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = 1 if name == "texts" else 0
            if name in ASKING and len(node.args) > place:
                key = node.args[place]
                for one in (key.body, key.orelse) if isinstance(key, ast.IfExp) else (key,):
                    yield f"{file.name}:{node.lineno}", one


def test_every_key_that_the_code_names_exists() -> None:
    missing = [(place, key.value) for place, key in keys_asked_for() if isinstance(key, ast.Constant) and key.value not in KEYS]
    assert missing == []


def test_every_key_that_the_code_puts_together_has_a_known_shape() -> None:
    shapes = {shape(key): place for place, key in keys_asked_for() if isinstance(key, ast.JoinedStr)}
    # Put together in a variable first: mine.words_of.
    assert set(shapes) | {"{}.words.{}"} == set(PATTERNS)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_key_of_a_shape_exists(pattern: str) -> None:
    assert PATTERNS[pattern] - set(KEYS) == set()
    assert PATTERNS[pattern]


def test_every_key_of_the_catalogues_is_used() -> None:
    constants = {
        n.value for tree in CODE.values() for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)
    }
    assert [key for key in KEYS if key not in constants.union(*PATTERNS.values())] == []


def test_every_view_that_a_record_can_name_exists() -> None:
    named = set()
    for file in (*CODE, *(ROOT / "knowledge" / "records").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                place = {"put": 2, "note_result": 0}.get(node.func.attr)
                if place is not None and len(node.args) > place and isinstance(view := node.args[place], ast.Constant):
                    named |= {str(view.value)}
    assert {"asker.question", "office.question", "moves.done", "question.shown"} <= named
    assert named - set(VIEWS) == set()


# -- no text in the code -----------------------------------------------------------------------------------------------

SENDING = {
    "Reply": 0,
    "Button": 0,
    "press": 0,
    "send_message": 1,
    "send_file": 2,
    "edit_message_text": 0,
    "edit_text": 0,
    "reply_text": 0,
    "answer": 0,
}
"""Where in a call the words stand that a person will read."""
OWN_NAMES = {"中文", "English"}


def literals(node: ast.expr) -> Iterator[str]:
    """Words written into an expression, but not those handed to a function inside it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield from literals(part)
    elif isinstance(node, ast.BinOp):
        yield from literals(node.left)
        yield from literals(node.right)
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def test_no_text_that_is_sent_is_written_in_the_code() -> None:
    sent = 0
    for file, tree in CODE.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            words = [node.args[SENDING[name]]] if name in SENDING and len(node.args) > SENDING[name] else []
            words += [keyword.value for keyword in node.keywords if keyword.arg in {"text", "caption", "label"}]
            for one in words:
                sent += 1
                for literal in literals(one):
                    assert literal in OWN_NAMES or not any(char.isalpha() for char in literal), (
                        f"{file.name}:{node.lineno}: {literal}"
                    )
    assert sent > 80


# -- whatever people write ---------------------------------------------------------------------------------------------

NASTY = "<b>&\"'</a></b><script>alert(1)</script>&amp;&#39;\u202e{{ 7 * 7 }}<"


class Hostile(int):
    """Stands for any value of a template: text with markup in it, a number, a list of two, an object with any attribute."""

    def __str__(self) -> str:
        return NASTY

    def __getattr__(self, name: str) -> Hostile:
        if name.startswith("__"):
            raise AttributeError(name)
        return Hostile(self)

    def __getitem__(self, key: object) -> Hostile:
        return Hostile(self)

    def __iter__(self) -> Iterator[Hostile]:
        return iter((Hostile(self), Hostile(self)))

    def __len__(self) -> int:
        return 2

    def __contains__(self, other: object) -> bool:
        return False

    def __call__(self, *_: object, **__: object) -> Hostile:
        return Hostile(self)

    def __bool__(self) -> bool:
        return self != 0

    def __copy__(self) -> Self:
        return self


def hostile_renderings(lang: str, key: str) -> Iterator[str]:
    """A text with nasty values: all true, each false in turn, all true with everything inside them false."""
    names = sorted(variables(lang, key))
    yield TEXTS(lang, key, **{name: Hostile(MONDAY) for name in names})
    for name in names:
        yield TEXTS(lang, key, **{other: Hostile(0 if other == name else MONDAY) for other in names})
    yield TEXTS(lang, key, **{name: [Hostile(0), Hostile(0)] if name in {"items", "aid"} else Hostile(0) for name in names})


def fault_of(rendered: str) -> str:
    """What is wrong with a text into which nasty values were put, or nothing."""
    if "<script" in rendered:
        return "markup got through"
    if "49" in rendered or "{{" in rendered.replace("{{ 7 * 7 }}", ""):
        return "a template got through"
    return fault_of_html(rendered) if rendered else ""


@pytest.mark.parametrize("lang", LANGS)
def test_a_text_is_valid_whatever_is_put_into_it(lang: str) -> None:
    faults = {key: fault_of(one) for key in KEYS for one in hostile_renderings(lang, key) if fault_of(one)}
    assert faults == {}


def test_what_is_put_in_is_shown_as_it_was_written() -> None:
    assert TEXTS("zh", "form.button.suggested", value="A&B <b>") == "用「A&amp;B &lt;b&gt;」"
    inner = TEXTS("en", "tag.partner", of="Tai'an")
    assert TEXTS("en", "fix.ask", name=inner).count("&#39;") == 1


def test_a_missing_variable_and_a_missing_key_are_errors() -> None:
    with pytest.raises(UndefinedError):
        TEXTS("zh", "form.progress", n=1)
    with pytest.raises(KeyError):
        TEXTS("zh", "no.such.text")


def test_texts_are_marked_as_escaped_already() -> None:
    assert isinstance(TEXTS("zh", "start", operator="<i>"), Markup)


@pytest.mark.parametrize(
    ("lang", "date", "day"),
    [("zh", "6月1日（周一）10:00", "6月1日（周一）"), ("en", "Mon 1 Jun 10:00", "Mon 1 Jun")],
)
def test_moments_are_told_in_chongqings_time(lang: str, date: str, day: str) -> None:
    assert show_date(MONDAY, lang) == date
    assert show_day(MONDAY, lang) == day
    assert show_day(MONDAY + 6 * 86400, lang).replace("周日", "Sun").count("Sun") == 1
