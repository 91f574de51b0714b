"""What somebody new to the chat writes instead of tapping: 返回, 登记, an answer to the staff."""

from __future__ import annotations

import pytest

from knowledge.records import interests
from tests.journeys import SHORT, registered, to_step
from tests.talk import Talk

OFFER = "我们是济南一家养老服务中心，可以派10名护理员培训当地人"


@pytest.mark.parametrize("back", ["返回", "上一步", "回到列表", "列表。"])
async def test_back_shows_the_same_page_of_the_list(talk: Talk, back: str) -> None:
    li = talk.person("李")
    await li.says(OFFER)
    second = await li.says("换一个")
    await li.presses("2")
    assert await li.says(back) == second


@pytest.mark.parametrize("back", ["back", "Go back", "Back to the list"])
async def test_back_in_english(talk: Talk, back: str) -> None:
    li = talk.person("Li", client="en")
    await li.says("We run care homes in Tai'an")
    first = await li.says("What about elderly care?")
    await li.presses("1")
    assert await li.says(back) == first


async def test_back_from_nothing_is_the_beginning(talk: Talk) -> None:
    li = talk.person("李")
    assert "用一句话说说" in await li.says("返回")


@pytest.mark.parametrize("said", ["登记", "我要登记", "就这个", "报名"])
async def test_register_takes_what_lies_open(talk: Talk, said: str) -> None:
    li = talk.person("李")
    await li.says(OFFER)
    await li.presses("2")
    assert "登记到 巫溪 · 养老帮扶" in await li.says(said)


async def test_register_is_no_question_to_the_office(talk: Talk) -> None:
    li = talk.person("李")
    await li.says(OFFER)
    await li.presses("2")
    await li.says("登记")
    await li.presses("不同意")
    await li.presses("问工作人员")
    assert not any("登记" in label for label in li.buttons)


async def test_register_takes_the_county_that_lies_open(talk: Talk) -> None:
    li = talk.person("李")
    await li.says(OFFER)
    await li.says("那石柱呢")
    shown = await li.says("登记意向")
    assert "登记到 石柱" in shown
    assert "养老" not in shown


async def test_register_in_english(talk: Talk) -> None:
    li = talk.person("Li", client="en")
    await li.says("We run care homes in Tai'an")
    await li.presses("1")
    assert "Registering for Wuxi · Elderly care" in await li.says("I want to register")


async def test_register_from_a_list_keeps_the_list(talk: Talk) -> None:
    li = talk.person("李")
    await li.says(OFFER)
    await li.presses("2")
    await li.presses("回到列表")
    shown = await li.says("登记")
    assert shown.startswith("先点数字打开一条")
    assert "养老帮扶 · 济南" in shown


async def test_nearer_to_home_keeps_what_was_searched_for(talk: Talk) -> None:
    li = talk.person("李")
    await li.says("养老")
    assert "按这些找：养老帮扶 · 济南" in await li.says("我们是济南的")


async def test_words_that_name_nothing_keep_what_was_searched_for(talk: Talk) -> None:
    li = talk.person("李")
    await li.says(OFFER)
    shown = await li.says("有没有离济南近一点的")
    assert shown.startswith("这句话里没看出新的条件")
    assert "养老帮扶 · 济南" in shown


async def test_never_mind_turns_to_what_is_named_instead(talk: Talk) -> None:
    li = talk.person("李")
    await li.says(OFFER)
    assert (await li.says("算了，我想看丰都")).startswith("丰都县")


@pytest.mark.parametrize("answer", ["下个月初", "都有证，10人都是三年以上", "行，三个大夫，周五到"])
async def test_an_answer_to_the_staff_is_known_as_one(talk: Talk, answer: str) -> None:
    office, li = talk.person("市办", owner=True), talk.person("李")
    await office.says("/start")
    await registered(li)
    await office.presses("询问")
    await office.says("你们什么时候能来？")
    assert "什么时候能来" in li.last
    assert any("回复" in label for label in li.buttons)
    shown = await li.says(answer)
    assert "您是在回答工作人员吗" in shown
    await li.presses("回复")
    assert "已转给工作人员" in await li.presses(answer[:6])
    assert answer in office.last
    assert "您是在回答工作人员吗" not in await li.says("你好")


@pytest.mark.parametrize(
    "answer", ["有的，五个护理员都有证，三月份可以去", "可以，养老护理都做", "没问题。老人吃饭也能管", "好的，马上发给您"]
)
async def test_an_answer_that_sounds_like_an_offer_is_known_by_how_it_begins(talk: Talk, answer: str) -> None:
    office, li = talk.person("市办", owner=True), talk.person("李")
    await office.says("/start")
    await registered(li)
    await office.presses("询问")
    await office.says("护理员有证吗？")
    assert "您是在回答工作人员吗" in await li.says(answer)
    await li.presses("回复")
    await li.presses(answer[:6])
    assert answer in office.last


