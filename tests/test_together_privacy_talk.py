"""What partners of a group read of one another, as transcripts: a telephone number is a contact wherever it was written."""

from __future__ import annotations

import json

import pytest

from handlers.cards import without_numbers
from knowledge.records import export
from tests.talk import Talk
from tests.together import CHARITY, FOUNDATION, offers, together

pytestmark = pytest.mark.usefixtures("calm")


async def test_a_number_in_an_offer_is_left_out_on_the_cards_of_partners(talk: Talk) -> None:
    boss, li, wang = talk.person("boss", owner=True), talk.person("li"), talk.person("wang")
    await offers(li, (CHARITY[0], "派六名护理员上门助浴，电话 138-1234-5678", *CHARITY[2:]))
    await offers(wang, (FOUNDATION[0], "捐二十万，找赵 13900001111", *FOUNDATION[2:]))
    await li.presses_data("v1:gask:1:2")
    await wang.presses("✅ 同意")
    assert "派六名护理员上门助浴，电话 …" in wang.reads(1)
    assert "春晖基金会：捐二十万，找赵 …" in li.reads(1)
    assert "138-1234-5678" in li.reads(1)
    for number in ("138-1234-5678", "13900001111"):
        assert number in boss.reads(1)


async def test_a_number_told_to_the_office_is_not_told_to_partners(talk: Talk) -> None:
    boss, li, wang = await together(talk)
    await li.presses_data("v1:own:1:1:answer")
    await li.says("请打 13812345678")
    assert "登记方回复：请打 …" in wang.reads(1)
    assert "13812345678" in boss.reads(1)
    await li.presses_data("v1:gmove:1:2:hand_over:2")
    await wang.presses("接手牵头")
    assert "13812345678" not in wang.reads(1)
    assert "泰安夕阳红养老服务中心：派六名护理员上门助浴" in wang.reads(1)
    assert "13812345678" not in json.dumps(export.of_person(talk.store, wang.id), ensure_ascii=False)


async def test_the_reason_of_a_withdrawal_gives_no_number_away(talk: Talk) -> None:
    _, li, wang = await together(talk)
    await li.presses_data("v1:own:1:1:withdraw")
    await li.says("有事请打 13812345678")
    assert "撤回了「巫溪 · 养老帮扶」：有事请打 …" in wang.last


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("电话 138-1234-5678", "电话 …"),
        ("+86 138 1234 5678 王", "… 王"),
        ("(023) 5152 0000", "(…"),
        ("2026-06-01 到 2026/10/1，200000 元", "2026-06-01 到 2026/10/1，200000 元"),
        ("2026.6.1 起，2026-13812345678", "2026.6.1 起，…"),
    ],
)
def test_what_may_be_a_number(said: str, read: str) -> None:
    assert without_numbers(said) == read


async def test_who_erases_oneself_reads_that_the_group_goes_on_without(talk: Talk) -> None:
    _, li, wang = await together(talk)
    await li.says("/privacy")
    page = await li.presses("删除我的资料")
    assert "您牵头的 1 条组团由其他成员接着办" in page
    assert "会撤回" not in page
    await li.presses("确认删除")
    assert "牵头" in wang.reads(1)
