"""Going together (组团) as transcripts: proposing, asking, agreeing, one card for all, leaving, handing over, contacts."""

from __future__ import annotations

import pytest
from telegram.error import NetworkError

from knowledge.clock import DAY, HOUR, MINUTE
from tests.contacts import visible
from tests.journeys import rows, stage
from tests.talk import Person, Scripted, Talk
from tests.together import CHARITY, ENGLISH_CHARITY, FOUNDATION, offers, together, two

pytestmark = pytest.mark.usefixtures("calm")


# -- proposing -----------------------------------------------------------------------------------------------------------


async def test_a_newcomer_hears_who_else_would_join_and_they_hear_of_the_newcomer(talk: Talk) -> None:
    li, wang = talk.person("li"), talk.person("wang")
    assert "暂时没有别的单位愿意组团" in await offers(li, CHARITY)
    assert "还有 1 家愿意组团的单位" in await offers(wang, FOUNDATION)
    assert "又有一家愿意组团去「巫溪 · 养老帮扶」的单位" in li.last
    assert "能出资金，正好补上" in li.last
    assert "春晖" not in "\n".join(visible(li)), "somebody was named before agreeing to it"
    assert "可以一起做的单位" in await li.presses("👥 组团")


async def test_nobody_is_named_before_agreeing(talk: Talk) -> None:
    _, li, wang = await two(talk)
    shown = await li.presses_data("v1:grp:1")
    assert "1. 公益慈善类社会组织 → 巫溪 · 养老帮扶：想帮同一条需求；能出资金，正好补上；您能出人，对方没有提到" in shown
    asked = await li.presses("邀请 1")
    assert "已发出邀请" in asked
    assert "「泰安夕阳红养老服务中心」邀请您组团：巫溪 · 养老帮扶（#1）" in wang.last
    assert "您自己登记的 #2 会并入这个组团" in wang.last
    assert "138" not in wang.last
    assert "好的，这次不参加" in await wang.presses("这次不了")
    assert "对方这次不参加组团" in li.last
    everything = "\n".join(visible(li))
    assert "春晖" not in everything
    assert "赵主任" not in everything
    assert "可以一起做的单位" not in await li.presses_data("v1:grp:1"), "who said no is not asked again"


async def test_a_telephone_number_in_an_offer_is_left_out_before_agreeing(talk: Talk) -> None:
    li, wang = talk.person("li"), talk.person("wang")
    await offers(li, (*CHARITY[:1], "派六名护理员上门助浴，电话 138-1234-5678", *CHARITY[2:]))
    await offers(wang, FOUNDATION)
    await li.presses_data("v1:gask:1:2")
    assert "对方能提供：派六名护理员上门助浴，电话 …" in wang.last
    assert "5678" not in wang.last


async def test_somebody_who_registered_alone_can_offer_to_go_together_later(talk: Talk) -> None:
    li, wang = talk.person("li"), talk.person("wang")
    await offers(li, CHARITY)
    await offers(wang, FOUNDATION, mode="单独")
    assert "您登记的是单独做" in await wang.presses_data("v1:grp:2")
    assert "可以一起做的单位" in await wang.presses("愿意组团")
    assert "又有一家愿意组团" in li.last
    assert "愿意组团" in wang.reads(2)
    assert "已记为单独做" in await wang.presses("改为单独做")
    assert "暂时没有" in await li.presses_data("v1:grp:1")


async def test_the_same_in_english(english: Talk) -> None:
    li, wang = english.person("li"), english.person("wang")
    await offers(li, ENGLISH_CHARITY)
    await offers(wang, ("Spring Foundation", "We can give 200,000 yuan", "Ms Zhao", "13900001111"))
    page = await li.presses("👥 Group")
    assert "Who could join you (no names before they agree)" in page
    assert "Spring" not in page
    await li.presses("Invite 1")
    assert "“Sunset Care” invites you to go together: Wuxi · Elderly care (#1)" in wang.last
    assert "You joined the group for “Wuxi · Elderly care” (#1). Your own #2 went into it" in await wang.presses("✅ Yes")
    assert "“Spring Foundation” joined." in li.last
    assert "leads a group with Spring Foundation" in li.reads()


