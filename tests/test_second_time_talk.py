"""Registering once more, as transcripts: what need not be said again."""

from __future__ import annotations

import pytest

from tests.journeys import NEED, ZH, registered, rows
from tests.talk import Talk

pytestmark = pytest.mark.usefixtures("calm")

OFFER = "我们是泰安的养老服务机构"


async def test_a_newcomer_needs_at_most_twelve_messages_and_taps(talk: Talk) -> None:
    li, steps, said = talk.person("li"), 0, ""
    for does in (
        li.says(OFFER), li.presses("1"), li.presses("登记意向"), li.says(ZH.organisation), li.says(ZH.contact),
        li.says(ZH.phone), li.presses("用「"), li.presses("单独"), li.presses("提交"),
    ):  # fmt: skip
        if steps == 3:
            await li.presses("全部同意")  # the consent is not counted
        said, steps = await does, steps + 1
    assert "已登记" in said
    assert steps <= 12


async def test_somebody_known_needs_at_most_six_messages_and_taps(talk: Talk) -> None:
    li, steps, said = talk.person("li"), 0, ""
    await registered(li)
    for does in (
        li.says(OFFER), li.presses("2"), li.presses("登记意向"), li.presses("用「"), li.presses("单独"), li.presses("提交"),
    ):  # fmt: skip
        said, steps = await does, steps + 1
    assert "已登记，编号 2" in said
    assert steps <= 6


async def test_the_second_time_the_answers_of_the_first_are_filled_in(talk: Talk) -> None:
    li = talk.person("li")
    await registered(li)
    await li.says(OFFER)
    await li.presses("2")
    asked = await li.presses("登记意向")
    assert "单位、联系人和电话用您上次填的，核对时可以改。" in asked
    assert f"用「{OFFER}」" in li.buttons
    await li.presses("用「")
    preview = await li.presses("单独")
    for part in (ZH.organisation, ZH.contact, "13812345678", f"内容：{OFFER}"):
        assert part in preview
    await li.presses("改电话")
    await li.says("023-12345678")
    await li.presses("提交")
    assert [(row["name"], row["phone"]) for row in rows(talk, "members")] == [(ZH.contact, "02312345678")]


async def test_the_same_interest_again_is_told_at_once(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    await li.says(f"/start need-{NEED}")
    told = await li.presses("登记意向")
    assert f"您之前已经登记过：编号 1，{ZH.organisation} → 巫溪 · 养老帮扶，现在是「已登记」。" in told
    assert li.buttons == ["查看这条意向", "换一个单位登记"]
    assert len(boss.seen) == 1


async def test_the_same_interest_can_be_registered_for_another_organisation(talk: Talk) -> None:
    li = talk.person("li")
    await registered(li)
    await li.says(f"/start need-{NEED}")
    await li.presses("登记意向")
    assert "贵单位的名称？" in await li.presses("换一个单位登记")
    for answer in ("泰山义工联盟", "赵主任", "跳过", ZH.offer):
        await li.says(answer)
    await li.presses("单独")
    assert "已登记，编号 2：泰山义工联盟" in await li.presses("提交")


async def test_the_same_organisation_after_all_changes_nothing(talk: Talk) -> None:
    li = talk.person("li")
    await registered(li)
    await li.says(f"/start need-{NEED}")
    await li.presses("登记意向")
    await li.presses("换一个单位登记")
    for answer in (ZH.organisation, "赵主任", "跳过", ZH.offer):
        await li.says(answer)
    await li.presses("单独")
    assert "您之前已经登记过：编号 1" in await li.presses("提交")
    assert len(rows(talk, "interests")) == 1
