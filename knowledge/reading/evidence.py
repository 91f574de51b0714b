"""Everything seen in a text before anything is concluded; the classifier is trained and used on the same evidence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from msgspec import Struct

from knowledge.base import County
from knowledge.lexicon import Hit, Lexicon, Phrases
from knowledge.reading.counties import CountyNames, Named
from knowledge.reading.features import COUNTY, HIDDEN, NAME, PLACE, Cover, Feature, facts, features
from knowledge.reading.kinds import KindHit, KindReader
from knowledge.reading.mentions import Names
from knowledge.reading.origins import CHONGQING, Origin, Places
from knowledge.reading.parts import PartReader
from knowledge.reading.scopes import ScopeReader, Stretch, clauses, marked
from knowledge.reading.tokens import Tokens, cut
from knowledge.text import Even, even

_SHORT, _LONG, _VERY_LONG = 6, 40, 1000
_MOST = 16
"""Places looked at, where a list of thousands could be one."""
_LONGEST_NAME = 30
_IS = re.compile(r"(?:登记[是为]|属于|性质[是为]|类型[是为])$")
_SAID = re.compile(r"[想把给来去能要教帮做办]|\b(?:we|to|can|want)\b")


class Evidence(Struct, frozen=True):
    """A text and what stands in it. ``hits`` are words of the lexicon with ids such as ``field:health``.

    ``name`` is the writer's own name, where something else is said as well: its words tell no field. ``parts`` tells by number
    what part each county plays (:mod:`knowledge.reading.parts`).
    """

    even: Even
    tokens: Tokens
    counties: list[Named]
    parts: list[str]
    places: list[Origin]
    kinds: list[KindHit]
    kind: KindHit | None
    origin: Origin | None
    hits: list[Hit]
    refused: list[Stretch]
    name: Stretch | None

    def covers(self, *, refused: bool, name: bool = False) -> list[Cover]:
        """What the classifier must not read letter by letter; ``refused`` also hides what the writer turned away."""
        covers = [Cover(one.start, one.end, COUNTY) for one in self.counties]
        covers += [Cover(one.start, one.end, PLACE) for one in self.places]
        hidden = [Cover(one.start, one.end, HIDDEN) for one in self.refused] if refused else []
        if name and self.name:
            hidden.append(Cover(self.name.start, self.name.end, NAME))
            hidden += [
                Cover(k.start, k.end, NAME) for k in self.kinds if _IS.search(self.even.text, max(0, k.start - 3), k.start)
            ]
        if not hidden:
            return covers
        flags = marked(len(self.even.text), (Stretch(one.start, one.end) for one in hidden))
        return hidden + [one for one in covers if not flags[one.start]]

    @property
    def very_long(self) -> bool:
        """Whether the text is so long that a name or a refusal in it weighs nothing."""
        return len(self.even.text) >= _VERY_LONG

    def signs(self) -> list[str]:
        """Facts about the whole text."""
        size = len(self.even.text)
        named = {one.id for one in self.counties}
        signs = [f"counties{min(len(named), 2)}", "short" if size < _SHORT else "long" if size > _LONG else "middle"]
        if self.kind:
            signs.append("kind")
        if self.origin:
            signs.append("origin")
        return signs

    def for_fields(self, *, name: bool = True) -> list[Feature]:
        """Features for fields and resources: without what is refused and, where ``name``, without the writer's own name."""
        return features(self.tokens, self.hits, self.covers(refused=True, name=name))

    def for_intent(self, fields: list[Feature] | None = None) -> list[Feature]:
        """Features for the intent: everything, and the facts about the whole. ``fields``: those of :meth:`for_fields`.

        They are taken over where nothing was left out of them, or where the text is so long that it weighs nothing.
        """
        left_out = (self.refused or self.name) and not self.very_long
        if fields is None or left_out:
            fields = features(self.tokens, self.hits, self.covers(refused=False))
        return [*fields, *facts(self.signs())]


