"""A completed case becomes a precedent, as transcripts: the city proposes, the organisation agrees, the YAML is checked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from handlers.publishing import TRANSLATE
from knowledge.base import PLAN, KnowledgeBase
from knowledge.clock import DAY
from knowledge.loading import load
from knowledge.precedents import Told, as_yaml, case
from knowledge.records import interests, people, publications
from tests.journeys import EN, ZH, registered, rows, stage, words
from tests.talk import Person, Talk

pytestmark = pytest.mark.usefixtures("calm")

ZH_WORDS = ("冬日助浴", "每月上门助浴，培训本地护理员", "签约清单", "填数字", "跳过", "保存", "不放照片")
EN_WORDS = ("Winter baths", "Baths at home every month", "Signing checklist", "Enter figures", "Skip", "Save", "No photo")


async def completed(talk: Talk, *, project: bool = True) -> tuple[Person, Person]:
    """A case that is completed, with a project and figures; some are not known."""
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    title, _, checklist, figures, skip, save, without = ZH_WORDS if words(li) is ZH else EN_WORDS
    for version, move in enumerate(("accept", "negotiate", "sign", "land"), 1):
        await boss.presses_data(f"v1:off:1:{version}:{move}")
    if project:
        await li.presses_on(li.card(), checklist)
        await li.presses(skip)
        await li.says(title)
        for _ in range(4):
            await li.presses(skip)
        await li.presses(save)
    await boss.presses_on(boss.card(), figures)
    for answer in ("300", "12k", "0", ""):
        await (boss.says(answer) if answer else boss.presses(skip))
    await boss.presses(without)
    await boss.presses(save)
    await talk.move_clock(DAY)
    await boss.presses_data("v1:off:1:5:complete:yes")
    assert stage(talk) == "completed"
    return boss, li


async def agreed(talk: Talk) -> tuple[Person, Person]:
    """The same, and the organisation has agreed to publish it."""
    boss, li = await completed(talk)
    await boss.presses_on(boss.card(), "推荐为先进典型")
    await li.presses("看看公开什么")
    await li.says("每月上门助浴，培训本地护理员")
    await li.presses("同意公开这些内容")
    return boss, li


def entry(said: str) -> str:
    """The YAML in what the terminal shows of a file."""
    return said[said.index("- id:") :]


def checked(tmp_path: Path, text: str) -> str:
    """What ``jiedui check`` says of the knowledge base with the entry at the end of its cases."""
    folder = tmp_path / "plan"
    shutil.copytree(PLAN, folder)
    with (folder / "cases.yaml").open("a", encoding="utf-8") as file:
        file.write(text)
    return CliRunner().invoke(main, ["check", str(folder)]).output


async def test_from_the_proposal_to_an_entry_that_passes_the_check(talk: Talk, tmp_path: Path, base: KnowledgeBase) -> None:
    boss, li = await completed(talk)
    assert "⭐ 推荐为先进典型" in boss.reads()
    assert "典型" not in li.reads().split("\n")[-1]
    assert "已问登记方是否同意公开" in await boss.presses_on(boss.card(), "推荐为先进典型")
    assert "市里想把「巫溪 · 养老帮扶」作为先进典型" in li.last
    assert "用一两句话说说做了什么？" in await li.presses("看看公开什么")
    assert li.buttons[0].startswith("用「六名护理员")
    shown = await li.says("每月上门助浴，培训本地护理员")
    for line in (
        "单位：泰安市夕阳红养老服务中心", "地点：巫溪县", "项目：冬日助浴", "时间：2026年",
        "做了什么：每月上门助浴，培训本地护理员", "数字：帮到300人，花费12,000元",
    ):  # fmt: skip
        assert line in shown
    assert "谢谢！已告诉市里。" in await li.presses("同意公开这些内容")
    assert "泰安市夕阳红养老服务中心 同意公开。" in boss.last
    assert "的英文名是？" in await boss.presses("典型材料")
    await boss.says("Tai'an Sunset Elderly Care Centre")
    assert "不要夹中文字" in await boss.says("Winter 助浴")
    await boss.says("Winter baths")
    await boss.says("Baths at home every month, local carers trained")
    assert "材料好了" in await boss.presses("生成材料")
    said = await boss.presses("典型材料")
    assert "📎 case-wuxi-1.yaml" in said
    text = entry(said)
    assert f"{len(base.cases) + 1} cases" in checked(tmp_path, text)
    found = load(tmp_path / "plan").cases[-1]
    assert (found.org.zh, found.org.en) == ("泰安市夕阳红养老服务中心", "Tai'an Sunset Elderly Care Centre")
    assert (found.place.zh, found.counties, found.fields) == ("巫溪县", ("wuxi",), ("elderly",))
    assert (found.project.zh, found.done.en) == ("冬日助浴", "Baths at home every month, local carers trained")
    assert (found.figures.zh, found.figures.en) == ("帮到300人，花费12,000元", "300 people helped, RMB 12,000 spent")
    assert found.beneficiaries.en == "300 people"
    assert "2026-06-02登记方同意公开" in found.source.title
    assert "王老师" not in text
    assert "138" not in text


async def test_nothing_is_published_without_a_yes(talk: Talk) -> None:
    boss, li = await completed(talk)
    await boss.presses_on(boss.card(), "推荐为先进典型")
    assert "还没有回答" in await boss.presses_on(boss.card(), "推荐为先进典型")
    interest = interests.get(talk.store, 1)
    assert interest
    assert publications.told(talk.store, interest) is None
    assert "好的，不公开。" in await li.presses("不同意公开")
    assert "不同意公开。" in boss.last
    assert "登记方不同意公开" in await boss.presses_on(boss.card(), "推荐为先进典型")
    assert "没有要您决定的" in await li.presses_data("v1:publ:1:no")
    assert len([row for row in rows(talk, "deliveries") if row["view"] == "asker.publish"]) == 1


async def test_a_yes_can_be_taken_back(talk: Talk) -> None:
    boss, li = await agreed(talk)
    assert "好的，不公开。" in await li.presses_on(li.card(), "不再同意公开")
    assert "如果已经放进知识库，请删掉" in boss.last
    assert "登记方不同意公开" in await boss.presses_data("v1:prop:1")
    assert "典型材料" not in boss.reads()


async def test_what_was_changed_after_the_yes_is_not_in_the_entry(talk: Talk) -> None:
    boss, li = await agreed(talk)
    await boss.presses_on(boss.card(), "填数字")
    await boss.presses("改帮到的人")
    await boss.says("99999")
    while "保存" not in " ".join(boss.buttons):
        await boss.presses("跳过" if "跳过" in boss.buttons else "不放照片")
    await boss.presses("保存")
    assert "帮到的人：99,999 人" in li.reads()
    await boss.presses_data("v1:prop:1")
    for text in ("Sunset", "Winter baths", "Baths at home"):
        await boss.says(text)
    await boss.presses("生成材料")
    said = await boss.presses("典型材料")
    assert "300人" in said
    assert "99,999" not in said


async def test_a_case_that_is_completed_no_longer_gives_no_entry(talk: Talk) -> None:
    boss, _ = await agreed(talk)
    version = rows(talk, "interests")[0]["version"]
    await boss.presses_data(f"v1:off:1:{version}:undo")
    assert stage(talk) == "landed"
    assert await boss.presses_data("v1:prop:1") == "完成以后才能推荐。"


async def test_a_case_without_a_project_is_not_proposed_yet(talk: Talk) -> None:
    boss, _ = await completed(talk, project=False)
    assert "「项目」还没填" in await boss.presses_on(boss.card(), "推荐为先进典型")
    assert rows(talk, "publications") == []


async def test_an_unanswered_question_is_asked_again_after_a_week(talk: Talk) -> None:
    boss, li = await completed(talk)
    await boss.presses_on(boss.card(), "推荐为先进典型")
    await talk.move_clock(8 * DAY)
    assert "已问登记方" in await boss.presses_on(boss.card(), "推荐为先进典型")
    assert sum("作为先进典型" in one.html for one in li.seen) == 2


@pytest.mark.parametrize("who", ["li", "mei", "stranger"])
async def test_only_the_city_proposes_and_only_the_organisation_agrees(talk: Talk, who: str) -> None:
    boss, li = await completed(talk)
    person = talk.person(who)
    await person.says("/start")
    if who == "mei":
        talk.store.execute(
            "INSERT INTO coordinators (county, person, since, appointed_by) VALUES ('wuxi', ?, 1, 1)", (person.id,)
        )
    assert await person.presses_data("v1:prop:1") == "这是工作人员的功能。"
    assert rows(talk, "publications") == []
    await boss.presses_on(boss.card(), "推荐为先进典型")
    for data in ("publ:1", "publ:1:no"):
        assert await boss.presses_data(f"v1:{data}") == "这不是您登记的。"
        if person.id != li.id:
            assert await person.presses_data(f"v1:{data}") == "这不是您登记的。"
    assert [row["answered"] for row in rows(talk, "publications")] == [None]


async def test_before_it_is_completed_there_is_nothing_to_propose(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    assert "完成以后才能推荐" in await boss.presses_data("v1:prop:1")
    assert "没有要您决定的" in await li.presses_data("v1:publ:1")


async def test_an_erased_organisation_is_published_no_more(talk: Talk) -> None:
    boss, li = await agreed(talk)
    await li.presses_data("v1:erase:yes")
    await talk.settle()
    assert rows(talk, "publications") == []
    assert "「项目」还没填" in await boss.presses_data("v1:prop:1")


async def test_english_words_are_put_into_chinese(english: Talk, tmp_path: Path) -> None:
    boss, li = await completed(english)
    people.choose_language(english.store, boss.id, "en")
    await boss.presses_on(boss.card(), "Propose as a precedent")
    await li.presses("See what would be published")
    await li.says("Baths at home every month")
    assert "Figures: 300 people helped, RMB 12,000 spent" in li.last
    await li.presses("I agree that this is published")
    assert f"What is “{EN.organisation}” called in Chinese?" in await boss.presses("The case as a file")
    for text in ("夕阳红养老", "冬日助浴", "每月上门助浴"):
        await boss.says(text)
    await boss.presses("Make the file")
    text = entry(await boss.presses("The case as a file"))
    assert "ok: " in checked(tmp_path, text)
    found = load(tmp_path / "plan").cases[-1]
    assert (found.org.zh, found.org.en) == ("夕阳红养老", EN.organisation)


def test_the_words_of_a_county_as_a_whole_and_without_figures_make_an_entry_too(base: KnowledgeBase, tmp_path: Path) -> None:
    said = {"org": '测试协会: "甲"', "project": "- 项目 #1", "done": "做了: 一二三\n四"}
    told = Told(7, "chengkou", None, "", said, dict.fromkeys(said, "yes"), {}, (2026, 2027), "2027-01-02")
    found = case(base, told)
    assert (found.fields, found.kinds, found.years.zh, found.figures.en) == ((), (), "2026—2027年", "No figures given")
    assert "ok: " in checked(tmp_path, as_yaml(found))
    assert load(tmp_path / "plan").cases[-1] == found


@pytest.mark.parametrize(("english", "fault"), [("", "at least 1 character"), ("Winter 助浴", "no Chinese characters")])
def test_without_real_english_there_is_no_entry(base: KnowledgeBase, english: str, fault: str) -> None:
    said = dict.fromkeys(said_words(), "冬日助浴")
    told = Told(7, "chengkou", None, "", said, {**said, "project": english}, {}, (2026, 2027), "2027-01-02")
    with pytest.raises(ValueError, match=fault):
        case(base, told)


def test_every_word_is_asked_for_in_both_directions() -> None:
    assert {step.id for step in TRANSLATE.steps} == {f"{word}_{lang}" for word in said_words() for lang in ("zh", "en")}


def said_words() -> tuple[str, ...]:
    """The words that a precedent is told in."""
    return ("org", "project", "done")
