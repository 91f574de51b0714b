"""The form of an interest as transcripts: forward, back, around corners, and out again."""

from __future__ import annotations

import pytest

from tests.journeys import EN, NEED, ZH, registered, rows, to_step
from tests.talk import Talk

pytestmark = pytest.mark.usefixtures("calm")

PHOTO = [{"file_id": "1", "file_unique_id": "1", "width": 1, "height": 1}]
OFFER = "我们是泰安的养老服务机构"


# -- back, skip, change, cancel ----------------------------------------------------------------------------------------


async def test_back_by_button_goes_through_all_questions_to_the_first(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "mode")
    for question in ("能提供什么？", "联系电话？", "联系人怎么称呼？", "贵单位的名称？", "先请您同意三件事"):
        assert question in await li.presses("‹ 上一步")
    assert "‹ 上一步" not in li.buttons


async def test_back_from_a_change_leads_to_the_check(talk: Talk) -> None:
    li = talk.person("li")
    preview = await to_step(li, "preview")
    await li.presses("改电话")
    assert await li.presses("上一步") == preview


@pytest.mark.parametrize("word", ["上一步", "返回", "上一步。", "back", "Back", "GO BACK"])
async def test_back_by_word(talk: Talk, word: str) -> None:
    li = talk.person("li")
    await to_step(li, "phone")
    assert "联系人怎么称呼？" in await li.says(word)
    assert "贵单位的名称？" in await li.says(word)


async def test_back_offers_the_answer_given_before(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "contact")
    await li.presses("上一步")
    assert f"用「{ZH.organisation}」" in li.buttons
    assert "联系人怎么称呼？" in await li.presses("用「")


async def test_at_the_first_question_there_is_no_way_back(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "consent")
    assert not any("上一步" in label for label in li.buttons)
    assert "已经是第一步了" in await li.says("上一步")


@pytest.mark.parametrize("way", ["button", "跳过", "略过", "skip"])
async def test_the_telephone_can_be_left_out(talk: Talk, way: str) -> None:
    li = talk.person("li")
    await to_step(li, "phone")
    assert "能提供什么？" in await (li.presses("跳过") if way == "button" else li.says(way))
    await li.says(ZH.offer)
    assert "电话：不留，用 Telegram 联系" in await li.presses("单独")


@pytest.mark.parametrize("step", ["organisation", "contact", "offer"])
async def test_what_is_needed_cannot_be_skipped(talk: Talk, step: str) -> None:
    li = talk.person("li")
    asked = await to_step(li, step)
    again = await li.says("跳过")
    assert "这一项需要填，不能跳过。" in again
    assert again.endswith(asked)


async def test_an_answer_is_changed_from_the_check(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "preview")
    await li.presses("改联系人")
    preview = await li.says("赵主任")
    assert "联系人：赵主任" in preview
    assert f"单位：{ZH.organisation}" in preview
    await li.presses("改方式")
    assert "方式：愿意组团" in await li.presses("愿意组团")
    await li.presses("提交")
    assert rows(talk, "members")[0]["name"] == "赵主任"
    assert rows(talk, "interests")[0]["grouped"] == 1


async def test_a_second_thought_at_the_check_leaves_the_first_answer(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "preview")
    preview = li.seen[-1]
    await li.presses("改单位")
    assert "联系电话？" in await li.presses_on(preview, "改电话")
    kept = await li.says("023-87654321")
    assert "电话：02387654321" in kept
    assert f"单位：{ZH.organisation}" in kept


@pytest.mark.parametrize("way", ["button", "/cancel", "取消", "算了", "cancel", "Stop"])
async def test_the_form_can_be_given_up_at_every_question(talk: Talk, way: str) -> None:
    li = talk.person("li")
    for step in ("consent", "organisation", "contact", "mode", "preview"):
        await to_step(li, step)
        said = await (li.presses("取消") if way == "button" else li.says(way))
        assert said == "已取消登记意向，没有提交。想继续时重新点一下就行。"
        assert rows(talk, "drafts") == []
    assert rows(talk, "interests") == []


async def test_nothing_in_hand_nothing_to_cancel(talk: Talk) -> None:
    assert "现在没有正在填的登记" in await talk.person("li").says("/cancel")


# -- the check and its end ---------------------------------------------------------------------------------------------


async def test_the_check_shows_every_answer(talk: Talk) -> None:
    li = talk.person("li")
    preview = await to_step(li, "preview")
    for part in ("去向：巫溪", ZH.organisation, ZH.contact, "13812345678", ZH.offer, "方式：单独"):
        assert part in preview
    assert li.buttons == ["✅ 提交", "改单位", "改联系人", "改电话", "改内容", "改方式", "取消"]


async def test_a_text_at_the_check_is_not_an_answer(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "preview")
    again = await li.says("我再想想")
    assert "请点按钮：提交、改某一项，或者取消。" in again
    assert "请核对" in again
    assert rows(talk, "interests") == []


