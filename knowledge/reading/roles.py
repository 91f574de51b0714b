"""What part a county plays in its sentence: turned away, left behind, or the writer's own place.

The text is read with every county (or list of counties) as one sign ⌂ and the writer's own organisation as ◆, so that one
rule holds for all names. The rules are the lexicon's, in a small notation that :func:`compiled` explains.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from knowledge.lexicon import Lexicon
from knowledge.reading.characters import sounds
from knowledge.reading.counties import Named
from knowledge.reading.tokens import Tokens
from knowledge.text import has_han

MENTIONED, REFUSED, LEFT, HOME = "mentioned", "refused", "left", "home"
"""Named to tell it from another (我们是无锡的, 不是巫溪的); turned away; a place of earlier work or of a dropped plan; where
the writer comes from."""
_COUNTY, _CITY, _OURS = "⌂", "◎", "◆"
_OWN_SIGNS = str.maketrans(dict.fromkeys((_COUNTY, _CITY, _OURS), ","))
"""What the writer set of our signs must be none of them."""
_ALWAYS, _PAST, _MOVES = "", "past", "moves"
_MOST, _BEFORE, _BEHIND = 32, 48, 72
"""Counties looked at (who lists more turns none of them away one by one), and how many characters around each."""
_SENTENCE, _CLAUSE = "[^。;!?]", "[^,。;!?:.⌂◎◆]"
_OUR_NAME = re.compile(f"(?P<it>[⌂◎])(?:(?![的有没缺要给交由)(]){_CLAUSE}){{0,14}}◆")
"""奉节县留守儿童服务中心: the county opens the name of the writer's own organisation."""
_LIST = re.compile(r" ?[、/和跟与及或&+]? ?| (?:or|and|nor) ")
_OF = "的"
"""丰都的鬼城 is one place."""
_TOKEN = re.compile(r"[^ (]*\([^)]*\)[*?]?|[^ ]+")
_SIGNS = {
    "<⌂>": "(?P<it>[⌂◎]) ?",
    "<◎>": "(?P<it>◎) ?",
    "⌂": "[⌂◎] ?",
    "$": "[。!]?$",
    "|": '(?:^|(?<=[,。;!?:("“ ]))',
    "#": "[一二两三四五六七八九十几多半好0-9]{1,4}",
}
_GAPS = {"~": _CLAUSE, "~~": "[^。;!?⌂◎◆]", "~~~": _SENTENCE}
_STORY, _TURN = "~~~~", "TURN"
"""A story of earlier days goes on until a word turns to what is wished now; its counties all have the role."""
_AHEAD = {"!": f"(?!{_CLAUSE}{{{{0,6}}}}(?:{{}}))", "!!": f"(?!{_SENTENCE}{{{{0,16}}}}(?:{{}}))"}
_NAME = re.compile("[A-Z]+")
_GAP = re.compile(r"~{1,4}\d+")
_FAR = "。"
"""Stands for what is too far from every county."""
_TIMES = {"*": "{0,6}", "?": "?", "": ""}
_LETTERS = 4
"""A syllable of pinyin with its blank takes about as many characters."""


def compiled(rule: str, words: Mapping[str, Sequence[str]], *, spoken: bool = False) -> re.Pattern[str]:
    """The pattern of a rule; ``spoken``: for a text in pinyin.

    ``⌂`` is a county, ``◎`` one of the inner city, ``<⌂>`` the one the rule is about, ``◆`` the writer's organisation, ``NAME``
    any word of that list, ``(a/b)`` any of these; behind these ``*`` means up to six of them and ``?`` or none, before them
    ``!`` not among the next six characters of the clause, ``!!`` not among the next sixteen of the sentence and ``-`` not just
    behind. ``~9`` is up to nine characters of the clause, ``~~9`` of the sentence, ``~~~9`` with counties among them, ``~~~~9``
    a story with all its counties, as far as it goes before a word of TURN, ``#`` a number, ``|`` the edge of a clause and ``$``
    the end. A word may be bound to an edge: ``^要``, ``没$``.
    """
    parts: list[str] = []
    for token in _tokens(rule, words):
        if token.plain in _SIGNS:
            parts.append(_SIGNS[token.plain])
        elif token.plain[0] == "~":
            gap = token.plain.rstrip("0123456789")
            most = int(token.plain[len(gap) :]) * (_LETTERS if spoken else 1)
            if gap == _STORY:
                turn = "|".join(_spoken(one) if spoken else _word(one) for one in words[_TURN])
                parts.append(f"(?:(?!{turn}){_SENTENCE}){{0,{most}}}")
            else:
                parts.append(f"{_GAPS[gap]}{{0,{most}}}?")
        elif token.before == "-":
            parts += [_behind(one) for one in token.words]
        else:
            group = "|".join(_spoken(one) if spoken else _word(one) for one in sorted(token.words, key=len, reverse=True))
            parts.append(_AHEAD[token.before].format(group) if token.before else f"(?:{group}){_TIMES[token.times]}")
    return re.compile("".join(parts))


