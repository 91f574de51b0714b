"""Buttons: the data they carry fits, is understood, and is answered politely whatever it is."""

from __future__ import annotations

import ast
import itertools
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import conversations, presses
from handlers.admin import audiences, changes, cockpit, compose, coordinators, desk, inquiries, review, schedule
from handlers.admin.conditions import mark
from handlers.buttons import MAX_BYTES, Button, data, markup, number, parse, press, short
from handlers.corrections import WRONG
from handlers.form_handler import KITS
from handlers.forms import PREVIEW
from handlers.wishes import LONGEST
from knowledge.records import mutes, question_moves
from knowledge.records.audience import KINDS
from knowledge.records.moves import MOVES
from tests.rankings import BASE
from tests.talk import Scripted, Talk

HANDLERS = Path(conversations.__file__).parent

# -- the data ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "arguments", "packed"),
    [
        ("plan", (), "v1:plan"),
        ("ask", ("",), "v1:ask:"),
        ("k", ("wuxi-elderly-1", "el.se.238"), "v1:k:wuxi-elderly-1:el.se.238"),
        ("off", (12, 3, "decline"), "v1:off:12:3:decline"),
    ],
)
def test_data_is_packed_and_parsed(action: str, arguments: tuple[str | int, ...], packed: str) -> None:
    assert data(action, *arguments) == packed
    assert parse(packed) == (action, [str(argument) for argument in arguments])


@pytest.mark.parametrize("arguments", [("巫溪",), ("x" * 60,), ("a:b",), ("é",), (10**60,)])
def test_data_that_telegram_would_refuse_or_that_would_be_misread_is_not_built(arguments: tuple[str | int, ...]) -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        data("k", *arguments)


def test_data_of_exactly_64_bytes_is_built() -> None:
    packed = data("k", "x" * 59)
    assert len(packed) == MAX_BYTES == 64
    assert parse(packed) == ("k", ["x" * 59])
    assert parse(packed + "x") is None


@pytest.mark.parametrize(
    "packed", [None, 7, b"v1:plan", "", "v1", "v1:", "v1::x", "v0:plan", "v2:plan", "plan", ":plan", "V1:plan"]
)
def test_data_of_another_kind_is_nothing(packed: object) -> None:
    assert parse(packed) is None


@given(st.text(max_size=80))
def test_any_data_is_parsed_or_nothing(packed: str) -> None:
    parsed = parse(packed)
    assert parsed is None or ":".join(["v1", parsed[0], *parsed[1]]) == packed


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("0", 0), ("7", 7), ("007", 7), ("9" * 15, 10**15 - 1), ("9" * 16, None), ("", None), ("-1", None), ("+1", None),
        ("1.0", None), (" 1", None), ("1\n", None), ("²", None), ("٣", None), ("五", None), ("１", None), ("1_0", None),
    ],
)  # fmt: skip
def test_a_number_is_a_number_that_a_row_can_have(argument: str, value: int | None) -> None:
    assert number(argument) == value


@given(st.text(max_size=60), st.integers(2, 40))
def test_a_label_is_cut_to_its_width_in_one_line(text: str, width: int) -> None:
    label = short(text, width)
    assert len(label) <= width
    assert "\n" not in label
    flat = " ".join(text.split())
    assert label == flat if len(flat) <= width else label == flat[: width - 1] + "…"


def test_a_label_shows_what_was_written() -> None:
    assert press("All needs of Nan&#39;an &amp; &lt;more&gt;", "plan").label == "All needs of Nan'an & <more>"


def test_rows_become_a_keyboard_without_the_empty_ones() -> None:
    assert markup(()) is None
    assert markup(((), ())) is None
    assert markup(((press("一", "plan"), Button("二", url="https://t.me/x")), (), (press("三", "my"),))) == {
        "inline_keyboard": [
            [{"text": "一", "callback_data": "v1:plan"}, {"text": "二", "url": "https://t.me/x"}],
            [{"text": "三", "callback_data": "v1:my"}],
        ]
    }