# -- one interest, one card ----------------------------------------------------------------------------------------------


async def test_all_have_one_card_and_only_the_lead_and_the_office_move_it(talk: Talk) -> None:
    boss, li, wang = await together(talk)
    for person in (li, wang, boss):
        assert "组团牵头，成员 春晖基金会" in person.reads(1)
        assert "春晖基金会加入组团" in person.reads(1)
    assert "春晖基金会提供：基金会捐资二十万元" in boss.reads(1)
    assert "「春晖基金会」加入，它自己的 #2 并入，不用单独办" in boss.last
    assert "回复 / 补充 撤回" in li.reads(1)
    assert "撤回" not in wang.reads(1)
    for move in ("answer", "withdraw", "accept"):
        assert await wang.presses_data(f"v1:own:1:1:{move}") == "这不是您登记的。"
    await boss.presses_data("v1:off:1:1:accept")
    assert stage(talk, 1) == "contacted"
    assert "👥 组团「巫溪 · 养老帮扶」：工作人员受理。" in wang.last
    assert "工作人员会联系您" not in wang.last, "it is the lead whom they turn to"
    assert "由牵头的「泰安夕阳红养老服务中心」处理，您不用回复" in wang.last
    assert "牵头" not in li.last
    assert "已受理" in wang.reads(1)


async def test_an_interest_of_ones_own_rests_within_the_groups(talk: Talk) -> None:
    boss, _, wang = await together(talk)
    assert "已并入组团 #1，由牵头单位一起办" in wang.reads(2)
    assert "看组团 #1" in wang.reads(2)
    assert "情况已有变化" in await boss.presses_data("v1:off:2:2:accept")
    assert "情况已有变化" in await wang.presses_data("v1:own:2:2:withdraw")
    assert stage(talk, 2) == "submitted"
    mine = await wang.says("/my")
    assert "#1 巫溪 · 养老帮扶 · 组团成员 · 已登记" in mine
    assert "#2 巫溪 · 养老帮扶 · 已并入组团 #1" in mine
    waiting = await boss.says("/office")
    assert "待办：1 条意向" in waiting
    assert {row["subject"] for row in rows(talk, "deadlines") if row["kind"].startswith("interest")} == {1}
    assert "编号 1" in await wang.presses_data("v1:reg:wuxi-elderly-1:")


async def test_somebody_leaves_and_their_own_interest_comes_back(talk: Talk) -> None:
    boss, li, wang = await together(talk)
    await talk.move_clock(HOUR)
    await wang.presses_data("v1:grp:1")
    assert "您自己登记的 #2 会恢复" in await wang.presses("退出组团")
    left = await wang.presses("退出组团")
    assert "您已退出组团「巫溪 · 养老帮扶」。您自己登记的 #2 已恢复" in left
    assert "「春晖基金会」退出了组团" in li.last
    assert "「春晖基金会」退出，它自己的 #2 恢复，请继续办" in boss.last
    assert "愿意组团" in li.reads(1)
    assert "这里不再显示" in wang.reads(1)
    assert "轮到市里的工作人员" in wang.reads(2)
    await boss.presses_data("v1:off:2:3:accept")
    assert stage(talk, 2) == "contacted"
    kinds = {(row["subject"], row["kind"]) for row in rows(talk, "deadlines") if row["kind"].startswith("interest")}
    assert {(2, "interest.1"), (2, "interest.2")} <= kinds


async def test_after_a_week_of_silence_the_members_hear_of_it_as_the_lead_does(talk: Talk) -> None:
    _, li, wang = await together(talk)
    await talk.move_clock(8 * DAY)
    assert "您登记的「巫溪 · 养老帮扶」已经等了" in li.last
    assert "组团「巫溪 · 养老帮扶」已经等了" in wang.last
    assert "（由牵头的「泰安夕阳红养老服务中心」处理，您不用回复。）" in wang.last
    assert "问工作人员" in wang.buttons


