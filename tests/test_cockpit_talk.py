"""The cockpit as transcripts: one progress message, holding and going on, trying again, correcting, recalling, the list."""

from __future__ import annotations

from typing import Any

import pytest
from telegram.error import TimedOut

from knowledge.clock import DAY, HOUR
from tests.journeys import announced, drafted, registered, rows, wants_notices
from tests.talk import Person, Scripted, Talk

pytestmark = pytest.mark.usefixtures("calm")

TEXT = "今年乡村行即将公布"
PHOTO = [{"file_id": "picture", "file_unique_id": "1", "width": 1, "height": 1}]


def refused(why: str) -> tuple[int, dict[str, Any]]:
    return 400, {"ok": False, "error_code": 400, "description": f"Bad Request: {why}"}


async def crowd(talk: Talk, count: int) -> tuple[Person, list[Person]]:
    """An administrator and so many readers."""
    boss = talk.person("boss", owner=True)
    people = [talk.person(f"p{n}") for n in range(count)]
    await wants_notices(*people)
    return boss, people


async def begun(talk: Talk, boss: Person) -> None:
    """The notice is confirmed, and the first copy is out."""
    await drafted(boss, TEXT)
    confirm = next(b for b in talk.as_(boss).people.keyboard() if "确认" in b["label"])
    await talk.put(talk.people.presses(confirm))
    await talk.sees(f"📣 {TEXT}")


def copies(people: list[Person]) -> list[str]:
    """What stands in the chats where the copies were sent."""
    return [one.last for one in people]


def panels(boss: Person) -> list[Any]:
    """Every state of the progress message."""
    return [shown for shown in boss.seen if "░" in shown.html or "▓" in shown.html]


# -- progress ----------------------------------------------------------------------------------------------------------


async def test_there_is_one_progress_message_and_it_is_edited(talk: Talk) -> None:
    boss, _ = await crowd(talk, 12)
    await announced(boss, TEXT)
    shown = panels(boss)
    assert len({one.message for one in shown}) == 1
    assert shown[0].how == "sent"
    assert {one.how for one in shown[1:]} == {"edited"}
    assert "▓▓▓▓▓▓▓▓▓▓▓▓ 100%" in shown[-1].html
    assert "第 1 号通知 · 已发完" in shown[-1].html


async def test_a_notice_is_held_goes_on_and_is_stopped(talk: Talk) -> None:
    boss, people = await crowd(talk, 3)
    await drafted(boss, TEXT)
    late = (429, {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 1}})
    for one in people:
        Scripted.refuses[one.id] = late
    await boss.presses("确认")
    assert "正在发" in panels(boss)[-1].html
    assert "已暂停" in await boss.presses("暂停")
    Scripted.refuses.clear()
    await talk.move_clock(HOUR)
    assert [row["state"] for row in rows(talk, "deliveries") if row["notice"]].count("pending") == 3
    assert "还有 3 人不会收到" in await boss.presses_on(panels(boss)[-1], "停止")
    await boss.presses_on(panels(boss)[-1], "继续发")
    assert [row["state"] for row in rows(talk, "deliveries") if row["notice"]] == ["sent"] * 4
    assert "情况已经变了" in await boss.presses_data("v1:nrun:1:stop_yes")


async def test_what_was_stopped_stays_unsent(talk: Talk) -> None:
    boss, people = await crowd(talk, 2)
    await drafted(boss, TEXT)
    late = (429, {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 1}})
    for one in people:
        Scripted.refuses[one.id] = late
    await boss.presses("确认")
    await boss.presses("停止")
    await boss.presses("确定停止")
    Scripted.refuses.clear()
    await talk.move_clock(DAY)
    assert TEXT not in "".join(copies(people))
    assert "已停止" in panels(boss)[-1].html


async def test_a_notice_that_waits_for_long_shows_its_progress_ever_more_seldom(talk: Talk) -> None:
    boss, people = await crowd(talk, 1)
    await drafted(boss, TEXT)
    Scripted.refuses[people[0].id] = (
        429, {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 7200}},
    )  # fmt: skip
    await boss.presses("确认")
    await talk.move_clock(HOUR)
    assert len(panels(boss)) < 12


# -- again -------------------------------------------------------------------------------------------------------------


