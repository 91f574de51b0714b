"""In groups: only commands and mentions are answered, with the way to the private chat; nothing personal is said or noted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys import ZH, registered, rows, to_step
from tests.talk import Person, Scripted, Talk

pytestmark = pytest.mark.usefixtures("calm")

GROUP = -100_123
CHAT = {"id": GROUP, "type": "supergroup", "title": "工作群"}
ADDRESSED = (
    "/start",
    "/start county-wuxi",
    "/find",
    "/county 巫溪",
    "/my",
    "/help@jiedui_bot",
    "/HELP@Jiedui_Bot",
    "/office",
    "/broadcast",
    "@jiedui_bot 我们是泰安的养老服务机构",
    "@jiedui_bot你好",
    "问问@Jiedui_Bot，城口缺什么",
    "谁知道？@jiedui_bot",
)
ASIDE = (
    "我们是泰安的养老服务机构",
    "/start@another_bot",
    "/start@jiedui_bot_2",
    "/startled",
    "/foo",
    "@jiedui_bot2 你好",
    "我的邮箱 a@jiedui_botany.org",
    "/",
    "结对",
    "取消",
)
LINE = "我只在私聊里办事，群里不谈具体意向和联系方式。点下面的按钮找我。"


async def in_group(person: Person, text: str, **more: Any) -> list[str]:
    """What is shown in the group when this person writes there."""
    shown = person.talk.screen.shown[GROUP]
    before = len(shown)
    assert await person.says(text, chat=CHAT, **more) == "", "answered in private"
    return [message.html for message in shown[before:]]


@pytest.mark.parametrize("text", ADDRESSED)
async def test_a_command_or_a_mention_is_answered_with_the_way_to_the_private_chat(talk: Talk, text: str) -> None:
    li = talk.person("li")
    assert await in_group(li, text) == [LINE]
    (row,) = talk.screen.shown[GROUP][-1].keyboard
    assert [(button["label"], button["url"], button["data"]) for button in row] == [
        ("到私聊里说", "https://t.me/jiedui_bot?start=group", "")
    ]


@pytest.mark.parametrize("text", ASIDE)
async def test_everything_else_is_left_alone(talk: Talk, text: str) -> None:
    assert await in_group(talk.person("li"), text) == []


async def test_pictures_and_service_messages_are_left_alone(talk: Talk) -> None:
    li = talk.person("li")
    photo = [{"file_id": "1", "file_unique_id": "1", "width": 1, "height": 1}]
    assert await in_group(li, "", photo=photo, caption="我们是泰安的养老服务机构") == []
    assert await in_group(li, "", new_chat_title="新名字") == []
    assert await in_group(li, "", new_chat_members=[{"id": 1, "is_bot": True, "first_name": "结对"}]) == []
    assert await li.edits("/start", chat=CHAT) == ""
    assert talk.screen.shown[GROUP] == []


async def test_nothing_is_noted_of_people_in_groups(talk: Talk) -> None:
    li = talk.person("li")
    for text in ("/start", "@jiedui_bot 你好", "大家好"):
        await in_group(li, text)
    assert rows(talk, "people") == []
    assert rows(talk, "drafts") == []
    assert [row["payload"] for row in rows(talk, "inbox")] == [None] * 3


async def test_the_answer_is_in_the_language_of_the_one_who_asked(talk: Talk) -> None:
    li, wang = talk.person("li", client="en"), talk.person("wang")
    assert (await in_group(li, "/help"))[0].startswith("I work in private chats only")
    await wang.says("/lang en")
    assert (await in_group(wang, "/help"))[0].startswith("I work in private chats only")


async def test_the_office_learns_nothing_of_its_cases_in_a_group(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    for text in ("/office", "/start", "/broadcast 大家好", "/my"):
        assert await in_group(boss, text) == [LINE]
    assert rows(talk, "notices") == []


async def test_a_form_takes_no_answer_from_a_group(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "contact")
    assert await in_group(li, ZH.contact) == []
    assert await in_group(li, "取消") == []
    assert await in_group(li, "/cancel") == [LINE]
    assert [row["step"] for row in rows(talk, "drafts")] == ["contact"]


async def test_a_button_pressed_in_a_group_is_answered_and_does_nothing(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    update = talk.as_(boss).people.presses({"data": "v1:off:1:1:accept", "message": "7"})
    update["callback_query"]["message"]["chat"] = CHAT
    assert "这个按钮已经失效" in await boss.does(update)
    assert rows(talk, "interests")[0]["stage"] == "submitted"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (400, "Bad Request: not enough rights to send text messages to the chat"),
        (400, "Bad Request: message thread not found"),
        (400, "Bad Request: TOPIC_CLOSED"),
        (400, "Bad Request: group chat was upgraded to a supergroup chat"),
        (403, "Forbidden: bot was kicked from the supergroup chat"),
    ],
)
async def test_a_group_in_which_the_bot_may_not_write_is_left_in_peace(talk: Talk, code: int, why: str) -> None:
    li = talk.person("li")
    await li.says("/start")
    Scripted.refuses[GROUP] = (code, {"ok": False, "error_code": code, "description": why})
    assert await in_group(li, "/help") == []
    assert rows(talk, "people")[0]["unreachable"] is None


async def test_the_link_of_the_group_leads_to_the_welcome(talk: Talk) -> None:
    assert "您好，这里是 结对" in await talk.person("li").says("/start group")
