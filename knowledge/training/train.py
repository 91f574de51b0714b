"""Train the classifier: ``python -m knowledge.training.train`` writes ``knowledge/reading/offers.bin`` and ``intent.bin``.

The phrases in ``knowledge/training/*.yaml``, the labelled sets (:mod:`knowledge.training.labelled`) and the lexicon go in; the
same phrases give the same file, byte for byte.
Needs scikit-learn, which nothing else needs.
"""

from __future__ import annotations

import hashlib
import json
import random
import struct
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from knowledge import loading
from knowledge.reading.characters import sounds
from knowledge.reading.classifier import INTENT, MAGIC, OFFERS
from knowledge.reading.evidence import EvidenceReader
from knowledge.training import labelled

FOLDER = Path(__file__).parent
FIELDS = tuple(
    "industry employment consumption education health elderly habitat facilities digital left_behind mediation civility"
    " culture capacity".split(),
)
INTENTS = tuple(
    "find_counties county_info task_info register_interest my_interests follow_up help cancel privacy contact_human"
    " out_of_scope admin_broadcast".split(),
)
RESOURCES = ("funds", "people", "goods")
COST, COST_OF_PLAIN, COST_OF_INTENT = 4.0, 30.0, 30.0
"""Inverse of the regularisation: of the two halves of fields and resources, and of the intent."""
TELLING = 0.6
"""The share of the half that weighs features by how telling they are; the other half takes them as they come."""
OFTEN = 3
"""A feature of fewer phrases says nothing of fields: what two phrases share by chance is learnt by heart otherwise."""
RARE = 0.15
"""How much a phrase of the files ``rare_*.yaml`` counts: they bring words, and no sentence is like a bare word."""
LABELLED = 1.0
"""How much a line of the labelled sets counts."""
_SEED = 20
GROWTHS = (_SEED, 21, 22)
"""Seeds by which the phrases are grown for fields and resources: what is learnt from each is averaged, which errs less.

The intent is taught on the first.
"""
_JOINED = 0.7
_SENTENCES = 9
_LEAST = 3
"""Weights of fields of at most so many steps are left out of the model."""
_LEAST_OF_INTENT = 5
"""A feature whose weights for the intent all stay below this many steps is dropped, and the rest is taught again."""
_COUNTIES = (("巫溪", "Wuxi"), ("城口县", "Chengkou"), ("彭水", "Pengshui"), ("云阳", "Yunyang"), ("石柱", "Shizhu county"))


class Phrase(NamedTuple):
    """One line of training."""

    text: str
    fields: frozenset[str]
    intent: str
    resources: frozenset[str] | None
    """None where the line tells nothing of them."""
    weight: float = 1.0
    """How much it counts beside the others."""
    perhaps: frozenset[str] = frozenset()
    """Fields and resources of which nothing is taught: both readings are fair."""
    whole: bool = False
    """Whether a person wrote it as a message: then it is joined to no other."""


def phrases(folder: Path = FOLDER) -> list[Phrase]:
    """Every phrase of the folder, files by name, and every labelled line, each text once."""
    found: dict[str, Phrase] = {}
    for path in sorted(folder.glob("*.yaml")):
        for row in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
            if "says" in row:
                found |= {phrase.text: phrase for phrase in _said(row["things"], row["says"]) if phrase.text not in found}
                continue
            fields, given = frozenset(row.get("f", ())), row.get("r", () if "t" in row else None)
            resources = None if given is None else frozenset(given)
            weight = RARE if path.stem.startswith("rare_") else 1.0
            for text in [row["t"]] if "t" in row else row["w"].split(","):
                phrase = Phrase(str(text).strip(), fields, row.get("i", "find_counties"), resources, weight)
                found.setdefault(phrase.text, phrase)
    for row in labelled.rows():
        found.setdefault(row["text"], _labelled(row))
    return list(found.values())


def _labelled(row: dict[str, Any]) -> Phrase:
    return Phrase(
        text=row["text"],
        fields=frozenset(row["fields"]),
        intent=row["intent"],
        resources=frozenset(row["resources"]),
        weight=LABELLED,
        perhaps=frozenset((*row.get("fields_optional", ()), *row.get("resources_optional", ()))),
        whole=True,
    )


def _said(things: dict[str, str], says: dict[str, str]) -> list[Phrase]:
    """Every thing in a few sentences of its language, and every sentence with some county, by a fixed seed."""
    chance = random.Random(_SEED)  # noqa: S311
    sentences = [(intent, one.strip()) for intent, line in says.items() for one in line.split(",")]
    made: list[Phrase] = []
    for field, line in things.items():
        for thing in (one.strip() for one in line.split(",")):
            english = thing.isascii() and (" " in thing or thing.islower())
            fitting = [(intent, one) for intent, one in sentences if one.replace("⌂", "").isascii() == english or one == "{}"]
            for intent, sentence in chance.sample(fitting, min(_SENTENCES, len(fitting))):
                county = chance.choice(_COUNTIES)[english]
                made.append(Phrase(sentence.replace("{}", thing).replace("⌂", county), frozenset({field}), intent, None))
    return made