async def test_the_way_to_answer_stands_under_what_was_taken_for_a_wish(talk: Talk) -> None:
    office, li = talk.person("市办", owner=True), talk.person("李")
    await office.says("/start")
    await registered(li)
    assert not any("回复工作人员" in label for label in li.buttons)
    await office.presses("询问")
    await office.says("护理员有证吗？")
    answer = "六名护理员可以上门给老人洗澡，都有证"
    assert "点数字看详情" in await li.says(answer)
    await li.presses("↩ 回复工作人员（#1）")
    assert "已转给工作人员" in await li.presses(answer[:6])
    assert answer in office.last
    await li.says(OFFER)
    assert not any("回复工作人员" in label for label in li.buttons)


async def test_what_went_to_the_staff_is_not_offered_once_more(talk: Talk) -> None:
    office, li = talk.person("市办", owner=True), talk.person("李")
    await office.says("/start")
    await registered(li)
    await office.presses("询问")
    await office.says("你们什么时候能来？")
    await li.says("下个月初")
    await li.presses("回复")
    await li.presses("下个月初")
    await li.says("/my")
    await li.presses("#1")
    await li.presses("回复")
    assert li.buttons == ["取消"]


@pytest.mark.parametrize("said", ["改电话", "我要改联系电话", "改一下我的电话", "修改单位"])
async def test_something_of_the_organisation_is_changed_on_its_page(talk: Talk, said: str) -> None:
    li = talk.person("李")
    await registered(li)
    assert "您的联系方式" in await li.says(said)
    assert "✎ 改资料" in li.buttons


async def test_an_answer_begun_before_the_question_is_not_lost(talk: Talk) -> None:
    office, li = talk.person("市办", owner=True), talk.person("李")
    await office.says("/start")
    await registered(li)
    await li.presses("查看这条意向")
    await li.presses("回复")
    await office.presses("询问")
    await office.says("护理员有证吗？")
    assert "已转给工作人员" in await li.says("都有证")
    assert "都有证" in office.last
    (one,) = interests.of_member(talk.store, li.id)
    assert one.turn == "city"


@pytest.mark.parametrize("wish", ["还想给山里的学校捐书", "养老"])
async def test_a_new_wish_is_no_answer_to_the_staff(talk: Talk, wish: str) -> None:
    office, li = talk.person("市办", owner=True), talk.person("李")
    await office.says("/start")
    await registered(li)
    await office.presses("询问")
    await office.says("你们什么时候能来？")
    assert "您是在回答工作人员吗" not in await li.says(wish)
    assert "点数字看详情" in li.last


async def test_the_name_that_was_said_need_not_be_typed_again(talk: Talk) -> None:
    li = talk.person("李")
    await li.says("我们是泰安市岱岳区阳光养老服务中心，想给失能老人助浴")
    await li.presses("1")
    await li.presses("登记意向")
    await li.presses("全部同意")
    assert "联系人怎么称呼" in await li.presses("用「泰安市岱岳区阳光养老服务中心」")


@pytest.mark.parametrize("asked", ["电话多少", "你们那边电话是多少啊", "你们几点上班"])
async def test_a_short_question_goes_to_the_office_as_it_was_written(talk: Talk, asked: str) -> None:
    li = talk.person("李")
    await li.says(OFFER)
    await li.says(asked)
    if "想问工作人员什么" not in li.last:
        await li.presses("问工作人员")
    await li.presses(f"用「{asked}」")
    await li.presses("发送")
    assert talk.store.value("SELECT text FROM questions") == asked


@pytest.mark.parametrize("asked", ["需要交钱吗", "需要什么材料", "是政府的吗"])
async def test_what_the_plan_may_not_say_can_be_asked(talk: Talk, asked: str) -> None:
    li = talk.person("李")
    shown = await li.says(asked)
    assert "没写到的，可以问工作人员" in shown
    await li.presses("问工作人员")
    assert f"用「{asked}」" in li.buttons


async def test_the_plan_itself_is_shown_without_excuse(talk: Talk) -> None:
    li = talk.person("李")
    assert (await li.says("这个行动方案讲的是什么")).startswith("社会组织助力乡村振兴专项行动方案")


@pytest.mark.parametrize("said", ["好的", "收到。", "知道了", "嗯", "ok"])
async def test_what_was_only_heard_is_answered_in_kind(talk: Talk, said: str) -> None:
    office, li = talk.person("市办", owner=True), talk.person("李")
    await office.says("/start")
    await registered(li)
    await office.presses("受理")
    shown = await li.says(said)
    assert len(shown) <= SHORT
    assert "没看出" not in shown
    assert "还没有组织报名" not in shown


@pytest.mark.parametrize("said", ["组团", "谁愿意组团？"])
async def test_the_group_is_asked_for_by_its_name(talk: Talk, said: str) -> None:
    li = talk.person("李")
    await li.says(OFFER)
    await to_step(li, "mode")
    await li.presses("愿意组团")
    await li.presses("提交")
    shown = await li.presses("👥 组团")
    assert await li.says(said) == shown


@pytest.mark.parametrize("said", ["收到", "谢谢", "导出我的资料"])
async def test_a_question_ready_to_go_is_not_replaced_by_what_is_none(talk: Talk, said: str) -> None:
    li = talk.person("李")
    await li.says("电话多少")
    assert "「你们周末上班吗」" in await li.says("你们周末上班吗")
    assert said not in await li.says(said)
    assert "「你们周末上班吗」" in await li.presses("▶ 继续提问")
    assert "「村里有路灯吗」" in await li.says("村里有路灯吗")
