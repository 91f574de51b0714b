"""Buttons: what is written on them, and the data they carry.

Data is ``v1:action:argument:…``, ASCII, at most 64 bytes, checked when it is built: it outlives restarts and versions.
"""

from __future__ import annotations

from html import unescape
from typing import Any

from msgspec import Struct

VERSION = "v1"
MAX_BYTES = 64


class Button(Struct, frozen=True):
    """A button: a label, and either data for a press or an address to open."""

    label: str
    data: str = ""
    url: str = ""


Rows = tuple[tuple[Button, ...], ...]


def data(action: str, *arguments: str | int) -> str:
    """The data of a press. Raises ValueError when Telegram would refuse it: a mistake of ours, found by the tests."""
    packed = ":".join([VERSION, action, *map(str, arguments)])
    if not packed.isascii() or len(packed) > MAX_BYTES or any(":" in str(argument) for argument in arguments):
        raise ValueError(f"button data must be ASCII of at most {MAX_BYTES} bytes: {packed}")
    return packed


def press(label: str, action: str, *arguments: str | int) -> Button:
    """A button that is pressed. Labels are shown as they stand, so that what a template escaped is written out."""
    return Button(unescape(str(label)), data(action, *arguments))


def parse(packed: object) -> tuple[str, list[str]] | None:
    """Action and arguments of a press, or None for data that is not of this version or that no button of ours carries."""
    if not isinstance(packed, str) or not packed.isascii() or len(packed) > MAX_BYTES:
        return None
    version, _, rest = packed.partition(":")
    action, *arguments = rest.split(":")
    return (action, arguments) if version == VERSION and action else None


def number(argument: str) -> int | None:
    """The number that an argument holds; None for everything else, and for numbers that no row has."""
    return int(argument) if argument.isascii() and argument.isdigit() and len(argument) <= 15 else None


def short(text: str, width: int = 24) -> str:
    """A text short enough for a button."""
    flat = " ".join(text.split())
    return flat if len(flat) <= width else flat[: width - 1] + "…"


def markup(rows: Rows) -> Any:
    """The keyboard for Telegram; none without buttons.

    It is written as it travels: PTB's own objects would be taken apart again into just this, at a tenth of a turn's time.
    """
    keyboard = [
        [{"text": b.label, "url": b.url} if b.url else {"text": b.label, "callback_data": b.data} for b in row]
        for row in rows
        if row
    ]
    return {"inline_keyboard": keyboard} if keyboard else None
