"""Free text → :class:`Understanding`: what the writer offers or asks, each conclusion with the words that caused it.

Reading is pure and deterministic: no clock, no network, no Telegram. It puts together what stands in the text
(:mod:`knowledge.reading.evidence`) and what the classifier, taught on phrases, makes of it.
"""

from __future__ import annotations

import re

from msgspec import Struct

from knowledge.base import KnowledgeBase
from knowledge.lexicon import Hit
from knowledge.reading.classifier import INTENT, OFFERS, Classifier, Known
from knowledge.reading.counties import Named
from knowledge.reading.evidence import Evidence
from knowledge.reading.parts import AWAY, WANTED
from knowledge.reading.roles import HOME
from knowledge.reading.scopes import Stretch, marked
from knowledge.reading.tokens import in_pinyin
from knowledge.text import has_han, has_latin

SURE, SURE_ELSE = -1.6, -1.0
"""The best field of an offer is concluded when it scores above the first, of anything else when above the second."""
ALSO = -0.35
"""Every further field of an offer is concluded when it scores above this."""
DOUBT = -2.5
"""A field scoring above this, but not :data:`SURE`, is worth a question when nothing is sure."""
CLOSE = 1.5
"""Chat that names a field is an offer when the intents stand closer than this."""
NAMED = 3.0
"""Chat that names a county which is not turned away is about the county when it names a field too, or when another intent
stands closer than this."""
ABOUT_ELSE = 1.0
"""How much clearer a field must be where the writer speaks of the assistant, not of the villages."""
_ABOUT_ELSE = frozenset({"privacy", "help", "my_interests", "contact_human", "cancel", "task_info"})
RESOURCE = -0.5
"""A resource is concluded when it scores above this."""
CHONGQING = "重庆"
_CHOSEN = re.compile(r"(?<![也还])(?:[想要就选定][去到往选帮来]|更想|决定去|想往)$")


class Found(Struct, frozen=True):
    """One conclusion with the words that caused it: ``words`` is the slice ``start:end`` of the text as written."""

    id: str
    words: str
    start: int
    end: int


class Origin(Struct, frozen=True):
    """Where the organisation comes from; ``city`` is empty when only the province is known. ``str()`` gives 山东/泰安."""

    province: str
    city: str
    words: str
    start: int
    end: int

    def __str__(self) -> str:
        return f"{self.province}/{self.city}" if self.city else self.province


class Understanding(Struct, frozen=True):
    """What a text says. ``lang`` is the language to answer in (pinyin counts as zh), empty when there are no letters."""

    text: str
    lang: str
    fields: tuple[Found, ...]
    counties: tuple[Found, ...]
    refused_fields: tuple[Found, ...]
    refused_counties: tuple[Found, ...]
    origin: Origin | None
    kind: Found | None
    resources: tuple[Found, ...]
    intent: str
    intent_words: str
    unsure: tuple[str, ...] = ()


