"""Words instead of buttons in a form: 好的, 都可以, 改电话, and a question where only buttons answer."""

from __future__ import annotations

import pytest

from tests.journeys import OTHER_NEED, registered, rows, to_step
from tests.talk import Talk

pytestmark = pytest.mark.usefixtures("calm")

OFFER = "我们是泰安的养老服务机构"


@pytest.mark.parametrize("step", ["consent", "preview"])
async def test_yes_answers_only_what_was_shown_last(talk: Talk, step: str) -> None:
    li = talk.person("li")
    asked = await to_step(li, step)
    assert "个人信息怎么用" in await li.says("我的信息会给谁看？")
    assert asked in await li.says("好的")
    assert rows(talk, "interests") == []
    assert asked not in await li.says("好的")


async def test_yes_to_what_the_office_sent_submits_nothing(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await boss.says("/start")
    await registered(li)
    await to_step(li, "preview", OTHER_NEED)
    await boss.presses("受理")
    assert "已被受理" in li.last
    assert "请核对" in await li.says("好的")
    assert len(rows(talk, "interests")) == 1


async def test_yes_agrees_after_a_tick(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "consent")
    await li.presses("☐ 保存我填的资料")
    assert "贵单位的名称？" in await li.says("好的")


@pytest.mark.parametrize("asked", ["还有别的县吗", "城口还缺什么？", "我的信息会公开吗"])
async def test_a_question_at_the_check_is_answered(talk: Talk, asked: str) -> None:
    li = talk.person("li")
    await li.says(OFFER)
    await to_step(li, "preview")
    assert "请点按钮" not in await li.says(asked)
    assert any("继续登记意向" in label for label in li.buttons)


@pytest.mark.parametrize("word", ["都可以", "一起做", "together"])
async def test_willing_is_said_in_other_words(talk: Talk, word: str) -> None:
    li = talk.person("li")
    await to_step(li, "mode")
    assert "方式：愿意组团" in await li.says(word)


@pytest.mark.parametrize("word", ["自己做", "不组团", "alone"])
async def test_alone_is_said_in_other_words(talk: Talk, word: str) -> None:
    li = talk.person("li")
    await to_step(li, "mode")
    assert "方式：单独" in await li.says(word)


async def test_an_answer_is_changed_by_its_name_from_outside_the_form(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "preview")
    await talk.move_clock(3600)
    await li.says("你好")
    assert "联系电话？" in await li.says("改电话")


@pytest.mark.parametrize("step", ["consent", "mode"])
async def test_where_one_comes_from_is_no_choice(talk: Talk, step: str) -> None:
    li = talk.person("li")
    await to_step(li, step)
    assert "济南" in await li.says("我们是济南的，有点钱，哪里最缺")
    assert any("继续登记意向" in label for label in li.buttons)


async def test_going_on_with_a_form_reads_well_in_english(talk: Talk) -> None:
    li = talk.person("Li", client="en")
    await li.says("/org")
    await li.says("/start")
    assert "▶ Continue to fill in the profile" in li.buttons


@pytest.mark.parametrize("said", ["change my phone number", "Change phone", "edit phone"])
async def test_the_phone_is_changed_by_its_name_in_english(talk: Talk, said: str) -> None:
    li = talk.person("Li", client="en")
    await to_step(li, "preview")
    assert "A telephone number?" in await li.says(said)


@pytest.mark.parametrize(
    "command", ["/my", "/plan", "/cases", "/county", "/county 城口", "/privacy", "/notices", "/help", "/find"]
)
async def test_a_command_beside_a_form_keeps_the_way_back_to_it(talk: Talk, command: str) -> None:
    li = talk.person("li")
    await to_step(li, "phone")
    await li.says(command)
    assert "联系电话？" in await li.presses("▶ 继续登记意向")


async def test_what_was_asked_of_a_county_is_not_what_one_offers(talk: Talk) -> None:
    li = talk.person("li")
    await li.says(OFFER)
    await li.says("城口的养老")
    await to_step(li, "offer")
    assert f"用「{OFFER}」" in li.buttons
