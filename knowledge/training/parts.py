"""Teach what part a name plays in a text: ``python -m knowledge.training.parts`` writes ``knowledge/reading/parts.bin``.

Sentences whose counties, home and kind of organisation a person has told go in: those of ``knowledge/training/names/*.yaml``
and of the labelled sets (:mod:`knowledge.training.labelled`); and of the phrases that teach the intent those that name one
county and ask, register or report something. The same sentences give the same file. Needs scikit-learn.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from knowledge import loading
from knowledge.base import County, KnowledgeBase
from knowledge.reading.characters import sounds
from knowledge.reading.evidence import EvidenceReader
from knowledge.reading.features import Feature
from knowledge.reading.mentions import Names, Scene
from knowledge.reading.origins import CHONGQING
from knowledge.reading.parts import AWAY, COMES_FROM, IS_AWAY, IS_HOME, IS_WANTED, OURS, PARTS, WANTED
from knowledge.reading.roles import HOME
from knowledge.training import labelled, train
from knowledge.training.train import Learnt, fit, phrases, table, write

FOLDER = Path(__file__).parent / "names"
ASKING = frozenset({"county_info", "register_interest", "follow_up", "my_interests", "contact_human"})
"""Intents of which a county that a phrase names, and no other beside it, is wanted (``names/*.yaml`` may tell otherwise)."""
OFTEN = 2
"""A feature of fewer names says nothing."""
SPOKEN = 0.2
"""The share of sentences that are taught in pinyin as well."""
_LONGEST_SPOKEN = 60
_SIGNS = str.maketrans("⌂◎", "..")
_PIECES = re.compile(r"(NOT|GO|STRIKE|OVER|DONE|BEFORE|DID|INSTEAD|WANT|NEED|OTHER|FIELD|\([^)]*\))")
_TIMES = 3
"""So many counties each plain line is taught with."""
_SEED = 30


class Sentence(NamedTuple):
    """A text and what a person has told of it; None where nothing is told."""

    text: str
    wanted: frozenset[str] | None = None
    perhaps: frozenset[str] = frozenset()
    """Counties of which nothing is taught: both readings are fair."""
    away: frozenset[str] = frozenset()
    home: frozenset[str] = frozenset()
    """The county in which the writer's organisation sits."""
    origins: frozenset[str] | None = None
    """Fair answers, ``""`` where none is told."""
    kinds: frozenset[str] | None = None


def sentences(counties: Mapping[str, County]) -> list[Sentence]:
    """Every sentence, each text once."""
    found: dict[str, Sentence] = {}
    words: dict[str, str] = {}
    chance = random.Random(_SEED)  # noqa: S311
    for path in sorted(FOLDER.glob("*.yaml")):
        for row in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
            if "words" in row:
                words = row["words"]
                continue
            for one in [_told(row)] if "t" in row else _plain(row["part"], row["says"].splitlines(), words, counties, chance):
                found.setdefault(one.text, one)
    for row in labelled.rows():
        found.setdefault(row["text"], _labelled(row))
    return list(found.values())


def asked(reader: EvidenceReader) -> Iterator[Sentence]:
    """The phrases of :data:`ASKING` intents that name one county."""
    for phrase in phrases():
        if phrase.intent in ASKING:
            named = {one.id for one in reader.names(phrase.text).counties}
            if len(named) == 1:
                yield Sentence(phrase.text, wanted=frozenset(named))


def _told(row: dict[str, list[str]]) -> Sentence:
    def some(key: str) -> frozenset[str]:
        return frozenset(row.get(key, ()))

    return Sentence(
        text=str(row["t"]),
        wanted=some("c") if "c" in row else None,
        perhaps=some("perhaps"),
        away=some("away"),
        home=some("home"),
        origins=some("o") if "o" in row else None,
        kinds=some("k") if "k" in row else None,
    )


def _labelled(row: dict[str, list[str]]) -> Sentence:
    """A line of an evaluation set. What it turns away is the writer's own where they come from Chongqing."""
    wanted, away = frozenset(row["county"]), frozenset(row.get("county_neg", ()))
    lives_here = CHONGQING in (row["origin"], *row.get("origin_ok", ()))
    lookalike = not {"confusable", "other_place"}.isdisjoint(row["tags"])
    return Sentence(
        text=str(row["text"]),
        wanted=wanted,
        perhaps=frozenset(row.get("county_optional", ())),
        away=frozenset() if lives_here or lookalike else away,
        home=away if lives_here else frozenset(),
        origins=frozenset((str(row["origin"]), *row.get("origin_ok", ()))),
        kinds=frozenset((str(row["org_kind"]), *row.get("org_kind_ok", ()))),
    )


def _plain(
    part: str, says: Iterable[str], words: Mapping[str, str], counties: Mapping[str, County], chance: random.Random
) -> Iterator[Sentence]:
    """Each line with some counties: ⌂ plays the part, ◎ is wanted; each word of its longest list comes once."""
    for line in says:
        pieces = [
            words[piece].split(", ") if piece in words else piece[1:-1].split("/") if piece[:1] == "(" else [piece]
            for piece in _PIECES.split(line)
        ]
        for some in pieces:
            chance.shuffle(some)
        english = line.translate(_SIGNS).isascii() and not any(piece in words for piece in _PIECES.split(line))
        for time in range(max(_TIMES, *map(len, pieces))):
            it, other = chance.sample(sorted(counties), 2)
            name, second = (counties[one].short.en if english else counties[one].short.zh for one in (it, other))
            wanted = {it} if part == WANTED else set()
            yield Sentence(
                text="".join(some[time % len(some)] for some in pieces).replace("⌂", name).replace("◎", second),
                wanted=frozenset(wanted | {other} if "◎" in line else wanted),
                away=frozenset({it} if part == AWAY else ()),
                home=frozenset({it} if part == HOME else ()),
                origins=frozenset({CHONGQING}) if part == HOME else None,
            )


def taught(known: KnowledgeBase) -> list[Sentence]:
    """All that is taught; where a text is told of twice, the sentence that says more."""
    found = {row.text: row for row in asked(known.evidence)}
    found |= {row.text: row for row in sentences(known.counties)}
    return list(found.values())


def spoken(rows: Sequence[Sentence]) -> Iterator[Sentence]:
    """By a fixed seed, some of the sentences in pinyin."""
    chance, syllables = random.Random(_SEED), sounds()  # noqa: S311
    for row in rows:
        if len(row.text) <= _LONGEST_SPOKEN and any(char in syllables for char in row.text) and chance.random() < SPOKEN:
            yield row._replace(text=" ".join(syllables.get(char, char) for char in row.text))


class Sample(NamedTuple):
    """What stands around a name, and whether the answer is yes."""

    keys: list[int]
    yes: bool


def samples(rows: Iterable[Sentence], reader: EvidenceReader) -> dict[str, list[Sample]]:
    """For each head of the model the names that it is taught on."""
    found: dict[str, list[Sample]] = {head: [] for head in (IS_WANTED, IS_HOME, IS_AWAY, COMES_FROM, OURS)}
    for row in rows:
        names = reader.names(row.text)
        scene = names.scene()
        for head, features, yes in (
            *_of_counties(row, names, scene),
            *_of_places(row, names, scene),
            *_of_bodies(row, names, scene),
        ):
            if features:
                found[head].append(Sample([key for key, _, _ in features], yes))
    return found


Answer = tuple[str, list[Feature], bool]
"""A head, the features of a name, and whether the answer is yes."""


def _of_counties(row: Sentence, names: Names, scene: Scene) -> Iterator[Answer]:
    for number, one in enumerate(names.counties):
        if row.wanted is not None and one.id not in row.perhaps:
            features = names.of_county(scene, number)
            yield IS_WANTED, features, one.id in row.wanted
            if one.id not in row.wanted:
                yield IS_HOME, features, one.id in row.home
                yield IS_AWAY, features, one.id in row.away


def _of_places(row: Sentence, names: Names, scene: Scene) -> Iterator[Answer]:
    for number, place in enumerate(names.places):
        name = f"{place.province}/{place.city}".rstrip("/")
        if row.origins is not None and not (name in row.origins and "" in row.origins):
            yield COMES_FROM, names.of_place(scene, number), name in row.origins


def _of_bodies(row: Sentence, names: Names, scene: Scene) -> Iterator[Answer]:
    for number, body in enumerate(names.bodies):
        if row.kinds is not None and not (body.id in row.kinds and "" in row.kinds):
            yield OURS, names.of_body(scene, number), body.id in row.kinds


def learn(found: dict[str, list[Sample]]) -> list[Learnt]:
    """A head for each question."""
    heads: list[Learnt] = []
    for name, some in found.items():
        often = Counter(key for one in some for key in set(one.keys))
        keys = sorted(key for key, count in often.items() if count >= OFTEN)
        heads.append(
            Learnt(name, keys, *fit(table(keys, [one.keys for one in some]), [one.yes for one in some], [1.0] * len(some)))
        )
    return heads


def digest() -> str:
    """The hash of all that is taught, kept in the model so that a test can tell a stale one."""
    total = hashlib.sha256(train.digest().encode())
    for path in sorted(FOLDER.glob("*.yaml")):
        total.update(path.read_bytes())
    return total.hexdigest()


def main() -> None:
    """Teach and write the model."""
    known = loading.load()
    rows = taught(known)
    write(PARTS, learn(samples([*rows, *spoken(rows)], known.evidence)), {"data": digest()})


if __name__ == "__main__":
    main()