def fault(rule: str, words: Mapping[str, Sequence[str]]) -> str | None:
    """What is wrong with a rule, in a word, or None."""
    if "<⌂>" not in rule and "<◎>" not in rule:
        return "this rule says of no county what it is: <⌂> or <◎> is missing"
    for token in _tokens(rule, words):
        bare = token.plain.lstrip("!-").rstrip("*?")
        if _NAME.fullmatch(bare) and bare not in words:
            return f"no list of words is called {bare}"
        if token.plain[0] == "~" and not _GAP.fullmatch(token.plain):
            return f"{token.plain!r} is no gap: one to four ~ and a number"
        if ("(" in bare or ")" in bare) and not (bare[0] == "(" and bare[-1] == ")"):
            return f"{token.plain!r} is not closed"
    return None


class _Token(NamedTuple):
    plain: str
    before: str
    words: tuple[str, ...]
    times: str


def _tokens(rule: str, words: Mapping[str, Sequence[str]]) -> Iterator[_Token]:
    """The signs and lists of a rule, each with the words that it stands for and what is set before and behind it."""
    for token in _TOKEN.findall(rule):
        bare = token.lstrip("!-")
        times = bare[-1] if bare[-1] in "*?" else ""
        core = bare.removesuffix(times)
        some = core[1:-1].split("/") if core[0] == "(" else words.get(core, [core])
        sign = token in _SIGNS or token[0] == "~"
        yield _Token(token, token[: len(token) - len(bare)], () if sign else tuple(some), times)


def _needs(rule: str, words: Mapping[str, Sequence[str]], *, spoken: bool) -> tuple[frozenset[str], ...]:
    """Sets of words, of each of which a text must hold one for the rule to fit: a quick look that spares most of the work."""
    table = sounds() if spoken else {}
    return tuple(
        frozenset("".join(table.get(char, char) for char in word.strip("^$")).replace(" ", "") for word in token.words)
        for token in _tokens(rule, words)
        if token.words and not token.before and not token.times
    )


def _word(word: str) -> str:
    """One word; an English one stands whole, with the blank behind it; ``不行`` is no half of 行不行."""
    if _is_latin(word):
        return rf"(?<![a-z]){re.escape(word)}(?![a-z]) ?"
    if word == "不":
        return r"不(?!(?P<twice>.)(?<=(?P=twice)不(?P=twice)))"
    twice = f"(?<!{word[1]})" if word[0] == "不" and len(word) > 2 - word.endswith("行") else ""
    return twice + re.escape(word.removesuffix("$")) + r"(?=$|[,。;!?])" * word.endswith("$")


def _spoken(word: str) -> str:
    """The word in pinyin, its syllables joined or apart."""
    if word.isascii():
        return _word(word)
    table = sounds()
    syllables = (table.get(char, re.escape(char)) for char in word.removesuffix("$"))
    return rf"(?<![a-z]){' ?'.join(syllables)}(?![a-z]) ?" + r"(?=$|[,。;!?])" * word.endswith("$")


def _behind(word: str) -> str:
    """The word does not end here; ``^要``: not where it opens a clause."""
    if word[0] == "^":
        return f"(?<!^{word[1:]})(?<![,。;!?:]{word[1:]})"
    return f"(?<!{re.escape(word)}{' ' * _is_latin(word)})"


def _is_latin(word: str) -> bool:
    return word.isascii() and word[-1].isalpha()