# -- every action ------------------------------------------------------------------------------------------------------


def actions_built() -> Iterator[str]:
    """The action of every ``press(label, action, …)`` in the code."""
    for file in HANDLERS.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "press":
                named = node.args[1]
                branches = (named.body, named.orelse) if isinstance(named, ast.IfExp) else (named,)
                for branch in branches:
                    assert isinstance(branch, ast.Constant), f"{file.name}:{node.lineno}: an action that cannot be followed"
                    yield str(branch.value)


HANDLED = {action for table in conversations.PRESS_TABLES for action in table}


def test_every_button_does_something_and_every_action_has_a_button() -> None:
    assert set(actions_built()) == HANDLED


def test_two_conversations_cannot_want_the_same_action() -> None:
    with pytest.raises(ValueError, match=r"actions named twice: \['plan'\]"):
        presses.handlers([conversations.PRESS_TABLES[0], {"plan": conversations.PRESS_TABLES[0]["plan"]}])


ROW, CODE, ID = 10**9, "x" * LONGEST, "x" * 31
"""A number of a row, a wish and an id as long as they can be."""
OPERATIONS = ("back", "skip", "edit", "submit", "look", "tick", "choice", "suggested", "cancel", "hold_take", "hold_leave")
LONG_MOVE = max(MOVES, key=len)
LONG_QUESTION_MOVE = max(question_moves.MOVES, key=len)
LONG_WHY = max(WRONG, key=len)
WORST: dict[str, list[tuple[str | int, ...]]] = {
    "c": [(max(BASE.counties, key=len), 100, CODE)],
    "k": [(ID, CODE)],
    "w": [(ID, CODE)],
    "ca": [(max(BASE.counties, key=len), CODE)],
    "plan": [()],
    "task": [(max(BASE.tasks, key=len),)],
    "cases": [(max(BASE.fields, key=len), 1000)],
    "casef": [()],
    "fill": [(10**15 - 1, "checklist")],
    "prop": [(10**15 - 1,)],
    "publ": [(10**15 - 1, "no")],
    "photo": [(10**15 - 1, "remove")],
    "fix": [("c238", CODE), ("fin", CODE)],
    "bad": [(CODE,)],
    "bad2": [(LONG_WHY, CODE)],
    "l": [(100, CODE)],
    "g": [(CODE,)],
    "gk": [(CODE,)],
    "go": [(CODE,)],
    "gs": [(CODE,)],
    "form": [
        (ROW, operation, step.id, value)
        for kit in KITS.values()
        for step in kit.form.steps
        for operation in OPERATIONS
        for value in (
            "",
            "all",
            *step.ticks,
            *step.choices,
            *(("left_behind", "association") if step.id in kit.options else ()),
        )
    ]
    + [(ROW, operation, PREVIEW) for operation in OPERATIONS],
    "reg": [(ID, "na", "other")],
    "grp": [(ROW,)],
    "gwill": [(ROW, 1)],
    "gask": [(ROW, ROW)],
    "gsee": [(ROW, ROW)],
    "gyes": [(ROW, ROW, 1)],
    "gmove": [(ROW, 1000, LONG_MOVE, "yes"), (ROW, 1000, LONG_MOVE, ROW)],
    "glead": [(ROW,)],
    "gshare": [(ROW, 1)],
    "gtel": [(ROW, ROW)],
    "mine": [(ROW,)],
    "my": [()],
    "org": [(ROW, "edit")],
    "orgs": [()],
    "dup": [(ROW, "merge", "yes")],
    "verify": [(ROW, 1000, "off")],
    "join": [(ROW, "yes")],
    "team": [(ROW, "remove", 10**12, "yes")],
    "own": [(ROW, 1000, LONG_MOVE)],
    "alt": [(ID,)],
    "ask": [(ID,)],
    "keep": [("0" * 8,)],
    "co": [("end", max(BASE.counties, key=len), 10**12, "yes"), ("revoke", max(BASE.counties, key=len)), ("who", ROW)],
    "cot": [("x" * 22,)],
    "cox": [()],
    "office": [()],
    "q": [(ROW,)],
    "qs": [(ROW,)],
    "qm": [(ROW,)],
    "ql": [("mine", 100)],
    "qa": [(ROW, 1000, LONG_QUESTION_MOVE, "yes")],
    "qo": [(ROW, 1000, LONG_QUESTION_MOVE), (ROW, 1000, "hand", max(BASE.counties, key=len), 10**12)],
    "lang": [("zh",)],
    "case": [(ROW,)],
    "off": [(ROW, 1000, LONG_MOVE, "yes")],
    "tel": [(ROW,)],
    "wrongs": [()],
    "report": [(ROW,)],
    "mute": [(1,)],
    "nset": [("topic", max(BASE.topics, key=len)), ("pause", 90), ("until",)],
    "nwhy": [(ROW, max(mutes.REASONS, key=len))],
    "nopen": [(ROW, 2)],
    "nd": [(ROW, "here")],
    "nnew": [(max(BASE.counties, key=len),)],
    "nlook": [(ROW,)],
    "nsend": [(ROW, 10**6)],
    "ndrop": [(ROW,)],
    "nun": [(ROW,)],
    "nedit": [(ROW,)],
    "nt": [(ROW, max(BASE.topics, key=len))],
    "nb": [(ROW, "register", ID, "yes")],
    "na": [(ROW, kind, mark(value)) for kind in KINDS for value in (ID, "山东/泰安")],
    "nlist": [(ROW,)],
    "nw": [(ROW, "expire")],
    "nrun": [(ROW, "stop_yes")],
    "nagain": [(ROW, "unknown")],
    "nwho": [(ROW,)],
    "ndesk": [()],
    "nleft": [()],
    "nfix": [(ROW,)],
    "nback": [(ROW,)],
    "privacy": [()],
    "seen": [(ROW,)],
    "consent": [("pass_on", 1)],
    "export": [()],
    "erase": [("yes",)],
}


