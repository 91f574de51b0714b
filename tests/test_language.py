"""The language of every reply: the person's choice, else the language they write in, else their client's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from knowledge.base import KnowledgeBase
from knowledge.text import has_han
from tests.journeys import NEED, ZH, announced, registered, rows, stage, to_step, wants_notices
from tests.talk import Person, Talk

pytestmark = pytest.mark.usefixtures("calm")

OFFER = "我们是泰安的养老服务机构"
ENGLISH = "We run elderly care homes and would like to help"


def language(said: str) -> str:
    """The language of an answer."""
    return "zh" if has_han(said) else "en"


# -- before any choice -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("client", "lang"),
    [("zh", "zh"), ("zh-hans", "zh"), ("zh-TW", "zh"), ("ZH", "zh"), ("en", "en"), ("en-GB", "en"), ("de", "en"), ("", "zh")],
)
async def test_at_first_the_language_is_the_clients(talk: Talk, client: str, lang: str) -> None:
    assert language((await talk.person("li", client=client).says("/lang")).split("\n")[0]) == lang


async def test_a_client_that_does_not_tell_gets_the_language_of_the_settings(tmp_path: Path, base: KnowledgeBase) -> None:
    async with Talk(tmp_path, base, lang="en") as talk:
        assert await talk.person("li", client="").says("/lang") == "Which language?"


async def test_a_client_set_to_another_language_is_followed(talk: Talk) -> None:
    li = talk.person("li", client="zh")
    assert "您好" in await li.says("/start")
    li.client = "en"
    await li.says("/start")
    assert "Hello" in await li.says("/start")


# -- the language written in -------------------------------------------------------------------------------------------


async def test_whoever_writes_english_is_answered_in_english_from_then_on(talk: Talk) -> None:
    li = talk.person("li")
    assert "您好" in await li.says("/start")
    assert "I understand" in await li.says(ENGLISH)
    assert "Just write a sentence" in await li.says("/help")
    assert "我理解为" in await li.says(OFFER)
    assert "直接写一句话就行" in await li.says("/help")


@pytest.mark.parametrize("text", ["我們是泰安的養老服務機構", "women shi taian de yanglao jigou", "想做養老 help"])
async def test_traditional_characters_and_pinyin_are_chinese(english: Talk, text: str) -> None:
    assert "我理解为" in await english.person("li").says(text)


@pytest.mark.parametrize("text", ["😀😀", "123", "???"])
async def test_what_is_no_language_changes_none(talk: Talk, text: str) -> None:
    li = talk.person("li")
    await li.says(ENGLISH)
    assert language(await li.says(text)) == "en"


async def test_the_first_chinese_word_counts_also_in_a_command_or_a_form(english: Talk) -> None:
    li, wang = english.person("li"), english.person("wang")
    assert "巫溪县 · 国家乡村振兴重点帮扶县" in await li.says("/county 巫溪")
    await to_step(wang, "organisation")
    assert "联系人怎么称呼？" in await wang.says(ZH.organisation)


async def test_a_chinese_name_does_not_turn_an_english_conversation(english: Talk) -> None:
    li = english.person("li")
    await li.says(ENGLISH)
    await to_step(li, "organisation")
    assert "Who is the contact person?" in await li.says(ZH.organisation)
    assert "A telephone number?" in await li.says("王老师")


@pytest.mark.parametrize("text", ["more", "heritage", "Wuxi", "Wuxi, Jiangsu", "Chengkou and Wuxi"])
async def test_a_word_or_a_name_that_looks_like_pinyin_does_not_turn_an_english_conversation(english: Talk, text: str) -> None:
    li = english.person("li")
    await li.says("We run care homes")
    assert not has_han(await li.says(text))


# -- the choice --------------------------------------------------------------------------------------------------------


async def test_a_choice_beats_the_language_written_in(talk: Talk) -> None:
    li = talk.person("li")
    assert await li.says("/lang") == "用哪种语言？"
    assert li.buttons == ["中文", "English"]
    chosen = await li.presses("English")
    assert "Hello, this is Jiedui" in chosen
    assert "English from now on." in chosen
    assert "I understand" in await li.says(OFFER)
    assert await li.says("/lang zh") == "好的，以后用中文。"
    assert "我理解为" in await li.says(ENGLISH)


async def test_the_choice_is_one_tap_away_from_the_welcome_and_back(either: Talk) -> None:
    li = either.person("li")
    first = await li.says("/start")
    other = await li.presses("English" if either.client == "zh" else "中文")
    assert language(other.replace("The Test Office", "")) != language(first)
    assert first in await li.presses("中文" if either.client == "zh" else "English")


async def test_a_code_is_no_sign_of_english(talk: Talk) -> None:
    li = talk.person("li")
    await li.says("我们是泰安的养老服务机构")
    for code in ("52370900MJE123456A", "MJE123456A"):
        assert has_han(await li.says(code)), code
    assert "These places" in await li.says("We can train nurses")


async def test_a_language_that_is_typed_is_chosen_and_is_no_answer_to_a_form_left_open(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await boss.says("/start")
    await registered(li)
    await li.presses_data("v1:own:1:1:withdraw")
    await li.says("/lang")
    assert "Say in one sentence" in await li.says("English")
    assert stage(talk) == "submitted", "it was no reason to withdraw"
    assert "用一句话说说" in await li.says("中文。")


@pytest.mark.parametrize("wanted", ["de", "zh-CN", "中文", "<b>"])
async def test_a_language_there_is_not_is_asked_about(talk: Talk, wanted: str) -> None:
    li = talk.person("li")
    assert await li.says(f"/lang {wanted}") == "用哪种语言？"
    assert rows(talk, "people")[0]["lang"] is None


async def test_the_choice_outlives_a_restart_and_a_form_takes_it_up_at_once(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "contact")
    await li.says("/lang en")
    await talk.restart()
    assert "A telephone number?" in await li.says(ZH.contact)
    assert li.buttons == ["‹ Back", "Skip", "Cancel"]


# -- mail in one's own language ----------------------------------------------------------------------------------------


async def test_everybody_hears_in_their_own_language(talk: Talk) -> None:
    anna, bo = talk.person("anna", owner=True, client="en"), talk.person("bo", owner=True)
    li = talk.person("li")
    await registered(li)
    assert "New interest" in anna.last
    assert "Wuxi · Elderly care" in anna.last
    assert "新意向" in bo.last
    await anna.presses("Decline")
    await anna.presses("It does not fit what is needed there now")
    assert "原因：与当地现在的需要不合" in li.last
    assert "declined: It does not fit what is needed there now" in anna.last


async def test_a_reminder_comes_in_the_language_chosen_meanwhile(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    await boss.says("/lang en")
    await li.says("/lang en")
    await talk.move_clock(7 * 86400)
    assert "has waited 7 days. Please handle it soon." in boss.last
    assert "has waited 7 days without an answer" in li.last


async def test_a_notice_has_its_button_in_the_readers_language(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    li, wang = talk.person("li", client="en"), talk.person("wang")
    await wants_notices(li, wang)
    await announced(boss, "乡村行")
    assert (li.buttons, wang.buttons) == (["🔕 Which notices"], ["🔕 收哪些通知"])


# -- nothing left untranslated -----------------------------------------------------------------------------------------


async def look_around(li: Person) -> None:
    """Read a good part of what there is."""
    for command in ("/start", "/help", "/privacy", "/plan", "/cases", "/county", "/my", "/find", f"/start need-{NEED}", "/foo"):
        await li.says(command)
    for county in li.talk.base.counties:
        await li.says(f"/start county-{county}")
    for task in li.talk.base.tasks:
        await li.presses_data(f"v1:task:{task}")
    await to_step(li, "preview")
    await li.presses("Submit")
    await li.says("/my")
    await li.presses("#1")


async def test_english_readers_meet_no_chinese_but_in_the_titles_of_sources(english: Talk) -> None:
    boss, li = english.person("boss", owner=True), english.person("li")
    await look_around(li)
    titles = [need.evidence.source.title for need in english.base.needs.values()]
    titles += [case.source.title for case in english.base.cases] + [english.base.plan.source.title, "中文"]
    for person in (boss, li):
        for message in person.seen:
            left = message.html + "\n".join(button["label"] for row in message.keyboard for button in row)
            for title in titles:
                left = left.replace(title, "")
            assert not re.findall(r"[\u4e00-\u9fff]+", left), left
