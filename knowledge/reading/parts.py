"""What part each name plays in a text: the counties wanted, the writer's home, and the writer's own organisation.

Naming a county, a place or an organisation says little by itself: it may be turned away, be a place of earlier work, or be
somebody else's. A model taught on sentences (:mod:`knowledge.training.parts`) tells it from what stands around the name; of
counties the rules of :mod:`knowledge.reading.roles` are heard as well, which know more ways to turn one away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from knowledge.lexicon import Lexicon
from knowledge.reading.classifier import Classifier
from knowledge.reading.counties import Named
from knowledge.reading.features import Feature
from knowledge.reading.kinds import KindHit, whole
from knowledge.reading.mentions import Names, Scene
from knowledge.reading.origins import Origin
from knowledge.reading.roles import HOME, LEFT, MENTIONED, REFUSED, RoleReader
from knowledge.text import HAN

PARTS = Path(__file__).with_name("parts.bin")
"""The model, made by ``python -m knowledge.training.parts``."""
WANTED, AWAY = "wanted", "away"
"""Parts of a county: wanted, asked about or reported on; turned away or a place of earlier work. The others are those of the
rules: :data:`HOME`, where the writer comes from, and :data:`MENTIONED`, merely named, often no county at all."""
_PARTS = {REFUSED: AWAY, LEFT: AWAY, HOME: HOME, MENTIONED: MENTIONED}
DOUBT = -1.0
"""A county is wanted when the model's score is above this, where no rule speaks against it."""
TRUST = {REFUSED: 2.0, LEFT: 1.5, MENTIONED: 1.5, HOME: 0.5}
"""The score above which it is wanted against a rule; the surer the rule, the higher (cross-validated on the taught sets)."""
_SURE = max(TRUST.values())
IS_WANTED, IS_HOME, IS_AWAY = "county:wanted", "county:home", "county:away"
COMES_FROM, OURS = "place:home", "body:ours"
_HEADS, _NOTHING = (IS_WANTED, IS_HOME, IS_AWAY, COMES_FROM, OURS), -1.0
_LIST = re.compile(r" ?[、/和跟与及或&+]? ?| (?:or|and|nor) ")
_COMMA = re.compile(r" ?, ?")
_TOGETHER = re.compile(
    r"[, ]{0,2}(?:[这那]?[两三四几俩仨]个?)?(?:都|全|通通|统统|一个也|一个都|哪|选|任|neither|both|either|which|all )"
)
"""Behind the last of a list whose members stand between commas: 巫溪,城口,都想去."""
_NONE = re.compile(
    r"[, ]{0,2}(?:[这那]?[两三四几俩仨]个?)?(?:都|全|通通|统统|一个也|一个都)(?:就|先|暂时)?"
    r"(?:不[去要选做用想报]|不考虑|[别莫免]|算了|去过|做过)|[, ]{1,2}neither"
)
"""Behind the last of a list of which none is wanted."""
_WITHIN = re.compile(rf"(?:(?!设|的|捐|办|和|与|跟){HAN}){{0,5}}")
_MOST, _MOST_ELSE = 16, 12
"""Counties looked at: who lists more wants them all. Places and organisations looked at: the writer's own is told early."""


class PartReader:
    """Finds the parts; safe to share between threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._rules = RoleReader(lexicon)

    @cached_property
    def _model(self) -> Classifier:
        """Read with the first text: names are found, and taught on, without it."""
        return Classifier(PARTS)

    def counties(self, names: Names, scene: Scene, ours: KindHit | None) -> list[str]:
        """The part of each county; those of a list have one part. ``ours`` ends the name of the writer's organisation."""
        lists = list(_lists(names.tokens.text, names.counties[:_MOST]))
        means: list[dict[str, float]] = []
        for members in lists:
            scores = [self._scores(names.of_county(scene, number)) for number in members]
            means.append({head: sum(one[head] for one in scores) / len(scores) for head in (IS_WANTED, IS_HOME, IS_AWAY)})
        said: dict[int, str] = {}
        if any(mean[IS_WANTED] <= _SURE for mean in means):
            said = self._rules.read(names.tokens, names.counties, (ours.start, ours.end) if ours else None)
        parts: list[str] = []
        for members, mean in zip(lists, means, strict=True):
            none = len(members) > 1 and _NONE.match(names.tokens.text, names.counties[members[-1]].end)
            parts += [AWAY if none else _part(mean, said.get(number)) for number in members]
        return parts + [WANTED] * (len(names.counties) - len(parts))

    def home(self, names: Names, scene: Scene) -> Origin | None:
        """The place that the writer comes from, if any is."""
        places = names.places[:_MOST_ELSE]
        scores = [self._scores(names.of_place(scene, number))[COMES_FROM] for number in range(len(places))]
        best = _best(scores)
        return None if best is None else places[best]

    def ours(self, names: Names, scene: Scene) -> KindHit | None:
        """The word that ends the name of the writer's own organisation, if any does."""
        bodies, text = names.bodies[:_MOST_ELSE], names.tokens.text
        scores = [self._scores(names.of_body(scene, number))[OURS] for number in range(len(bodies))]
        best = _best(scores)
        if best is None:
            return None
        for number in range(best + 1, len(bodies)):  # 夕阳红|养老服务中心: a name says its kind at its end
            if scores[number] <= 0 or not _WITHIN.fullmatch(text, bodies[best].end, bodies[number].start):
                break
            best = number
        return whole(text, bodies[best])

    def _scores(self, features: list[Feature]) -> dict[str, float]:
        """What each head says; of a name that another covers, nothing speaks for any part."""
        return self._model.scores(self._model.known(features)) if features else dict.fromkeys(_HEADS, _NOTHING)


def _best(scores: list[float]) -> int | None:
    """The place of the highest score, where it is above zero."""
    best = max(range(len(scores)), key=scores.__getitem__, default=None)
    return best if best is not None and scores[best] > 0 else None


def _part(scores: dict[str, float], said: str | None) -> str:
    """The part by the model's ``scores`` and by what the rules say."""
    if scores[IS_WANTED] > (DOUBT if said is None else TRUST[said]):
        return WANTED
    if said is not None:
        return _PARTS[said]
    if scores[IS_HOME] > 0:
        return HOME
    return AWAY if scores[IS_AWAY] > 0 else MENTIONED


def _lists(text: str, counties: list[Named]) -> Iterator[list[int]]:
    """The counties by number, those together that stand in one list."""
    members: list[int] = []
    together = _together(text, counties)
    for number, one in enumerate(counties):
        if members and not (number in together or _LIST.fullmatch(text, counties[number - 1].end, one.start)):
            yield members
            members = []
        members.append(number)
    if members:
        yield members


def _together(text: str, counties: list[Named]) -> set[int]:
    """The counties that form a list with the one before them, from which only a comma parts them."""
    found: set[int] = set()
    for number in range(len(counties) - 1, 0, -1):
        comma = _COMMA.fullmatch(text, counties[number - 1].end, counties[number].start)
        if comma and (number + 1 in found or _TOGETHER.match(text, counties[number].end)):
            found.add(number)
    return found
