"""Questions to a person as transcripts: shown before they go, answered in the same chat, followed up, chased, handed on."""

from __future__ import annotations

import pytest

from bot.channels.chat import plain
from handlers.conversations import PRESS_TABLES
from knowledge.clock import DAY
from knowledge.records.question_moves import MOVES
from tests.journeys import asked, reply_to, rows
from tests.talk import MONDAY, Person, Talk

pytestmark = pytest.mark.usefixtures("calm")

TEXT = "巫溪的老人食堂现在归谁管？"
OFFICE_ONLY = "这是工作人员的功能。"


async def coordinator(talk: Talk, name: str, county: str) -> Person:
    """Somebody who takes care of a county's cases."""
    person = talk.person(name)
    await person.says("/start")
    talk.store.execute(
        "INSERT INTO coordinators (county, person, since, appointed_by, name) VALUES (?, ?, ?, 1, ?)",
        (county, person.id, MONDAY, f"老{name}"),
    )
    return person


def moves(talk: Talk, question: int = 1) -> list[str]:
    """The steps of a question's correspondence."""
    return [row["move"] for row in rows(talk, "question_events") if row["question"] == question]


# -- before it goes ----------------------------------------------------------------------------------------------------


async def test_any_text_is_shown_before_it_goes_and_goes_with_one_tap(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await li.says(TEXT)
    assert "关于巫溪，想问工作人员什么？" in await li.presses("问工作人员")
    shown = await li.presses("用「")
    assert shown.startswith(
        f"发出前看一眼\n发给：市里的工作人员\n关于：巫溪\n\n「{TEXT}」\n\n回答会出现在这个对话里，可以接着问。"
    )
    assert li.buttons == ["✉️ 发送", "改内容", "取消"]
    assert (rows(talk, "questions"), boss.seen) == ([], [])
    sent = await li.presses("发送")
    assert sent.startswith("已发给市里的工作人员（第 1 号）。回答会出现在这个对话里。")
    assert "我会在 6月3日（周三）10:00 催他们；到 6月8日（周一）10:00 还没有回答，我会告诉您情况。" in sent
    assert f"🔔 有人提问\n第 1 号 · 巫溪\n「{TEXT}」" in boss.last


async def test_a_double_tap_asks_once(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await li.says("/help")
    await li.presses("问工作人员")
    await li.says(TEXT)
    send = next(button for button in talk.as_(li).people.keyboard() if "发送" in button["label"])
    for _ in range(2):
        await talk.put(talk.as_(li).people.presses(send))
    await talk.settle()
    assert talk.screen.alerts == ["这张表已经提交或取消了，或者放了 30 天已删除。"]
    assert len(rows(talk, "questions")) == 1
    assert len(boss.seen) == 1


async def test_the_words_can_be_changed_and_a_typed_yes_sends_them(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await li.says("/help")
    await li.presses("问工作人员")
    await li.says("宿舍怎么办")
    await li.presses("改内容")
    assert "「住宿怎么安排？」" in await li.says("住宿怎么安排？")
    assert "已发给市里的工作人员（第 1 号）" in await li.says("发送")
    assert "「住宿怎么安排？」" in boss.last


async def test_what_is_written_at_the_preview_takes_the_place_of_the_words(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await li.says("/help")
    await li.presses("问工作人员")
    await li.says("宿舍怎么办")
    assert "「城口的宿舍怎么安排？」" in await li.says("城口的宿舍怎么安排？")
    assert "关于：城口" in li.last
    assert "最多 2500 个字" in await li.says("问" * 2501)
    assert "「城口的宿舍怎么安排？」" in await li.says("返回")
    await li.presses("发送")
    assert "「城口的宿舍怎么安排？」" in boss.last
    assert len(rows(talk, "questions")) == 1


async def test_nothing_goes_when_it_is_given_up(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await li.says("/help")
    await li.presses("问工作人员")
    await li.says(TEXT)
    assert "没有提交" in await li.says("/cancel")
    assert (rows(talk, "questions"), boss.seen) == ([], [])


async def test_a_county_named_in_the_words_gets_them_unless_the_asker_prefers_the_city(talk: Talk) -> None:
    boss, li, zhou = talk.person("boss", owner=True), talk.person("li"), await coordinator(talk, "周", "wuxi")
    before = len(zhou.seen)
    for number in (1, 2):
        await li.says("/help")
        await li.presses("问工作人员")
        assert "发给：巫溪的工作人员" in await li.says(f"{TEXT}（{number}）")
        if number == 2:
            assert "发给谁？" in await li.presses("改收件人")
            assert "发给：市里的工作人员" in await li.presses("市里的工作人员")
        await li.presses("发送")
    assert [f"（{n}）" in plain(shown.html) for n, shown in zip((1,), zhou.seen[before:], strict=True)] == [True]
    assert [f"（{n}）" in plain(shown.html) for n, shown in zip((2,), boss.seen, strict=True)] == [True]
    assert [row["county"] for row in rows(talk, "questions")] == ["wuxi", None]
    assert await zhou.presses_data("v1:q:2") == OFFICE_ONLY
    assert "待办：0 条意向，2 条提问" in await boss.says("/office")


async def test_calling_for_a_person_is_not_taken_for_the_question(talk: Talk) -> None:
    li = talk.person("li")
    await li.says("转人工")
    assert li.buttons == ["取消"]
    assert "正在问工作人员：请写下想问什么" in await li.says("人工客服")
    await li.says("/cancel")
    await li.says("我想问一下工作人员，住宿怎么安排？")
    assert li.buttons[0].startswith("用「我想问一下工作人员")


# -- back and forth ----------------------------------------------------------------------------------------------------


async def test_answers_come_back_and_are_followed_up_in_the_same_chat(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await asked(li)
    assert boss.buttons == ["我来接手", "回答", "请对方补充", "转交", "结束"]
    await boss.presses("请对方补充")
    assert "已发给对方，有回复就告诉您。" in await boss.says("几个人？")
    assert li.last == "您问过：「住宿怎么安排？」\n工作人员想请您补充：几个人？"
    await li.presses("补充")
    assert "已发给市里的工作人员" in await li.says("六个人")
    assert "🔔 对方有补充\n第 1 号\n「住宿怎么安排？」\n\n轮到我们" in boss.last
    assert "您接手了" in boss.last
    assert "对方补充：六个人" in boss.last
    await boss.presses("回答")
    assert "第 1 号的回答已发出。" in await boss.says("住村委会")
    assert li.last == "您问过：「住宿怎么安排？」\n工作人员回答：住村委会"
    assert li.buttons == ["补充 / 接着问", "再问一句"]
    await li.presses("接着问")
    await li.says("有热水吗？")
    assert "对方补充：有热水吗？" in boss.last
    await boss.presses("结束")
    assert "第 1 号已结束，原因已告诉对方。" in await boss.presses("已经在别处答复")
    assert "工作人员结束了这件事，原因：已经在别处答复。" in li.last
    assert moves(talk) == ["put", "inquire", "follow", "answer", "follow", "close"]


async def test_a_reply_to_an_answer_follows_it_up(talk: Talk) -> None:
    boss, li, wang = talk.person("boss", owner=True), talk.person("li"), talk.person("wang")
    await asked(li)
    await boss.presses("回答")
    await boss.says("住村委会")
    answer = li.seen[-1].message
    await li.says("/start need-wuxi-elderly-1")
    await li.presses("登记意向")  # a form in hand does not take what is a reply to something else
    assert "已发给市里的工作人员，回答会出现在这个对话里。" in await li.says("有热水吗？", **reply_to(li, answer))
    assert "对方补充：有热水吗？" in boss.last
    assert moves(talk) == ["put", "answer", "follow"]
    assert "请用文字写一两句。" in await li.says("？", **reply_to(li, answer))
    await wang.says("/start")
    assert "已发给" not in await wang.says("我也想问", **reply_to(wang, answer))
    assert moves(talk) == ["put", "answer", "follow"]


async def test_the_asker_withdraws_after_one_more_tap(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await asked(li)
    assert "撤回第 1 号？撤回后不会再有回答。" in await li.presses("撤回")
    assert moves(talk) == ["put"]
    await li.presses("撤回")
    assert moves(talk) == ["put", "retract"]
    assert "已撤回" in li.last
    assert boss.last.startswith("🔔 对方撤回了，不用再答\n第 1 号")
    assert boss.seen[-1].keyboard == ()
    assert "情况已有变化" in await boss.presses_data("v1:qo:1:1:answer")
    assert "没有待办" in await boss.says("/office")


async def test_ones_own_questions_are_found_again(talk: Talk) -> None:
    boss, li, wang = talk.person("boss", owner=True), talk.person("li"), talk.person("wang")
    await asked(li)
    await asked(wang, "有补贴吗？")
    await li.says("/my")
    assert li.buttons[1] == "💬 住宿怎么安排？ · 等回答"
    assert not any("补贴" in label for label in li.buttons)
    await boss.presses_data("v1:qo:1:1:answer")
    await boss.says("住村委会")
    await li.says("/my")
    shown = await li.presses("💬 住宿怎么安排？ · 已回答")
    assert "「住宿怎么安排？」\n\n已回答" in shown
    assert "工作人员回答：住村委会" in shown
    for data in ("qm:2", "qa:2:1:retract:yes", "qa:2:1:follow", "q:1"):
        assert await li.presses_data(f"v1:{data}") in {"这不是您登记的。", OFFICE_ONLY}
    assert moves(talk, 2) == ["put"]


# -- the office --------------------------------------------------------------------------------------------------------


async def test_the_lists_tell_questions_apart_by_their_first_words(talk: Talk) -> None:
    anna, bo, li = talk.person("anna", owner=True), talk.person("bo", owner=True), talk.person("li")
    for text in ("住宿怎么安排？", "路好走吗？", "有没有补贴？", "几月份去合适？", "老人多大年纪？"):
        await asked(li, text)
    await anna.presses_data("v1:qo:1:1:take")
    await talk.move_clock(2 * DAY)
    assert "待办：0 条意向，5 条提问" in await anna.says("/office")
    assert anna.buttons == ["我接手的（1）", "没人接的（4）", "超过两天没回的（5）", "全部（5）", "📣 通知", "👥 区县联络员"]
    assert "提问：我接手的（1）\n1 号 · 2 天 · 您接手了：住宿怎么安排？" in await anna.presses("我接手的")
    assert anna.buttons[0] == "💬 1 住宿怎么安排？"
    free = await anna.presses("没人接的")
    assert "2 号 · 2 天 · 没人接：路好走吗？" in free
    assert "住宿" not in free
    await bo.says("/office")
    assert bo.buttons == ["没人接的（4）", "超过两天没回的（5）", "全部（5）", "📣 通知", "👥 区县联络员"]
    assert "1 号 · 2 天 · 已有人接手：住宿怎么安排？" in await bo.presses("全部")
    assert "「路好走吗？」" in await bo.presses("💬 2")


async def test_two_take_a_question_and_one_of_them_has_it(talk: Talk) -> None:
    anna, bo, li = talk.person("anna", owner=True), talk.person("bo", owner=True), talk.person("li")
    await asked(li)
    old = bo.seen[-1]
    assert "第 1 号由您接手。" in await anna.presses("我来接手")
    assert "您接手了" in anna.last
    assert "我来接手" not in anna.buttons
    said = await bo.presses_on(old, "我来接手")
    assert "情况已有变化，请看最新的状态。（6月1日（周一）10:00 工作人员接手）" in said
    assert "已有人接手" in bo.last
    assert rows(talk, "questions")[0]["assigned"] == anna.id
    heard = len(bo.seen)
    await li.presses("补充")
    await li.says("一共六个人")
    assert "对方补充：一共六个人" in anna.last
    assert len(bo.seen) == heard


async def test_a_question_is_handed_from_the_city_to_a_county_and_back(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    zhou, wu = await coordinator(talk, "周", "wuxi"), await coordinator(talk, "吴", "wuxi")
    await asked(li)
    assert "第 1 号转给谁？" in await boss.presses("转交")
    assert boss.buttons == ["巫溪的工作人员", "‹ 上一步"]
    assert "第 1 号已转给巫溪的工作人员。" in await boss.presses("巫溪的工作人员")
    assert zhou.last.startswith("🔔 转给您这边的\n第 1 号")
    assert wu.last == zhou.last
    await zhou.presses("转交")
    assert zhou.buttons == ["市里的工作人员", "巫溪 · 老吴", "‹ 上一步"]
    await zhou.presses("老吴")
    assert rows(talk, "questions")[0]["assigned"] == wu.id
    await wu.presses("转交")
    assert "第 1 号已转给市里的工作人员。" in await wu.presses("市里的工作人员")
    assert boss.last.startswith("🔔 转给您这边的")
    assert li.last.startswith("已发给")  # whose hands it is in is no matter of the asker's
    assert moves(talk) == ["put", "hand", "hand", "hand"]


def buttons_of_the_office() -> list[str]:
    """Everything that can be pressed about question 1, interest 1 and the lists."""
    said = [f"qo:1:{version}:{move}" for version in (1, 2) for move in MOVES]
    said += ["qo:1:1:hand::0", "qo:1:1:hand:chengkou:0", "q:1", "qs:1", "qa:1:1:retract:yes", "qa:1:1:follow", "qm:1"]
    return [*said, "case:1", "tel:1", "off:1:1:accept", "off:1:1:decline", "own:1:1:withdraw", "wrongs", "report:1"]


@pytest.mark.parametrize("data", buttons_of_the_office())
async def test_a_coordinator_of_another_county_can_press_nothing(talk: Talk, data: str) -> None:
    talk.person("boss", owner=True)
    li = talk.person("li")
    await coordinator(talk, "周", "wuxi")
    wei = await coordinator(talk, "魏", "chengkou")
    await asked(li, TEXT)
    before, seen = {table: rows(talk, table) for table in ("questions", "question_events", "audit")}, len(wei.seen)
    assert await wei.presses_data(f"v1:{data}") in {OFFICE_ONLY, "这不是您登记的。"}
    assert {table: rows(talk, table) for table in before} == before
    assert (len(wei.seen), rows(talk, "drafts")) == (seen, [])
    assert "没有待办" in await wei.says("/office")
    assert "这里没有了。" in await wei.presses_data("v1:ql:all:0")
    assert data.partition(":")[0] in {action for table in PRESS_TABLES for action in table}


async def test_words_written_after_the_office_was_lost_are_not_sent(talk: Talk) -> None:
    li, zhou = talk.person("li"), await coordinator(talk, "周", "wuxi")
    await asked(li, TEXT)
    await zhou.presses("回答")
    talk.store.execute("UPDATE coordinators SET until = ?", (MONDAY,))
    assert await zhou.says("归民政局管") == "没有办成：这条提问不归您办，或者已经不在了。"
    assert moves(talk) == ["put"]


# -- the clock ---------------------------------------------------------------------------------------------------------


async def test_silence_is_chased_at_the_county_then_at_the_city_and_the_asker_hears_what_was_done(talk: Talk) -> None:
    boss, li, zhou = talk.person("boss", owner=True), talk.person("li"), await coordinator(talk, "周", "wuxi")
    await asked(li, TEXT)
    await talk.move_clock(2 * DAY)
    assert zhou.last == f"⏰ 第 1 号「{TEXT}」等了 2 天，请尽快回答。"
    assert "回答" in zhou.buttons
    assert boss.seen == []
    await talk.move_clock(5 * DAY - 1)
    assert li.last.startswith("已发给巫溪的工作人员")
    await talk.move_clock(1)
    assert boss.last == zhou.last == f"⏰ 第 1 号「{TEXT}」等了 7 天，请尽快回答。"
    assert li.last.startswith(f"您问的「{TEXT}」已经等了 7 天，还没有回答，对不起。")
    assert "· 6月3日（周三）10:00 催办区县\n· 6月8日（周一）10:00 催办市里" in li.last
    assert li.buttons == ["补充 / 接着问", "撤回"]
    await boss.presses("回答")
    await boss.says("归民政局管")
    assert li.last.endswith("工作人员回答：归民政局管")
    seen = len(li.seen)
    await talk.move_clock(60 * DAY)
    assert len(li.seen) == seen


async def test_a_reminder_survives_a_restart_and_waits_for_the_morning(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await talk.move_clock(12 * 3600)  # 22:00
    await asked(li)
    seen = len(boss.seen)
    await talk.move_clock(2 * DAY)
    await talk.restart()
    assert len(boss.seen) == seen
    await talk.move_clock(10 * 3600)
    assert "等了 2 天，请尽快回答" in boss.last
    assert len(boss.seen) == seen + 1


async def test_the_whole_correspondence_in_english(english: Talk) -> None:
    boss, li = english.person("boss", owner=True), english.person("li")
    await li.says("Ask the office")
    assert "please write what you would like to ask" in await li.says("talk to a person")
    await li.says("/cancel")
    await asked(li, "Where would we stay?")
    assert "If nothing happens for 2 days, I remind them on Wed 3 Jun 10:00" in li.last
    assert "🔔 A question\nNumber 1\n“Where would we stay?”" in boss.last
    await boss.presses("I take it")
    await boss.presses("Ask for more")
    await boss.says("How many of you?")
    assert li.last == "You asked: “Where would we stay?”\nThe office would like to know more: How many of you?"
    await li.presses("Add")
    await li.says("Six")
    await boss.presses("Close")
    await boss.presses("not in our hands")
    assert "The office closed it: This is not in our hands." in li.last


# -- erasure -----------------------------------------------------------------------------------------------------------


async def test_erasing_blanks_every_message_that_showed_the_question(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await asked(li)
    await boss.says("/office")
    await boss.presses("💬 1")
    await boss.presses("回答")
    await boss.says("住村委会")
    await li.presses("接着问")
    await li.says("有热水吗？")
    shown = {message.message for message in boss.seen if "第 1 号\n" in plain(message.html)}
    await li.says("/privacy")
    await li.presses("删除我的资料")
    await li.presses("确认删除")
    last = {message.message: plain(message.html) for message in boss.seen}
    assert len(shown) == 3
    assert {last[message] for message in shown} == {"（资料已按本人要求删除。）"}
    assert rows(talk, "questions") == rows(talk, "question_events") == []
    assert [row for row in rows(talk, "deadlines") if row["kind"].startswith("question")] == []