def digest(folder: Path = FOLDER) -> str:
    """The hash of the training data, kept in the model so that a test can tell a stale one."""
    total = hashlib.sha256()
    for path in (*sorted(folder.glob("*.yaml")), *labelled.files()):
        total.update(path.read_bytes())
    return total.hexdigest()


def grown(rows: Sequence[Phrase], seed: int) -> list[Phrase]:
    """The phrases, by a fixed seed some joined and some written in pinyin; those of rare words as they are."""
    chance = random.Random(seed)  # noqa: S311
    rare = [row for row in rows if row.weight < 1]
    rows = [row for row in rows if row.weight >= 1]
    offers = [row for row in rows if row.intent == "find_counties" and not row.whole]
    more: list[Phrase] = []
    for _ in range(int(len(offers) * _JOINED)):
        parts = chance.sample(offers, chance.choice((2, 2, 3)))
        glue = chance.choice((",", "，", "、", "；", "，还有", "，另外", " ", "。"))
        union = frozenset().union(*(part.fields for part in parts))
        given = frozenset().union(*(part.resources for part in parts if part.resources))
        told = all(part.resources is not None for part in parts)
        more.append(Phrase(glue.join(part.text for part in parts), union, "find_counties", given if told else None))
    table = sounds()
    for row in rows:
        if sum(char in table for char in row.text) > 1 and chance.random() < 0.5:
            spelled = " ".join(table.get(char, char) for char in row.text if char in table or char.isascii())
            more.append(row._replace(text=spelled))
    return [*rows, *more, *rare]


class Learnt(NamedTuple):
    """One head as trained: its features, a weight for each, and its constant."""

    name: str
    keys: Sequence[int]
    weights: list[float]
    bias: float

    @property
    def scale(self) -> float:
        """What one step of a stored weight is worth."""
        return max(map(abs, self.weights)) / 127


class Samples(NamedTuple):
    """Feature keys of each phrase, for the fields (and resources) and for the intent."""

    fields: list[list[int]]
    intent: list[list[int]]


def samples(rows: Iterable[Phrase], reader: EvidenceReader) -> Samples:
    """Read every phrase as a message would be."""
    seen = [reader.read(row.text) for row in rows]
    return Samples(
        [[key for key, _, _ in one.for_fields()] for one in seen], [[key for key, _, _ in one.for_intent()] for one in seen]
    )


def table(keys: Sequence[int], taught: Sequence[list[int]]) -> Any:
    """A row of length one for each phrase, a column for each key; other features do not count."""
    from scipy.sparse import csr_matrix

    column = {key: number for number, key in enumerate(keys)}
    data, columns, ends = array("d"), array("i"), array("i", [0])
    for one in taught:
        known = sorted({column[key] for key in one if key in column})
        columns.extend(known)
        data.extend([len(known) ** -0.5] * len(known) if known else ())
        ends.append(len(columns))
    return csr_matrix((data, columns, ends), shape=(len(taught), len(keys)))


def fit(matrix: Any, wanted: Sequence[bool], counts: Sequence[float]) -> tuple[list[float], float]:
    """Weights and constant of a head that several of may be true: fields and resources. Two halves that err differently.

    In the one each feature counts by how much oftener it stands where the answer is yes (the log-count ratio of naive Bayes):
    a rare word that stands in one field alone then weighs as much as it should. Wang and Manning, Baselines and Bigrams, ACL
    2012.
    """
    import numpy as np
    from scipy.sparse import diags

    yes, often = np.array(wanted), np.array(counts)
    there = (matrix > 0).astype(float)
    with_it, without = 1.0 + there.T @ (yes * often), 1.0 + there.T @ (~yes * often)
    telling = np.abs(np.log((with_it / with_it.sum()) / (without / without.sum())))
    telling /= telling.mean()
    weights, constant = _regress(matrix @ diags(telling), wanted, counts, COST, None)
    plain, base = _regress(matrix, wanted, counts, COST_OF_PLAIN, None)
    both = TELLING * weights * telling + (1 - TELLING) * plain
    return [float(weight) for weight in both], TELLING * constant + (1 - TELLING) * base


def fit_intent(matrix: Any, wanted: Sequence[bool], counts: Sequence[float]) -> tuple[list[float], float]:
    """Weights and constant of a head of which one alone is true; rare intents count as much as common ones."""
    weights, constant = _regress(matrix, wanted, counts, COST_OF_INTENT, "balanced")
    return [float(weight) for weight in weights], constant


