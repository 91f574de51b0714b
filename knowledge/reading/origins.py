"""Places in a text that are not counties of Chongqing; which of them is the writer's home: :mod:`knowledge.reading.parts`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from knowledge.lexicon import Hit, Lexicon, Phrases
from knowledge.reading.characters import sounds
from knowledge.reading.later import Later
from knowledge.reading.tokens import Tokens
from knowledge.text import HAN

PLACES = Path(__file__).with_name("places.txt")
"""Made by ``python -m knowledge.training.places``."""
CHONGQING = "重庆"
BARE = "?"
"""Behind an origin: its words are places only where a place of origin stands (新乡 is no part of 创新乡村)."""
_NOWHERE = "-"
_UNIT = re.compile(r"省|市|自治区|特别行政区|壮族自治区|回族自治区|区|县|州| city| province| district|'s")
_GAP = re.compile(r"[ ,、·(]{0,2}")
_BODY = r"(?:[协学商行公农工]会|[究金合联进义善谊]会|志愿|义工|公益|社工|协汇|机构|公司|中心|大学|学院|医院|银行)"
_BARE_BEFORE = Later(r"(?:^|[,。;!?:、 (“\"]|[在是驻自咱俺]|我们|来自|代表)$")
_BARE_AFTER = Later(
    r"市|$|[,。;!?) ]|的(?![人话])|人(?![民口才大力均])|来的|这边|本地|老乡|[一几两][家个帮群支位]"
    rf"|{HAN}{{0,10}}?{_BODY}"
)
_HEARD_AFTER = Later(
    rf"的?(?:[,。;!?]|$)|市(?!场|民)|来的(?!娃|孩|人)|的(?:老师|律师|医生|大夫|教授|师傅|会计|护士|志愿者)|{HAN}{{0,6}}?(?:[协商]会|基金会|志愿队|培训中心)"
)
"""What stands behind a city that is written with characters of the same sound."""
_ISLE_AFTER = Later(rf"$|[,。;!?)]|的|人(?![民口才大力均])|{HAN}{{0,8}}?(?:{_BODY}|[协学行]惠)")
"""苏洲: nearly always the city, so less will do."""
_WORDS_HEARD = frozenset(
    (
        "进城 山头 荒山 向阳 乡西 向西 白色 太远 太原 冰凉 榆树 金花 进中 同化 竹海"
        " 绵羊 龙眼 花鲢 黄鳝 育林 安养 清园 纱门 黔江 通话"
    ).split()
)
"""Words that sound like a city."""
_CLAUSE_START = Later(rf"(?:^|[,。;!?:])(?:我[们门]是|我是|我[们门]|咱们|来自|人在|在)?(?={HAN}{{2}})")
_SPOKEN_BEFORE = ("shi", "zai", "zi", "men", "wo", "zan")
_SPOKEN_AFTER = ("de", "lai", "ren", "shi", "shang", "xie", "zhiyuan", "yigong", "shegong", "jijin")
_HEARD = 2
_ISLE = "洲"


class Origin(NamedTuple):
    """A place and the stretch of text that named it; ``city`` is empty when only the province is known."""

    start: int
    end: int
    province: str
    city: str


class Places:
    """Finds places in a text; built once."""

    def __init__(self, lexicon: Lexicon) -> None:
        words: dict[str, Iterable[str]] = {_NOWHERE: lexicon.not_places}
        firsts: dict[str, list[str]] = {}
        for line in PLACES.read_text(encoding="utf-8").splitlines():
            origin, *names = line.split("\t")
            words[origin] = names
            if origin[-1] != BARE:
                firsts[origin] = names[:1]
        for origin, known in lexicon.homes.items():
            words[origin] = [*words.get(origin, ()), *known]
        self._words = Phrases(words)
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

    @cached_property
    def _heard(self) -> dict[tuple[str, ...], list[tuple[str, str]]]:
        """Cities of two characters by their sound: the names and their origins."""
        table = sounds()
        heard: defaultdict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
        for origin, names in self._firsts.items():
            for name in names:
                if len(name) == _HEARD and "/" in origin and all(char in table for char in name):
                    heard[tuple(table[char] for char in name)].append((name, origin))
        return dict(heard)

    def find(self, tokens: Tokens) -> list[Origin]:
        """Every place, neighbours of one province joined (山东省泰安市 is one), in order."""
        text = tokens.text
        hits = [hit for hit in self._words.in_han(text) if hit.id != _NOWHERE]
        if any(hit.id[-1] == BARE for hit in hits):
            ends = {hit.end for hit in hits}
            hits = [hit._replace(id=hit.id.rstrip(BARE)) for hit in hits if self._stands(text, hit, ends)]
        hits += self._by_ear(text, {hit.start for hit in hits})
        if tokens.pinyin:
            hits += self._in_pinyin(tokens)
        elif tokens.words:
            hits += [hit for hit in self._words.in_latin(tokens.words) if hit.id != _NOWHERE]
        return self._joined(text, sorted(hits))

    @staticmethod
    def _stands(text: str, hit: Hit, ends: set[int]) -> bool:
        """Whether what may be another word is a place here; ``ends``: of the other places."""
        if hit.id[-1] != BARE or hit.start in ends:
            return True
        return bool(_BARE_BEFORE.search(text, max(0, hit.start - 2), hit.start) and _BARE_AFTER.match(text, hit.end))

    def _by_ear(self, text: str, taken: set[int]) -> Iterator[Hit]:
        """Cities written with characters of the same sound, one of them right, where a clause tells whence one comes."""
        table = sounds()
        for opening in _CLAUSE_START.finditer(text):
            start = opening.end()
            word = text[start : start + _HEARD]
            if start in taken or word[0] not in table or word[1] not in table:
                continue
            known = self._heard.get((table[word[0]], table[word[1]]), ()) if word not in _WORDS_HEARD else ()
            near = [origin for name, origin in known if (word[0] == name[0]) != (word[1] == name[1])]
            if near and (_HEARD_AFTER if word[1] != _ISLE else _ISLE_AFTER).match(text, start + _HEARD):
                yield Hit(start, start + _HEARD, near[0])

    def _in_pinyin(self, tokens: Tokens) -> list[Hit]:
        """Cities, and counties where one comes from there: half of their names are words of pinyin as well."""
        hits = list(self._spoken.in_sounds(tokens.sounds))
        taken, words = {hit.start for hit in hits}, tokens.words
        places = {word.start: number for number, word in enumerate(words)}
        for hit in (one for one in self._words.in_latin(words) if one.id != _NOWHERE):
            number = places[hit.start]
            before = words[number - 1].text if number else ""
            after = next((word.text for word in words[number + 1 : number + 4] if word.start >= hit.end), "")
            told = (not before or before.endswith(_SPOKEN_BEFORE)) and (not after or after.startswith(_SPOKEN_AFTER))
            if told and (before or after) and hit.start not in taken:
                hits.append(hit)
        return hits

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