@pytest.mark.parametrize("word", ["提交", "好的", "确认", "submit"])
async def test_the_check_can_be_sent_off_by_a_word(talk: Talk, word: str) -> None:
    li = talk.person("li")
    await to_step(li, "preview")
    assert "已登记" in await li.says(word)


@pytest.mark.parametrize("word", ["愿意组团", "组团", "group"])
async def test_a_button_can_be_typed(talk: Talk, word: str) -> None:
    li = talk.person("li")
    await to_step(li, "mode")
    assert "方式：愿意组团" in await li.says(word)


async def test_an_answer_is_changed_by_its_name_before_the_check(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "mode")
    assert "联系电话" in await li.says("改一下电话")
    assert "组团" in await li.says("13900139000")
    assert "电话：13900139000" in await li.presses("单独")


async def test_markup_in_an_answer_stays_text(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "organisation")
    await li.says("夕阳<红>&养老 O'Brien")
    await li.presses("上一步")
    assert "用「夕阳<红>&养老 O'Brien」" in li.buttons
    await li.presses("用「")
    for answer in (ZH.contact, ZH.phone, "<b>六名</b>护理员"):
        await li.says(answer)
    preview = await li.presses("单独")
    assert "单位：夕阳<红>&养老 O'Brien" in preview
    assert "内容：<b>六名</b>护理员" in preview


async def test_the_confirmation_says_who_moves_next_and_by_when(talk: Talk) -> None:
    talk.person("boss", owner=True)
    confirmed = await registered(talk.person("li"))
    assert "已登记，编号 1" in confirmed
    assert "现在轮到市里的工作人员，已经通知他们。" in confirmed
    assert "6月3日（周三）10:00 催他们" in confirmed
    assert "到 6月8日（周一）10:00 还没有答复，我会告诉您情况和别的选择" in confirmed


# -- old buttons -------------------------------------------------------------------------------------------------------


async def test_an_old_button_of_the_form_answers_with_the_question_of_now(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "consent")
    consents = li.seen[-1]
    await li.presses("全部同意")
    await li.says(ZH.organisation)
    again = await li.presses_on(consents, "全部同意")
    assert "这一步已经答过了，请看最新的问题。" in again
    assert "联系人怎么称呼？" in again
    assert len(rows(talk, "consents")) == 3


async def test_an_old_change_button_is_no_answer(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "preview")
    preview = li.seen[-1]
    await li.says("上一步")
    await li.says("上一步")
    again = await li.presses_on(preview, "改单位")
    assert "这一步已经答过了" in again
    assert "能提供什么？" in again
    assert f"用「{ZH.offer}」" in li.buttons


@pytest.mark.parametrize("end", ["提交", "取消"])
async def test_a_button_of_a_finished_form_says_that_it_is_finished(talk: Talk, end: str) -> None:
    li = talk.person("li")
    await to_step(li, "preview")
    preview = li.seen[-1]
    await li.presses(end)
    before = rows(talk, "interests")
    for button in ("提交", "改单位", "取消"):
        assert await li.presses_on(preview, button) == "这张表已经提交或取消了，或者放了 30 天已删除。"
    assert rows(talk, "interests") == before


async def test_submitting_twice_registers_once(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await to_step(li, "preview")
    preview = li.seen[-1]
    await li.presses_on(preview, "提交")
    await li.presses_on(preview, "提交")
    assert len(rows(talk, "interests")) == 1
    assert len(boss.seen) == 1


async def test_somebody_elses_form_is_not_touched(talk: Talk) -> None:
    li, wang = talk.person("li"), talk.person("wang")
    await to_step(li, "preview")
    for button in ("提交", "改单位", "取消"):
        assert await wang.presses_on(li.seen[-1], button) == "这张表已经提交或取消了，或者放了 30 天已删除。"
    assert rows(talk, "interests") == []
    assert [row["step"] for row in rows(talk, "drafts")] == ["preview"]


# -- what is no answer -------------------------------------------------------------------------------------------------


async def test_a_shared_contact_is_the_telephone(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "phone")
    assert "能提供什么？" in await li.sends(contact={"phone_number": "8613812345678", "first_name": "王"})
    await li.says(ZH.offer)
    assert "电话：8613812345678" in await li.presses("单独")


@pytest.mark.parametrize("what", [{"photo": PHOTO},
                                  {"voice": {"file_id": "1", "file_unique_id": "1", "duration": 3}},
                                  {"contact": {"phone_number": "13812345678", "first_name": "王"}}])  # fmt: skip
async def test_where_words_are_asked_for_other_things_are_no_answer(talk: Talk, what: dict[str, object]) -> None:
    li = talk.person("li")
    asked = await to_step(li, "organisation")
    again = await li.sends(**what)
    assert again == f"这一步请用文字回答，图片、语音和文件我看不懂。\n\n{asked}"
    assert "联系人怎么称呼？" in await li.says(ZH.organisation)


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("13812345678", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("+86 138 1234 5678", "+8613812345678"),
        ("138 1234 5678", "13812345678"),
        ("电话：023-12345678", "02312345678"),
        ("(023)12345678", "02312345678"),
    ],
)
async def test_a_telephone_number_may_be_written_in_many_ways(talk: Talk, written: str, taken: str) -> None:
    li = talk.person("li")
    await to_step(li, "phone")
    await li.says(written)
    await li.says(ZH.offer)
    assert f"电话：{taken}\n" in await li.presses("单独")