async def test_a_member_reads_that_it_is_the_leads_turn_and_not_their_own(talk: Talk) -> None:
    boss, li, wang = await together(talk)
    await boss.presses_data("v1:off:1:1:ask")
    await boss.says("几个人来？")
    assert "已登记 · 轮到您" in li.reads(1)
    assert "已登记 · 轮到牵头单位" in wang.reads(1)
    mine = await wang.says("/my")
    assert "组团成员 · 已登记 · 轮到牵头单位" in mine
    assert "已看到" not in str(wang.card(1).keyboard)


async def test_the_lead_dissolves_the_group_and_goes_on_alone(talk: Talk) -> None:
    boss, li, wang = await together(talk)
    await li.presses_data("v1:grp:1")
    assert "成员会收到消息" in await li.presses("解散组团")
    assert "组团已解散" in await li.presses("解散组团")
    assert "您自己登记的 #2 已恢复" in "\n".join(visible(wang))
    assert "「泰安夕阳红养老服务中心」单独继续" in boss.last
    assert "泰安夕阳红养老服务中心 · 单独" in li.reads(1)
    assert "春晖基金会 · 愿意组团" in wang.reads(2)


async def test_the_lead_hands_over_and_leaves(talk: Talk) -> None:
    boss, li, wang = await together(talk)
    await li.presses_data("v1:grp:1")
    assert "请哪一家接手牵头" in await li.presses("移交牵头")
    assert "已请对方接手" in await li.presses("春晖基金会")
    assert "请您接手牵头" in wang.last
    assert "现在由您牵头" in await wang.presses("接手牵头")
    assert "现在由「春晖基金会」牵头" in li.last
    assert "改由「春晖基金会」牵头，以后请找它" in boss.last
    assert "#1 春晖基金会 → 巫溪 · 养老帮扶" in boss.reads(1)
    assert "能提供：基金会捐资二十万元" in boss.reads(1)
    assert "赵主任 13900001111" in await boss.presses_data("v1:tel:1")
    assert "回复 / 补充" in wang.reads(1)
    assert "回复" not in li.reads(1)
    await li.presses_data("v1:grp:1")
    await li.presses("退出组团")
    assert "要自己做，可以重新登记" in await li.presses("退出组团")
    assert "春晖基金会 · 愿意组团" in wang.reads(1)
    assert "✋" not in await li.presses_data("v1:reg:wuxi-elderly-1:")  # nothing is in the way of registering anew
    assert "编号" not in li.last


async def test_who_is_asked_to_lead_may_say_no(talk: Talk) -> None:
    _, li, wang = await together(talk)
    await li.presses_data("v1:gmove:1:1:hand_over:2")
    assert "仍由原来的单位牵头" in await wang.presses("这次不了")
    assert "没有人接手牵头" in li.last
    assert "情况" in await wang.presses_data("v1:gmove:1:2:take_lead")
    assert rows(talk, "interests")[0]["person"] == li.id


async def test_a_third_asks_to_be_let_in(talk: Talk) -> None:
    boss, li, wang = await together(talk)
    zhao = talk.person("zhao")
    await offers(zhao, ("蓝天志愿队", "派三十名志愿者教老人用手机", "钱队长", "13700002222"))
    page = await zhao.presses("👥 组团")
    assert "已有 1 家加入" in page
    assert "已把您的申请发给牵头单位" in await zhao.presses("申请加入 1")
    assert "「蓝天志愿队」想加入您牵头的组团" in li.last
    assert "已有成员：春晖基金会" in li.last
    assert "「蓝天志愿队」已加入您的组团" in await li.presses("✅ 同意")
    assert "「蓝天志愿队」加入了组团" in zhao.last
    assert "「蓝天志愿队」加入了组团" in wang.last
    assert "成员 春晖基金会、蓝天志愿队" in boss.reads(1)
    assert "已并入组团 #1" in zhao.reads(3)


