"""Counties of Chongqing in a text: by name, former name, landmark, code, pinyin, English, and by slips of the pen.

A word that merely contains or sounds like a county's name is not that county: the traps of the lexicon are matched together
with the names, and what only sounds like a name must stand where a place can stand.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from knowledge.base import County
from knowledge.lexicon import Hit, Lexicon, Phrases
from knowledge.reading.characters import sloppy, sounds
from knowledge.reading.tokens import Tokens, Word
from knowledge.text import HAN

TRAP = "-"
"""Id of a word that is no county."""
_GAP = r"[ ·.*_/|~+!-]{0,2}"
_SIGN = re.compile(r"[ ·.*_/|~+!-]")
_CODE = re.compile(r"(?<!\d)50\d{4}(?!\d)")
_STREET = re.compile(
    r"路(?![灯面况基段网太烂不没修好都难坏很窄通要怎远还缺够硬建的、子])|街(?![道头上边舞坊])|[东南西北中]路|[支环]路|大道|(?:国际)?机场"
    r"|花园|小区|公寓|大厦|大酒店|新村小|商贸|物业|[^,。]{0,3}大桥"
)
"""武隆路, 丰都花园: a street or a house that merely bears the name."""
_UNIT = re.compile(
    r"(?:土家族苗族|苗族土家族|土家族|苗族)?自治县|土家族|苗族|经开区|区|县"
    r"|(?<=[a-z])'?s? (?:autonomous )?(?:county|district)\b",
)
_BEFORE = frozenset(
    '去到在往给帮来从向对跟和与及或想是选把将问看报投做比找那我们了庆县区进下回走爱的,。?!、;: "“(《【.-*_`>[「『#'
)
_AFTER = frozenset(
    "县区的那这有缺需要还怎教医养呢吗么嘛吧啊能可不没想做搞办开和与跟及或哪什多情山村乡镇农最现贫困咋啥去得报项路远了在是帮"
    ',。?!、;: "”)》】.-*_`<]」』#',
)
_SOUNDS_BEFORE = frozenset("qu zai dao gei bang wang xiang dui gen he wen kan bao xuan lai shi cong yu".split())
_SOUNDS_AFTER = frozenset(
    "xian qu de you na que xu ne ma hai zen neng bu mei xiang yang jiao yi nong he zuo you yao di zhe lao xiao cun gan".split()
)
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范"
    "石姚谭廖邹熊金陆郝孔白崔康毛邱秦史顾侯邵孟龙段雷钱汤尹黎易常武乔贺赖龚文"
)
_PERSON = re.compile(rf"(?:(?:^|[,。;:!?\s叫是名我])[{_SURNAMES}]|姓)$")
_CALLED = re.compile(r"(?:^|[,。;!?\s我他她人长])(?:是)?(?:叫|名叫|叫做|大名|本名|姓)$")
_TITLE = re.compile(
    r"老师|先生|女士|同志|主任|校长|经理|会长|医生|教授|书记|师傅|同学|小姐|院长|社长|理事|秘书|会计|大哥|大姐|阿姨|叔叔|律师|护士|[都在也说]|[,。;!?\s]|的那?个?人|$",
)
"""我叫陈云阳, 张云阳老师, 会长姓丰都在忙: a person's name, not a county's."""
_SURNAME = re.compile(rf"姓(?:{HAN},)?$")
_LAST_NAME = re.compile(rf"{HAN}(?<![去来到看的县区做缺])(?=[,。;!?\s]|$)")
"""我叫彭水生: the name is one character longer than the county's. (姓石柱的石 is a surname.)"""
_PILLAR = "石柱"
_PILLARS_BEFORE = re.compile(
    r"(?:根|庙里|庙|祠堂|门口|门前|桥头|牌坊|戏台|台前|村口|大殿|殿前|山门|墓前|寨门)(?:的|那|这|两|几|四|旁|边|前|个){0,3}$"
)
_PILLARS_AFTER = re.compile(
    r"[都也又已经快要]{0,3}(?:裂|歪|断(?![水电网路])|倒(?!是)|塌|斜|刻(?!不)|雕|朽|风化)|(?:和|跟|、)石[板狮碑鼓础]"
)
"""门口的石柱裂了: pillars of stone."""
_ADJECTIVE = frozenset({"长寿"})
"""A name that is a word by itself stands for the county only where a place can stand on both its sides, where one of them
says that it is a place, or with its unit."""
_GOING = frozenset("去到往赴")
"""Behind one of these stands a place, whatever follows it."""
_TOWARDS = re.compile(r"(?:[去到往给帮跟向在赴驻]|重庆市?|报名|了解|考虑|登记|认领|听说|首站|结对|换成|改成)$")
_THERE = re.compile(
    r"那[边头]|本地|农村|城里|乡下|[镇乡]|几[个所家]|有[个家]|要不要|缺|差|行不|行吗|合适|算不算|算我们|已经有|扶持|先做|的(?:需求|对接|项目|普法|老乡|姑娘)"
)
"""Before and behind a place: 跟长寿结对, 长寿那边."""
_GOODS = re.compile(r"柚|橘|橙|鱼|米|湖|血豆腐|薄脆|医|养|教|助|义|民|留|乡|村|镇|老百姓|老乡|产|旅|农")
_RARE = re.compile(
    rf"(?:(綦)|(黔)(?![西东南北])|(璧)|(潼)(?!关)|(彭)(?![州阳泽山])|(酉)|(垫)|(涪)(?!城)){HAN}(?=[区县]|自治县|土家族|苗族)"
)
_RARE_IDS = ("qijiang", "qianjiang", "bishan", "tongnan", "pengshui", "youyang", "dianjiang", "fuling")
"""綦讧区: the first character is nobody else's, the second a slip."""
_SLIP = 2
"""A longer slip (前江区) is as sure as a name."""
_SHORTEST_FUZZY = 5
_FIRST_RIGHT = "忠县"
"""Heard only when its first character is right: 中县 and 种县 are said of many things."""


