"""County coordinators as transcripts: invited, confirmed, at work in their own counties alone, ended."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.channels.chat import plain
from bot.channels.telegram import _describe
from knowledge.clock import DAY, HOUR
from knowledge.records import invitations
from tests.journeys import NEED, OTHER_NEED, ZH, asked, everything_stored, registered, rows
from tests.talk import MONDAY, Person, Scripted, Talk
from tests.together import together

pytestmark = pytest.mark.usefixtures("calm")

OFFICE_ONLY = "这是工作人员的功能。"
UNUSABLE = "这个邀请用过了、过期了，或者已经作废。请向发给您的人再要一个。"
GIVEN = "6月1日（周一）10:00"


async def invites(boss: Person, county: str) -> str:
    """The words that somebody sends to accept an invitation for this county."""
    await boss.presses_data("v1:co:choose")
    await boss.presses(county)
    found = re.search(r"/start coordinator-\S+", await boss.presses("做一个邀请链接"))
    assert found
    return found[0]


async def appointed(talk: Talk, name: str, county: str = "巫溪") -> Person:
    """Somebody whom the city has invited and confirmed."""
    boss, person = talk.person("boss", owner=True), talk.person(name)
    await person.says(await invites(boss, county))
    await person.presses("接受")
    await boss.presses("任命")
    return person


def owed(talk: Talk) -> set[tuple[str, str, int | None]]:
    """Whose turn each interest is, and in whose hands."""
    return {(row["county"], row["turn"], row["handler"]) for row in rows(talk, "interests")}


# -- from the link to the office ---------------------------------------------------------------------------------------


async def test_somebody_is_invited_accepts_and_is_confirmed(talk: Talk) -> None:
    boss, zhou = talk.person("boss", owner=True), talk.person("周敏")
    await boss.says("/office")
    assert "还没有联络员的（37）：万州" in await boss.presses("区县联络员")
    link = await invites(boss, "巫溪")
    assert "https://t.me/jiedui_bot?start=coordinator-" in boss.last
    assert "6月4日（周四）10:00 以前有效" in boss.last
    shown = await zhou.says(link)
    assert shown.startswith("测试单位请您担任巫溪的联络员")
    assert "市里会看到您的 Telegram 名字「周敏」" in shown
    assert "周敏" not in str(everything_stored(talk))
    assert await zhou.presses("接受") == "已接受担任巫溪的联络员。市里确认是您本人后，我会在这里告诉您。"
    assert boss.last.startswith("🔔 周敏 接受了邀请，要当巫溪的联络员。是您请的人吗？")
    assert await zhou.says("/office") == OFFICE_ONLY
    assert "邀请已经确认" in await boss.presses("是，任命")
    assert zhou.last.startswith("您现在是巫溪的联络员。")
    assert "巫溪没有待办的意向和提问。" in await zhou.presses("看待办")
    assert "/office" in await zhou.says("/help")
    assert "/broadcast" in zhou.last
    assert [row["action"] for row in rows(talk, "audit")] == [
        "invitation.made", "invitation.taken", "invitation.accepted", "coordinator.appointed",
    ]  # fmt: skip
    assert "您已经是巫溪的联络员。" in await zhou.says(link)


async def test_the_account_that_is_refused_gets_nothing(talk: Talk) -> None:
    boss, eve = talk.person("boss", owner=True), talk.person("eve")
    await eve.says(await invites(boss, "巫溪"))
    await eve.presses("接受")
    assert "邀请已经拒绝" in await boss.presses("不是，拒绝")
    assert eve.last.startswith("市里没有确认您担任巫溪的联络员。")
    assert await eve.says("/office") == OFFICE_ONLY
    assert rows(talk, "coordinators") == []
    assert "eve" not in str(rows(talk, "invitations"))
    assert "已经处理过了" in await boss.presses_data("v1:co:yes:1")
    assert rows(talk, "coordinators") == []


async def test_a_link_works_once_for_72_hours_and_until_it_is_cancelled(talk: Talk) -> None:
    boss, zhou, eve = talk.person("boss", owner=True), talk.person("zhou"), talk.person("eve")
    link = await invites(boss, "巫溪")
    await eve.says(link)
    await zhou.says(link)
    await zhou.presses("接受")
    assert await eve.presses("接受") == UNUSABLE
    assert await eve.says(link) == UNUSABLE
    assert "市里确认是您本人后" in await zhou.says(link)
    late = await invites(boss, "城口")
    await talk.move_clock(invitations.VALID)
    assert await eve.says(late) == UNUSABLE
    gone = await invites(boss, "彭水")
    await boss.presses("上一步")
    await boss.presses_data("v1:co:county:pengshui")
    assert "已作废 1 个链接。" in await boss.presses("作废")
    assert await eve.says(gone) == UNUSABLE
    assert await eve.says("/start coordinator-x") == UNUSABLE
    assert await eve.presses_data("v1:cot:x") == "这一条已经不在了，可能刚更新过。请重新查找。"


async def test_no_is_an_answer_and_keeps_nothing(talk: Talk) -> None:
    boss, zhou = talk.person("boss", owner=True), talk.person("zhou")
    await zhou.says(await invites(boss, "巫溪"))
    assert await zhou.presses("不接受") == "好的，什么都没有保存。"
    assert [(row["taken_by"], row["name"]) for row in rows(talk, "invitations")] == [(None, None)]


async def test_two_confirm_at_once_and_one_of_them_appoints(talk: Talk) -> None:
    anna, bo, zhou = talk.person("anna", owner=True), talk.person("bo", owner=True), talk.person("zhou")
    await zhou.says(await invites(anna, "巫溪"))
    await zhou.presses("接受")
    for boss, label in ((anna, "任命"), (bo, "拒绝")):
        await talk.put(talk.as_(boss).people.presses(next(b for b in talk.people.keyboard() if label in b["label"])))
    await talk.settle()
    assert talk.screen.alerts == ["这一步已经处理过了。"]
    assert [row["appointed_by"] for row in rows(talk, "coordinators")] == [anna.id]
    assert "邀请已经确认" in bo.last


async def test_an_account_that_waits_is_called_to_mind(talk: Talk) -> None:
    boss, zhou = talk.person("boss", owner=True), talk.person("zhou")
    await zhou.says(await invites(boss, "巫溪"))
    await zhou.presses("接受")
    seen = len(boss.seen)
    await talk.move_clock(2 * DAY - 1)
    assert len(boss.seen) == seen
    await talk.move_clock(1)
    assert boss.last.startswith("🔔 zhou 接受了邀请")
    assert "有 1 位等您确认" in await boss.presses_data("v1:co")
    await boss.presses("❓ 确认 zhou · 巫溪")
    await boss.presses("任命")
    seen = len(boss.seen)
    await talk.move_clock(30 * DAY)
    assert len(boss.seen) == seen
    assert rows(talk, "deadlines") == []


async def test_invited_and_confirmed_in_english(english: Talk) -> None:
    boss, zhou = english.person("boss", owner=True), english.person("Zhou Min")
    await boss.says("/office")
    await boss.presses("County coordinators")
    await boss.presses("Invite")
    await boss.presses("Wuxi")
    found = re.search(r"/start coordinator-\S+", await boss.presses("Make an invitation link"))
    assert found
    assert "the city sees your Telegram name “Zhou Min”" in await zhou.says(found[0])
    await zhou.presses("Accept")
    assert "Zhou Min accepted the invitation to coordinate Wuxi." in boss.last
    await boss.presses("Yes, appoint")
    assert zhou.last.startswith("You are now a coordinator of Wuxi.")
    await boss.presses_data("v1:co")
    assert "Wuxi: Zhou Min" in boss.last
    await boss.presses("Wuxi")
    assert "The city takes over what comes in there." in await boss.presses("End Zhou Min")
    await boss.presses("End Zhou Min")
    assert "You no longer coordinate Wuxi. Thank you." in zhou.last


# -- at work -----------------------------------------------------------------------------------------------------------


async def test_new_interests_of_the_county_go_to_its_coordinator_and_the_city_sees_all(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    zhou, wei = await appointed(talk, "zhou"), await appointed(talk, "wei", "城口")
    seen = len(wei.seen)
    await registered(li)
    assert "🔔 新意向" in zhou.reads()
    assert "轮到我们" in zhou.reads()
    assert next(row["person"] for row in rows(talk, "deliveries") if row["view"] == "card") == zhou.id
    assert len(wei.seen) == seen
    assert f"巫溪待办：1 条意向，0 条提问\n#1 {ZH.organisation} → 巫溪 · 养老帮扶 · 已登记 · 轮到我们" in await zhou.says(
        "/office"
    )
    assert "城口没有待办" in await wei.says("/office")
    assert "待办：1 条意向" in await boss.says("/office")
    await zhou.presses("#1")
    await zhou.presses("受理")
    assert owed(talk) == {("wuxi", "county", zhou.id)}
    assert "王老师 13812345678" in await zhou.presses("查看联系方式")
    assert [row["role"] for row in rows(talk, "disclosures")] == ["county"]


async def test_one_person_serves_two_counties_and_a_county_has_two_coordinators(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    zhou = await appointed(talk, "zhou")
    await appointed(talk, "zhou", "城口")
    wu = await appointed(talk, "wu")
    await registered(li)
    await registered(li, OTHER_NEED)
    assert "城口、巫溪待办：2 条意向" in await zhou.says("/office")
    assert "巫溪待办：1 条意向" in await wu.says("/office")
    listed = await boss.presses_data("v1:co")
    assert "城口：zhou\n巫溪：zhou、wu\n还没有联络员的（35）" in listed
    await boss.presses("巫溪")
    await boss.presses("停任 zhou")
    await boss.presses("停任 zhou")
    assert "城口待办：1 条意向" in await zhou.says("/office")
    assert owed(talk) == {("wuxi", "county", None), ("chengkou", "county", None)}


async def test_what_nobody_has_taken_on_is_the_countys_as_soon_as_it_has_a_coordinator(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    await registered(li, OTHER_NEED)
    await asked(li, about=NEED)
    await boss.presses_data("v1:off:2:1:accept")
    zhou = await appointed(talk, "zhou")
    assert "现在有 1 条意向、1 条提问。" in zhou.last
    await appointed(talk, "zhou", "城口")
    assert owed(talk) == {("wuxi", "county", None), ("chengkou", "city", boss.id)}
    assert [row["turn"] for row in rows(talk, "questions")] == ["county"]
    assert f"{GIVEN} 改由区县办理" in li.reads(1)
    assert "轮到区县的工作人员" in li.reads(1)
    told = len(zhou.seen)
    await talk.move_clock(2 * DAY)
    assert [plain(shown.html)[:5] for shown in zhou.seen[told:]] == ["⏰ #1 ", "⏰ 第 1"]


ASIDE = {"inbox", "people", "drafts", "deliveries"}
"""Tables in which a press may leave a trace: who wrote, forms of one's own, mail to oneself."""
SECRET = (ZH.organisation, "王老师", "13812345678", "住宿怎么安排", "有热水吗")