def test_the_worst_case_of_every_action_is_known() -> None:
    assert set(WORST) == HANDLED
    assert max(map(len, BASE.needs)) <= len(ID)


@pytest.mark.parametrize("action", WORST)
def test_the_worst_case_of_an_action_fits_into_its_button(action: str) -> None:
    for arguments in WORST[action]:
        assert len(data(action, *arguments)) <= MAX_BYTES


# -- forged and forgotten buttons --------------------------------------------------------------------------------------

OFFICE = (review, inquiries, coordinators, desk, compose, audiences, schedule, cockpit, changes)
STRANGE = ["", "0", "1", "-1", "²", "9" * 15, "9" * 40, "巫溪", "wuxi", "wuxi-elderly-1", "decline", "<b>"]


async def test_every_action_with_any_arguments_is_answered_and_nothing_is_raised(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    office = {action for module in OFFICE for action in module.PRESSES}
    people = [(talk.person("li"), [*sorted(HANDLED), "", "nonsense", "v1"]), (talk.person("boss", owner=True), sorted(office))]
    for person, actions in people:
        for action, first in itertools.product(actions, STRANGE):
            Scripted.calls.clear()
            second = STRANGE[(len(action) + STRANGE.index(first)) % len(STRANGE)]
            await person.presses_data(f"v1:{action}:{first}:{second}:{first}")
            assert [name for name, _ in Scripted.calls].count("answerCallbackQuery") == 1
            talk.store.execute("DELETE FROM drafts")
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert talk.store.value("SELECT count(*) FROM interests") == 0


async def test_a_button_of_another_bot_or_another_version_is_answered(talk: Talk) -> None:
    li = talk.person("li")
    for packed in ("v0:plan", "plan", "somebody else's", "\x00", "v1"):
        assert "这个按钮已经失效" in await li.presses_data(packed)