class Reader:
    """Reads texts; built once from the knowledge base, safe to share between threads."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._evidence = base.evidence
        self._offers, self._intent = Classifier(OFFERS), Classifier(INTENT)
        self._fields = tuple(head.name for head in self._offers.heads if head.name.startswith("fields:"))
        self._resources = tuple(head.name for head in self._offers.heads if head.name.startswith("resources:"))

    def read(self, text: str) -> Understanding:
        """Understand a text of any size and script; never raises, never guesses a county that is not named."""
        seen = self._evidence.read(text)
        letters = has_han(seen.even.text) or has_latin(seen.even.text) or bool(seen.counties)
        features = self._offers.known(for_fields := seen.for_fields())
        scores = self._offers.scores(features)
        nameless = features, scores
        if seen.name and not seen.very_long and max(scores[name] for name in self._fields) <= SURE_ELSE:
            features = self._offers.known(seen.for_fields(name=False))
            scores = self._offers.scores(features)
        intents = self._intent.scores(for_intent := self._intent.known(seen.for_intent(for_fields)))
        intent = max(intents, key=intents.__getitem__)
        named, refused, home = self._counties(seen)
        known = letters and any(_has_letter(seen.even.text[start:end]) for _, start, end in for_intent)
        name = intent.partition(":")[2] if known else "out_of_scope"
        if name == "out_of_scope" and seen.even.text.strip().isdecimal() and named:
            name = "county_info"
        second = max((one for one in intents if one != intent), key=intents.__getitem__)
        names_a_field = self._names_a_field(seen, scores)
        if name == "out_of_scope" and letters and named and (names_a_field or intents[intent] - intents[second] < NAMED):
            name = second.partition(":")[2]
        close = intents[intent] - intents["intent:find_counties"] < CLOSE
        if name == "out_of_scope" and ((close and names_a_field) or self._only_fields(seen)):
            name = "find_counties"
        if name in _ABOUT_ELSE:
            features, scores = nameless  # what an organisation is called says what it offers, not what it asks of the assistant
        sure = SURE if name == "find_counties" else SURE_ELSE + ABOUT_ELSE * (name in _ABOUT_ELSE)
        fields, unsure = self._fields_of(seen, features, scores, sure)
        kind = self._found(seen, seen.kind) if seen.kind else None
        fields = tuple(one for one in fields if not self._names_the_kind(seen, one, kind))
        refused_fields = self._refused_fields(seen, {one.id for one in fields})
        if name == "out_of_scope":
            fields, unsure, named = (), (), []
        return Understanding(
            text=seen.even.written,
            lang=("zh" if has_han(seen.even.text) or in_pinyin(seen.tokens) else "en") if letters else "",
            fields=fields,
            counties=self._founds(seen, named),
            refused_fields=refused_fields,
            refused_counties=self._founds(seen, refused),
            origin=self._origin(seen, home),
            kind=kind,
            resources=self._because(seen, features, scores, [one for one in self._resources if scores[one] > RESOURCE]),
            intent=name,
            intent_words=seen.even.words(*self._intent.because([intent], for_intent)[intent]) if letters else "",
            unsure=unsure,
        )

    def _names_a_field(self, seen: Evidence, scores: dict[str, float]) -> bool:
        """Whether a word of the lexicon and the classifier agree on a field: then it is an offer, whatever stands around it."""
        sure = {name.removeprefix("fields:") for name in self._fields if scores[name] > SURE_ELSE}
        return any(hit.id.startswith("field:") and hit.id[6:] in sure for hit in seen.hits)

    @staticmethod
    def _names_the_kind(seen: Evidence, field: Found, kind: Found | None) -> bool:
        """Whether the kind of the organisation (行业协会, 服务机构) is all that speaks for a field: then it says none."""
        within = kind is not None and kind.start <= field.start and field.end <= kind.end
        return within and all(hit.id != f"field:{field.id}" for hit in seen.hits)

    @staticmethod
    def _only_fields(seen: Evidence) -> bool:
        """Whether words for fields are all that is said, whatever signs stand around them: (养老), *养老*."""
        hits = [hit for hit in seen.hits if hit.id.startswith("field:")]
        flags = marked(len(seen.even.text), (Stretch(hit.start, hit.end) for hit in hits)) if hits else b""
        return bool(hits) and not any(char.isalnum() and not flags[place] for place, char in enumerate(seen.even.text))

    @staticmethod
    def _found(seen: Evidence, hit: Hit | Named | tuple[int, int, str]) -> Found:
        start, end, name = hit
        first, last = seen.even.span(start, end)
        return Found(name, seen.even.written[first:last], first, last)

    def _founds(self, seen: Evidence, hits: list[Named]) -> tuple[Found, ...]:
        """Each id once, by its first place."""
        first: dict[str, Named] = {}
        for hit in hits:
            first.setdefault(hit.id, hit)
        return tuple(self._found(seen, hit) for hit in first.values())

    def _fields_of(
        self, seen: Evidence, features: list[Known], scores: dict[str, float], sure: float
    ) -> tuple[tuple[Found, ...], tuple[str, ...]]:
        best = max(self._fields, key=scores.__getitem__)
        chosen = [name for name in self._fields if scores[name] > (sure if name == best else sure - SURE + ALSO)]
        fields = self._because(seen, features, scores, chosen)
        near = (name for name in self._fields if name not in chosen and scores[name] > DOUBT)
        unsure = sorted(near, key=lambda name: -scores[name])
        return fields, tuple(name.partition(":")[2] for name in unsure[:3])

    def _because(self, seen: Evidence, features: list[Known], scores: dict[str, float], chosen: list[str]) -> tuple[Found, ...]:
        """The chosen conclusions, best first, each with the word of the lexicon that says it, or with what spoke for it."""
        away = marked(len(seen.even.text), seen.refused)
        said = {hit.id: hit for hit in reversed(seen.hits) if not away[hit.start]}
        best_first = sorted(chosen, key=lambda name: -scores[name])
        words = {name: said.get(f"{name.partition(':')[0].removesuffix('s')}:{name.partition(':')[2]}") for name in best_first}
        spoke = self._offers.because([name for name, hit in words.items() if hit is None], features)
        stretches = {name: (hit.start, hit.end) if hit else _words(seen.even.text, *spoke[name]) for name, hit in words.items()}
        return tuple(self._found(seen, (*stretches[name], name.partition(":")[2])) for name in best_first)

    def _refused_fields(self, seen: Evidence, kept: set[str]) -> tuple[Found, ...]:
        away = marked(len(seen.even.text), seen.refused)
        hits = [
            Hit(hit.start, hit.end, hit.id.partition(":")[2])
            for hit in seen.hits
            if hit.id.startswith("field:") and away[hit.start] and away[hit.end - 1]
        ]
        return tuple(
            {hit.id: self._found(seen, hit) for hit in reversed(hits) if hit.id not in kept}.values(),
        )

    @staticmethod
    def _counties(seen: Evidence) -> tuple[list[Named], list[Named], Named | None]:
        """Counties wanted (first what is wished for when named again), turned away, and the one the writer lives in."""
        named: list[Named] = []
        away: list[Named] = []
        home: Named | None = None
        before: set[str] = set()
        chosen: set[str] = set()  # named among others, and then wished for
        for one, part in zip(seen.counties, seen.parts, strict=True):
            if part == AWAY:
                away.append(one)
            elif part == HOME:
                home = home or one
            elif part == WANTED:
                if one.id in before and _CHOSEN.search(seen.even.text, max(0, one.start - 4), one.start):
                    chosen.add(one.id)
                before.add(one.id)
                named.append(one)
        named.sort(key=lambda one: one.id not in chosen)
        kept = {one.id for one in named}
        return named, [one for one in away if one.id not in kept], home

    @staticmethod
    def _origin(seen: Evidence, home: Named | None) -> Origin | None:
        if seen.origin:
            start, end, province, city = seen.origin
        elif home:
            start, end, province, city = home.start, home.end, CHONGQING, ""
        else:
            return None
        first, last = seen.even.span(start, end)
        return Origin(province, city, seen.even.written[first:last], first, last)


def _words(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch without the signs around its words."""
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return start, end


def _has_letter(text: str) -> bool:
    """Whether a word or a character that says something stands there: in asdkjh2 only the 2 is known, which says nothing."""
    return any(map(str.isalpha, text))


def as_json(understood: Understanding) -> dict[str, object]:
    """The record that ``jiedui understand --json`` prints: ids, and under ``spans`` the words behind each."""
    spans: dict[str, object] = {
        "fields": {one.id: one.words for one in understood.fields},
        "county": {one.id: one.words for one in understood.counties},
        "resources": {one.id: one.words for one in understood.resources},
        "refused_fields": {one.id: one.words for one in understood.refused_fields},
        "refused_county": {one.id: one.words for one in understood.refused_counties},
        "origin": understood.origin.words if understood.origin else "",
        "org_kind": understood.kind.words if understood.kind else "",
        "intent": understood.intent_words,
    }
    return {
        "fields": [one.id for one in understood.fields],
        "county": [one.id for one in understood.counties],
        "origin": str(understood.origin) if understood.origin else "",
        "org_kind": understood.kind.id if understood.kind else "",
        "intent": understood.intent,
        "resources": [one.id for one in understood.resources],
        "spans": spans,
    }


__all__ = ["Found", "Origin", "Reader", "Understanding", "as_json"]
