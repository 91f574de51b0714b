"""The desk of notices as transcripts: written, aimed, rehearsed, scheduled, confirmed once, delivered once, reported."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from telegram.error import TimedOut

from handlers.checks import CAPTION_MAX, NOTICE_MAX
from knowledge.clock import DAY, HOUR
from tests.journeys import OTHER_NEED, announced, drafted, registered, rows, wants_notices
from tests.talk import Person, Scripted, Talk

pytestmark = pytest.mark.usefixtures("calm")

TEXT = "今年乡村行即将公布"
BLOCKED = (403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"})
PHOTO = [{"file_id": "picture", "file_unique_id": "1", "width": 1, "height": 1}]


def refused(why: str) -> tuple[int, dict[str, Any]]:
    return 400, {"ok": False, "error_code": 400, "description": f"Bad Request: {why}"}


async def started(talk: Talk, *names: str) -> list[Person]:
    """People who have opened the chat and want notices."""
    people = [talk.person(name) for name in names]
    await wants_notices(*people)
    return people


def got(person: Person, text: str = TEXT) -> int:
    """How often this person got the notice."""
    return sum(message.html.endswith(f"📣 {text}") and message.how == "sent" for message in person.seen)


def states(talk: Talk) -> list[object]:
    """How the copies of the notices stand, by person."""
    return [row["state"] for row in rows(talk, "deliveries") if row["notice"]]


# -- writing -----------------------------------------------------------------------------------------------------------


async def test_a_notice_is_written_looked_at_and_confirmed_once(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    li, zhao = await started(talk, "li", "zhao")
    (quiet,) = [talk.person("quiet")]
    await quiet.says("/start")
    assert "请写通知内容" in await boss.says("/broadcast")
    assert "要不要再写一份英文？" in await boss.says(TEXT)
    assert "这条通知是关于什么的？" in await boss.presses("跳过")
    shown = await boss.presses("乡村行")
    assert f"中文读者看到的样子：\n📣 {TEXT}\n" in shown
    assert "第 1 号通知，草稿，还没有发" in shown
    assert "3 人会收到，不到 1 分钟（每秒 1000 条）" in shown
    assert "收不到：没勾选通知 1 人" in shown
    rehearsal = boss.seen[-1]
    assert got(li) == 0
    assert "开始发送，共 3 人。" in await boss.presses("确认，马上发给 3 人")
    assert [got(one) for one in (li, zhao, quiet)] == [1, 1, 0]
    assert "第 1 号通知：已发完\n共 3 人 · 送达 3" in boss.last
    assert "已经用过" in await boss.presses_on(rehearsal, "确认")
    assert [got(one) for one in (li, zhao)] == [1, 1]


async def test_readers_get_their_language_and_the_other_where_there_is_none(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    li, mary = talk.person("li"), talk.person("mary", client="en")
    await wants_notices(li, mary)
    await boss.says("/broadcast")
    await boss.says(TEXT)
    await boss.says("The village trip is near")
    shown = await boss.presses("乡村行")
    assert "英文读者看到的样子：\n📣 The village trip is near" in shown
    assert "（中文 2，英文 1）" in shown
    await boss.presses("确认")
    assert (got(li), got(mary, "The village trip is near")) == (1, 1)
    assert mary.buttons == ["🔕 Which notices"]
    assert "英文读者看到的样子（没有写英文，用另一种）" in await drafted(boss, "第二条")
    await boss.presses("确认")
    assert got(mary, "第二条") == 1


async def test_formatting_arrives_as_it_was_written(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    (li,) = await started(talk, "li")
    entities = [
        {"type": "bold", "offset": 3, "length": 3},
        {"type": "text_link", "offset": 7, "length": 4, "url": "https://example.org/?a=1&b=2"},
    ]
    await announced(boss, "🎉 乡村行 <报名> & 咨询", entities=entities)
    assert li.seen[-1].html == ('📣 🎉 <b>乡村行</b> <a href="https://example.org/?a=1&amp;b=2">&lt;报名&gt;</a> &amp; 咨询')


@pytest.mark.parametrize(("what", "mark"), [("photo", "🖼"), ("document", "📎")])
async def test_a_picture_or_a_file_goes_with_its_words(talk: Talk, what: str, mark: str) -> None:
    boss = talk.person("boss", owner=True)
    (li,) = await started(talk, "li")
    media: Any = PHOTO if what == "photo" else {"file_id": "picture", "file_unique_id": "1"}
    await boss.says("/broadcast")
    await boss.sends(**{what: media}, caption="看图 <b>", caption_entities=[{"type": "bold", "offset": 0, "length": 2}])
    await boss.presses("跳过")
    assert mark in await boss.presses("培训")
    await boss.presses("确认")
    assert li.seen[-1].html.endswith("📣 <b>看图</b> &lt;b&gt;")
    sent = [parameters for name, parameters in Scripted.calls if name == f"send{what.title()}"]
    assert {parameters[what] for parameters in sent} == {"picture"}


async def test_buttons_open_what_they_name_below_the_notice(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    (li,) = await started(talk, "li")
    await drafted(boss, TEXT)
    await boss.presses("按钮")
    await boss.presses("打开一个区县")
    await boss.presses("巫溪")
    await boss.presses("登记意向")
    await boss.presses("巫溪")
    assert "✕ ✋ 登记到巫溪" in (await boss.presses("整个区县"), boss.buttons)[1]
    await boss.presses("网址")
    await boss.says("报名表")
    assert "这不是能用的网址" in await boss.says("http://example.org")
    await boss.says("https://example.org/form")
    await boss.presses("上一步")
    await boss.presses("确认")
    assert li.buttons == ["看巫溪", "✋ 登记到巫溪", "报名表", "🔕 收哪些通知"]
    notice = li.seen[-1]
    assert "巫溪县" in await li.presses_on(notice, "看巫溪")
    assert "登记到 巫溪" in await li.presses_on(notice, "✋ 登记到巫溪")
    assert [shown.how for shown in li.seen if shown.message == notice.message] == ["sent"]


# -- what is no notice -------------------------------------------------------------------------------------------------


BAD: list[tuple[dict[str, Any], str]] = [
    ({"text": "\u200b\u200b"}, "通知要有文字"),
    ({"photo": PHOTO}, "通知要有文字"),
    ({"text": "通" * 5000}, f"通知最多 {NOTICE_MAX} 个字，现在有 5000 个字"),
    ({"text": "😀" * 2000}, f"通知最多 {NOTICE_MAX} 个字，现在有 4000 个字"),
    ({"photo": PHOTO, "caption": "通" * 1000}, f"每种语言最多 {CAPTION_MAX} 个字，现在有 1000 个字"),
    ({"photo": PHOTO, "caption": "一", "media_group_id": "9"}, "只能带一张图片"),
    ({"voice": {"file_id": "1", "file_unique_id": "1", "duration": 1}}, "语音、视频、动图和贴纸发不了"),
    ({"sticker": {"file_id": "1", "file_unique_id": "1", "type": "regular", "width": 1, "height": 1,
                  "is_animated": False, "is_video": False}}, "语音、视频、动图和贴纸发不了"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "said"), BAD)
async def test_what_is_no_notice_is_asked_for_again_and_nothing_is_sent(talk: Talk, what: dict[str, Any], said: str) -> None:
    boss = talk.person("boss", owner=True)
    await wants_notices(boss)
    await boss.says("/broadcast")
    more = dict(what)
    shown = await boss.says(more.pop("text", ""), **more)
    assert said in shown
    assert "请写通知内容" in shown
    assert rows(talk, "notices") == []
    await talk.move_clock(10)  # a text that soon after a long one is taken for the rest of it
    assert "要不要再写一份英文" in await boss.says(TEXT)


async def test_a_second_text_too_long_under_the_picture_keeps_the_first(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    await boss.says("/broadcast")
    await boss.sends(photo=PHOTO, caption=TEXT)
    assert "现在有 1500 个字" in await boss.says("t" * 1500)
    assert "这条通知是关于什么的" in await boss.says("A short one")


async def test_a_text_that_telegram_refuses_is_told_at_the_rehearsal_and_the_draft_kept(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    await wants_notices(boss)
    await boss.says("/broadcast")
    await boss.says(TEXT)
    await boss.presses("跳过")
    question = refused("can't parse entities: unsupported start tag")
    Scripted.script["sendMessage"] = [
        (200, {"ok": True, "result": {"message_id": 900, "date": 1, "chat": {"id": boss.id, "type": "private"}, "text": "x"}}),
        question,
    ]
    assert "Telegram 不接受这条内容：Can't parse entities" in await boss.presses("乡村行")
    assert [one["state"] for one in rows(talk, "notices")] == ["draft"]
    assert states(talk) == []


@pytest.mark.parametrize("text", ["通" * NOTICE_MAX, "&" * NOTICE_MAX, "😀" * (NOTICE_MAX // 2)])
async def test_the_longest_notice_fits_everywhere(talk: Talk, text: str) -> None:
    boss = talk.person("boss", owner=True)
    await wants_notices(boss)
    await announced(boss, text)
    assert states(talk) == ["sent"]


async def test_with_nobody_to_send_to_there_is_nothing_to_confirm(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    shown = await drafted(boss, TEXT)
    assert "现在没有人会收到，发不了" in shown
    assert not any("确认" in label for label in boss.buttons)
    assert "现在没有人会收到，没有发" in await boss.presses_data("v1:nsend:1:3")
    assert [one["state"] for one in rows(talk, "notices")] == ["draft"]


async def test_a_changed_draft_is_not_confirmed_by_an_older_button(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    (li,) = await started(talk, "li")
    await drafted(boss, TEXT)
    before = boss.seen[-1]
    await boss.presses("改内容")
    await boss.says("乡村行改到秋天")
    await boss.presses("跳过")
    assert "内容改过了" in await boss.presses_on(before, "确认")
    assert got(li) == 0
    await boss.presses("确认")
    assert (got(li), got(li, "乡村行改到秋天")) == (0, 1)


async def test_the_list_shows_a_notice_by_its_first_words_as_they_were_written(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    shown = await drafted(boss, "看 <这里> & 那里")
    assert "「看 <这里> & 那里」" in shown
    assert "#1 看 <这里> & 那里 · 草稿" in await boss.says("/broadcast")


async def test_a_draft_is_thrown_away(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    await drafted(boss, TEXT)
    assert "草稿已丢弃，什么都没有发。" in await boss.presses("丢弃草稿")
    assert rows(talk, "notices") == []


# -- for whom ----------------------------------------------------------------------------------------------------------


async def test_an_audience_is_chosen_with_buttons_and_counted_at_each_tap(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    li, wang, mary = talk.person("li"), talk.person("wang"), talk.person("mary", client="en")
    await registered(li)
    await wants_notices(li, wang, mary)
    await drafted(boss, TEXT)
    assert "现在是 4 人" in await boss.presses("发给谁")
    await boss.presses("意向区县")
    assert "现在是 1 人" in await boss.presses("巫溪")
    assert "现在是 1 人" in await boss.presses("城口")
    assert "意向区县：城口或巫溪" in await boss.presses("选好了")
    await boss.presses("语言")
    assert "现在是 0 人" in await boss.presses("英文")
    assert "现在是 1 人" in await boss.presses("中文")
    await boss.presses("选好了")
    await boss.presses("名单")
    assert "泰安市夕阳红养老服务中心 |" in boss.last
    await boss.presses("上一步")
    await boss.presses("确认，马上发给 1 人")
    assert [got(one) for one in (li, wang, mary)] == [1, 0, 0]


# -- when --------------------------------------------------------------------------------------------------------------


async def test_a_notice_waits_for_its_hour_and_goes_then(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    (li,) = await started(talk, "li")
    await drafted(boss, TEXT)
    assert "现在是 6月1日（周一）10:00" in await boss.presses("什么时候发")
    assert "6月1日（周一）09:00 已经过了" in await boss.says("今天9点")
    assert "看不懂这个时间" in await boss.says("改天")
    assert "什么时候：6月2日（周二）09:00（还有 23 小时 0 分）" in await boss.says("明天9点")
    assert "已定好：6月2日（周二）09:00 发给 2 人，还有 23 小时 0 分。" in await boss.presses("确认，到时发给 2 人")
    await talk.move_clock(22 * HOUR)
    assert got(li) == 0
    await talk.restart()
    await talk.move_clock(23 * HOUR)
    assert got(li) == 1
    assert "送达 2" in boss.last


async def test_a_scheduled_notice_goes_back_to_a_draft_and_is_changed(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    (li,) = await started(talk, "li")
    await drafted(boss, TEXT)
    await boss.presses("什么时候发")
    await boss.presses("下周一 9:00")
    await boss.presses("确认")
    assert "草稿，还没有发" in await boss.presses("取消定时")
    await talk.move_clock(8 * DAY)
    assert got(li) == 0
    assert "已经过了，请重新定" in (await boss.says("/broadcast"), await boss.presses("#1"))[1]
    assert "定的时间已经过了" in await boss.presses("确认")
    await boss.presses("什么时候发")
    await boss.presses("确认后马上发")
    await boss.presses("确认，马上发给 2 人")
    assert got(li) == 1


async def test_whoever_lost_the_role_before_the_hour_sends_nothing(talk: Talk) -> None:
    boss, other = talk.person("boss", owner=True), talk.person("other", owner=True)
    (li,) = await started(talk, "li")
    await drafted(boss, TEXT)
    await boss.presses("什么时候发")
    await boss.presses("明天 9:00")
    await boss.presses("确认")
    talk.services.owners.discard(boss.id)
    await talk.move_clock(DAY)
    assert got(li) == 0
    assert "负责它的人已经不是工作人员" in other.last
    await other.presses("继续发")
    assert got(li) == 1


async def test_an_expired_notice_reaches_nobody_any_more(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    (li,) = await started(talk, "li")
    await drafted(boss, TEXT)
    await boss.presses("过期时间")
    assert "已经过了" in await boss.says("今天8点")
    await boss.says("明天9点")
    late = TimedOut()
    late.__cause__ = httpx.ConnectTimeout("no way")
    Scripted.refuses[li.id] = late
    await boss.presses("确认")
    await talk.move_clock(DAY)
    Scripted.refuses.clear()
    await talk.move_clock(DAY)
    assert got(li) == 0
    assert "没算在内：过期没送 1" in boss.last


# -- in English ---------------------------------------------------------------------------------------------------------


async def test_the_whole_way_in_english(english: Talk) -> None:
    boss = english.person("boss", owner=True)
    (li,) = await started(english, "li")
    shown = await drafted(boss, "The village trip is near")
    assert "2 people get it, less than a minute" in shown
    assert "On its way to 2 people." in await boss.presses("Confirm: send to 2 now")
    assert got(li, "The village trip is near") == 1
    assert "2 people · delivered 2" in boss.last
    await li.presses("Which notices")
    assert "All right, no more notices." in await li.presses("No more notices")


# -- who may -----------------------------------------------------------------------------------------------------------


async def test_a_coordinator_reaches_only_people_concerned_with_the_county(talk: Talk) -> None:
    boss, zhou, li, wang = (talk.person(name, owner=name == "boss") for name in ("boss", "zhou", "li", "wang"))
    await registered(li)
    await wants_notices(zhou, li, wang)
    talk.store.execute(
        "INSERT INTO coordinators (county, person, since, appointed_by) VALUES ('wuxi', ?, 1, ?)", (zhou.id, boss.id)
    )
    await zhou.says("/broadcast")
    assert zhou.buttons == ["✍ 写给巫溪的通知"]
    assert await zhou.presses_data("v1:nnew:chengkou") == "这是工作人员的功能。"
    assert await zhou.presses_data("v1:nnew:") == "这是工作人员的功能。"
    assert "写给关心巫溪的人" in await zhou.presses("写给巫溪的通知")
    await zhou.says(TEXT)
    await zhou.presses("跳过")
    shown = await zhou.presses("其他")
    assert "发给：和巫溪有关的人" in shown
    await zhou.presses("确认，马上发给 2 人")
    assert [got(one) for one in (zhou, li, wang, boss)] == [2, 1, 0, 0]  # the first one at the rehearsal
    await announced(boss, "市里的")
    for action in ("nd:2", "report:2", "nrun:2:stop", "nagain:2:failed", "nwho:2", "nfix:2", "nback:2", "nsend:2:3", "na:2"):
        assert await zhou.presses_data(f"v1:{action}") == "这是工作人员的功能。"


async def test_a_coordinator_learns_nothing_of_interests_in_other_counties(talk: Talk) -> None:
    boss, zhou, li, wang = (talk.person(name, owner=name == "boss") for name in ("boss", "zhou", "li", "wang"))
    await registered(li)
    await registered(wang)
    await registered(wang, OTHER_NEED)
    await zhou.says("/start")
    await wants_notices(li, wang)
    talk.store.execute("UPDATE interests SET stage = 'declined' WHERE county = 'chengkou'")
    talk.store.execute(
        "INSERT INTO coordinators (county, person, since, appointed_by) VALUES ('wuxi', ?, 1, ?)", (zhou.id, boss.id)
    )
    await zhou.says("/broadcast")
    await zhou.presses("写给巫溪的通知")
    await zhou.says(TEXT)
    await zhou.presses("跳过")
    await zhou.presses("其他")
    assert "和巫溪有关、勾选了通知的人" in await zhou.presses("发给谁")
    assert "意向区县" not in zhou.buttons
    assert "意向阶段" in zhou.buttons
    await zhou.presses_data("v1:na:1:counties:chengkou")
    await zhou.presses_data("v1:na:1:stages:declined")
    assert "现在没有人会收到" in await zhou.presses_data("v1:nd:1")
    assert "发给：和巫溪有关的人，意向阶段（未能接受）" in zhou.last
    await zhou.presses_data("v1:na:1:stages:declined")
    await zhou.presses_data("v1:na:1:stages:submitted")
    assert "2 人会收到" in await zhou.presses_data("v1:nd:1")