class EvidenceReader:
    """Looks at texts; built once from the counties and the lexicon."""

    def __init__(self, counties: Mapping[str, County], lexicon: Lexicon) -> None:
        self._counties = CountyNames(counties, lexicon)
        self._places, self._parts = Places(lexicon), PartReader(lexicon)
        self._kinds = KindReader(lexicon)
        self._scopes = ScopeReader(lexicon)
        self._fields = Phrases({f"field:{key}": (*m.zh, *m.en) for key, m in lexicon.fields.items()}, by_sound=True)
        self._rest = [
            Phrases({f"near:{key}": (*m.zh, *m.en) for key, m in lexicon.near.items()}, by_sound=True),
            Phrases({f"resource:{key}": (*m.zh, *m.en) for key, m in lexicon.resources.items()}, by_sound=True),
        ]

    def read(self, written: str) -> Evidence:
        """The evidence of a text, in time linear in it."""
        even_text = even(written)
        tokens = cut(even_text)
        hits = [hit for phrases in (self._fields, *self._rest) for hit in self._found(phrases, tokens)]
        names = self._names(tokens, hits)
        scene = names.scene()
        kind = self._parts.ours(names, scene)
        return Evidence(
            even=even_text,
            tokens=tokens,
            counties=names.counties,
            parts=self._parts.counties(names, scene, kind),
            places=names.places,
            kinds=names.bodies,
            kind=kind,
            origin=self._parts.home(names, scene),
            hits=hits,
            refused=names.refused,
            name=_own_name(tokens.text, kind, names.places) if kind else None,
        )

    def names(self, written: str) -> Names:
        """The names in a text, before anything is concluded of them: what the model of their parts is taught on."""
        tokens = cut(even(written))
        return self._names(tokens, self._found(self._fields, tokens))

    def _names(self, tokens: Tokens, hits: list[Hit]) -> Names:
        places = self._places.find(tokens)
        counties, places = _apart(self._counties.find(tokens, self._places.latin), places)
        content = [(hit.start, hit.end) for hit in hits if hit.id.startswith("field")]
        content += [(one.start, one.end) for one in counties]
        return Names(tokens, counties, places, self._kinds.find(tokens), self._scopes.read(tokens, content))

    @staticmethod
    def _found(phrases: Phrases, tokens: Tokens) -> list[Hit]:
        hits = list(phrases.in_han(tokens.text))
        if tokens.words:
            hits += phrases.in_latin(tokens.words)
            if tokens.pinyin:
                hits += phrases.in_sounds(tokens.sounds)
        return hits


def _own_name(text: str, kind: KindHit, places: list[Origin]) -> Stretch | None:
    """From the place before a kind to its end, where it is a name and not all that is said."""
    clause = next((one for one in clauses(text) if one.start <= kind.start < one.end), None)
    if clause is None:
        return None
    start = next((p.start for p in places if clause.start <= p.start < kind.start), clause.start)
    inside = text[start : kind.end]
    alone = len(inside) <= _LONGEST_NAME and len(text) - len(inside) >= _SHORT and not _SAID.search(inside)
    return Stretch(start, kind.end) if alone else None


def _apart(counties: list[Named], places: list[Origin]) -> tuple[list[Named], list[Origin]]:
    """Counties and other places; what could be either (Wuxi) is elsewhere only when its province is named too."""
    if not counties or not places:
        return counties, places
    own = marked(max(places[-1].end, *(one.end for one in counties)), (Stretch(one.start, one.end) for one in counties))
    edges = {edge for one in counties for edge in (one.start, one.end)}
    places = [  # 黔江都去 holds no 江都, 离石柱近 no 离石
        place
        for place in places
        if (place.start in edges or not own[place.start]) and (place.end in edges or not own[place.end])
    ]
    if not places:
        return counties, places
    often = Counter(place.province for place in places)
    here = [place.start for place in places if place.province == CHONGQING]
    elsewhere = [
        place
        for place in places
        if not (own[place.start] and own[place.end - 1])
        or (often[place.province] > 1 and not any(0 <= start - place.end < _SHORT for start in here[:_MOST]))
    ]
    theirs = marked(counties[-1].end, (Stretch(p.start, min(p.end, counties[-1].end)) for p in elsewhere))
    return [one for one in counties if not theirs[one.start]], elsewhere