async def test_one_organisation_takes_several_counties(talk: Talk) -> None:
    """It leads in one county, is a member in the next, and goes alone in a third."""
    _, li, wang = await together(talk)
    await offers(wang, FOUNDATION, "chengkou-elderly-1", again=True)
    await offers(li, CHARITY, "chengkou-elderly-1", again=True)
    await wang.presses_data("v1:gask:3:4")
    await li.presses("✅ 同意")
    assert "成员 泰安夕阳红养老服务中心" in wang.reads(3)
    assert "成员 春晖基金会" in li.reads(1)
    await offers(li, CHARITY, "pengshui-elderly-1", again=True, mode="单独")
    assert rows(talk, "interests")[4]["grouped"] == 0


# -- what becomes of a group ---------------------------------------------------------------------------------------------


async def test_a_group_that_is_declined_is_over_once_it_cannot_be_undone(talk: Talk) -> None:
    boss, li, wang = await together(talk)
    await boss.presses_data("v1:off:1:1:decline")
    await boss.presses("今年安排不下")
    assert "没能接受" in li.last
    assert "没能接受" in wang.last
    assert stage(talk, 2) == "submitted"
    await boss.presses_data("v1:off:1:2:undo")
    assert "撤销了上一步" in wang.last
    await boss.presses_data("v1:off:1:3:decline")
    await boss.presses("今年安排不下")
    await talk.move_clock(11 * MINUTE)
    assert "解散了。您自己登记的 #2 已恢复" in "\n".join(visible(wang))
    assert "轮到市里的工作人员" in wang.reads(2)


async def test_the_lead_withdraws(talk: Talk) -> None:
    _, li, wang = await together(talk)
    await li.presses_data("v1:own:1:1:withdraw")
    await li.presses("计划有变")
    assert "撤回了「巫溪 · 养老帮扶」：计划有变" in wang.last
    assert "您自己登记的 #2 恢复办理" in wang.last
    await li.presses_data("v1:own:1:2:undo")
    assert "「巫溪 · 养老帮扶」继续" in wang.last
    assert "已并入组团 #1" in wang.reads(2)


async def test_what_a_group_completes_is_completed_for_its_members(talk: Talk) -> None:
    boss, _, wang = await together(talk)
    talk.store.execute("UPDATE interests SET stage = 'landed' WHERE id = 1")
    await boss.presses_data("v1:off:1:1:complete:yes")
    assert stage(talk, 2) == "submitted"
    await talk.move_clock(11 * MINUTE)
    assert stage(talk, 2) == "completed"
    assert "完成" in wang.reads(2)
    assert talk.store.value("SELECT covered FROM need_coverage WHERE need = 'wuxi-elderly-1'") == 1


# -- contacts ------------------------------------------------------------------------------------------------------------


async def test_partners_see_a_contact_only_once_both_have_agreed(talk: Talk) -> None:
    _, li, wang = await together(talk)
    await li.presses_data("v1:grp:1")
    await li.presses("让伙伴看我的联系方式")
    assert not [label for label in li.buttons if "春晖" in label]
    assert "没有同意" in await li.presses_data("v1:gtel:1:2")
    assert "「泰安夕阳红养老服务中心」愿意让伙伴看联系方式。您也同意，就能互相看到" in wang.last
    await wang.presses("组团")
    await wang.presses("让伙伴看我的联系方式")
    assert "「春晖基金会」愿意让伙伴看联系方式。您也同意了，点下面就能看到。" in li.last
    assert "王老师 13812345678" in await wang.presses("看「泰安夕阳红养老服务中心」的联系方式")
    assert "组团的伙伴，为了意向 #1" in await li.presses_data("v1:seen:0")
    await talk.move_clock(DAY)
    assert not any("13812345678" in text for text in visible(wang))


