"""OrganisationNames of organisations: which two may mean the same one."""

from __future__ import annotations

import pytest

from knowledge.base import KnowledgeBase
from knowledge.organisation_names import OrganisationNames

SAME, LIKE, NOT = "same_name", "like_name", ""

PAIRS = [
    ("泰安市夕阳红养老服务中心", "泰安市夕阳红养老服务中心", SAME),
    ("泰安市夕阳红养老服务中心", "泰安夕阳红养老服务中心", SAME),
    ("山东省泰安市夕阳红养老服务中心", "泰安市夕阳红养老服务中心", SAME),
    ("泰安市夕陽紅養老服務中心", "泰安市夕阳红养老服务中心", SAME),
    ("泰安市夕阳红志愿服务队", "泰安市夕阳红志愿队", SAME),
    ("重庆市石柱土家族自治县阳光助学促进会", "石柱阳光助学促进会", SAME),
    ("Sunset Care Foundation", "sunset care foundation", SAME),
    ("泰安市夕阳红养老服务中心", "夕阳红养老服务中心", LIKE),
    ("泰安市夕阳红养老服务中心", "泰安市夕阳虹养老服务中心", LIKE),
    ("泰安市夕阳红养老服务中心", "泰安夕阳红", LIKE),
    ("泰安市岱岳爱心助学志愿者协会", "泰安市岱岳爱心助学志愿服务队", SAME),
    ("泰安市爱心妈妈关爱留守儿童服务中心", "泰安市爱心妈妈关爱留守孩童服务中心", LIKE),
    ("泰安市蓝天应急救援志愿队", "泰安市蓝天应急救助志愿队", NOT),
    ("Sunset Care Foundation", "Sunset Cares Foundation", LIKE),
    ("泰安市夕阳红养老服务中心", "烟台市夕阳红养老服务中心", NOT),
    ("城口县夕阳红养老服务中心", "巫溪县夕阳红养老服务中心", NOT),
    ("泰安市夕阳红养老服务中心", "泰安市夕阳红基金会", NOT),
    ("泰安市茶叶商会", "泰安市茶叶协会", NOT),
    ("泰安市慈善总会", "慈善总会", NOT),
    ("泰安市养老服务中心", "养老服务中心", NOT),
    ("泰安市志愿服务联合会", "济南市志愿服务联合会", NOT),
    ("中华慈善总会", "重庆市慈善总会", NOT),
    ("泰安市第一助学服务中心", "泰安市第二助学服务中心", NOT),
    ("城东老年关爱服务中心", "城西老年关爱服务中心", NOT),
    ("晨光养老服务中心", "晨星养老服务中心", NOT),
    ("阳光助学服务中心", "阳光助老服务中心", NOT),
    ("", "泰安市夕阳红养老服务中心", NOT),
    ("Sunset Care Foundation", "Sunrise Water Foundation", NOT),
]


@pytest.fixture(scope="module")
def names(base: KnowledgeBase) -> OrganisationNames:
    return base.names


@pytest.mark.parametrize(("one", "other", "likeness"), PAIRS)
def test_two_names_are_compared_without_place_and_form(names: OrganisationNames, one: str, other: str, likeness: str) -> None:
    assert names.alike(one, other) == names.alike(other, one) == likeness, (names.parts(one), names.parts(other))


@pytest.mark.parametrize(
    ("name", "place", "core", "form"),
    [
        ("泰安市夕阳红养老服务中心", ("山东", "泰安"), "夕阳红养老", "centre"),
        ("重庆市渝北区爱心志愿者协会", ("重庆", "渝北"), "爱心", "team"),
        ("朝阳助学基金会", (), "朝阳助学", "foundation"),
        ("北京市朝阳区助学基金会", ("北京",), "助学", "foundation"),
        ("中国青少年发展基金会", ("",), "青少年发展", "foundation"),
        ("泰安", (), "泰安", ""),
    ],
)
def test_a_name_is_taken_apart(names: OrganisationNames, name: str, place: tuple[str, ...], core: str, form: str) -> None:
    parts = names.parts(name)
    assert (parts.place, parts.core, parts.form) == (place, core, form)


def test_any_text_has_parts(names: OrganisationNames) -> None:
    for text in ("", " ", "县", "市市市", "中国", "泰安市", "协会", "a", "省" * 60, "🙂", "\u202e"):
        assert names.alike(text, "泰安市夕阳红养老服务中心") == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我们是泰安市岱岳区阳光养老服务中心，想找地方做失能老人助浴", "泰安市岱岳区阳光养老服务中心"),
        ("您好，我是临沂市沂蒙公益基金会的小张", ""),
        ("您好！我们是临沂市沂蒙公益基金会。想资助困难学生", "临沂市沂蒙公益基金会"),
        ("我们单位叫青岛海诚志愿服务队有三十个人", "青岛海诚志愿服务队"),
        ("我们是泰安市慈善总会", "泰安市慈善总会"),
        ("单位名称：夕阳红养老服务中心 联系人：王芳", "夕阳红养老服务中心"),
        ("我们是中国乡村发展基金会，想做教育", "中国乡村发展基金会"),
        ("我们是泰安的养老服务机构", ""),
        ("我们是济南一家养老服务中心，可以派10名护理员", ""),
        ("我们是养老服务中心", ""),
        ("我们是行业协会，会员有八十家", ""),
        ("我们是上海商会", ""),
        ("我们是青岛的律师事务所党支部", ""),
        ("想给山里的学校捐书", ""),
        ("We run care homes in Tai'an", ""),
        ("", ""),
    ],
)
def test_a_name_is_known_in_what_somebody_says(base: KnowledgeBase, text: str, name: str) -> None:
    assert base.names.said_in(text) == name