@pytest.mark.parametrize("written", ["王老师的手机", "138ABCD5678", "12", "没有", "1" * 40, "😀"])
async def test_what_is_no_telephone_number_is_asked_again(talk: Talk, written: str) -> None:
    li = talk.person("li")
    await to_step(li, "phone")
    again = await li.says(written)
    assert "这不像电话号码。请只写数字，例如 13812345678" in again
    assert "跳过" in li.buttons


async def test_a_mobile_number_with_a_digit_missing_is_noticed(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "phone")
    assert "手机号码应是 11 位，您写了 10 位，请核对。" in await li.says("1381234567")


@pytest.mark.parametrize(
    ("step", "written", "why"),
    [
        ("organisation", "夕阳红" * 1000, "单位名称最多 60 个字，您写了 3000 个字"),
        ("organisation", "红", "请写单位名称，至少两个字。"),
        ("organisation", "12345", "请写单位名称，至少两个字。"),
        ("organisation", "😀😀😀", "请写单位名称，至少两个字。"),
        ("contact", "13812345678", "请写联系人的姓名，例如「王老师」。"),
        ("contact", "王" * 31, "姓名最多 30 个字"),
        ("offer", "帮" * 601, "最多 600 个字，您写了 601 个字，请只写要点。"),
        ("offer", "。。", "请用文字写一两句。"),
    ],
)
async def test_an_answer_that_cannot_be_taken_says_why_and_is_asked_again(
    talk: Talk, step: str, written: str, why: str
) -> None:
    li = talk.person("li")
    asked = await to_step(li, step)
    again = await li.says(written)
    assert why in again
    assert again.endswith(asked)


async def test_an_answer_is_kept_in_one_line_without_hidden_characters(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "organisation")
    await li.says("  泰安\n夕阳红\u202e\u200b 中心 ")
    for answer in (ZH.contact, ZH.phone, ZH.offer):
        await li.says(answer)
    assert "单位：泰安 夕阳红 中心\n" in await li.presses("单独")


# -- in English --------------------------------------------------------------------------------------------------------


async def test_the_whole_form_in_english(english: Talk) -> None:
    boss, li = english.person("boss", owner=True), english.person("li")
    consent = await to_step(li, "consent")
    assert "Step 1 of 6" in consent
    assert "First, please agree to three things" in consent
    assert li.buttons[0] == "✅ Agree to all and go on"
    assert "What is your organisation called?" in await li.presses("Agree to all")
    assert "Please answer this step in words" in await li.sends(photo=PHOTO)
    assert "Who is the contact person?" in await li.says(EN.organisation)
    assert "What is your organisation called?" in await li.says("back")
    assert "Who is the contact person?" in await li.presses(f"Use “{EN.organisation}”")
    assert "A telephone number?" in await li.says(EN.contact)
    assert "This does not look like a telephone number" in await li.says("12a")
    assert "What can you offer?" in await li.says("skip")
    assert "This one is needed" in await li.says("skip")
    asked = await li.says("How is my registration doing?")
    assert asked.startswith("You are about to register an interest. Is “How is my registration doing?” the answer to this step")
    await li.presses("Answer my question first")
    assert li.buttons[-1] == "▶ Continue to register an interest"
    await li.presses("▶ Continue")
    assert "On your own, or would you join a group" in await li.says(EN.offer)
    preview = await li.presses("On our own")
    assert "Telephone: none, Telegram only" in preview
    assert "Please tap a button" in await li.says("let me think")
    await li.presses("Change phone")
    await li.says(EN.phone)
    confirmed = await li.presses("Submit")
    assert "Registered as number 1: Sunset Care → Wuxi · Elderly care" in confirmed
    assert "I remind them on Wed 3 Jun 10:00" in confirmed
    assert "New interest" in boss.last
    await li.says(f"/start need-{NEED}")
    assert "You registered this before: number 1" in await li.presses("Register interest")


async def test_a_form_left_alone_goes_on_by_a_word(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "contact")
    await talk.move_clock(40 * 60)
    assert "联系人怎么称呼" in await li.says("继续登记")
    assert "联系电话" in await li.says("王老师")
