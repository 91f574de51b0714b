"""/privacy as transcripts: consents that are given and taken back, and the file with everything."""

from __future__ import annotations

import json

import pytest

from tests.contacts import PHONE, sees_contact, shown_to, visible
from tests.journeys import NEED, OTHER_NEED, ZH, asked, registered, rows, stage, to_step
from tests.talk import Talk
from tests.test_landing_talk import as_far_as, with_photo

pytestmark = pytest.mark.usefixtures("calm")

# -- consents ----------------------------------------------------------------------------------------------------------


async def test_a_consent_is_taken_back_with_one_tap_and_the_contact_with_it(talk: Talk) -> None:
    boss, li = await shown_to(talk)
    await li.says("/privacy")
    await li.presses("我的同意")
    assert [label[0] for label in li.buttons[:3]] == ["☑", "☑", "☑"]
    assert "已显示的正在收回" in await li.presses("转给您登记的区县")
    assert [label[0] for label in li.buttons[:3]] == ["☑", "☑", "☐"]
    assert not sees_contact(boss)
    assert "没有同意" in await boss.presses_data("v1:tel:1")
    assert not sees_contact(boss)
    assert "先请您同意三件事" in await to_step(li, "consent", OTHER_NEED)


async def test_without_the_consent_to_keep_the_contact_is_forgotten(talk: Talk) -> None:
    boss, li = await shown_to(talk)
    await to_step(li, "offer", OTHER_NEED)
    await li.presses_data("v1:consent:keep:0")
    assert not sees_contact(boss)
    assert [(row["name"], row["phone"]) for row in rows(talk, "members")] == [("", None)]
    assert rows(talk, "drafts") == []
    assert stage(talk) == "submitted"
    assert "没有收集联系方式" in await boss.presses_data("v1:tel:1")


async def test_saying_no_to_the_consents_later_forgets_the_contact_too(talk: Talk) -> None:
    boss, li = await shown_to(talk)
    await li.presses_data("v1:consent:abroad:0")
    await to_step(li, "consent", OTHER_NEED)
    await li.presses("不同意")
    assert not sees_contact(boss)
    assert [(row["name"], row["phone"]) for row in rows(talk, "members")] == [("", None)]


async def test_a_photo_can_be_taken_down_after_the_end_too(talk: Talk) -> None:
    boss, li = await as_far_as(talk, "已落地")
    await with_photo(li)
    await boss.presses_data("v1:photo:1")
    await boss.presses_data(f"v1:off:1:{rows(talk, 'interests')[0]['version']}:decline")
    await boss.presses("联系不上")
    assert "照片已撤下" in await li.presses_data("v1:photo:1:remove")
    assert "看照片" not in li.reads()
    assert not any("的照片" in text for text in visible(boss))


async def test_a_consent_can_be_given_before_it_is_asked_for(talk: Talk) -> None:
    li = talk.person("li")
    await li.says("/privacy")
    await li.presses("我的同意")
    for what in ("保存我填的", "境外", "转给"):
        await li.presses(what)
    await li.says(f"/start need-{NEED}")
    assert "贵单位的名称？" in await li.presses("登记意向")


async def test_forged_consents_change_nothing(talk: Talk) -> None:
    li = talk.person("li")
    for arguments in ("notices:1", "keep:2", "keep", "x:0", "keep:0"):
        await li.presses_data(f"v1:consent:{arguments}")
    assert rows(talk, "consents") == []


# -- the file ----------------------------------------------------------------------------------------------------------


async def test_the_file_holds_what_is_kept_of_the_person_and_nothing_of_others(talk: Talk) -> None:
    boss, li = await shown_to(talk)
    await boss.presses_data("v1:off:1:1:accept")
    wang = talk.person("wang")
    await to_step(wang, "organisation", OTHER_NEED)
    await wang.says("城口爱心协会")
    await wang.says("吴会长")
    await asked(li)
    await li.says("/privacy")
    said = await li.presses("导出")
    assert "您的全部资料都在这个文件里。" in said
    assert "📎 jiedui.json (" in said
    data = json.loads(said[said.index("{") :])
    assert set(data) == {
        "person", "consents", "organisations", "interests", "events", "questions", "shown_to", "messages",
    }  # fmt: skip
    assert data["person"]["id"] == li.id
    assert data["organisations"][0]["contact"] == "王老师"
    assert data["organisations"][0]["phone"] == PHONE
    assert data["interests"][0]["offer"] == ZH.offer
    assert data["questions"][0]["text"] == "住宿怎么安排？"
    assert data["shown_to"] == [{"at": "2026-06-01T10:00:00+08:00", "role": "city", "interest": 1}]
    for other in (str(boss.id), str(wang.id), "吴会长", "城口爱心协会", OTHER_NEED):
        assert other not in said


async def test_the_file_of_a_stranger_holds_the_person_alone(talk: Talk) -> None:
    await shown_to(talk)
    guest = talk.person("guest")
    await guest.says("/start")
    said = await guest.presses_data("v1:export")
    assert set(json.loads(said[said.index("{") :])) == {"person"}


async def test_the_office_reads_in_its_file_what_it_looked_at(talk: Talk) -> None:
    boss, li = await shown_to(talk)
    said = await boss.presses_data("v1:export")
    data = json.loads(said[said.index("{") :])
    assert data["looked_at"] == [{"at": "2026-06-01T10:00:00+08:00", "role": "city", "interest": 1}]
    assert [action["action"] for action in data["actions"]] == ["contact.shown"]
    for other in (str(li.id), PHONE, "王老师", "上门助浴"):
        assert other not in said


async def test_the_pages_in_english(english: Talk) -> None:
    li = english.person("li")
    await registered(li)
    assert "organisations 1, interests 1" in await li.says("/privacy")
    assert "Open interests of yours: 1." in await li.presses("Erase my data")
    assert "Everything is erased." in await li.presses("Yes, erase it")
