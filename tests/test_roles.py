"""Who may do what, checked on the rows: commands and buttons as a guest, as the one who registered, as the office."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys import OTHER_NEED, announced, asked, drafted, everything_stored, registered, rows, stage, wants_notices
from tests.talk import Person, Talk

pytestmark = pytest.mark.usefixtures("calm")

OFFICE_ONLY = "这是工作人员的功能。"

ACTIONS = {
    "off:1:1:accept": "已受理",
    "off:1:1:ask": "想问或告诉对方什么？",
    "off:1:1:decline": "请选原因",
    "case:1": "#1 泰安市夕阳红养老服务中心",
    "tel:1": "王老师 13812345678",
    "q:1": "第 1 号",
    "qs:1": "第 1 号",
    "ql:all:0": "住宿怎么安排？",
    "qo:1:1:take": "第 1 号由您接手",
    "qo:1:1:answer": "请写回答",
    "qo:1:1:inquire": "想请对方补充什么？",
    "qo:1:1:hand": "现在没有别人可以接",
    "qo:1:1:close": "为什么结束？",
    "wrongs": "反馈",
    "report:1": "第 1 号通知",
}
"""The buttons of the office, and what it sees when it presses them."""


async def office_at_work(talk: Talk) -> tuple[Person, Person, Person]:
    """An interest, a question and a notice; returns somebody of the office, who registered, and a guest."""
    boss, li, guest = talk.person("boss", owner=True), talk.person("li"), talk.person("guest")
    await registered(li)
    await asked(li)
    await wants_notices(boss)
    await announced(boss, "今年乡村行即将公布")
    await guest.says("/start")
    return boss, li, guest


def kept(talk: Talk) -> dict[str, list[dict[str, Any]]]:
    """Everything stored, but for the traces of the press itself."""
    return {name: found for name, found in everything_stored(talk).items() if name not in {"inbox", "people"}}


SHOWING = {"cards", "deliveries"}
"""What changes when somebody is shown how an interest stands."""


def changed(before: dict[str, list[dict[str, Any]]], after: dict[str, list[dict[str, Any]]]) -> set[str]:
    """The tables in which something is different."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


# -- buttons and commands of the office --------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["guest", "li"])
@pytest.mark.parametrize("action", ACTIONS)
async def test_a_button_of_the_office_does_nothing_for_others(talk: Talk, action: str, who: str) -> None:
    await office_at_work(talk)
    before, messages = kept(talk), len(talk.person(who).seen)
    assert await talk.person(who).presses_data(f"v1:{action}") == OFFICE_ONLY
    assert kept(talk) == before
    assert len(talk.person(who).seen) == messages


@pytest.mark.parametrize("action", ACTIONS)
async def test_the_same_button_works_for_the_office(talk: Talk, action: str) -> None:
    boss, _, _ = await office_at_work(talk)
    said = await boss.presses_data(f"v1:{action}")
    assert OFFICE_ONLY not in said
    assert said
    assert ACTIONS[action] in said


@pytest.mark.parametrize("who", ["guest", "li"])
async def test_the_commands_of_the_office_do_nothing_for_others(talk: Talk, who: str) -> None:
    await office_at_work(talk)
    before = kept(talk)
    person = talk.person(who)
    assert await person.says("/office") == OFFICE_ONLY
    assert "只有工作人员能发通知" in await person.says("/broadcast")
    assert "只有工作人员能发通知" in await person.says("/broadcast 大家好")
    assert kept(talk) == before
    helped = await person.says("/help")
    assert "/office" not in helped
    assert "/broadcast" not in helped


async def test_the_commands_of_the_office_work_for_the_office(talk: Talk) -> None:
    boss, _, _ = await office_at_work(talk)
    assert "待办：1 条意向，1 条提问" in await boss.says("/office")
    assert "#1 今年乡村行即将公布 · 已发完" in await boss.says("/broadcast")
    assert "请写通知内容" in await boss.presses("写通知")
    await boss.says("/cancel")
    assert "/office" in await boss.says("/help")


async def test_wrong_roles_read_it_in_english(english: Talk) -> None:
    li = english.person("li")
    await registered(li)
    for action in ACTIONS:
        assert await li.presses_data(f"v1:{action}") == "This is for the staff."
    assert "Only the staff send notices" in await li.says("/broadcast")
    assert await li.says("/office") == "This is for the staff."


# -- one's own and other people's --------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["wang", "boss"])
async def test_somebody_elses_interest_is_neither_shown_nor_moved(talk: Talk, who: str) -> None:
    talk.person("boss", owner=True)
    li, wang = talk.person("li"), talk.person("wang")
    await registered(li)
    await registered(wang, OTHER_NEED)
    before = kept(talk)
    person = talk.person(who)
    for action in ("mine:1", "own:1:1:answer", "own:1:1:withdraw", "own:1:1:accept"):
        assert await person.presses_data(f"v1:{action}") == "这不是您登记的。"
    assert kept(talk) == before


async def test_the_asker_cannot_make_a_move_of_the_office(talk: Talk) -> None:
    li = talk.person("li")
    await registered(li)
    before = kept(talk)
    for move in ("accept", "sign", "complete", "decline", "undo"):
        assert ("撤销" if move == "undo" else "情况已有变化") in await li.presses_data(f"v1:own:1:1:{move}")
    assert changed(before, kept(talk)) <= SHOWING