async def everything_pressed(talk: Talk) -> set[str]:
    """A county's case and question at work at the city and in the county; returns every button that anybody had."""
    boss, li, zhou = talk.person("boss", owner=True), talk.person("li"), await appointed(talk, "zhou")
    await registered(li)
    await asked(li, about=NEED)
    await zhou.says("/office")
    await zhou.presses("#1")
    await zhou.presses("💬 1")
    await zhou.presses("转交")
    await boss.says("/office")
    await boss.presses("#1")
    await boss.presses("💬 1")
    for data in ("co", "co:choose", "co:county:wuxi", "ql:all:0"):
        await boss.presses_data(f"v1:{data}")
    await li.says("/my")
    await li.presses("#1")
    await li.presses("💬")
    shown = [message for person in (boss, li, zhou) for message in person.seen]
    return {button["data"] for message in shown for row in message.keyboard for button in row if button["data"]}


async def test_a_coordinator_of_another_county_presses_every_button_of_everybody_in_vain(talk: Talk) -> None:
    buttons = await everything_pressed(talk)
    wei = await appointed(talk, "wei", "城口")
    seen = len(wei.seen)

    def kept() -> dict[str, Any]:
        return {name: found for name, found in everything_stored(talk).items() if name not in ASIDE}

    before = kept()
    pressed = set()
    for data in sorted(buttons):
        action = data.split(":")[1]
        if action in {"form", "consent", "erase", "mute", "lang"}:  # about the person pressing alone
            continue
        pressed.add(action)
        said = await wei.presses_data(data)
        assert not [word for word in SECRET if word in said], (data, said)
        assert kept() == before, data
    assert pressed >= {"off", "tel", "case", "own", "mine", "qo", "qa", "q", "qm", "ql", "co", "office"}
    assert not [word for word in SECRET for shown in wei.seen[seen:] if word in shown.html]
    assert [
        row
        for row in rows(talk, "drafts")
        if row["person"] == wei.id and row["form"] not in {"question", "interest", "profile"}
    ] == []


