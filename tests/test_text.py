"""Even spelling keeps the way back to the text as written."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.reading.characters import sloppy, spelled
from knowledge.text import LIMIT, even, even_word, has_han


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("巫\u200b溪\u200b县 教\u200b育", "巫溪县 教育"),
        ("城\n口\n县", "城口县"),
        ("ＷＵＸＩ\u3000教育", "wuxi 教育"),
        ("請問 雲陽縣", "请问 云阳县"),
        ("城囗", "城口"),
        ("<b>城口</b>", " 城口 "),
        ("石 柱 县", "石柱县"),
        ("\u202e巫溪\u202c\x00", "巫溪"),
    ],
)
def test_one_spelling(written: str, text: str) -> None:
    assert even(written).text == text


@pytest.mark.parametrize("text", ["城口", "we go to 城口", "\u3400", "\u9fff", "カタ漢"])
def test_chinese_characters_are_seen(text: str) -> None:
    assert has_han(text)


@pytest.mark.parametrize("text", ["", "Chengkou", "Ü, é", "Київ", "カタカナ", "한국어", "，。！？", "〇", "①", "🙂", "\ua000"])
def test_what_is_no_chinese_character_is_not_taken_for_one(text: str) -> None:
    assert not has_han(text)


@given(st.text(max_size=20) | st.text("城囗縣〇カａ, A", max_size=8))
def test_a_word_is_made_even_as_a_text_is(word: str) -> None:
    assert even_word(word) == even(word).text


@given(st.text(max_size=300))
def test_any_text_is_read_and_every_character_has_its_place(written: str) -> None:
    got = even(written)
    assert len(got.back) == len(got.text)
    assert list(got.back) == sorted(got.back)
    assert all(place < len(written) for place in got.back)


def test_words_are_the_users_own() -> None:
    got = even("我想去<b>雲\u200b陽</b>縣")
    start = got.text.index("云")
    assert got.words(start, start + 2) == "雲\u200b陽"


def test_long_text_is_cut_and_quick() -> None:
    start = time.perf_counter()
    assert len(even("养老" * 50_000).text) == LIMIT
    assert len(even("ﷺ" * 4000).text) < LIMIT + 20  # one of them stands for a whole sentence
    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize(
    ("word", "syllables"),
    [("nongchanpin", ("nong", "chan", "pin")), ("wuxi", ("wu", "xi")), ("health", ()), ("", ()), ("lv", ("lv",))],
)
def test_pinyin_is_spelled(word: str, syllables: tuple[str, ...]) -> None:
    assert spelled(word) == syllables


def test_careless_sounds_are_equal() -> None:
    assert sloppy("cheng") == sloppy("cen")
    assert sloppy("liang") == sloppy("niang")
    assert sloppy("wu") != sloppy("fu")