@pytest.mark.parametrize("how", ["takes it back", "leaves", "dissolves", "withdraws consent"])
async def test_a_contact_is_taken_back_when_the_ground_for_it_is_gone(talk: Talk, how: str) -> None:
    _, li, wang = await together(talk)
    await li.presses_data("v1:gshare:1:1")
    await wang.presses_data("v1:gshare:1:1")
    await wang.presses_data("v1:gtel:1:1")
    assert any("13812345678" in text for text in visible(wang))
    match how:
        case "takes it back":
            await li.presses_data("v1:gshare:1:0")
        case "leaves":
            await wang.presses_data("v1:gmove:1:1:leave:yes")
        case "dissolves":
            await li.presses_data("v1:gmove:1:1:dissolve:yes")
        case _:
            await li.presses_data("v1:consent:pass_on:0")
    assert not any("13812345678" in text for text in visible(wang))
    assert "13812345678" not in await wang.presses_data("v1:gtel:1:1")


# -- silence -------------------------------------------------------------------------------------------------------------


async def test_no_answer_is_chased_and_in_the_end_a_no(talk: Talk) -> None:
    _, li, wang = await two(talk)
    await li.presses_data("v1:gask:1:2")
    before = len(wang.seen)
    await talk.move_clock(3 * DAY)
    assert [text for text in (shown.html for shown in wang.seen[before:]) if "邀请您组团" in text]
    await talk.restart()
    li, wang = talk.person("li"), talk.person("wang")
    await talk.move_clock(12 * DAY)
    assert "对方两周没有回复组团的事" in "\n".join(visible(li))
    assert "情况已经变了" in await wang.presses_data("v1:gyes:1:2:1")
    assert rows(talk, "group_members")[1]["state"] == "refused"
    assert not [row for row in rows(talk, "deadlines") if row["kind"].startswith("group")]


async def test_nobody_is_chased_at_night_or_at_the_weekend(talk: Talk) -> None:
    _, li, wang = await two(talk)
    await talk.move_clock(3 * DAY + 12 * HOUR)  # Thursday, ten at night
    await li.presses_data("v1:gask:1:2")
    before = len(wang.seen)
    await talk.move_clock(3 * DAY + HOUR)  # Sunday
    assert not [shown for shown in wang.seen[before:] if "邀请您组团" in shown.html]
    await talk.move_clock(11 * HOUR)  # Monday morning
    assert [shown for shown in wang.seen[before:] if "邀请您组团" in shown.html]


async def test_an_heir_who_does_not_answer_is_chased_too(talk: Talk) -> None:
    _, li, wang = await together(talk)
    await li.presses_data("v1:gmove:1:1:hand_over:2")
    before = len(wang.seen)
    await talk.move_clock(3 * DAY)
    assert [shown for shown in wang.seen[before:] if "请您接手牵头" in shown.html]
    await talk.move_clock(12 * DAY)
    assert "没有人接手牵头" in "\n".join(visible(li))
    assert rows(talk, "group_members")[1]["heir"] == 0


# -- slips and strangers -------------------------------------------------------------------------------------------------


async def test_the_same_press_twice_asks_once(talk: Talk) -> None:
    _, li, wang = await two(talk)
    await li.presses_data("v1:gask:1:2")
    assert "已经邀请过" in await li.presses_data("v1:gask:1:2")
    await wang.presses("✅ 同意")
    assert "情况已经变了" in await wang.presses_data("v1:gyes:1:2:1")
    assert "已经" in await li.presses_data("v1:gask:1:2")
    assert [row["view"] for row in rows(talk, "deliveries") if row["view"] == "group.invited"] == ["group.invited"]


async def test_a_question_that_scrolled_away_is_found_on_the_page(talk: Talk) -> None:
    _, li, wang = await two(talk)
    await li.presses_data("v1:gask:1:2")
    await wang.says("/help")
    await wang.presses_data("v1:grp:2")
    assert "邀请您组团：巫溪 · 养老帮扶（#1）" in await wang.presses("有人找您组团")
    assert "您已加入组团" in await wang.presses("✅ 同意")
    assert "这个邀请已经有了结果" in await wang.presses_data("v1:gsee:1:2")
    assert await li.presses_data("v1:gsee:1:2") == "这不是您登记的。"


