"""Every county is heard in the many ways in which its name is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from knowledge import loading
from knowledge.base import County, KnowledgeBase
from knowledge.reading.characters import sounds
from knowledge.understanding import Reader


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return loading.load()


@pytest.fixture(scope="module")
def reader(base: KnowledgeBase) -> Reader:
    return Reader(base)


def _spoken(county: County) -> list[str]:
    return [sounds()[char] for char in county.short.zh]


FORMS: dict[str, Callable[[County], str]] = {
    "a blank within": lambda county: " ".join(county.short.zh).join(("想去", "支教")),
    "a dot within": lambda county: "·".join(county.short.zh).join(("想去", "支教")),
    "a hash before": lambda county: f"#{county.short.zh}# 修路",
    "brackets around": lambda county: f"想帮「{county.short.zh}」卖橙子",
    "the city before": lambda county: f"我们想去重庆{county.short.zh}支教",
    "all of it": lambda county: f"想跟重庆市{county.name.zh}结对",
    "pinyin among characters": lambda county: f"想去{''.join(_spoken(county))}支教",
    "capitals among characters": lambda county: f"想去{' '.join(_spoken(county)).upper()}支教",
    "English among characters": lambda county: f"我们商会愿意帮 {county.short.en} 卖橙子",
    "English": lambda county: f"{county.short.en}: wheelchairs, 30",
    "English in capitals": lambda county: f"Register us for {county.short.en.upper()} please",
    "English with its unit": lambda county: f"any schools in {county.name.en} that need books?",
    "syllables": lambda county: f"we want to help {' '.join(_spoken(county)).title()}",
    "syllables with hyphens": lambda county: f"we want to help {'-'.join(_spoken(county)).title()}",
    "pinyin": lambda county: f"xiang qu {' '.join(_spoken(county))} zhijiao",
    "pinyin in words": lambda county: f"women yuanyi bang {''.join(_spoken(county))} xiu lu",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_county_is_heard_in(base: KnowledgeBase, reader: Reader, form: str) -> None:
    for county in base.counties.values():
        text = FORMS[form](county)
        assert [one.id for one in reader.read(text).counties] == [county.id], text


@pytest.mark.parametrize(
    ("word", "county"),
    [
        *(("Fendu", "fengdu"), ("Shizu", "shizhu"), ("Chenngkou", "chengkou"), ("Pengsuhi", "pengshui"), ("Wulogn", "wulong")),
        *(("filing", ""), ("banana", ""), ("Wolong", ""), ("Wuling", ""), ("Zhang", ""), ("Wenzhou", ""), ("Wuhan", "")),
    ],
)
def test_slips_in_english(reader: Reader, word: str, county: str) -> None:
    found = [one.id for one in reader.read(f"we can send teachers to {word} in spring").counties]
    assert found == ([county] if county else [])


@pytest.mark.parametrize("text", ["力量大 足够帮一个村", "心意到县城 口子上", "江 北京都去过", "women jiao zhong cha"])
def test_a_gap_makes_no_county_of_other_words(reader: Reader, text: str) -> None:
    assert reader.read(text).counties == ()
