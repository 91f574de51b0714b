"""Whether two names of organisations may mean the same one: by what is left when place and form (协会, 基金会 …) are set apart.

Different places or different forms make different organisations. It is a likeness that a person decides upon, never a proof.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from msgspec import Struct
from rapidfuzz import fuzz

from knowledge.reading.characters import sloppy, sounds
from knowledge.reading.origins import PLACES
from knowledge.text import even, has_han

Likeness = Literal["", "same_name", "like_name"]

FORMS = {
    "company": "有限责任公司 股份有限公司 有限公司 公司 ltd inc company",
    "foundation": "基金会 foundation",
    "chamber": "总商会 商会 chamber",
    "federation": "联合会 联谊会 联盟 federation union alliance",
    "promotion": "促进会 推广会",
    "society": "学会 研究会 society",
    "association": "行业协会 协会 association",
    "charity": "慈善总会 慈善会 总会",
    "institute": "研究院 研究所 研究中心 institute",
    "school": "学校 学院 school",
    "hospital": "医院 卫生院 hospital",
    "home": "敬老院 养老院 福利院",
    "team": "志愿者服务总队 志愿服务总队 志愿者服务队 志愿服务队 志愿者协会 志愿者队 志愿队 服务队 volunteers team",
    "centre": "综合服务中心 服务中心 发展中心 活动中心 中心 服务社 服务站 center centre",
    "office": "事务所 工作室 工作站",
    "cooperative": "合作社 cooperative",
}
"""How names end, by what kind of body that is: spellings of one kind are not told apart."""
ENDINGS = sorted(((word, form) for form, words in FORMS.items() for word in words.split()), key=lambda one: -len(one[0]))
FORM = re.compile("|".join(re.escape(word) for word, _ in ENDINGS if has_han(word)))
GENERIC = frozenset(
    "慈善 公益 养老 养老服务 居家养老 助老 助学 助残 教育 环保 环境保护 志愿 志愿者 志愿服务 社会工作 社工 社区 服务 扶贫"
    " 乡村振兴 企业家 青年 妇女 儿童 健康 文化 elderly care charity volunteer education health".split()
)
"""What many organisations of one place are called: it tells nothing."""
NATIONAL = re.compile(r"^(?:中国|中华|全国)")
UNIT = re.compile(
    r"^(?:特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|自治县|自治州|[^省市区县]{1,6}?族自治县|省|市|区|县|镇|乡|街道)"
)
UNITS = re.compile("[省市区县州]")
TELLING = frozenset("0123456789一二三四五六七八九十东西南北上下甲乙丙")
"""Characters that alone make another name: 第一小学, 第二小学."""
SHORTEST, LONG = 3, 5
"""Characters from which what is left of a name tells something, and from which a slip in it counts for little."""
CLOSE, CLOSE_LATIN = 85, 90
"""From which likeness (0 to 100) two names may be one written differently."""


CALLED = re.compile(
    r"(?:我们?(?:单位|协会|商会|学会|机构)?|咱们?(?:单位)?|[本贵]?单位(?:名称)?|这里|这边|名称|全称)\s?(?:就?是|叫|[:：])\s?"
)
"""After these words somebody says what their organisation is called, or what kind of organisation it is."""
PAUSE = re.compile(r"[^\w·]")
GOES_ON = re.compile(r"[想要有能可愿准打主专是在，]|现在|目前|这次|今年|明年")
"""What may follow a name in the same breath."""
DESCRIBED = re.compile(r"的|[一两几这那某][个家支群所帮种类]|^[做搞办从专以]|[和跟与及]")
"""What tells a description (一家养老服务中心) from a name."""
NAME_MIN, NAME_MAX = 6, 40


class Parts(Struct, frozen=True):
    """A name taken apart: where (province, then city or county), the kind of body, and what is left."""

    place: tuple[str, ...]
    core: str
    form: str
    whole: str


class OrganisationNames:
    """Compares names; the places are read when first needed."""

    def __init__(self, counties: Mapping[str, str]) -> None:
        """``counties``: every name of a county of Chongqing, with the short one."""
        self._counties = counties

    @cached_property
    def _places(self) -> dict[str, tuple[tuple[str, ...], bool]]:
        """Name of a place → its path, and whether it needs its unit (区, 县) to be one: 朝阳 is more often no district."""
        found: dict[str, tuple[tuple[str, ...], bool]] = {}
        for line in PLACES.read_text("utf-8").splitlines():
            origin, *names = line.split("\t")
            path = tuple(part.removesuffix("市") for part in origin.split("/"))
            for place, name in enumerate(name for name in names if has_han(name)):
                if path[0] == "重庆" and place > 1:  # its counties come from the knowledge base
                    break
                found.setdefault(name, (path, place > 0))
        return found | {name: (("重庆", short), False) for name, short in self._counties.items()}

    def alike(self, one: str, other: str) -> Likeness:
        """Whether two names may mean the same organisation, and how."""
        a, b = self.parts(one), self.parts(other)
        depth = min(len(a.place), len(b.place))
        if a.place[:depth] != b.place[:depth] or (a.form and b.form and a.form != b.form):
            return ""
        if (a.place, a.core, a.form) == (b.place, b.core, b.form):
            return "same_name"
        if not has_han(a.whole + b.whole):
            return "like_name" if fuzz.token_sort_ratio(a.whole, b.whole) >= CLOSE_LATIN else ""
        if GENERIC & {a.core, b.core, ""} or (len(min(a.core, b.core, key=len)) < SHORTEST and a.place != b.place):
            return ""
        return "like_name" if _close(a, b) else ""

    def said_in(self, text: str) -> str:
        """The full name that somebody gives their organisation in a text (我们是泰安市阳光养老服务中心，…); empty: none."""
        for said in CALLED.finditer(text):
            breath = PAUSE.split(text[said.end() : said.end() + 2 * NAME_MAX], maxsplit=1)[0]
            ends = [one.end() for one in FORM.finditer(breath) if one.end() == len(breath) or GOES_ON.match(breath, one.end())]
            name = breath[: ends[-1]] if ends else ""
            if NAME_MIN <= len(name) <= NAME_MAX and not DESCRIBED.search(name) and self._tells(name):
                return name
        return ""

    def _tells(self, name: str) -> bool:
        """Whether a name means one organisation: by more than what many are called, or as the one of its place."""
        parts = self.parts(name)
        own = parts.core if parts.core not in GENERIC else ""
        return bool(parts.form) and (len(own) >= SHORTEST or bool(parts.place and (own or UNITS.search(name))))

    def parts(self, name: str) -> Parts:
        """A name taken apart."""
        whole = re.sub(r"\W+", "" if has_han(name) else " ", even(name).text).strip()
        place: tuple[str, ...] = ()
        rest = whole
        if NATIONAL.match(rest):
            place, rest = ("",), NATIONAL.sub("", rest)
        while (found := self._place(rest)) is not None and (not place or found[0][: len(place)] == place):
            place, rest = found[0], rest[found[1] :]
        core, form = rest, ""
        for ending, kind in ENDINGS:
            if rest.endswith(ending):
                core, form = rest.removesuffix(ending).strip(), kind
                break
        return Parts(place, core, form, whole)

    def _place(self, text: str) -> tuple[tuple[str, ...], int] | None:
        """The place that a text begins with, and how long its name is there."""
        for length in range(min(8, len(text) - 1), 1, -1):
            found = self._places.get(text[:length])
            if found is None:
                continue
            whole = text[length - 1] in "省市区县州"
            unit = None if whole else UNIT.match(text[length:])
            if whole or unit or not found[1]:
                return found[0], length + (unit.end() if unit else 0)
        return None


def _close(a: Parts, b: Parts) -> bool:
    """Whether what is left of two names is the same, or the same but for a slip, a sound, or an abbreviation."""
    if a.core == b.core:
        return len(a.core) >= SHORTEST or (a.place == b.place and len(a.core) > 1)
    if TELLING & (set(a.core) ^ set(b.core)):
        return False
    short, long = sorted((a.core, b.core), key=len)
    if len(short) < SHORTEST:
        return False
    if len(short) == len(long) and _sound(short) == _sound(long):
        return True
    if long.startswith(short) and not (a.form and b.form):
        return True
    return len(short) >= LONG and fuzz.ratio(short, long) >= CLOSE


def _sound(text: str) -> list[str]:
    """How a text sounds, to ears that are not strict."""
    table = sounds()
    return [sloppy(table[char]) if char in table else char for char in text]
