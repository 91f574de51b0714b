"""Whose is the next text? The form's for half an hour; questions, other forms and restarts in between, as transcripts."""

from __future__ import annotations

import pytest

from knowledge.clock import MINUTE
from tests.journeys import NEED, OTHER_NEED, STEPS, ZH, reply_to, rows, to_step
from tests.talk import Talk

pytestmark = pytest.mark.usefixtures("calm")

OFFER = "我们是泰安的养老服务机构"


async def test_a_question_in_the_middle_is_asked_about_and_answered_first(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "offer")
    asked = await li.says("我登记的怎么样了？")
    assert asked == "您正在登记意向。「我登记的怎么样了？」是这一步的回答，还是另外一件事？"
    assert li.buttons == ["就是这一步的回答", "先回答我这个问题"]
    answered = await li.presses("先回答我这个问题")
    assert "您还没有登记意向" in answered
    assert li.buttons.count("▶ 继续登记意向") == 1
    assert "能提供什么？" in await li.presses("▶ 继续登记意向")
    assert "单独做，还是愿意和别的组织组团？" in await li.says(ZH.offer)


async def test_a_question_in_the_middle_may_be_the_answer_after_all(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "offer")
    await li.says("我登记的怎么样了？")
    assert "单独做，还是" in await li.presses("就是这一步的回答")
    assert "内容：我登记的怎么样了？" in await li.presses("单独")


async def test_where_only_buttons_answer_a_question_is_answered_at_once(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "mode")
    assert "您还没有登记意向" in await li.says("我登记的怎么样了？")
    assert "▶ 继续登记意向" in li.buttons
    assert "请核对" in await li.presses_data(f"v1:form:{rows(talk, 'drafts')[0]['id']}:choice:mode:alone")


async def test_for_half_an_hour_the_next_text_is_the_answer(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "contact")
    await talk.move_clock(29 * MINUTE)
    assert "联系电话？" in await li.says("王老师")


async def test_after_half_an_hour_a_text_is_read_freely_and_the_form_waits(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "contact")
    await talk.move_clock(30 * MINUTE)
    assert "我理解为" in await li.says(OFFER)
    assert li.buttons[-1] == "▶ 继续登记意向"
    assert "联系人怎么称呼？" in await li.presses("▶ 继续登记意向")
    assert "联系电话？" in await li.says("王老师")


async def test_a_reply_to_the_question_is_its_answer_however_late(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "contact")
    question = li.seen[-1]
    await talk.move_clock(3 * 60 * MINUTE)
    assert "联系电话？" in await li.says("王老师", **reply_to(li, question.message))


async def test_a_second_form_parks_the_first(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "contact")
    first = li.seen[-1]
    await li.says(f"/start need-{OTHER_NEED}")
    await li.presses("登记意向")
    assert "联系人怎么称呼？" in await li.says("城口助老队")
    assert [row["focus"] > 0 for row in rows(talk, "drafts")] == [False, True]
    assert "联系电话？" in await li.says("赵主任")

    assert "联系电话？" in await li.says("王老师", **reply_to(li, first.message))
    assert [row["focus"] > 0 for row in rows(talk, "drafts")] == [True, False]
    for answer in ("跳过", ZH.offer):
        await li.says(answer)
    assert "去向：巫溪" in await li.presses("单独")
    assert "已登记" in await li.presses("提交")
    assert "▶ 继续登记意向" in (await li.says("/start") and li.buttons)
    assert "联系电话？" in await li.presses("▶ 继续登记意向")


async def test_start_leaves_the_form_and_offers_the_way_back(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "organisation")
    await li.says("/start")
    assert li.buttons[-1] == "▶ 继续登记意向"
    assert "我理解为" in await li.says(OFFER)
    assert "贵单位的名称？" in await li.presses("▶ 继续登记意向")


async def test_help_does_not_leave_the_form(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "organisation")
    assert "/cancel 放弃正在填的登记" in await li.says("/help")
    assert "联系人怎么称呼？" in await li.says(ZH.organisation)


async def test_the_draft_is_kept_until_the_person_comes_back_to_the_same_card(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "offer")
    await talk.move_clock(10 * 24 * 60 * MINUTE)
    await li.says(f"/start need-{NEED}")
    assert "能提供什么？" in await li.presses("登记意向")
    assert len(rows(talk, "drafts")) == 1


@pytest.mark.parametrize("step", STEPS)
async def test_a_restart_at_any_question_goes_on_there(talk: Talk, step: str) -> None:
    li = talk.person("li")
    await to_step(li, step)
    await talk.restart()
    following = STEPS[STEPS.index(step) + 1 :]
    ways = {
        "organisation": lambda: li.presses("全部同意"),
        "contact": lambda: li.says(ZH.organisation),
        "phone": lambda: li.says(ZH.contact),
        "offer": lambda: li.says(ZH.phone),
        "mode": lambda: li.says(ZH.offer),
        "preview": lambda: li.presses("单独"),
    }
    for one in following:
        await ways[one]()
    assert "已登记，编号 1" in await li.presses("提交")
    assert [row["name"] for row in rows(talk, "organisations")] == [ZH.organisation]


# -- names are no questions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["赵主任", "王老师", "李会长", "客家人王强", "John Smith", "Ms Help-Jones", "何人杰"])
async def test_a_name_is_taken_as_a_name(talk: Talk, name: str) -> None:
    li = talk.person("li")
    await to_step(li, "contact")
    assert "您正在登记意向" not in await li.says(name)
    assert rows(talk, "drafts")[0]["step"] == "phone"


@pytest.mark.parametrize("text", ["转人工", "我要找工作人员", "我登记的怎么样了"])
async def test_a_call_for_somebody_is_asked_about(talk: Talk, text: str) -> None:
    li = talk.person("li")
    await to_step(li, "contact")
    assert f"「{text}」是这一步的回答，还是另外一件事？" in await li.says(text)
    assert rows(talk, "drafts")[0]["step"] == "contact"


async def test_a_question_at_the_check_is_answered_and_the_check_waits(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "preview")
    assert "您还没有登记意向" in await li.says("我登记的怎么样了？")
    assert "请核对" in await li.presses("▶ 继续登记意向")
