"""What people write into a form: clean values, or the sentence that helps; never an error."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import checks
from handlers.forms import Fault

Check = Callable[[str], str | Fault]
RTL, ZERO_WIDTH, MARK = "\u202e", "\u200b", "\ufeff"


def key(answer: str | Fault) -> str:
    """The key of the sentence that helps."""
    assert isinstance(answer, Fault), answer
    return answer.key


# -- telephones --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("13812345678", "13812345678"),
        ("138 1234 5678", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("+86 138 1234 5678", "+8613812345678"),
        ("＋86 138 1234 5678", "+8613812345678"),
        ("0086 13812345678", "008613812345678"),
        ("(023) 1234 5678", "02312345678"),
        ("（023）12345678", "02312345678"),
        ("023—12345678", "02312345678"),
        ("1234567", "1234567"),
        ("12345678", "12345678"),
        ("12345", None),
        ("电话：13812345678", "13812345678"),
        ("手机号：138 1234 5678", "13812345678"),
        ("我的联系电话是13812345678", "13812345678"),
        ("联系电话 023-12345678", "02312345678"),
        ("Tel. +86 23 1234567", "+86231234567"),
        ("phone: 13812345678", "13812345678"),
        ("\u202d13812345678\u202c", "13812345678"),  # as copied from a phone's contacts
        (f"138{ZERO_WIDTH}12345678{MARK}", "13812345678"),
        ("138\n1234\t5678", "13812345678"),
        ("1381234567", "fault.phone.mobile"),
        ("138123456789", "fault.phone.mobile"),
        ("138123456", "fault.phone.mobile"),
        ("1381234", "fault.phone.mobile"),
        ("62345678", "62345678"),
        ("", None),
        ("没有", None),
        ("微信同号", None),
        ("wx_13812345678", None),
        ("13812345678 转 8", None),
        ("13812345678,13912345678", None),
        ("1" * 16, None),
        ("0" * 400, None),
        ("١٣٨١٢٣٤٥٦٧٨", None),
        ("一三八一二三四五六七八", None),
        ("++8613812345678", None),
        ("8613812345678+", None),
        ("<b>13812345678</b>", None),
    ],
)
def test_a_telephone_number(written: str, number: str | None) -> None:
    answer = checks.phone(written)
    if number and number[-1].isdigit():
        assert answer == number
    else:
        assert key(answer) == (number or "fault.phone")


def test_a_mobile_number_with_a_digit_missing_is_told_how_many_there_are() -> None:
    assert checks.phone("138 1234 567") == Fault("fault.phone.mobile", {"n": 10})


# -- names -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("泰安市夕阳红养老服务中心", "泰安市夕阳红养老服务中心"),
        ("  夕阳红\n  基金会\t", "夕阳红 基金会"),
        ("Sunset Care (Tai'an) Ltd. & Co", "Sunset Care (Tai'an) Ltd. & Co"),
        ("红会", "红会"),
        ("12355青少年服务台", "12355青少年服务台"),
        (f"夕阳{ZERO_WIDTH}红{RTL}基金会", "夕阳 红 基金会"),
        ("Cafe\u0301 Fund", "Caf\u00e9 Fund"),
        ("<script>alert(1)</script>基金会", "<script>alert(1)</script>基金会"),
        ("名" * 60, "名" * 60),
        ("名" * 61, "fault.organisation.long"),
        ("x" * 4096, "fault.organisation.long"),
        ("", "fault.organisation.short"),
        ("名", "fault.organisation.short"),
        ("   ", "fault.organisation.short"),
        ("123456", "fault.organisation.short"),
        ("。。。", "fault.organisation.short"),
        ("👍👍👍", "fault.organisation.short"),
        (RTL * 10 + "名", "fault.organisation.short"),
        ("\x00\x01\x02", "fault.organisation.short"),
    ],
)
def test_the_name_of_an_organisation(written: str, name: str) -> None:
    answer = checks.organisation(written)
    assert answer == name if not name.startswith("fault.") else key(answer) == name


@pytest.mark.parametrize(
    "unseen", ["\u3164", "\u115f", "\uffa0", "\u00ad", "\u061c", "\u180e", "\u2066", "\U000e0041", "\u2800"]
)
def test_what_is_not_seen_is_no_name(unseen: str) -> None:
    for check in (checks.organisation, checks.contact, checks.offer):
        assert isinstance(check(unseen * 3), Fault)
    assert checks.organisation(f"泰安{unseen}中心{unseen}") == "泰安 中心"


def test_too_long_a_name_is_told_how_long_it_is() -> None:
    assert checks.organisation("名" * 75) == Fault("fault.organisation.long", {"max": 60, "n": 75})


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("王", "王"),
        ("王老师", "王老师"),
        ("阿卜杜拉·买买提", "阿卜杜拉·买买提"),
        ("Ms  O'Neil-Smith", "Ms O'Neil-Smith"),
        ("王老师123", "王老师123"),
        ("王老师1234", "fault.contact.name"),
        ("王" * 30, "王" * 30),
        ("王" * 31, "fault.contact.long"),
        ("王老师 13812345678", "fault.contact.name"),
        ("13812345678", "fault.contact.name"),
        ("", "fault.contact.name"),
        ("👩", "fault.contact.name"),
        ("--", "fault.contact.name"),
        (ZERO_WIDTH, "fault.contact.name"),
    ],
)
def test_the_name_of_a_person(written: str, name: str) -> None:
    answer = checks.contact(written)
    assert answer == name if not name.startswith("fault.") else key(answer) == name


# -- offers, questions, reasons ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("六位护理员，七月来两周", "六位护理员，七月来两周"),
        ("第一行\n第二行\n\n第三行", "第一行\n第二行\n\n第三行"),
        ("  前后有空格  \n", "前后有空格"),
        ("制表\t符", "制表 符"),
        (f"看不见{ZERO_WIDTH}{RTL}的字", "看不见 的字"),
        ("<b>5 > 3 & 2 < 4</b>", "<b>5 > 3 & 2 < 4</b>"),
        ("20", "20"),
        ("做" * 600, "做" * 600),
        ("做" * 601, "fault.offer.long"),
        ("做" * 4096, "fault.offer.long"),
        ("", "fault.offer.short"),
        ("好", "fault.offer.short"),
        ("!!!", "fault.offer.short"),
        ("😀😀😀", "fault.offer.short"),
        ("\n\n\n", "fault.offer.short"),
        ("\x00\x07", "fault.offer.short"),
    ],
)
def test_an_offer(written: str, words: str) -> None:
    answer = checks.offer(written)
    assert answer == words if not words.startswith("fault.") else key(answer) == words


def test_a_telephone_number_alone_is_no_offer_but_an_answer_it_may_be() -> None:
    assert checks.offered("138 1234 5678") == Fault("fault.offer.short")
    assert checks.offer("138 1234 5678") == "138 1234 5678"
    assert checks.offered("10 名护理员") == "10 名护理员"
    assert checks.offered("") == Fault("fault.offer.short")
    assert key(checks.offered("做" * 601)) == "fault.offer.long"


def test_a_text_left_with_the_office_may_be_longer() -> None:
    assert checks.kept("帮" * 2500) == "帮" * 2500
    assert checks.kept("🙂a" + "🙂" * 1249) == Fault("fault.offer.long", {"max": 2500, "n": 2501})
    assert checks.kept("帮" * 2501) == Fault("fault.offer.long", {"max": 2500, "n": 2501})


@pytest.mark.parametrize(
    ("html", "taken"),
    [
        ("今年乡村行即将公布", "今年乡村行即将公布"),
        (
            ' <b>粗体</b> 和 <a href="https://example.org/?a=1&amp;b=2">链接</a> ',
            '<b>粗体</b> 和 <a href="https://example.org/?a=1&amp;b=2">链接</a>',
        ),
        ("&lt;即将&gt;", "&lt;即将&gt;"),
        ("<b>" + "通" * 3500 + "</b>", "<b>" + "通" * 3500 + "</b>"),
        ("&amp;" * 3500, "&amp;" * 3500),
        ("通" * 3501, "fault.notice.long"),
        ("", "fault.notice.empty"),
        ("  \n ", "fault.notice.empty"),
        ("<b> </b>", "fault.notice.empty"),
    ],
)
def test_a_notice_is_measured_as_it_is_read(html: str, taken: str) -> None:
    answer = checks.notice(html)
    assert answer == taken if not taken.startswith("fault.") else key(answer) == taken


# -- anything ----------------------------------------------------------------------------------------------------------

ANYTHING = st.one_of(
    st.text(max_size=700),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "Zs", "Mn", "Nd", "So", "Lo"]), max_size=80),
    st.text("0123456789+-() 电话：", max_size=30),
    st.integers(1, 5000).map(lambda size: "长" * size),
)
LIMITS: list[tuple[Check, int, int]] = [
    (checks.organisation, 2, checks.NAME_MAX),
    (checks.contact, 1, checks.CONTACT_MAX),
    (checks.phone, 7, 16),
    (checks.offer, 2, checks.OFFER_MAX),
    (checks.offered, 2, checks.OFFER_MAX),
    (checks.kept, 2, checks.KEPT_MAX),
]


@pytest.mark.parametrize(("check", "least", "most"), LIMITS, ids=[check.__name__ for check, _, _ in LIMITS])
@given(written=ANYTHING)
def test_whatever_is_written_is_a_clean_value_within_its_limits_or_a_fault(
    check: Check, least: int, most: int, written: str
) -> None:
    answer = check(written)
    if isinstance(answer, Fault):
        assert answer.key.startswith("fault.")
        return
    assert least <= len(answer) <= most
    assert answer == answer.strip()
    answer.encode()  # can be stored
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in answer.replace("\n", ""))
    assert not set(answer) & set("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
    assert check(answer) == answer  # taken again, as a suggestion would be, it stays as it is
    if check not in {checks.offer, checks.offered, checks.kept}:
        assert len(answer.splitlines()) == 1
