"""Wishes in buttons: what matters for ranking goes in and comes out, in few ASCII characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from handlers.wishes import LETTERS, LONGEST, MAX_COUNTIES, MAX_FIELDS, from_understanding, pack, unpack
from knowledge.matching import Wish, recommend
from knowledge.understanding import Reader
from tests.rankings import BASE, NOW

FIELDS, COUNTIES = st.sampled_from(list(BASE.fields)), st.sampled_from(list(BASE.counties))


def test_the_short_forms_name_one_thing_each() -> None:
    assert len({field[:2] for field in BASE.fields}) == len(BASE.fields)
    assert len({kind[:2] for kind in BASE.kinds}) == len(BASE.kinds)
    assert len({county.code[-3:] for county in BASE.counties.values()}) == len(BASE.counties)
    assert len(BASE.eastern) <= len(LETTERS)


EXAMPLES = [
    (Wish(), ""),
    (Wish(fields=("elderly",)), "el"),
    (Wish(fields=("elderly", "health"), kind="charity"), "elhe.ch"),
    (Wish(kind="volunteer"), ".vo"),
    (Wish(province="山东", city="泰安"), "..238"),
    (Wish(province="北京"), "..a"),
    (Wish(province="山东"), "..i"),
    (Wish(counties=("wuxi", "chengkou")), "...238229"),
    (Wish(refused_counties=("wuxi",)), "...-238"),
    (Wish(refused_fields=("education", "health")), "-edhe"),
    (
        Wish(("industry",), ("youyang",), ("culture",), ("wuxi",), "山东", "日照", "association"),
        "in-cu.as.114.242-238",
    ),
]


@pytest.mark.parametrize(("wish", "packed"), EXAMPLES)
def test_a_wish_goes_in_and_comes_out(wish: Wish, packed: str) -> None:
    assert pack(BASE, wish) == packed
    assert unpack(BASE, packed) == wish


@st.composite
def wishes(draw: st.DrawFn, fields: int = MAX_FIELDS, counties: int = MAX_COUNTIES) -> Wish:
    """A wish with so many fields and counties, wanted and refused together."""
    named, places = (
        draw(st.lists(FIELDS, max_size=fields, unique=True)),
        draw(st.lists(COUNTIES, max_size=counties, unique=True)),
    )
    cut, edge = draw(st.integers(0, fields)), draw(st.integers(0, counties))
    origins = [("", ""), *((one, "") for one in BASE.eastern), *(("山东", city) for city in BASE.partners)]
    province, city = draw(st.sampled_from(origins))
    kind = draw(st.sampled_from(["", *BASE.kinds]))
    return Wish(
        tuple(named[:cut]),
        tuple(places[:edge]),
        tuple(named[cut:]),
        tuple(places[edge:]),
        province=province,
        city=city,
        kind=kind,
    )


@given(wishes())
def test_any_wish_within_the_limits_comes_back_whole(wish: Wish) -> None:
    packed = pack(BASE, wish)
    assert unpack(BASE, packed) == wish
    assert packed.isascii()
    assert ":" not in packed
    assert len(packed) <= LONGEST


@given(wishes(fields=14, counties=38))
def test_of_too_long_a_wish_the_first_wanted_parts_are_kept(wish: Wish) -> None:
    packed = pack(BASE, wish)
    assert len(packed) <= LONGEST
    kept = unpack(BASE, packed)
    assert kept.fields == wish.fields[:MAX_FIELDS]
    assert kept.counties == wish.counties[:MAX_COUNTIES]
    assert kept.refused_fields == wish.refused_fields[: MAX_FIELDS - len(kept.fields)]
    assert kept.refused_counties == wish.refused_counties[: MAX_COUNTIES - len(kept.counties)]
    assert pack(BASE, kept) == packed


@given(wishes())
def test_the_next_page_is_a_page_of_the_same_list(wish: Wish) -> None:
    assert recommend(BASE, unpack(BASE, pack(BASE, wish)), NOW) == recommend(BASE, wish, NOW)


@given(st.one_of(st.text(max_size=64), st.text("inelhe.-0123456789.tabz", max_size=64)))
def test_whatever_a_button_carries_a_wish_of_known_things_comes_out(packed: str) -> None:
    wish = unpack(BASE, packed)
    assert set(wish.fields + wish.refused_fields) <= set(BASE.fields)
    assert set(wish.counties + wish.refused_counties) <= set(BASE.counties)
    assert wish.province in {"", *BASE.eastern}
    assert wish.city in {"", *BASE.partners}
    assert wish.kind in {"", *BASE.kinds}
    recommend(BASE, wish, NOW)


@pytest.mark.parametrize("packed", ["zz.zz.z9.999", "el.charity", "....", "...238-", "el-", "e", "ELHE", "..2388", "...-"])
def test_parts_that_mean_nothing_any_more_are_passed_over(packed: str) -> None:
    wish = unpack(BASE, packed)
    assert replace(wish, fields=(), counties=()) == Wish()
    assert set(wish.fields) <= {"elderly"}
    assert set(wish.counties) <= {"wuxi"}


@pytest.mark.parametrize(
    ("province", "city"), [("四川", ""), ("四川", "成都"), ("重庆", ""), ("福建", "厦门"), ("山东", "青岛")]
)
def test_an_origin_that_does_not_matter_for_ranking_is_left_out_and_the_rest_is_shortened(province: str, city: str) -> None:
    wish = Wish(province=province, city=city)
    back = unpack(BASE, pack(BASE, wish))
    assert back == Wish(province=province if province in BASE.eastern else "")
    assert recommend(BASE, back, NOW) == recommend(BASE, wish, NOW)


@pytest.mark.parametrize(
    ("text", "packed"),
    [
        ("我们是泰安的养老服务机构", "el.se.238"),
        ("不做教育,只做医疗,不去巫山", "he-ed...-237"),
    ],
)
def test_what_was_understood_becomes_a_wish(text: str, packed: str) -> None:
    reader = Reader(BASE)
    assert pack(BASE, from_understanding(reader.read(text))) == packed
