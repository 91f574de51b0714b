"""Where the organisation comes from: places in a text, and which of them is its home."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from knowledge.lexicon import Hit, Lexicon, Phrases
from knowledge.reading.scopes import clauses
from knowledge.reading.tokens import Tokens
from knowledge.text import has_han

PLACES = Path(__file__).with_name("places.txt")
"""Made by ``python -m knowledge.training.places``."""
CHONGQING = "重庆"
_UNIT = re.compile(r"省|市|自治区|特别行政区|壮族自治区|回族自治区|区|县|州| city| province| district|'s")
_GAP = re.compile(r"[ ,、·(]{0,2}")
_FAR = 24
_TO = (
    "去 到 往 向 给 帮 为 拉到 接到 送到 运到 发到 卖到 做到 推到 与 和 跟 同 支援 援助 对口 飞 进 从 是不是 比如 像 回 离 隔着 对 以前在 曾在 去过"
    " 到过"
).split()
_TOWARDS = re.compile(rf"(?:{'|'.join(_TO)}|\bto|\bfor|\bvisit(?:ed)?)$")
_HELLO = (
    "您好 你好 hi hello 各位 老师好 领导好 大家好 我们 我 咱们 咱 俺们 俺 我哋 系 是 这里是 这边是 这边 本会 本机构 本协会 本基金会 本单位 本人 代表"
    " 作为 一群 一家 一个 几个 一帮 来自 的 在 有一个 有家 有个 the we are is am an a i from represent this here of at our women shi lai zi"
    " wo 登记一下 登记 报名"
).split()
_OPENING = re.compile(rf"(?:{'|'.join(_HELLO)}|dear \w+|[ ,:!\"“《(。、;])*")
_HERE = (
    "来自 我们是 我是 咱是 咱们是 我哋係 系 我们在 我在 总部在 总部设在 总部 注册在 注册地在 注册地 办公室在 位于 扎根 本部在 驻 坐标 人在 地址 这边是"
    " 这里是 代表 我们来自 地处 from based_in located_in registered_in headquartered_in headquarters_in office_in here_in base_in"
    " women_shi wo_shi lai_zi laizi i_live_in we_live_in our_home_is out_of"
).split()
_BY_HOME = re.compile(rf"(?:{'|'.join(_HERE).replace('_', ' ')})[ :]?$")
_AS_HOME = re.compile(r"(?:省|市|区|县)?(?:的|这边|本地|本土|籍|人\b|人,|地区| based|-based| here|'s| side|总部|注册)")
_DONE = re.compile(
    r"过|以前|曾|去年|前年|试点|已经|落地|\bbefore\b|\blast year\b|used to|previously|worked in|helped in|\bdid\b|\bbuilt in\b"
)


_BRANCH = re.compile(r"(?:会|会员|老板|老乡|企业|我们|分会|办事处|校友|驻|[商人])在$")
_BUSINESS = re.compile(r"(?:开厂|开公司|开店|办厂|做生意|打工|上班|工作|公司|分公司|办事处|分会|支队)")


class Origin(NamedTuple):
    """A place and the stretch of text that named it; ``city`` is empty when only the province is known."""

    start: int
    end: int
    province: str
    city: str


class Places:
    """Finds places in a text and tells which one the writer comes from; built once."""

    def __init__(self, lexicon: Lexicon) -> None:
        words: dict[str, Iterable[str]] = {"-": _NOT_PLACES}
        firsts: dict[str, list[str]] = {}
        for line in PLACES.read_text(encoding="utf-8").splitlines():
            origin, *names = line.split("\t")
            words[origin] = names
            firsts[origin] = names[:1]
        for origin, known in lexicon.homes.items():
            words[origin] = [*words.get(origin, ()), *known]
        self._words = Phrases(words)
        self._spoken = Phrases(firsts, by_sound=True)
        self._names = frozenset(name for names in words.values() for name in names if name.isascii())

    @property
    def latin(self) -> frozenset[str]:
        """Names of places in Latin letters: a word that is one of them is no misspelled county."""
        return self._names

    def find(self, tokens: Tokens) -> list[Origin]:
        """Every place, neighbours of one province joined (山东省泰安市 is one), in order."""
        hits = [hit for hit in self._words.in_han(tokens.text) if hit.id != "-"]
        if tokens.words:
            hits += self._words.in_latin(tokens.words)
            if tokens.pinyin:
                taken = {hit.start for hit in hits}
                hits += [hit for hit in self._spoken.in_sounds(tokens.sounds) if hit.start not in taken]
        return self._joined(tokens.text, sorted(hits))

    @staticmethod
    def _joined(text: str, hits: list[Hit]) -> list[Origin]:
        found: list[Origin] = []
        for hit in hits:
            province, _, city = hit.id.partition("/")
            end = hit.end
            unit = _UNIT.match(text, end)
            if unit and text[end - 1] not in "省市区县州":
                end = unit.end()
            last = found[-1] if found else None
            gap = _GAP.match(text, last.end) if last else None
            beside = last and gap and hit.start <= gap.end() and last.province == province
            if last and beside and (not city or not last.city or city == last.city):
                found[-1] = Origin(last.start, end, province, last.city or city)
            else:
                found.append(Origin(hit.start, end, province, city))
        return found

    @staticmethod
    def home(tokens: Tokens, places: list[Origin], names: list[tuple[int, int]]) -> Origin | None:
        """The place that the writer comes from, or nothing. ``names``: where names of kinds of organisation stand."""
        text = tokens.text
        best: tuple[float, Origin] | None = None
        stretches = clauses(text) if places else []
        plain_english = bool(tokens.words) and not tokens.pinyin and not has_han(text)
        opening = _OPENING.match(text)
        opened = opening.end() if opening else 0
        for place in places:
            clause = next((one for one in stretches if one.start <= place.start < one.end), None)
            end = clause.end if clause else len(text)
            start = clause.start if clause else 0
            before, after = text[max(0, place.start - _FAR) : place.start], text[place.end : place.end + _FAR]
            score = 0.0
            if place.start <= opened:
                score += 2.5
            if any(place.end <= first < min(end, place.end + _FAR) for first, _ in names):
                score += 1.5 if place.start - start < 12 else 1
            if _BY_HOME.search(before):
                score += 3
            if _AS_HOME.match(after):
                score += 1
            if before.endswith(("在", " in ")):
                score += 0.5 if not tokens.words or place.province == CHONGQING else 1
            if _TOWARDS.search(before.rstrip()):
                score -= 3
            if _DONE.search(text, max(start, place.start - _FAR), min(end, place.end + _FAR)) and (
                before.endswith(("在", " in ")) or place.start > opened
            ):
                score -= 2
            if place.province == CHONGQING and place.start > opened:
                score += 4 if _BRANCH.search(before) else -1
            if _BUSINESS.match(after):
                score += 2
            if plain_english:
                score += 1
            if score >= 1 and (best is None or score > best[0]):
                best = (score, place)
        return best[1] if best else None


_NOT_PLACES = (
    "北京时间 上海话 东莞厂 中山装 云南白药 新疆棉 西藏路 南京路 北京路 海南鸡 青海湖 兰州拉面 重庆火锅 重庆小面 四川话 普洱茶 龙井茶 安吉白茶 金华火腿"
    " 长江 黄河 太原来 清华园 南京大屠杀"
).split()