async def test_only_the_failed_are_tried_again(talk: Talk) -> None:
    boss, people = await crowd(talk, 3)
    await drafted(boss, TEXT)
    Scripted.refuses[people[1].id] = refused("message to be replied not found")
    await boss.presses("确认")
    assert "失败 1" in boss.last
    Scripted.refuses.clear()
    assert "再发 1 份" in await boss.presses("再试失败的 1 人")
    assert [sum("📣" in shown.html for shown in one.seen) for one in people] == [1, 1, 1]
    assert "送达 4" in boss.last
    assert "情况已经变了" in await boss.presses_data("v1:nagain:1:failed")


@pytest.mark.parametrize("again", [True, False])
async def test_unknown_copies_are_sent_again_or_left_by_choice(talk: Talk, again: bool) -> None:
    boss, (li,) = await crowd(talk, 1)
    await drafted(boss, TEXT)
    Scripted.refuses[li.id] = TimedOut()
    await boss.presses("确认")
    assert "结果不明 1" in boss.last
    Scripted.refuses.clear()
    await talk.move_clock(DAY)
    assert TEXT not in li.last
    if again:
        await boss.presses("不明的 1 人再发一次")
        assert li.last == f"（这条消息可能重复。）\n\n📣 {TEXT}"
    else:
        assert "不明的不再发" in await boss.presses("不明的不再发")
        assert TEXT not in li.last
        assert not any("不明" in button["label"] for row in panels(boss)[-1].keyboard for button in row)


async def test_the_report_lists_who_missed_it_and_why(talk: Talk) -> None:
    boss, (li, wang) = await crowd(talk, 2)
    await registered(li)
    await wang.presses_data("v1:nset:topic:other")
    await drafted(boss, TEXT)
    Scripted.refuses[li.id] = (403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"})
    await boss.presses("确认")
    await boss.presses("谁没收到")
    assert "📎 notice-1.xlsx" in boss.last
    assert f"泰安市夕阳红养老服务中心 | {li.id} | 屏蔽 | Forbidden: bot was blocked by the user" in boss.last
    assert f" | {wang.id} | 没算在内 | 关了这个主题" in boss.last


# -- correcting and recalling ------------------------------------------------------------------------------------------


async def test_a_correction_is_written_over_every_copy(talk: Talk) -> None:
    boss, people = await crowd(talk, 3)
    await announced(boss, TEXT)
    numbers = [one.seen[-1].message for one in people]
    assert "会换掉已经发出的 4 份" in await boss.presses("更正")
    await boss.says("乡村行改到秋天")
    assert "4 份会改动" in await boss.presses("跳过")
    assert copies(people) == [f"📣 {TEXT}"] * 3
    await boss.presses("确认，改已发出的 4 份")
    assert copies(people) == ["📣 乡村行改到秋天"] * 3
    assert [(one.seen[-1].how, one.seen[-1].message) for one in people] == [("edited", number) for number in numbers]
    assert "第 1 号通知的更正：已改完" in boss.last


async def test_a_caption_is_corrected_and_the_picture_stays(talk: Talk) -> None:
    boss, (li,) = await crowd(talk, 1)
    await boss.says("/broadcast")
    await boss.sends(photo=PHOTO, caption="旧的")
    await boss.presses("跳过")
    await boss.presses("其他")
    await boss.presses("确认")
    await boss.presses("更正")
    assert "最多 950 个字" in await boss.says("长" * 1000)
    await boss.says("新的")
    await boss.presses("跳过")
    await boss.presses("确认")
    assert li.last == "📣 新的"
    assert [name for name, _ in Scripted.calls].count("editMessageCaption") == 2


async def test_a_recall_deletes_young_copies_and_writes_over_old_ones(talk: Talk) -> None:
    boss, people = await crowd(talk, 2)
    await announced(boss, TEXT)
    await boss.presses("收回")
    assert "48 小时以内的会删掉" in boss.last
    await boss.presses("确认，收回已发出的 3 份")
    assert [one.seen[-1].how for one in people] == ["deleted", "deleted"]
    assert "情况" in await boss.presses_data("v1:nagain:1:failed")
    await announced(boss, "第二条")
    report = boss.seen[-1]
    await talk.move_clock(3 * DAY)
    await boss.presses_on(report, "收回")
    await boss.presses("确认")
    assert copies(people) == ["（这条通知已撤回。）"] * 2
    assert any("其中 3 份太早，改成了「已撤回」" in shown.html for shown in boss.seen)


async def test_what_cannot_be_recalled_is_listed(talk: Talk) -> None:
    boss, (li, wang) = await crowd(talk, 2)
    await announced(boss, TEXT)
    await boss.presses("收回")
    Scripted.refuses[li.id] = refused("message can't be edited")
    Scripted.refuses[wang.id] = refused("message to delete not found")
    await boss.presses("确认")
    assert "办成 2" in boss.last
    assert "失败 1" in boss.last
    await boss.presses("谁没收到")
    assert f" | {li.id} | 失败 | Message can't be edited" in boss.last


async def test_copies_not_sent_yet_go_with_the_corrected_text(talk: Talk) -> None:
    boss, (li, wang) = await crowd(talk, 2)
    await drafted(boss, TEXT)
    Scripted.refuses[wang.id] = (
        429, {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 1}},
    )  # fmt: skip
    await boss.presses("确认")
    await boss.presses("暂停")
    await boss.presses("更正")
    await boss.says("改过的")
    await boss.presses("跳过")
    Scripted.refuses.clear()
    await boss.presses("确认")
    assert li.last == "📣 改过的"
    await boss.presses_data("v1:nrun:1:resume")
    await talk.move_clock(HOUR)
    assert wang.last == "📣 改过的"


