"""The packaged tables are those that the data makes."""

from pathlib import Path

import pytest

from knowledge import lexicon, loading
from knowledge.reading.classifier import INTENT, OFFERS, Classifier
from knowledge.reading.origins import PLACES
from knowledge.training import places, train


@pytest.mark.parametrize("path", [OFFERS, INTENT])
def test_the_models_were_trained_on_the_phrases_as_they_are(path: Path) -> None:
    assert Classifier(path).about["data"] == train.digest(), "run python -m knowledge.training.train"


def test_the_models_know_every_field_and_intent() -> None:
    base = loading.load()
    assert {head.name for head in Classifier(OFFERS).heads if head.name.startswith("fields:")} == {
        f"fields:{f}" for f in base.fields
    }
    assert {head.name for head in Classifier(INTENT).heads} == {f"intent:{name}" for name in train.INTENTS}


def test_the_table_of_places_is_made_of_the_places() -> None:
    assert PLACES.read_text(encoding="utf-8") == places.table(), "run python -m knowledge.training.places"


def test_no_word_stands_under_two_meanings() -> None:
    assert lexicon.collisions(loading.load().lexicon) == []


def test_phrases_are_many_and_named_by_known_ids() -> None:
    rows = train.phrases()
    assert len(rows) > 5000
    assert {field for row in rows for field in row.fields} == set(train.FIELDS)
    assert {row.intent for row in rows} == set(train.INTENTS)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "model.bin"
    wrong.write_bytes(b"not a model")
    with pytest.raises(ValueError, match="no model"):
        Classifier(wrong)
