"""Consent as transcripts: what is kept, what is not, and what refusing leaves behind."""

from __future__ import annotations

import pytest

from tests.journeys import ZH, everything_stored, rows, to_step
from tests.talk import Talk

pytestmark = pytest.mark.usefixtures("calm")

OFFER = "我们是泰安的养老服务机构"


async def test_the_consents_are_given_one_by_one(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "consent")
    await li.presses("保存我填的资料")
    await li.presses("境外")
    assert [label[0] for label in li.buttons[1:4]] == ["☑", "☑", "☐"]
    assert not any("用「" in label for label in li.buttons)
    await li.presses("保存我填的资料")
    assert [label[0] for label in li.buttons[1:4]] == ["☐", "☑", "☐"]
    await li.presses("保存我填的资料")
    await li.presses("转给您登记的区县")
    assert rows(talk, "consents") == []
    assert "贵单位的名称？" in await li.presses("继续")
    assert [(row["purpose"], row["given"], row["version"]) for row in rows(talk, "consents")] == [
        ("keep", 1, 1),
        ("abroad", 1, 1),
        ("pass_on", 1, 1),
    ]


async def test_two_of_three_consents_are_not_enough(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "consent")
    await li.presses("保存我填的资料")
    await li.presses("境外")
    assert "三项都同意才能继续；不同意也可以" in await li.presses("继续")
    assert rows(talk, "consents") == []


async def test_a_text_in_place_of_the_consents_is_another_matter_and_agrees_to_nothing(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "consent")
    assert "我理解为" in await li.says("想给山里的学校捐书")
    assert rows(talk, "consents") == []
    assert "先请您同意三件事" in await li.presses("▶ 继续登记意向")


async def test_consents_can_be_typed(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "consent")
    assert "贵单位的名称" in await li.says("同意")
    assert len(rows(talk, "consents")) == 3


async def test_before_consent_only_the_person_the_language_and_the_mute_are_kept(talk: Talk) -> None:
    li = talk.person("li")
    await li.says(OFFER)
    await li.presses("1")
    await li.presses("登记意向")
    refused = await li.says("不同意")
    assert "好的，什么都没有保存。" in refused
    assert "问工作人员" in li.buttons
    stored = everything_stored(talk)
    assert set(stored) == {"people", "inbox"}
    person = stored["people"][0]
    assert set(person) == {"id", "lang", "heard", "client", "started", "unreachable", "first_seen", "last_seen"}
    assert [(row["payload"], row["result"]) for row in stored["inbox"]] == [(None, None)] * 4


async def test_the_words_of_a_person_who_has_not_agreed_are_not_even_in_the_draft(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "consent")
    await li.says("我登记的怎么样了？")
    await li.says(ZH.organisation)
    assert ZH.organisation not in str(everything_stored(talk))
    assert "我登记的" not in str(everything_stored(talk))


async def test_somebody_who_goes_back_and_refuses_takes_the_consents_back(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "contact")
    await li.presses("上一步")
    await li.presses("上一步")
    await li.presses("不同意")
    stored = everything_stored(talk)
    assert set(stored) == {"people", "inbox", "consents"}
    assert [row["given"] for row in stored["consents"]] == [1, 1, 1, 0, 0, 0]
    assert "先请您同意三件事" in await to_step(li, "consent")


async def test_where_nobody_answers_for_the_data_no_contact_is_asked(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    talk.services.collects = False
    consent = await to_step(li, "consent")
    assert "第 1 步，共 4 步" in consent
    assert "这次不收联系人和电话" in consent
    await li.presses("全部同意")
    assert "能提供什么？" in await li.says(ZH.organisation)
    await li.says(ZH.offer)
    preview = await li.presses("单独")
    assert "联系人" not in preview
    assert "电话" not in preview
    await li.presses("提交")
    assert "没有收集联系方式，请用「询问 / 留言」在对话里联系。" in await boss.presses("查看联系方式")


async def test_refusing_in_english(english: Talk) -> None:
    li = english.person("li")
    await to_step(li, "consent")
    await li.presses("Keep what I fill in")
    assert "All three are needed to go on" in await li.presses("Go on")
    assert "All right, nothing was kept." in await li.presses("I do not agree")
    assert set(everything_stored(english)) == {"people", "inbox"}
