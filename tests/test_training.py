"""The packaged tables are those that the data makes."""

from pathlib import Path

import pytest

from knowledge import lexicon, loading
from knowledge.reading.classifier import INTENT, OFFERS, Classifier
from knowledge.reading.origins import PLACES
from knowledge.reading.parts import PARTS
from knowledge.training import labelled, parts, places, train


@pytest.mark.parametrize("path", [OFFERS, INTENT])
def test_the_models_were_trained_on_the_phrases_as_they_are(path: Path) -> None:
    assert Classifier(path).about["data"] == train.digest(), "run python -m knowledge.training.train"


def test_the_model_of_parts_was_taught_on_the_sentences_as_they_are() -> None:
    assert Classifier(PARTS).about["data"] == parts.digest(), "run python -m knowledge.training.parts"


def test_sentences_are_many_and_named_by_known_ids() -> None:
    base = loading.load()
    rows = parts.sentences(base.counties)
    assert len(rows) > 3000
    assert {one for row in rows for some in (row.wanted or (), row.away, row.home) for one in some} <= set(base.counties)
    assert {one for row in rows for one in row.kinds or ()} <= {*base.kinds, ""}


def test_a_plain_line_is_taught_with_several_counties() -> None:
    base = loading.load()
    rows = [row for row in parts.sentences(base.counties) if row.text.startswith("比起") and row.text.count(",更想去") == 1]
    plain = [row for row in rows if row.away and row.wanted and row.text == f"比起{_zh(row.away)},更想去{_zh(row.wanted)}"]
    assert len(plain) > 1


def _zh(ids: frozenset[str]) -> str:
    (one,) = ids
    return loading.load().counties[one].short.zh


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


def test_sets_that_measure_are_not_taught() -> None:
    assert not {"dev", "second", "check", "sealed"} & set(labelled.TAUGHT)
    assert all(path.exists() for path in labelled.files())


def test_a_labelled_line_teaches_nothing_of_what_may_be_read_either_way() -> None:
    lines = {row["text"]: row for row in labelled.rows() if row.get("fields_optional")}
    taught = [row for row in train.phrases() if row.whole and row.text in lines]
    assert taught
    assert all(row.perhaps >= set(lines[row.text]["fields_optional"]) for row in taught)


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
