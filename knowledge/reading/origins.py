"""Where the organisation comes from: places in a text, and which of them is its home."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from knowledge.lexicon import Hit, Lexicon, Phrases
from knowledge.reading.scopes import Stretch, clauses
from knowledge.reading.tokens import Tokens
from knowledge.text import has_han

PLACES = Path(__file__).with_name("places.txt")
"""Made by ``python -m knowledge.training.places``."""
CHONGQING = "重庆"
_NOWHERE = "-"
_UNIT = re.compile(r"省|市|自治区|特别行政区|壮族自治区|回族自治区|区|县|州| city| province| district|'s")
_GAP = re.compile(r"[ ,、·(]{0,2}")
_FAR = 24
_AS_HOME = re.compile(
    r"(?:省|市|区|县)?(?:的|这边|本地|本土|籍|人\b|人,|地区| based|-based| here|'s| side|总部|注册|登记|代表处|工作站|联络处)"
)
_DONE = re.compile(
    r"过|以前|曾|去年|前年|试点|已经|落地|(?:做|干|待|呆|跑|帮)了[^,。;]{0,6}(?:年|次|期)"
    r"|\bbefore\b|\blast year\b|used to|previously|worked in|helped in|\bdid\b|\bbuilt in\b",
)
_BRANCH = re.compile(r"(?:会|会员|老板|老乡|企业|我们|分会|办事处|校友|驻|[商人])在$")
_THEIRS = re.compile(r"(?:爹妈|爸妈|父母|爸爸|妈妈|男人|大人|老公|子女|儿女|儿子|他们|她们)[^,。;]{0,4}$")
_OURS_IS = re.compile(r"(?:机构|公司|单位|团队|协会|商会|我们会|本会|人)(?:都|也)?(?:是|在)$")
_NOT_THERE = re.compile(r"\bnot [\w ]{0,14}$|(?:不是|并非)[^,。;]{0,4}$|你们$")
_BUSINESS = re.compile(
    r"(?:登记|注册|当老师|当医生|教书|读书|上大学|定居|落户|安家|办公|备案|开厂|开公司|开店|办厂|做生意|打工|上班|工作|公司|分公司|办事处|分会|支队)"
)


_SOME = re.compile(r"(?:[几一两三][个群帮位批家支]|有家)$")
_BEFORE = ((3, _OURS_IS), (2, _SOME), (-3, _NOT_THERE))
_AFTER = ((1, _AS_HOME), (2, _BUSINESS))
"""What a sign just before or just after a place is worth."""
_EARLY = 12


class Origin(NamedTuple):
    """A place and the stretch of text that named it; ``city`` is empty when only the province is known."""

    start: int
    end: int
    province: str
    city: str


class Places:
    """Finds places in a text and tells which one the writer comes from; built once."""

    def __init__(self, lexicon: Lexicon) -> None:
        words: dict[str, Iterable[str]] = {_NOWHERE: lexicon.home.not_places}
        firsts: dict[str, list[str]] = {}
        for line in PLACES.read_text(encoding="utf-8").splitlines():
            origin, *names = line.split("\t")
            words[origin] = names
            firsts[origin] = names[:1]
        for origin, known in lexicon.homes.items():
            words[origin] = [*words.get(origin, ()), *known]
        self._words = Phrases(words)
        home = {group: "|".join(map(re.escape, getattr(lexicon.home, group))) for group in ("towards", "hello", "here")}
        self._towards = re.compile(rf"(?:{home['towards']}|\bto|\bfor|\bvisit(?:ed)?)$")
        self._opening = re.compile(rf"(?:{home['hello']}|dear \w+|[ ,:!\"“《(。、;])*")
        self._by_home = re.compile(rf"(?:{home['here']})[ :]?$")
        self._firsts = firsts
        self._names = frozenset(name for names in words.values() for name in names if name.isascii())

    @property
    def latin(self) -> frozenset[str]:
        """Names of places in Latin letters: a word that is one of them is no misspelled county."""
        return self._names

    @cached_property
    def _spoken(self) -> Phrases:
        """The names in pinyin: made when pinyin first comes."""
        return Phrases(self._firsts, by_sound=True)

    def find(self, tokens: Tokens) -> list[Origin]:
        """Every place, neighbours of one province joined (山东省泰安市 is one), in order."""
        hits = [hit for hit in self._words.in_han(tokens.text) if hit.id != _NOWHERE]
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

    def home(self, tokens: Tokens, places: list[Origin], names: list[tuple[int, int]]) -> Origin | None:
        """The place that the writer comes from, or nothing. ``names``: where names of kinds of organisation stand."""
        if not places:
            return None
        text = tokens.text
        opening = self._opening.match(text)
        opened = opening.end() if opening else 0
        plain_english = bool(tokens.words) and not tokens.pinyin and not has_han(text)
        stretches = clauses(text)
        best: tuple[float, Origin] | None = None
        for place in places:
            clause = next((one for one in stretches if one.start <= place.start < one.end), Stretch(0, len(text)))
            score = self._score(text, place, clause, opened=place.start <= opened, english=bool(tokens.words)) + plain_english
            if any(place.end <= first < min(clause.end, place.end + _FAR) for first, _ in names):
                score += 1.5 if place.start - clause.start < _EARLY else 1
            if score >= 1 and (best is None or score > best[0]):
                best = (score, place)
        return best[1] if best else None

    def _score(self, text: str, place: Origin, clause: Stretch, *, opened: bool, english: bool) -> float:
        """What the words around a place say for its being the writer's home; ``opened``: it opens the text."""
        before, after = text[max(0, place.start - _FAR) : place.start], text[place.end : place.end + _FAR]
        score = 2.5 * opened
        score += sum(worth for worth, sign in _BEFORE if sign.search(before))
        score += sum(worth for worth, sign in _AFTER if sign.match(after))
        score += 3 * bool(self._by_home.search(before))
        score -= 3 * bool(self._towards.search(before.rstrip()) or _THEIRS.search(before))
        inside = before.endswith(("在", " in "))
        if inside:
            score += 1 if english and place.province != CHONGQING else 0.5
        near = max(clause.start, place.start - _FAR), min(clause.end, place.end + _FAR)
        if (inside or not opened) and _DONE.search(text, *near):
            score -= 3
        if place.province == CHONGQING and not opened:
            score += 4 if _BRANCH.search(before) else -1
        return score
