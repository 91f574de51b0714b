"""Make ``knowledge/reading/characters.txt``: ``python -m knowledge.training.characters``.

The table holds what reading needs of pypinyin and OpenCC (a syllable per character, traditional → simplified), so that
neither is needed when Jiedui runs.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from pathlib import Path

CHARACTERS = Path(__file__).parents[1] / "reading" / "characters.txt"
PREFERRED = {"长": "chang", "重": "chong", "还": "hai", "都": "du", "行": "xing", "教": "jiao", "种": "zhong", "调": "tiao"}
"""Readings that matter in this field of work, where the dictionary puts another one first."""
CJK = range(0x4E00, 0x9FA6)


def table() -> str:
    """One line of traditional/simplified pairs, then a line per syllable with its characters, in order of code point."""
    from opencc import OpenCC
    from pypinyin import lazy_pinyin

    simplified = OpenCC("t2s")
    pairs: list[str] = []
    syllables: defaultdict[str, list[str]] = defaultdict(list)
    for code in CJK:
        character = chr(code)
        plain = simplified.convert(character)
        if plain != character and len(plain) == 1:
            pairs.append(character + plain)
            continue
        try:
            character.encode("gb2312")
        except UnicodeEncodeError:
            if character not in "囗碚綦璧":
                continue
        syllable = PREFERRED.get(character) or lazy_pinyin(character, v_to_u=False)[0]
        syllables[unicodedata.normalize("NFC", syllable).replace("ü", "v")].append(character)
    lines = ["".join(pairs), *(f"{name} {''.join(chars)}" for name, chars in sorted(syllables.items()) if name.isascii())]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    CHARACTERS.write_text(table(), encoding="utf-8")
