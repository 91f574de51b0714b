"""What part a name plays in a text does not hang on which name it is."""

from __future__ import annotations

import pytest

from knowledge import loading
from knowledge.base import KnowledgeBase
from knowledge.reading.mentions import Names
from knowledge.reading.parts import AWAY, WANTED
from knowledge.understanding import Reader


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return loading.load()


@pytest.fixture(scope="module")
def reader(base: KnowledgeBase) -> Reader:
    return Reader(base)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("想去{zh}", WANTED),
        ("{zh}缺老师吗", WANTED),
        ("我们是泰安的养老机构,想去{zh}", WANTED),
        ("{zh}那边一直没回音", WANTED),
        ("we want to help {en}", WANTED),
        ("不去{zh}", AWAY),
        ("我们是泰安的养老机构,不去{zh}", AWAY),
        ("除了{zh}哪里都行", AWAY),
        ("{zh}就算了,太远", AWAY),
        ("去年在{zh}支过教,想换个地方", AWAY),
        ("anywhere but {en}", AWAY),
    ],
)
def test_every_county_is_read_alike(base: KnowledgeBase, reader: Reader, text: str, part: str) -> None:
    for county in base.counties.values():
        understood = reader.read(text.format(zh=county.name.zh, en=county.short.en))
        wanted, away = ([one.id for one in some] for some in (understood.counties, understood.refused_counties))
        assert (wanted, away) == (([county.id], []) if part == WANTED else ([], [county.id])), understood.text


def test_the_counties_of_a_list_have_one_part(reader: Reader) -> None:
    understood = reader.read("巫溪、城口和彭水都太远,不去")
    assert not understood.counties
    assert [one.id for one in understood.refused_counties] == ["wuxi", "chengkou", "pengshui"]


@pytest.mark.parametrize(
    ("text", "counties", "away"),
    [
        ("巫溪,城口,都不去,给我个近的", "", "wuxi chengkou"),
        ("梁平,忠县,垫江,哪个人口最少", "liangping zhongxian dianjiang", ""),
        ("不去巫溪,城口可以", "chengkou", "wuxi"),
        ("酉阳彭水优先,黔江不用", "youyang pengshui", "qianjiang"),
        ("石柱,丰都,忠县,这三个都去过了", "", "shizhu fengdu zhongxian"),
        ("Wuxi, Chengkou, neither please", "", "wuxi chengkou"),
    ],
)
def test_commas_part_counties_unless_something_is_said_of_all(reader: Reader, text: str, counties: str, away: str) -> None:
    understood = reader.read(text)
    assert " ".join(one.id for one in understood.counties) == counties
    assert " ".join(one.id for one in understood.refused_counties) == away


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("泰安市夕阳红养老服务中心", "service"),  # 夕阳红 alone would be a community's: a name says its kind at its end
        ("中国乡村发展基金会的支教项目", "national"),
        ("我们想培训当地的志愿者协会", ""),
        ("朋友的基金会推荐我们来的", ""),
    ],
)
def test_the_kind_is_read_from_the_end_of_ones_own_name(reader: Reader, text: str, kind: str) -> None:
    found = reader.read(text).kind
    assert (found.id if found else "") == kind


def test_a_national_body_is_quoted_from_its_first_word(reader: Reader) -> None:
    found = reader.read("我们是中国乡村发展基金会,想支教").kind
    assert found is not None
    assert found.words == "中国乡村发展基金会"


def test_a_name_within_another_has_no_surroundings(base: KnowledgeBase) -> None:
    names = base.evidence.names("想去城口")
    inner = Names(names.tokens, names.counties, [], [], [])
    scene = inner.scene()
    assert inner.of_county(scene, 0)
    assert scene.around(names.counties[0].start + 1, ()) == []


def test_what_stands_far_away_is_not_looked_at(base: KnowledgeBase) -> None:
    far = "我们有三十个志愿者。" * 5
    near, there = (base.evidence.names(text) for text in ("。。。想去城口。。。", f"{far}。。。想去城口。。。{far}"))
    one, other = ({key for key, _, _ in names.of_county(names.scene(), 0)} for names in (near, there))
    assert len(one & other) > len(one) * 0.7
