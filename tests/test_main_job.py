"""The main job end to end, as transcripts through the real application."""

from __future__ import annotations

from pathlib import Path

from knowledge.base import KnowledgeBase
from tests.journeys import drafted, wants_notices
from tests.talk import Person, Talk


async def register(person: Person, text: str = "我们是泰安的养老服务机构") -> str:
    """From free text to a registered interest; returns the confirmation."""
    await person.says(text)
    await person.presses("1")
    await person.presses("登记意向")
    await person.presses("全部同意")
    await person.says("泰安市夕阳红养老服务中心")
    await person.says("王老师")
    await person.says("138 1234 5678")
    await person.presses("用「")
    await person.presses("单独")
    return await person.presses("提交")


async def test_a_sentence_leads_to_the_partner_county_first(talk: Talk) -> None:
    li = talk.person("li")
    listed = await li.says("我们是泰安的养老服务机构")
    assert "我理解为" in listed
    assert "1. 巫溪 · 养老帮扶 — 对口泰安 · 国家重点帮扶县" in listed
    card = await li.presses("1")
    assert "巫溪县 · 养老帮扶" in card
    assert "对口泰安 · 国家重点帮扶县 · 属于乡村治理品牌 · 还没有组织报名" in card
    assert "来源写明的短板" in card
    assert "（2022年）" in card
    assert "这里与泰安结对" in await li.presses("理由、条款、先例")


async def test_the_same_in_english(tmp_path: Path, base: KnowledgeBase) -> None:
    async with Talk(tmp_path, base, client="en") as talk:
        li = talk.person("li")
        listed = await li.says("We are an elderly care agency from Tai'an")
        assert "1. Wuxi · Elderly care — partner of Tai'an · national key county" in listed
        card = await li.presses("1")
        assert "partner of Tai'an · national key county" in card
        assert "this county is paired with Tai'an" in await li.presses("Reasons, clause, precedent")


async def test_an_interest_is_registered_and_the_office_is_told(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    confirmed = await register(li)
    assert "已登记，编号 1" in confirmed
    assert "6月3日（周三）10:00 催他们" in confirmed
    assert "新意向" in boss.last
    assert "泰安市夕阳红养老服务中心 → 巫溪 · 养老帮扶" in boss.last
    assert "13812345678" not in boss.last
    assert "王老师 13812345678" in await boss.presses("查看联系方式")


async def test_the_office_accepts_and_the_asker_hears_it(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await register(li)
    assert "已受理" in await boss.presses("受理")
    assert "已被受理" in li.last
    assert "工作人员受理" in li.reads()
    assert li.seen[-1].reply_to == li.card().message


async def test_the_office_asks_and_the_asker_answers(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await register(li)
    await boss.presses("询问")
    await boss.says("你们有几位护理员？")
    assert "工作人员说：你们有几位护理员？" in li.last
    assert "轮到您" in li.reads()
    await li.presses("回复")
    await li.says("六位，都有证。")
    assert "对方回复：六位，都有证。" in boss.last


async def test_the_office_declines_with_a_reason_and_the_asker_sees_other_counties(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await register(li)
    await boss.presses("婉拒")
    await boss.presses("今年安排不下")
    assert "没能接受。原因：今年安排不下" in li.last
    assert "1. 城口" in li.last
    assert "3. " in li.last
    assert "城口县 · 养老帮扶" in await li.presses("1")
    others = await li.presses("看看别的区县")
    assert "1. 城口" in others
    assert "巫溪" not in others


async def test_a_notice_reaches_everybody_once(talk: Talk) -> None:
    boss, li, wang = talk.person("boss", owner=True), talk.person("li"), talk.person("wang")
    await wants_notices(li, wang)
    assert "3 人会收到" in await drafted(boss, "今年乡村行 <即将> 公布")
    await boss.presses("确认")
    assert li.last == "📣 今年乡村行 <即将> 公布"
    assert wang.last == li.last
    assert "送达 3" in boss.last
    assert len([s for s in li.seen if "乡村行 &lt;即将&gt;" in s.html]) == 1