async def test_the_office_cannot_make_a_move_of_the_asker(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    before = kept(talk)
    for move in ("answer", "withdraw"):
        assert "情况已有变化" in await boss.presses_data(f"v1:off:1:1:{move}")
    assert changed(before, kept(talk)) <= SHOWING


@pytest.mark.parametrize("move", ["sign", "land", "complete", "negotiate"])
async def test_no_stage_is_skipped(talk: Talk, move: str) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    await boss.presses_data(f"v1:off:1:1:{move}")
    await boss.presses_data(f"v1:off:1:1:{move}:yes")
    assert stage(talk) == "submitted"


async def test_my_interests_are_mine_alone(talk: Talk) -> None:
    li, wang = talk.person("li"), talk.person("wang")
    await registered(li)
    await registered(wang, OTHER_NEED)
    assert "巫溪" in await li.says("/my")
    assert "城口" not in li.last
    assert li.buttons[0] == "#1"


# -- a role that was lost meanwhile ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("button", "words"), [("婉拒", "不合适"), ("询问", "几个人？")])
async def test_words_written_after_the_role_was_lost_move_nothing_and_show_nothing(talk: Talk, button: str, words: str) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    await boss.presses(button)
    talk.services.owners.clear()
    said = await boss.says(words)
    assert said == OFFICE_ONLY
    assert stage(talk) == "submitted"
    assert len(rows(talk, "interest_events")) == 1


async def test_an_answer_written_after_the_role_was_lost_is_not_sent(talk: Talk) -> None:
    boss, _, _ = await office_at_work(talk)
    await boss.presses_data("v1:qo:1:1:answer")
    talk.services.owners.clear()
    assert await boss.says("住村委会") == "没有办成：这条提问不归您办，或者已经不在了。"
    assert rows(talk, "questions")[0]["state"] == "open"
    assert [row["move"] for row in rows(talk, "question_events")] == ["put"]


async def test_a_notice_confirmed_after_the_role_was_lost_is_not_sent(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    await wants_notices(boss)
    await drafted(boss, "大家好")
    talk.services.owners.clear()
    assert OFFICE_ONLY in await boss.presses("确认")
    assert [one["state"] for one in rows(talk, "notices")] == ["draft"]


# -- two of the office at once -----------------------------------------------------------------------------------------


async def test_two_of_the_office_tap_at_once_and_one_of_them_moves(talk: Talk) -> None:
    anna, bo = talk.person("anna", owner=True), talk.person("bo", owner=True)
    li = talk.person("li")
    await registered(li)
    before = len(li.seen)
    for boss in (anna, bo):
        await talk.put(talk.as_(boss).people.presses(next(b for b in talk.people.keyboard() if b["label"] == "受理")))
    await talk.settle()
    assert stage(talk) == "contacted"
    assert [event["move"] for event in rows(talk, "interest_events")] == ["register", "accept"]
    assert rows(talk, "interests")[0]["handler"] == anna.id
    moved_on = "情况已有变化，请看最新的状态。（6月1日（周一）10:00 工作人员受理）"
    assert talk.screen.alerts == ["已受理，对方已经知道。", moved_on]
    assert "已受理" in anna.reads()
    assert "已受理" in bo.reads()
    assert [shown.how for shown in li.seen[before:]] == ["edited", "sent"]


async def test_a_card_that_is_out_of_date_shows_how_it_stands_now(talk: Talk) -> None:
    anna, bo = talk.person("anna", owner=True), talk.person("bo", owner=True)
    li = talk.person("li")
    await registered(li)
    old = bo.card()
    await anna.presses("受理")
    assert "已受理" in bo.reads()
    said = await bo.presses_on(old, "婉拒")
    assert "情况已有变化，请看最新的状态。" in said
    assert "已受理" in said
    assert stage(talk) == "contacted"
    assert "开始对接" in bo.buttons
    await bo.presses("开始对接")
    assert stage(talk) == "negotiating"


async def test_words_for_a_move_that_came_too_late_are_not_sent(talk: Talk) -> None:
    anna, bo = talk.person("anna", owner=True), talk.person("bo", owner=True)
    li = talk.person("li")
    await registered(li)
    await anna.presses("婉拒")
    await bo.presses("受理")
    said = await anna.says("今年做不了")
    assert "情况已有变化，请看最新的状态。" in said
    assert "已受理" in anna.reads()
    assert stage(talk) == "contacted"
    assert "没能接受" not in li.last


async def test_the_asker_withdraws_while_the_office_is_accepting(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    card = boss.seen[-1]
    await li.says("/my")
    await li.presses("#1")
    await li.presses("撤回")
    await li.presses("计划有变")
    assert "对方撤回了：计划有变" in boss.last
    assert "情况已有变化" in await boss.presses_on(card, "受理")
    assert stage(talk) == "withdrawn"


async def test_a_question_is_answered_once(talk: Talk) -> None:
    anna, bo = talk.person("anna", owner=True), talk.person("bo", owner=True)
    li = talk.person("li")
    await asked(li)
    await anna.presses("回答")
    await bo.presses("回答")
    assert "第 1 号的回答已发出。" in await anna.says("住村委会")
    stale = await bo.says("住乡政府")
    assert stale.startswith("情况已有变化，请看最新的状态。（6月1日（周一）10:00 工作人员回答）")
    assert "工作人员回答：住村委会" in stale
    assert [message.html for message in li.seen if "工作人员回答" in message.html] == [li.seen[-1].html]
    assert "工作人员回答：住村委会" in li.last
    assert "情况已有变化" in await bo.presses_data("v1:qo:1:1:answer")


async def test_every_look_at_a_contact_is_noted(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    await boss.presses("查看联系方式")
    await boss.presses("查看联系方式")
    looks = [row for row in rows(talk, "audit") if row["action"] == "contact.shown"]
    assert [(row["actor"], row["object"], row["detail"]) for row in looks] == [(boss.id, "interest:1", None)] * 2
    shown = rows(talk, "disclosures")
    assert [(row["viewer"], row["owner"], row["interest"], row["role"]) for row in shown] == [(boss.id, li.id, 1, "city")] * 2
