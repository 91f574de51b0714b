"""Whole numbers as people write them: 3万, 1.2万元, 三百, 1,200, 两千多人, 12k, RMB 3 million."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

MOST = 10**12
"""What is larger is a slip."""

LONGEST = 200
"""Characters of a number at most, with all that people write around it."""

DIGITS = {**{char: i for i, char in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2, "俩": 2}
FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟萬億兩貳參陸點餘約個", "一二三四五六七八九十百千万亿两二三六点余约个")
UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
LATIN_UNITS = {
    "k": 1000, "w": 10_000, "m": 1_000_000, "thousand": 1000, "hundred": 100, "million": 1_000_000, "mln": 1_000_000,
    "billion": 1_000_000_000,
}  # fmt: skip

BEFORE = re.compile(
    r"^(?:约|大约|大概|差不多|将近|近|超过|不到|一共|共|共计|总共|合计|累计|受益|培训|投入|折合|价值|人民币|rmb|cny|yuan|[¥$]|"
    r"about|around|some|over|nearly|total(?: of)?|[:：~\s])+"
)
AFTER = re.compile(
    r"(?:左右|上下|以上|整|多|余|来|[\s+.。!！,，]|人民币|元|块钱|块|圆|人次|人|名|位|个|户|件|套|箱|台|次|"
    r"rmb|cny|yuan|people|persons?|volunteers?|men|women|in all)+$"
)
NONE = frozenset({"没有", "无", "零", "没", "none", "no", "nothing", "nobody"})
UNKNOWN = re.compile(
    r"(?:还|暂|暂时|目前|现在)?(?:不知道?|不清楚|不详|不确定|未知|说不准|没统计|没有统计|未统计|没数|没算|不好说)(?:呢|过|了|啊)?|"
    r"unknown|not known|not sure|no idea|(?:i )?don'?t know|n/?a|tbd|\?+"
)
TWO = re.compile(r"[\d一二三四五六七八九十百千万亿]\s*(?:-|~|～|—|–|到|至|to|或|和|、|/)+\s*[\d一二三四五六七八九十两]")
TOKEN = re.compile(
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)|(?P<digits>[零〇一二三四五六七八九两俩]+(?:点[零〇一二三四五六七八九]+)?)|"
    r"(?P<unit>[十百千万亿])|(?P<latin>thousand|hundred|million|mln|billion|[kwm])(?![a-z])|(?P<space>\s+|多|余|来)"
)


class NoAmount(ValueError):
    """A text that is no whole number. ``why``: none, two, negative, fraction, large."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


def amount(text: str) -> int | None:
    """The whole number that a text says, None where it says that nobody knows. Raises NoAmount.

    Words for "about" and units of counting are read over; half a yuan is rounded away, half a person is a slip (``fraction``).
    """
    if len(text) > LONGEST:  # no number, and slow to take apart
        raise NoAmount("none")
    plain = unicodedata.normalize("NFKC", text).strip().lower().translate(FORMAL)
    bare = plain.strip(" 。.!！,，")
    if UNKNOWN.fullmatch(bare or plain):
        return None
    if bare in NONE:
        return 0
    if re.match(r"^(?:[¥$]\s*)?[-−负](?=\s*[\d一二三四五六七八九十两¥])", bare) or "minus" in bare:
        raise NoAmount("negative")
    if TWO.search(bare):
        raise NoAmount("two")
    money = bool(re.search(r"[元块¥]|rmb|cny|yuan", bare))
    value = _value(AFTER.sub("", BEFORE.sub("", bare)))
    if value != value.to_integral_value() and not money:
        raise NoAmount("fraction")
    whole = int(value.to_integral_value())
    if whole > MOST:
        raise NoAmount("large")
    return whole


def _value(text: str) -> Decimal:
    """The number in a text that holds nothing else."""
    total, section, one = Decimal(0), Decimal(0), None
    last, zero, place = 0, False, 0
    while place < len(text):
        token = TOKEN.match(text, place)
        if token is None:
            raise NoAmount("none")
        place = token.end()
        if token["number"] or token["digits"]:
            zero = bool(token["digits"]) and len(token["digits"]) > 1 and token["digits"][0] in "零〇" and bool(last)
            if one is not None:
                raise NoAmount("two")
            one = Decimal(token["number"].replace(",", "")) if token["number"] else _digits(token["digits"])
        elif unit := UNITS.get(token["unit"] or "") or LATIN_UNITS.get(token["latin"] or ""):
            if one is None and not section and not total and unit != 10:
                raise NoAmount("none")
            if unit >= 10_000 or token["latin"]:
                whole = section + (one or 0)
                total = (total + whole) * unit if unit > 10_000 or token["latin"] else total + whole * unit
                section = Decimal(0)
            else:
                section += (Decimal(1) if one is None else one) * unit
            one, last = None, unit
    if one is None and not last:
        raise NoAmount("none")
    if one is not None and last >= 100 and not zero and 0 < one < 10 and one == int(one):  # 三百五, 3万5
        one = one * last / 10
    return total + section + (one or 0)


def _digits(text: str) -> Decimal:
    """Chinese digits one after the other: 五, 二零二六, 三点五."""
    whole, _, part = text.partition("点")
    if len(whole) == 2 and not part and 0 not in {DIGITS[char] for char in whole}:  # 五六 is five or six, 三五万 three to five
        raise NoAmount("two")
    figures = "".join(str(DIGITS[char]) for char in whole)
    return Decimal(figures + ("." + "".join(str(DIGITS[char]) for char in part) if part else ""))