class Named(NamedTuple):
    """A county and the place of its name."""

    start: int
    end: int
    id: str


def _towns(county: County) -> Iterable[str]:
    return (town.name.zh for town in (*county.key_towns, *county.deep_poverty_towns))


def _is_pillar(text: str, hit: Hit, before: str) -> bool:
    if text[hit.start : hit.end] != _PILLAR or _UNIT.match(text, hit.end):
        return False
    return bool(_PILLARS_BEFORE.search(before) or _PILLARS_AFTER.match(text, hit.end))


def _is_person(text: str, hit: Hit, before: str) -> bool:
    called = _CALLED.search(before)
    if called and _LAST_NAME.match(text, hit.end):
        return True
    surname = _SURNAME.search(before) and text.startswith(tuple(f"的{char}" for char in text[hit.start : hit.end]), hit.end)
    introduced = before.endswith(f"姓{text[hit.start]},")  # 我姓梁,梁平
    return bool(introduced or surname or ((called or _PERSON.search(before)) and _TITLE.match(text, hit.end)))


class CountyNames:
    """Finds counties; built once from the knowledge base and the lexicon."""

    def __init__(self, counties: Mapping[str, County], lexicon: Lexicon) -> None:
        crossings = (word + name[1:] for name, words in lexicon.crossings.items() for word in words)
        words: dict[str, Iterable[str]] = {TRAP: (*lexicon.traps, *crossings)}
        for county in counties.values():
            marks = lexicon.landmarks.get(county.id)
            slips = lexicon.slips.get(county.id)
            words[county.id] = [
                *(slip for slip in (slips.zh if slips else ()) if len(slip) > _SLIP),
                county.name.zh,
                county.short.zh,
                *(alias for alias in county.names.aliases if len(alias) > 1 and alias not in lexicon.traps),
                *(town for town in _towns(county) if town not in lexicon.traps),
                *(mark.zh for mark in county.names.landmarks),
                *(mark.en for mark in county.names.landmarks),
                *((*marks.zh, *marks.en) if marks else ()),
                county.short.en,
                county.id,
            ]
        self._names = Phrases(words)
        self._slips = Phrases({key: (*slip.zh, *slip.en) for key, slip in lexicon.slips.items()})
        self._codes = {county.code: county.id for county in counties.values()}
        self._short = {county.short.zh: county.id for county in counties.values()}
        self._parted = re.compile("|".join(rf"{_GAP}".join(short) for short in self._short))
        self._by_sound: defaultdict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
        self._pinyin: dict[tuple[str, ...], str] = {}
        for short, county_id in self._short.items():
            spoken = tuple(sounds()[char] for char in short)
            self._pinyin[spoken] = county_id
            self._by_sound[tuple(map(sloppy, spoken))].append((short, county_id))
        self._first_sounds = frozenset(spoken[0] for spoken in self._by_sound)
        self._firsts = frozenset(spoken[0] for spoken in self._pinyin)
        self._latin = {county.short.en.lower().replace("'", ""): county.id for county in counties.values()}
        self._latin |= {county_id: county_id for county_id in counties}

    def find(self, tokens: Tokens, elsewhere: frozenset[str] = frozenset()) -> list[Named]:
        """Every county named in the text, in order. ``elsewhere``: Latin words known to be other places."""
        text = tokens.text
        hits = list(self._names.in_han(text))
        found = [Named(*hit) for hit in hits if self._stands(text, hit)]
        taken = bytearray(len(text))
        for hit in hits:
            taken[hit.start : hit.end] = b"\x01" * (hit.end - hit.start)
        for hit in self._slips.in_han(text):
            if not any(taken[hit.start : hit.end]) and (hit.end - hit.start > _SLIP or self._maybe_place(text, hit)):
                found.append(Named(*hit))
                taken[hit.start : hit.end] = b"\x01" * (hit.end - hit.start)
        found += self._parted_names(text, taken)
        found += self._by_ear(text, taken)
        for slip in _RARE.finditer(text):
            if slip.lastindex and not any(taken[slip.start() : slip.end()]):
                found.append(Named(slip.start(), slip.end(), _RARE_IDS[slip.lastindex - 1]))
                taken[slip.start() : slip.end()] = b"\x01" * 2
        found += [Named(m.start(), m.end(), self._codes[m.group()]) for m in _CODE.finditer(text) if m.group() in self._codes]
        if tokens.words:
            found += self._in_latin(tokens, elsewhere)
        return sorted((self._with_unit(text, one) for one in found if one.id != TRAP), key=lambda one: one.start)

    @staticmethod
    def _stands(text: str, hit: Hit) -> bool:
        if hit.id == TRAP or _STREET.match(text, hit.end):
            return False
        if text[hit.start : hit.end] in _ADJECTIVE and not _UNIT.match(text, hit.end):
            if _TOWARDS.search(text, max(0, hit.start - 3), hit.start) or _THERE.match(text, hit.end):
                return True
            after = hit.end == len(text) or text[hit.end] in _AFTER or _GOODS.match(text, hit.end) is not None
            return after and (hit.start == 0 or text[hit.start - 1] in _BEFORE)
        before_it = text[max(0, hit.start - 6) : hit.start]
        return not (_is_pillar(text, hit, before_it) or _is_person(text, hit, before_it))

    @staticmethod
    def _with_unit(text: str, named: Named) -> Named:
        unit = _UNIT.match(text, named.end)
        return Named(named.start, unit.end(), named.id) if unit and text[named.end - 1] not in "区县" else named

    @staticmethod
    def _may_follow(text: str, start: int) -> bool:
        return start == 0 or text[start - 1] in _BEFORE

    @staticmethod
    def _sounds_like(word: str, name: str) -> bool:
        """Whether the two sound quite alike: 大竹 is no 大足, whoever mixes up zh and z."""
        table = sounds()
        return all(table.get(one) == table.get(other) for one, other in zip(word, name, strict=True))

    @classmethod
    def _could_be_place(cls, text: str, hit: Hit) -> bool:
        return cls._may_follow(text, hit.start) and (hit.end == len(text) or text[hit.end] in _AFTER)

    @staticmethod
    def _maybe_place(text: str, hit: Hit) -> bool:
        """As :meth:`_could_be_place`, but one side is enough."""
        return hit.start == 0 or text[hit.start - 1] in _BEFORE or hit.end == len(text) or text[hit.end] in _AFTER

    def _parted_names(self, text: str, taken: bytearray) -> list[Named]:
        """Names with a blank or a sign between their characters: 酉 阳, 武·隆. Traps are heard across the gap as well."""
        found: list[Named] = []
        for parted in self._parted.finditer(text):
            start, end = parted.span()
            before, after = (_SIGN.sub("", one) for one in (text[max(0, start - 4) : start], text[end : end + 4]))
            short = _SIGN.sub("", parted.group())
            hits = self._names.in_han(before + short + after)
            parts = len(parted.group()) > len(short) and not any(taken[start:end])
            if parts and any(hit.start == len(before) and hit.id == self._short[short] for hit in hits):
                found.append(Named(start, end, self._short[short]))
                taken[start:end] = b"\x01" * (end - start)
        return found

    def _by_ear(self, text: str, taken: bytearray) -> list[Named]:
        """Names written with characters of the same sound: one character right and a place's surroundings, or 县/区 behind."""
        found: list[Named] = []
        table = sounds()
        heard = [sloppy(table[char]) if char in table else "" for char in text]
        starts = [place for place, sound in enumerate(heard) if sound in self._first_sounds]
        for size in (3, 2):
            for start in starts:
                names = self._by_sound.get(tuple(heard[start : start + size]))
                if not names or start + size > len(text) or any(taken[start : start + size]):
                    continue
                hit = Hit(start, start + size, "")
                for short, county_id in names:
                    if short == _FIRST_RIGHT and text[start] != short[0]:
                        continue
                    right = sum(one == other for one, other in zip(short, text[start : start + size], strict=True))
                    unit = _UNIT.match(text, hit.end) is not None
                    towards = right and text[start - 1 : start] in _GOING
                    opens = right and self._may_follow(text, start) and self._sounds_like(text[start : hit.end], short)
                    if right > 1 or towards or opens or ((right or unit) and self._could_be_place(text, hit)):
                        found.append(Named(start, hit.end, county_id))
                        taken[start : hit.end] = b"\x01" * size
                        break
        return found

    def _in_latin(self, tokens: Tokens, elsewhere: frozenset[str]) -> list[Named]:
        found = self._in_pinyin(tokens) if tokens.pinyin else self._in_words(tokens)
        taken = {place for one in found for place in range(one.start, one.end)}
        for hit in self._names.in_latin(tokens.words):
            one_syllable = tokens.pinyin and tokens.text[hit.start : hit.end] in self._firsts  # zhong cha is no Zhong county
            if hit.start not in taken and not one_syllable:
                found.append(Named(*hit))
        taken.update(place for one in found for place in range(one.start, one.end))
        for index, word in enumerate(() if tokens.pinyin else tokens.words):
            unit = index + 1 < len(tokens.words) and tokens.words[index + 1].text in {"county", "district"}
            if word.start not in taken and word.text not in elsewhere:
                near = self._latin.get(word.text.replace("-", ""))  # Da-Zu
                if near is None and len(word.text) >= _SHORTEST_FUZZY - unit:
                    near = self._nearly(word)
                if near:
                    found.append(Named(word.start, word.end, near))
        for hit in self._slips.in_latin(tokens.words):
            if hit.start not in taken and not any(one.start == hit.start for one in found):
                found.append(Named(*hit))
        return found

    def _in_words(self, tokens: Tokens) -> list[Named]:
        """Names whose syllables are words of their own (wu xi) in a text that is not all pinyin."""
        found: list[Named] = []
        for index, first in enumerate(tokens.words):
            for size in (3, 2) if first.text in self._firsts else ():
                run = tokens.words[index : index + size]
                county_id = self._pinyin.get(tuple(word.text for word in run))
                if county_id and tokens.text[first.start : run[-1].end] == " ".join(word.text for word in run):
                    found.append(Named(first.start, run[-1].end, county_id))
                    break
        return found

    def _nearly(self, word: Word) -> str | None:
        """The one county whose name is a single slip away from the word."""
        from rapidfuzz.distance import OSA  # late: Chinese does without

        near = {
            county_id
            for name, county_id in self._latin.items()
            if name[0] == word.text[0]
            and len(name) + len(word.text) > 2 * _SHORTEST_FUZZY
            and abs(len(name) - len(word.text)) < 2
            and OSA.distance(name, word.text, score_cutoff=1) <= 1
        }
        return near.pop() if len(near) == 1 else None

    def _in_pinyin(self, tokens: Tokens) -> list[Named]:
        found: list[Named] = []
        starts = {word.start for word in tokens.words}
        spoken = tokens.sounds
        for place in range(len(spoken)):
            for size in (3, 2):
                run = spoken[place : place + size]
                county_id = self._pinyin.get(tuple(one.syllable for one in run)) if len(run) == size else None
                before = place == 0 or spoken[place - 1].syllable in _SOUNDS_BEFORE
                if county_id is None or (run[0].start not in starts and not before):
                    continue
                end = place + size
                after = end == len(spoken) or spoken[end].syllable in _SOUNDS_AFTER
                if before or after:
                    found.append(Named(run[0].start, run[-1].end, county_id))
                break
        return found