# -- readers -----------------------------------------------------------------------------------------------------------


async def test_topics_are_turned_off_one_by_one_and_the_reason_is_asked_for(talk: Talk) -> None:
    boss, (li,) = await crowd(talk, 1)
    await announced(boss, TEXT)
    notice = li.seen[-1]
    assert "您收哪些通知" in await li.presses("收哪些通知")
    assert li.buttons[:5] == ["☑ 乡村行", "☑ 新的需求", "☑ 政策", "☑ 培训", "☑ 其他"]
    assert "不再给您发「其他」的通知" in await li.presses("其他")
    assert "谢谢，记下了。" in await li.presses("太多了")
    assert [shown.how for shown in li.seen if shown.message == notice.message] == ["sent"]
    await announced(boss, "第二条")
    assert "第二条" not in li.last
    await boss.says("/broadcast")
    assert "太多了：1" in await boss.presses("为什么不收通知")
    await li.says("/notices")
    await li.presses("☐ 其他")
    await announced(boss, "第三条")
    assert li.last == "📣 第三条"


async def test_a_pause_ends_by_itself(talk: Talk) -> None:
    boss, (li,) = await crowd(talk, 1)
    await li.says("/notices")
    await li.presses("停到我定的日子")
    assert "看不懂这个日期" in await li.says("过一阵")
    assert "6月8日（周一）之前不发通知" in await li.says("下周一")
    assert "暂停接收 1 人" in await drafted(boss, TEXT)
    await boss.presses("丢弃草稿")
    await talk.move_clock(8 * DAY)
    await announced(boss, TEXT)
    assert li.last == f"📣 {TEXT}"


async def test_whoever_turns_it_down_before_it_goes_does_not_get_it(talk: Talk) -> None:
    boss, (li, wang, zhao) = await crowd(talk, 3)
    await drafted(boss, TEXT)
    await boss.presses("什么时候发")
    await boss.presses("明天 9:00")
    await boss.presses("确认，到时发给 4 人")
    await li.presses_data("v1:nset:topic:other")
    await wang.presses_data("v1:mute:1")
    await zhao.presses_data("v1:nset:pause:7")
    await talk.move_clock(DAY)
    assert not any(TEXT in one.last for one in (li, wang, zhao))
    assert "送达 1" in boss.last
    assert "没算在内：没勾选通知 1，暂停接收 1，关了这个主题 1" in boss.last


async def test_muting_does_not_silence_ones_own_affairs(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    await li.presses_data("v1:mute:1")
    await boss.presses("受理")
    assert "已被受理" in li.last


async def test_a_reason_is_ones_own(talk: Talk) -> None:
    _, (li, wang) = await crowd(talk, 2)
    await li.presses_data("v1:mute:1")
    assert "不在了" in await wang.presses_data("v1:nwhy:1:often")
    assert rows(talk, "leavings")[0]["reason"] is None
