"""Buttons that are old, forged, of other bots or of messages that are gone: every press is answered, none does harm."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.conversations import PRESS_TABLES
from tests.journeys import NEED, asked, kind_and_short, registered, rows, to_step
from tests.talk import Person, Scripted, Talk

pytestmark = pytest.mark.usefixtures("calm")

FOREIGN = (
    "pizza_order_7",
    "v0:form:1:submit",
    "v2:k:wuxi-elderly-1",
    "v1:",
    "v1",
    ":",
    "v1:nothing:1",
    "v1:登记",
    "{}",
)


@pytest.mark.parametrize("data", FOREIGN)
async def test_a_button_of_another_bot_or_version_is_answered(either: Talk, data: str) -> None:
    said = await either.person("li").presses_data(data)
    kind_and_short(said, either)
    assert "/find" in said


async def test_a_button_of_a_game_is_answered(talk: Talk) -> None:
    li = talk.person("li")
    update = pressed(li, "v1:plan")
    del update["callback_query"]["data"]
    update["callback_query"]["game_short_name"] = "chess"
    assert "失效" in await li.does(update)


def pressed(person: Person, data: str, **more: Any) -> dict[str, Any]:
    """The update of a press, with other keys in place of the message."""
    update: dict[str, Any] = person.talk.as_(person).people.presses({"data": data, "message": "1"})
    if more:
        del update["callback_query"]["message"]
        update["callback_query"].update(more)
    return update


JUNK = ("", "0", "-1", "²", "9" * 30, "x", "wuxi", NEED, "zz", "in.x.x.x", "1")
TAILS = ((), ("",), ("0", "0", "0"), ("1", "accept"), ("9" * 20, "x", "y"), ("submit", "preview"), ("tick", "consent", "all"))


@pytest.mark.parametrize("owner", [False, True], ids=["guest", "owner"])
@pytest.mark.parametrize("action", sorted({action for table in PRESS_TABLES for action in table}))
async def test_every_action_bears_every_argument(talk: Talk, action: str, owner: bool) -> None:
    wang, li = talk.person("wang"), talk.person("li", owner=owner)
    await registered(wang)
    await asked(wang)
    before = rows(talk, "interests")
    for first in JUNK:
        for tail in TAILS:
            Scripted.calls.clear()
            await li.presses_data(":".join(["v1", action, first, *tail])[:64])
            assert [name for name, _ in Scripted.calls].count("answerCallbackQuery") == 1
    assert rows(talk, "interests") == before or (owner and action == "off")


@pytest.mark.parametrize(
    "action", ["plan", "k:wuxi-elderly-1:", "l:0:", "c:wuxi:0:", "lang:en", "task:pairing", "g:", "cases::0"]
)
async def test_a_button_of_a_message_too_old_to_change_is_answered_in_a_new_one(talk: Talk, action: str) -> None:
    li = talk.person("li")
    await li.says("/start")
    gone = {"message_id": 5, "date": 0, "chat": {"id": li.id, "type": "private", "first_name": "private"}}
    assert await li.does(pressed(li, f"v1:{action}", message=gone))
    assert li.seen[-1].how == "sent"


async def test_the_form_of_a_message_too_old_goes_on_in_a_new_one(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "consent")
    gone = {"message_id": 5, "date": 0, "chat": {"id": li.id, "type": "private", "first_name": "private"}}
    draft = rows(talk, "drafts")[0]["id"]
    assert "☑ 保存我填的资料" in str(
        await li.does(pressed(li, f"v1:form:{draft}:tick:consent:keep", message=gone)) and li.buttons
    )
    assert li.seen[-1].how == "sent"


async def test_a_press_on_a_message_sent_by_inline_mode_is_answered(talk: Talk) -> None:
    li = talk.person("li")
    Scripted.calls.clear()
    assert "失效" in await li.does(pressed(li, "v1:plan", inline_message_id="AAA"))


REFUSED = {
    "Query is too old and response timeout expired or query ID is invalid": "answerCallbackQuery",
    "Message is not modified: specified new message content is exactly the same": "editMessageText",
    "Message can't be edited": "editMessageText",
    "Message to edit not found": "editMessageText",
}


@pytest.mark.parametrize("why", REFUSED)
async def test_a_press_that_telegram_will_not_answer_any_more_still_works(talk: Talk, why: str) -> None:
    li = talk.person("li")
    await li.says("/start")
    Scripted.script[REFUSED[why]] = [(400, {"ok": False, "error_code": 400, "description": f"Bad Request: {why}"})]
    said = await li.presses("看方案")
    assert ("四个国家重点帮扶县" in said) == ("not modified" not in why)
