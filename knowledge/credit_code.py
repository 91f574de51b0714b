"""The unified social credit code (统一社会信用代码) of an organisation registered with the civil affairs, checked offline.

What passes is well formed; whether it belongs to the organisation, a person has to look up.
"""

from __future__ import annotations

import unicodedata
from typing import Literal

LENGTH = 18
KINDS = {"51": "association", "52": "service", "53": "foundation"}
"""What the civil affairs register, by the first two characters: 社会团体, 民办非企业单位（社会服务机构）, 基金会."""

Trouble = Literal["", "length", "letters", "check", "prefix"]
"""Why a code cannot be right: its length, characters that no code has, its check digit, or it is not the civil affairs'."""


def compact(text: str) -> str:
    """The code as it is written in a certificate: capitals, without blanks, dashes, and Chinese words before a whole one."""
    plain = "".join(char for char in unicodedata.normalize("NFKC", text).upper() if char.isalnum())
    latin = "".join(char for char in plain if char.isascii())
    return latin if len(latin) == LENGTH else plain


def trouble(code: str) -> Trouble:
    """Why a compact code cannot be right; empty where it is well formed."""
    from stdnum.cn import uscc
    from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

    try:
        uscc.validate(code)
    except InvalidLength:
        return "length"
    except InvalidChecksum:
        return "check"
    except ValidationError:
        return "letters"
    return "" if code[:2] in KINDS else "prefix"