class _Rule:
    """A role and where it holds: ``_PAST`` unless the writer means to stay, ``_MOVES`` only where they go on elsewhere."""

    def __init__(self, role: str, when: str, rule: str, words: Mapping[str, Sequence[str]], *, spoken: bool) -> None:
        self.role, self.when = role, when
        self.needs = _needs(rule, words, spoken=spoken)
        self.story = _STORY in rule
        self._made_of = rule, words, spoken

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Made when a text first holds what the rule needs: the start does not wait for it."""
        rule, words, spoken = self._made_of
        return compiled(rule, words, spoken=spoken)


class _Rules(NamedTuple):
    rules: tuple[_Rule, ...]
    change: _Rule
    back: _Rule
    keep: _Rule


class RoleReader:
    """Finds the roles; built once from the lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._known = lexicon.roles
        self._city = frozenset(lexicon.roles.urban)
        words = lexicon.roles.words
        english = {name: [word for word in some if word.isascii()] for name, some in words.items()}
        self._chinese = self._compiled(words, has_han)
        self._english = self._compiled(english, lambda rule: not has_han(rule))

    @cached_property
    def _pinyin(self) -> _Rules:
        return self._compiled(self._known.words, has_han, spoken=True)

    def _compiled(self, words: Mapping[str, Sequence[str]], fits: Callable[[str], bool], *, spoken: bool = False) -> _Rules:
        """The rules in one language: those that, with the lists they name, are written in it."""
        known = self._known
        groups = (
            (MENTIONED, known.mentioned, _ALWAYS),
            (REFUSED, known.refused, _ALWAYS),
            (HOME, known.home, _ALWAYS),
            (LEFT, known.past, _PAST),
            (HOME, known.native, _MOVES),
            (LEFT, known.left, _MOVES),
        )
        rules = tuple(
            _Rule(role, when, rule, words, spoken=spoken)
            for role, some, when in groups
            for rule in some
            if fits(_NAME.sub(lambda name: "".join(known.words.get(name.group(), ())), rule))
        )
        change, back, keep = (_Rule("", "", name, words, spoken=spoken) for name in ("CHANGE", "BACK", "KEEP"))
        return _Rules(rules, change, back, keep)

    def read(self, tokens: Tokens, counties: Sequence[Named], ours: tuple[int, int] | None) -> dict[int, str]:
        """The role of each county that has one, by its number in ``counties``."""
        if not counties:
            return {}
        known = self._pinyin if tokens.pinyin else self._chinese if has_han(tokens.text) else self._english
        signs, members = _signs(tokens.text.translate(_OWN_SIGNS), counties[:_MOST], ours, self._city)
        held = signs.replace(" ", "")
        groups = {place.start(): group for group, place in enumerate(re.finditer(f"[{_COUNTY}{_CITY}]", signs))}
        roles: dict[int, str] = {}
        perhaps: list[tuple[int, _Rule]] = []
        for rule in known.rules:
            if all(any(word in held for word in some) for some in rule.needs):
                for match in rule.pattern.finditer(signs):
                    place = match.start("it")
                    first = match.start() if rule.story else place
                    for group in (group for sign, group in groups.items() if first <= sign <= place):
                        if rule.when:
                            perhaps.append((group, rule))
                        else:
                            roles.setdefault(group, rule.role)
        for match in _OUR_NAME.finditer(signs) if ours else ():
            roles.setdefault(groups[match.start("it")], HOME)
        if not roles and not perhaps:
            return {}
        text = tokens.text
        goes_back = known.back.pattern.search(text) is not None
        doubted = {group for group, _ in perhaps}
        moves = any(
            group not in roles and group not in doubted for group in range(len(members))
        ) or known.change.pattern.search(text)
        keeps = known.keep.pattern.search(text)
        for group, rule in perhaps:
            if (moves or (rule.when == _PAST and not keeps)) and not (goes_back and rule.role == HOME):
                roles.setdefault(group, rule.role)
        if goes_back and all(role == HOME for role in roles.values()) and len(roles) == len(members):
            return {}  # 奉节商会, 想回家乡: the one that they come from is the one they want
        return {number: role for group, role in roles.items() for number in members[group]}


def _signs(
    text: str, counties: Sequence[Named], ours: tuple[int, int] | None, city: frozenset[str]
) -> tuple[str, list[list[int]]]:
    """The text with its signs, and for each ⌂ the numbers of the counties that it stands for."""
    parts: list[str] = []
    members: list[list[int]] = []
    last = 0

    def plain(until: int) -> str:
        between = text[last:until]
        if ours is not None and last <= ours[0] < until:
            between = text[last : ours[0]] + _OURS + text[min(ours[1], until) : until]
        if len(between) <= _BEFORE + _BEHIND:
            return between
        return (between[:_BEHIND] if members else "") + _FAR + (between[-_BEFORE:] if until < len(text) else "")

    for number, county in enumerate(counties):
        if county.start < last:
            continue
        between = plain(county.start)
        if members and (_LIST.fullmatch(between) or (between == _OF and counties[members[-1][-1]].id == county.id)):
            members[-1].append(number)
        else:
            parts += [between, _CITY if county.id in city else _COUNTY]
            members.append([number])
        last = county.end
    return "".join([*parts, plain(len(text))]), members