@pytest.mark.parametrize("who", ["guest", "zhou"])
@pytest.mark.parametrize("data", ["", ":choose", ":county:wuxi", ":link:wuxi", ":revoke:wuxi", ":who:1", ":yes:1", ":no:1"])
async def test_only_the_city_appoints(talk: Talk, data: str, who: str) -> None:
    boss, eve = talk.person("boss", owner=True), talk.person("eve")
    if who == "zhou":
        await appointed(talk, "zhou")
    await eve.says(await invites(boss, "巫溪"))
    await eve.presses("接受")
    before = rows(talk, "invitations"), rows(talk, "coordinators")
    assert await talk.person(who).presses_data(f"v1:co{data}") == OFFICE_ONLY
    assert (rows(talk, "invitations"), rows(talk, "coordinators")) == before


# -- ended -------------------------------------------------------------------------------------------------------------


async def test_at_the_end_contacts_cards_and_questions_are_taken_back_and_the_city_goes_on(talk: Talk) -> None:
    boss, li, zhou = talk.person("boss", owner=True), talk.person("li"), await appointed(talk, "zhou")
    await registered(li)
    await asked(li, about=NEED)
    await zhou.presses_data("v1:off:1:1:accept")
    await zhou.presses("查看联系方式")
    await zhou.presses_data("v1:qo:1:1:take")
    card = zhou.card().message
    await boss.presses_data("v1:co:county:wuxi")
    assert "这里的事会改由市里办。对方看过的联系方式会收回。" in await boss.presses("停任 zhou")
    assert rows(talk, "coordinators")[0]["until"] is None
    assert "已停任 zhou。" in await boss.presses("停任 zhou")
    await talk.settle()
    last = {shown.message: plain(shown.html) for shown in zhou.seen if shown.how != "deleted"}
    gone = {shown.message for shown in zhou.seen if shown.how == "deleted"}
    left = "\n".join(text for message, text in last.items() if message not in gone)
    assert last[card] == "这件事不归您办了，这里不再显示。"
    assert not [word for word in SECRET if word in left]
    assert "您不再担任巫溪的联络员，谢谢您。" in left
    assert owed(talk) == {("wuxi", "city", None)}
    assert [(row["turn"], row["assigned"]) for row in rows(talk, "questions")] == [("city", None)]
    assert f"{GIVEN} 改由市里办理" in boss.reads()
    assert await zhou.says("/office") == OFFICE_ONLY
    assert await zhou.presses_data("v1:tel:1") == OFFICE_ONLY
    seen = len(zhou.seen)
    await boss.presses_data("v1:off:1:2:negotiate")
    assert len(zhou.seen) == seen
    assert "这一步已经处理过了" in await boss.presses_data(f"v1:co:end:wuxi:{zhou.id}:yes")
    await talk.move_clock(30 * DAY)
    assert "催办市里" in boss.reads()