def _regress(
    matrix: Any, wanted: Sequence[bool], counts: Sequence[float], cost: float, balance: str | None
) -> tuple[Any, float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=cost, solver="liblinear", random_state=0, max_iter=200, class_weight=balance)
    model.fit(matrix, wanted, sample_weight=counts)
    return model.coef_[0], float(model.intercept_[0])


def write(path: Path, heads: Sequence[Learnt], about: dict[str, object], least: int = 1) -> None:
    """Write heads (name, keys, weights, constant) with weights of one byte; those of at most ``least`` steps are left out.

    A feature without any weight left stays: it counts in the length of a text.
    """
    names: list[tuple[str, float, float]] = []
    rows: dict[int, list[tuple[int, int]]] = {}
    for number, head in enumerate(heads):
        scale = head.scale
        names.append((head.name, round(head.bias, 4), round(scale, 6)))
        for key, weight in zip(head.keys, head.weights, strict=True):
            small = round(weight / scale)
            rows.setdefault(key, [])
            if abs(small) > least:
                rows[key].append((number, small))
    keys_, ends, numbers, values = array("I"), array("I"), array("B"), array("b")
    for key in sorted(rows):
        keys_.append(key)
        for number, small in rows[key]:
            numbers.append(number)
            values.append(small)
        ends.append(len(values))
    title = json.dumps({**about, "heads": names, "rows": len(keys_), "weights": len(values)}).encode()
    parts = (keys_, ends, numbers, values)
    path.write_bytes(MAGIC + struct.pack("<I", len(title)) + title + b"".join(part.tobytes() for part in parts))


def main() -> None:
    """Train on every phrase and write both models."""
    known, plain = loading.load(), phrases()
    about: dict[str, object] = {"data": digest()}
    growths = [(rows, samples(rows, known.evidence)) for rows in (grown(plain, seed) for seed in GROWTHS)]
    write(OFFERS, offers([(rows, seen.fields) for rows, seen in growths]), about, _LEAST)
    rows, seen = growths[0]
    write(INTENT, intents(rows, seen.intent), about)


Growth = tuple[Sequence[Phrase], Sequence[list[int]]]
"""Phrases as grown by one seed, and the features of each."""


def offers(growths: Sequence[Growth]) -> list[Learnt]:
    """A head for each field and each resource: the mean of what is learnt from each growth."""
    keys = sorted(set().union(*(_often(taught) for _, taught in growths)))
    return [_mean(heads) for heads in zip(*(_offers(keys, *growth) for growth in growths), strict=True)]


def _often(taught: Sequence[list[int]]) -> set[int]:
    count = Counter(key for keys in taught for key in set(keys))
    return {key for key, often in count.items() if often >= OFTEN}


def _offers(keys: list[int], rows: Sequence[Phrase], taught: Sequence[list[int]]) -> list[Learnt]:
    """The heads of one growth; those of resources are taught on the rows that tell of them."""
    fields = {one: [one in row.fields for row in rows] for one in FIELDS}
    telling = [index for index, row in enumerate(rows) if row.resources is not None]
    given = {one: [one in (rows[index].resources or ()) for index in telling] for one in RESOURCES}
    taught_of_given, rows_of_given = [taught[index] for index in telling], [rows[index] for index in telling]
    return [
        *_learn("fields", keys, fields, taught, rows),
        *_learn("resources", keys, given, taught_of_given, rows_of_given),
    ]


def _mean(heads: Sequence[Learnt]) -> Learnt:
    first, many = heads[0], len(heads)
    weights = [sum(each) / many for each in zip(*(head.weights for head in heads), strict=True)]
    return Learnt(first.name, first.keys, weights, sum(head.bias for head in heads) / many)


def intents(rows: Sequence[Phrase], taught: Sequence[list[int]]) -> list[Learnt]:
    """A head for each intent. Features that say little are dropped, and the others taught again."""
    wanted = {one: [row.intent == one for row in rows] for one in INTENTS}
    keys = sorted({key for keys in taught for key in keys})
    worth: set[int] = set()
    for head in _learn("intent", keys, wanted, taught, rows):
        least = _LEAST_OF_INTENT * head.scale
        worth.update(key for key, weight in zip(keys, head.weights, strict=True) if abs(weight) > least)
    return _learn("intent", sorted(worth), wanted, taught, rows)


def _learn(
    group: str, keys: list[int], wanted: dict[str, list[bool]], taught: Sequence[list[int]], rows: Sequence[Phrase]
) -> list[Learnt]:
    matrix = table(keys, taught)
    learn = fit_intent if group == "intent" else fit
    heads: list[Learnt] = []
    for name, answers in wanted.items():
        counts = [0.0 if name in row.perhaps else row.weight for row in rows]
        heads.append(Learnt(f"{group}:{name}", keys, *learn(matrix, answers, counts)))
    return heads


if __name__ == "__main__":
    main()