async def test_who_goes_alone_after_all_asks_nobody_any_more(talk: Talk) -> None:
    _, li, wang = await two(talk)
    await li.presses_data("v1:gask:1:2")
    assert "已记为单独做" in await li.presses_data("v1:gwill:1:0")
    assert "组团邀请取消了" in wang.last
    assert "情况已经变了" in await wang.presses_data("v1:gyes:1:2:1")


async def test_a_colleague_of_a_member_sees_the_group_and_may_leave_it(talk: Talk) -> None:
    _, li, _ = await together(talk)
    mate = talk.person("mate")
    await mate.says("/start")
    talk.store.execute(
        "INSERT INTO members (organisation, person, role, name, phone, since) VALUES (2, ?, 'member', '钱', '13600003333', 1)",
        (mate.id,),
    )
    assert "#1 巫溪 · 养老帮扶 · 组团成员" in await mate.says("/my")
    page = await mate.presses_data("v1:grp:1")
    assert "成员：春晖基金会" in page
    assert not [label for label in mate.buttons if "联系方式" in label], "a contact is somebody's own"
    assert await mate.presses_data("v1:own:1:1:withdraw") == "这不是您登记的。"
    assert "您已退出组团" in await mate.presses_data("v1:gmove:1:1:leave:yes")
    assert "「春晖基金会」退出了组团" in li.last


async def test_when_the_contact_of_a_member_leaves_a_colleague_takes_over(talk: Talk) -> None:
    _, li, wang = await together(talk)
    mate = talk.person("mate")
    await mate.says("/start")
    talk.store.execute(
        "INSERT INTO members (organisation, person, role, name, phone, since) VALUES (2, ?, 'member', '钱', '13600003333', 1)",
        (mate.id,),
    )
    await li.presses_data("v1:gshare:1:1")
    await wang.presses_data("v1:gshare:1:1")
    await li.presses_data("v1:gtel:1:2")
    assert any("13900001111" in text for text in visible(li))
    await erases(wang)
    assert not any("13900001111" in text for text in visible(li))
    row = rows(talk, "group_members")[1]
    assert (row["person"], row["state"], row["contacts"]) == (mate.id, "agreed", 0)
    assert "成员 春晖基金会" in li.reads(1)
    assert "组团牵头，成员 春晖基金会" in mate.reads(1)


async def test_who_has_asked_each_other_needs_one_yes(talk: Talk) -> None:
    _, li, wang = await two(talk)
    await li.presses_data("v1:gask:1:2")
    assert "对方已经先找了您" in await wang.presses_data("v1:gask:2:1")
    assert len(rows(talk, "group_members")) == 2


async def test_strangers_and_the_office_change_nothing_in_a_group(talk: Talk) -> None:
    boss, _, _ = await together(talk)
    stranger = talk.person("stranger")
    await stranger.says("/start")
    before = (rows(talk, "group_members"), rows(talk, "interests"), rows(talk, "disclosures"))
    for person in (boss, stranger):
        for data in (
            "grp:1", "gwill:1:0", "gask:1:2", "gask:2:1", "gyes:1:2:1", "gyes:1:2:0", "gmove:1:1:leave:yes",
            "gmove:1:1:dissolve:yes", "gmove:1:1:hand_over:2", "gmove:1:1:take_lead", "glead:1", "gshare:1:1", "gtel:1:1",
            "gmove:1:1:accept", "gmove:1:1:undo",
        ):  # fmt: skip
            assert await person.presses_data(f"v1:{data}") == "这不是您登记的。", data
    assert before == (rows(talk, "group_members"), rows(talk, "interests"), rows(talk, "disclosures"))


async def test_a_button_of_an_older_page_says_what_has_happened(talk: Talk) -> None:
    boss, _, wang = await together(talk)
    await boss.presses_data("v1:off:1:1:accept")
    assert "情况已有变化" in await wang.presses_data("v1:gmove:1:1:leave:yes")
    assert rows(talk, "group_members")[1]["state"] == "agreed"


