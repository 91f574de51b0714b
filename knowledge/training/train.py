"""Train the classifier: ``python -m knowledge.training.train`` writes ``knowledge/reading/model.bin``.

The phrases in ``knowledge/training/*.yaml`` and the lexicon go in; the same phrases give the same file, byte for byte.
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
from knowledge.reading.classifier import MAGIC, MODEL
from knowledge.reading.evidence import EvidenceReader

FOLDER = Path(__file__).parent
FIELDS = tuple("industry employment consumption education health elderly habitat facilities digital left_behind mediation civility culture capacity".split())
INTENTS = tuple(
    "find_counties county_info task_info register_interest my_interests follow_up help cancel privacy contact_human"
    " out_of_scope admin_broadcast".split(),
)
RESOURCES = ("funds", "people", "goods")
COST = 30.0
"""Inverse of the regularisation: the best of 5-fold cross-validation."""
_SEED = 20
_JOINED = 0.35
_SENTENCES = 9
_LEAST = 2
"""Weights up to this are left out: they change nothing and fill the file."""
_COUNTIES = (("巫溪", "Wuxi"), ("城口县", "Chengkou"), ("彭水", "Pengshui"), ("云阳", "Yunyang"), ("石柱", "Shizhu county"))


class Phrase(NamedTuple):
    """One line of training."""

    text: str
    fields: frozenset[str]
    intent: str
    resources: frozenset[str] | None
    """None where the line tells nothing of them."""


def phrases(folder: Path = FOLDER) -> list[Phrase]:
    """Every phrase of the folder, files by name, each text once."""
    found: dict[str, Phrase] = {}
    for path in sorted(folder.glob("*.yaml")):
        for row in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
            if "says" in row:
                found |= {phrase.text: phrase for phrase in _said(row["things"], row["says"]) if phrase.text not in found}
                continue
            fields, given = frozenset(row.get("f", ())), row.get("r", () if "t" in row else None)
            resources = None if given is None else frozenset(given)
            for text in [row["t"]] if "t" in row else row["w"].split(","):
                phrase = Phrase(str(text).strip(), fields, row.get("i", "find_counties"), resources)
                found.setdefault(phrase.text, phrase)
    return list(found.values())


def _said(things: dict[str, str], says: dict[str, str]) -> list[Phrase]:
    """Every thing in a few sentences of its language, and every sentence with some county, by a fixed seed."""
    chance = random.Random(_SEED)  # noqa: S311
    sentences = [(intent, one.strip()) for intent, line in says.items() for one in line.split(",")]
    made: list[Phrase] = []
    for field, line in things.items():
        for thing in (one.strip() for one in line.split(",")):
            english = thing.isascii() and " " in thing or thing.islower() and thing.isascii()
            fitting = [(intent, one) for intent, one in sentences if one.replace("⌂", "").isascii() == english or one == "{}"]
            for intent, sentence in chance.sample(fitting, min(_SENTENCES, len(fitting))):
                county = chance.choice(_COUNTIES)[english]
                made.append(Phrase(sentence.replace("{}", thing).replace("⌂", county), frozenset({field}), intent, None))
    return made


def digest(folder: Path = FOLDER) -> str:
    """The hash of the training data, kept in the model so that a test can tell a stale one."""
    total = hashlib.sha256()
    for path in sorted(folder.glob("*.yaml")):
        total.update(path.read_bytes())
    return total.hexdigest()


def grown(rows: Sequence[Phrase]) -> list[Phrase]:
    """The phrases, some of them joined in twos and threes, and some written in pinyin, by a fixed seed."""
    chance = random.Random(_SEED)  # noqa: S311
    offers = [row for row in rows if row.intent == "find_counties" and row.fields]
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
    return [*rows, *more]


class Samples(NamedTuple):
    """Feature keys of each phrase, for the fields (and resources) and for the intent."""

    fields: list[list[int]]
    intent: list[list[int]]


def samples(rows: Iterable[Phrase], reader: EvidenceReader) -> Samples:
    """Read every phrase as a message would be."""
    seen = [reader.read(row.text) for row in rows]
    return Samples([[f.key for f in one.for_fields()] for one in seen], [[f.key for f in one.for_intent()] for one in seen])


class Vocabulary:
    """The features met, each with a column."""

    def __init__(self, samples_: Iterable[list[int]], least: int = 1) -> None:
        counts = Counter(key for keys in samples_ for key in keys)
        self.columns = {key: column for column, key in enumerate(sorted(k for k, n in counts.items() if n >= least))}

    def matrix(self, rows: Sequence[list[int]]) -> Any:
        """Rows of length one over the known features."""
        from scipy.sparse import csr_matrix

        data, columns, ends = array("d"), array("i"), array("i", [0])
        for keys in rows:
            known = sorted({self.columns[key] for key in keys if key in self.columns})
            columns.extend(known)
            data.extend([len(known) ** -0.5] * len(known))
            ends.append(len(columns))
        return csr_matrix((data, columns, ends), shape=(len(rows), len(self.columns)))


def fit(matrix: Any, wanted: Sequence[bool], *, balanced: bool, cost: float = COST) -> tuple[list[float], float]:
    """Weights and constant of one head."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(
        C=cost, solver="liblinear", random_state=0, max_iter=200, class_weight="balanced" if balanced else None
    ).fit(matrix, wanted)
    return [float(weight) for weight in model.coef_[0]], float(model.intercept_[0])


def write(path: Path, heads: Sequence[tuple[str, Sequence[int], list[float], float]], about: dict[str, object]) -> None:
    """Write heads (name, keys, weights, constant) with weights of one byte; what rounds to nothing is left out."""
    names: list[tuple[str, float, float]] = []
    rows: dict[int, list[tuple[int, int]]] = {}
    for number, (name, keys, weights, bias) in enumerate(heads):
        scale = max(map(abs, weights)) / 127
        names.append((name, round(bias, 4), round(scale, 6)))
        for key, weight in zip(keys, weights, strict=True):
            small = round(weight / scale)
            if abs(small) > _LEAST:
                rows.setdefault(key, []).append((number, small))
    keys_, ends, numbers, values = array("I"), array("I"), array("B"), array("b")
    for key in sorted(rows):
        keys_.append(key)
        for number, small in rows[key]:
            numbers.append(number)
            values.append(small)
        ends.append(len(values))
    head = json.dumps({**about, "heads": names, "rows": len(keys_), "weights": len(values)}).encode()
    parts = (keys_, ends, numbers, values)
    path.write_bytes(MAGIC + struct.pack("<I", len(head)) + head + b"".join(part.tobytes() for part in parts))


def main() -> None:
    """Train on every phrase and write the model."""
    rows = grown(phrases())
    known = loading.load()
    seen = samples(rows, EvidenceReader(known.counties, known.lexicon))
    heads = []
    for group, names, taught in (
        ("fields", FIELDS, seen.fields),
        ("resources", RESOURCES, seen.fields),
        ("intent", INTENTS, seen.intent),
    ):
        chosen = [index for index, row in enumerate(rows) if group != "resources" or row.resources is not None]
        words = Vocabulary(taught[index] for index in chosen)
        matrix = words.matrix([taught[index] for index in chosen])
        keys = list(words.columns)
        for name in names:
            wanted = [rows[i].intent == name if group == "intent" else name in getattr(rows[i], group) for i in chosen]
            heads.append((f"{group}:{name}", keys, *fit(matrix, wanted, balanced=group == "intent")))
    write(MODEL, heads, {"data": digest()})


if __name__ == "__main__":
    main()