async def test_somebody_who_was_ended_can_be_appointed_again(talk: Talk) -> None:
    boss, zhou = talk.person("boss", owner=True), await appointed(talk, "zhou")
    await boss.presses_data(f"v1:co:end:wuxi:{zhou.id}:yes")
    await talk.move_clock(HOUR)
    await appointed(talk, "zhou")
    assert [(row["since"], row["until"]) for row in rows(talk, "coordinators")] == [(MONDAY + HOUR, None)]
    assert "巫溪没有待办" in await zhou.says("/office")


async def test_a_coordinator_who_erases_everything_leaves_the_office(talk: Talk) -> None:
    boss, li, zhou = talk.person("boss", owner=True), talk.person("li"), await appointed(talk, "zhou")
    await registered(li)
    await zhou.presses_data("v1:off:1:1:accept")
    await zhou.says("/privacy")
    await zhou.presses("删除我的资料")
    await zhou.presses("确认删除")
    assert rows(talk, "coordinators") == []
    assert owed(talk) == {("wuxi", "city", None)}
    assert "zhou" not in str({name: found for name, found in everything_stored(talk).items() if name != "inbox"})
    assert "轮到我们" in boss.reads()


# -- the menu ----------------------------------------------------------------------------------------------------------


async def test_the_command_menu_follows_the_role(talk: Talk) -> None:
    boss, zhou = talk.person("boss", owner=True), talk.person("zhou")
    link = await invites(boss, "巫溪")
    await zhou.says(link)
    await zhou.presses("接受")
    Scripted.calls.clear()
    await boss.presses("任命")
    given = [parameters for name, parameters in Scripted.calls if name == "setMyCommands"]
    assert [call["scope"]["chat_id"] for call in given] == [zhou.id, zhou.id]
    names = [command["command"] for command in given[0]["commands"]]
    assert "office" in names
    assert "broadcast" in names
    Scripted.calls.clear()
    await _describe(talk.chat.app, talk.services)
    assert [call["scope"].get("chat_id") for name, call in Scripted.calls if name == "setMyCommands"] == [
        None, None, boss.id, boss.id, zhou.id, zhou.id,
    ]  # fmt: skip
    Scripted.calls.clear()
    await boss.presses_data(f"v1:co:end:wuxi:{zhou.id}:yes")
    assert [call["scope"]["chat_id"] for name, call in Scripted.calls if name == "deleteMyCommands"] == [zhou.id, zhou.id]