async def test_a_group_that_is_signed_takes_nobody_in(talk: Talk) -> None:
    _, li, wang = await two(talk)
    await li.presses_data("v1:gask:1:2")
    talk.store.execute("UPDATE interests SET stage = 'signed' WHERE id = 1")
    assert "不再加人" in await wang.presses("✅ 同意")
    assert "不再加人" in await li.presses_data("v1:grp:1")


async def test_a_question_that_a_signing_has_overtaken_is_over_for_both(talk: Talk) -> None:
    boss, li, wang = await two(talk)
    await li.presses_data("v1:gask:1:2")
    for version, move in enumerate(("accept", "negotiate", "sign"), 1):
        await boss.presses_data(f"v1:off:1:{version}:{move}")
    await talk.move_clock(3 * DAY)
    for person in (li, wang):
        assert person.last == "「巫溪 · 养老帮扶」（#1）已经签约，不再加人；还没有回复的组团邀请取消了，您不用做什么。"
    assert "等回复" not in li.reads(1)


async def test_what_was_done_and_could_not_be_said_is_said_again(talk: Talk) -> None:
    _, li, wang = await two(talk)
    await li.presses_data("v1:gask:1:2")
    Scripted.script["sendMessage"] = [NetworkError("the line is dead")]
    await wang.presses("✅ 同意")
    await talk.settle()
    assert "您已加入组团「巫溪 · 养老帮扶」（#1）。您自己登记的 #2 已并入" in "\n".join(visible(wang))
    assert [row["move"] for row in rows(talk, "interest_events") if row["move"] == "join"] == ["join"]


# -- erasure ---------------------------------------------------------------------------------------------------------------


async def erases(person: Person) -> str:
    """Erase everything that is kept of the person."""
    await person.says("/privacy")
    await person.presses("删除我的资料")
    return await person.presses("确认删除")


async def test_a_member_who_is_erased_leaves_the_group(talk: Talk) -> None:
    boss, li, wang = await together(talk)
    await erases(wang)
    assert "愿意组团" in li.reads(1)
    assert stage(talk, 2) == "withdrawn"
    everything = "\n".join([*visible(li), *visible(boss)])
    assert "春晖" not in everything
    assert "捐资" not in everything
    assert "—」" not in everything
    assert "👥 一家单位退出了组团「巫溪 · 养老帮扶」" in "\n".join(visible(li))
    assert "一家单位退出组团" in li.reads(1), "the trail names nobody either"
    assert "：一家单位退出，它自己的 #2" in "\n".join(visible(boss))
    assert [row["state"] for row in rows(talk, "group_members")] == ["agreed", "left"]


async def test_a_lead_who_is_erased_passes_the_group_on(talk: Talk) -> None:
    boss, li, wang = await together(talk)
    await li.presses_data("v1:own:1:1:answer")
    await li.says("我们王老师会带队")
    await erases(li)
    interest = rows(talk, "interests")[0]
    assert (interest["person"], interest["stage"], interest["offer"]) == (wang.id, "submitted", "基金会捐资二十万元")
    assert "现在由您牵头" in "\n".join(visible(wang))
    assert "回复 / 补充" in wang.reads(1)
    everything = "\n".join([*visible(wang), *visible(boss)])
    assert "夕阳红" not in everything
    assert "王老师" not in everything
    assert "护理员" not in everything


async def test_a_lead_who_is_erased_while_only_asking_asks_nobody_any_more(talk: Talk) -> None:
    _, li, wang = await two(talk)
    await li.presses_data("v1:gask:1:2")
    await erases(li)
    assert stage(talk, 1) == "withdrawn"
    assert "组团邀请取消了" in "\n".join(visible(wang))
    assert "夕阳红" not in "\n".join(visible(wang))
    assert "情况已经变了" in await wang.presses_data("v1:gyes:1:2:1")
    assert stage(talk, 2) == "submitted"
