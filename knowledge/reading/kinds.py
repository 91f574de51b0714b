"""What kind of organisation is writing: read from the end of its name (基金会, 商会, 学会, 志愿队 …)."""

from __future__ import annotations

import re
from typing import NamedTuple

from knowledge.lexicon import Lexicon, Phrases
from knowledge.reading.scopes import Stretch, clauses
from knowledge.reading.tokens import Tokens

_NATIONAL = re.compile(r"(?<!到)(?:中国|中华|全国)(?!人的|人$|梦|移动|银行|电信|联通|石油|石化|社会组织)[^,。;!?的]{0,18}?$")
_NATIONAL_EN = re.compile(r"\b(?:china|chinese|national|all-china)\b[\w\s'-]{0,40}$")
_NOT_OURS = re.compile(
    r"(?:找|联系|对接|跟|和|与|给|帮|教|培养|培育|孵化|培训|带|扶持|支持|资助|资助的|当地|本地|那边|村里|镇里|县里|哪些|什么|成立|组建|建|招募|招|发展|指导|督导|辅导|请|由|通知|发给|告诉|让|train|local|support|for|mentor|coach)"
    r"[^,。;!?]{0,8}$",
)
_CAN_BE = frozenset("national association charity service academic".split())


class KindHit(NamedTuple):
    """A kind and the stretch that names it."""

    start: int
    end: int
    id: str


class KindReader:
    """Finds kinds; built once from the lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._words = Phrases({kind: (*words.zh, *words.en) for kind, words in lexicon.kinds.items()}, by_sound=True)

    def find(self, tokens: Tokens) -> list[KindHit]:
        """Every word that can end an organisation's name, in order."""
        hits = list(self._words.in_han(tokens.text))
        if tokens.words:
            hits += self._words.in_latin(tokens.words)
            if tokens.pinyin:
                hits += self._words.in_sounds(tokens.sounds)
        return [KindHit(*hit) for hit in sorted(hits)]

    def ours(self, tokens: Tokens, hits: list[KindHit]) -> KindHit | None:
        """The kind of the writer's own organisation: the last word of the first name that is not somebody else's."""
        text = tokens.text
        if not hits:
            return None
        for clause in clauses(text):
            here = [hit for hit in hits if clause.start <= hit.start < clause.end and not self._others(text, clause, hit)]
            if not here:
                continue
            name = here[0]
            for following in here[1:]:
                if following.start - name.end > 8 or "的" in text[name.end : following.start]:
                    break
                name = following
            return self._national(text, clause, name)
        return None

    @staticmethod
    def _others(text: str, clause: Stretch, hit: KindHit) -> bool:
        return _NOT_OURS.search(text[clause.start : hit.start]) is not None

    @staticmethod
    def _national(text: str, clause: Stretch, hit: KindHit) -> KindHit:
        before = text[clause.start : hit.start]
        match = _NATIONAL.search(before) or _NATIONAL_EN.search(before)
        if match and hit.id in _CAN_BE:
            return KindHit(clause.start + match.start(), hit.end, "national")
        return hit