async def test_an_appointment_holds_even_where_the_menu_cannot_be_set(talk: Talk) -> None:
    boss, zhou = talk.person("boss", owner=True), talk.person("zhou")
    await zhou.says(await invites(boss, "巫溪"))
    await zhou.presses("接受")
    Scripted.script["setMyCommands"] = [(400, {"ok": False, "error_code": 400, "description": "Bad Request: no"})]
    assert "邀请已经确认" in await boss.presses("任命")
    assert zhou.last.startswith("您现在是巫溪的联络员。")


async def test_an_administrator_who_was_coordinator_too_goes_on_with_the_cards(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await boss.says(await invites(boss, "巫溪"))
    await boss.presses("接受")
    await boss.presses("任命")
    await registered(li)
    await boss.presses_data(f"v1:co:end:wuxi:{boss.id}:yes")
    assert "轮到我们" in boss.reads()


async def test_a_partner_of_a_group_who_was_coordinator_too_goes_on_as_a_partner(talk: Talk) -> None:
    boss, _, wang = await together(talk)
    await wang.says(await invites(boss, "巫溪"))
    await wang.presses("接受")
    await boss.presses("任命")
    await boss.presses_data(f"v1:co:end:wuxi:{wang.id}:yes")
    assert "由牵头单位办理，您看得到每一步" in wang.reads(1)
    assert "受理" not in wang.reads(1)
