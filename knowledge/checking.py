"""Checking what was read from a file against the types of the base: every fault is told, each with its key, in plain words.

msgspec makes values of these types as well, but stops at the first fault. Here its description of a type is walked instead,
beside the data. An annotation says what a type alone does not, by ``Meta``: ``description`` is what must stand there, in words;
in ``extra``, ``before`` changes the data first, and ``holds`` tells whether a text will do.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, NamedTuple, TypeVar

from msgspec import ValidationError, convert, inspect

T = TypeVar("T")

Key = tuple[str | int, ...]
"""The path to a value inside a file: keys and list positions."""


GROUP = "must hold keys, each with a value"


class Wrong(NamedTuple):
    """One fault: where it stands, and what is wrong."""

    key: Key
    message: str


class Unfit(ValueError):
    """The data is not what it must be; ``wrong`` tells everything."""

    def __init__(self, wrong: Iterable[Wrong]) -> None:
        self.wrong = tuple(wrong)
        super().__init__("; ".join(f"{'.'.join(map(str, key))}: {message}" for key, message in self.wrong))


def fit(data: object, kind: type[T]) -> T:
    """The plain data as a ``kind`` (a Struct, or a dict of Structs), blanks around texts left out. Raises Unfit."""
    walk = _Walk()
    made: T = walk.value(_described(kind), data, ())
    if walk.wrong:
        raise Unfit(walk.wrong)
    return made


_described: Callable[[Any], inspect.Type] = cache(inspect.type_info)
"""What a type is, told once."""


class _Walk:
    """One walk along data and type. Where something is wrong, it goes on with None."""

    def __init__(self) -> None:
        self.wrong: list[Wrong] = []

    def value(self, kind: inspect.Type, data: Any, key: Key) -> Any:
        """What ``data`` is as this kind."""
        match kind:
            case inspect.Metadata(type=inspect.StrType() as text):
                return self._text(text, data, key, **(kind.extra or {}), **(kind.extra_json_schema or {}))
            case inspect.Metadata(type=inner, extra={"before": before}):
                return self.value(inner, before(data), key)
            case inspect.UnionType(types=(inspect.NoneType(), one) | (one, inspect.NoneType())):
                return None if data is None else self.value(one, data, key)
            case inspect.StructType():
                return self._struct(kind, data, key)
            case inspect.VarTupleType():
                if not isinstance(data, list | tuple):
                    return self._fault(key, "must be a list")
                return tuple(self.value(kind.item_type, one, (*key, place)) for place, one in enumerate(data))
            case inspect.DictType():
                if not isinstance(data, dict):
                    return self._fault(key, GROUP)
                named = {self.value(kind.key_type, name, (*key, str(name))): one for name, one in data.items()}
                return {name: self.value(kind.value_type, one, (*key, str(name))) for name, one in named.items()}
            case _:
                return self._leaf(kind, data, key)

    def _leaf(self, kind: inspect.Type, data: Any, key: Key) -> Any:
        match kind:
            case inspect.StrType():
                return self._text(kind, data, key)
            case inspect.LiteralType(values=values):
                return data if data in values else self._fault(key, f"must be one of: {', '.join(map(str, values))}")
            case inspect.IntType(ge=None, le=None):
                return self._lax(int, data, key, "a whole number")
            case inspect.IntType(ge=int() as least, le=int() as most):
                number = self._lax(int, data, key, "a whole number")
                return number if number is None or least <= number <= most else self._fault(key, f"must be {least} to {most}")
            case inspect.BoolType():
                return self._lax(bool, data, key, "true or false")
            case inspect.DateType():
                return self._lax(dt.date, data, key, "a date, like 2026-12-31")
            case _:
                raise TypeError(f"no file holds {kind}")

    def _struct(self, kind: inspect.StructType, data: Any, key: Key) -> Any:
        if not isinstance(data, dict):
            return self._fault(key, GROUP)
        fields = {field.name: field for field in kind.fields}
        for name in data.keys() - fields.keys():
            self._fault((*key, str(name)), "this key is not known here")
        values = {name: self.value(fields[name].type, one, (*key, name)) for name, one in data.items() if name in fields}
        for name, field in fields.items():
            if field.required and name not in data:
                self._fault((*key, name), "this key is missing")
        return None if self.wrong else kind.cls(**values)

    def _text(self, kind: inspect.StrType, data: Any, key: Key, *, description: str = "", holds: Any = None) -> Any:
        if not isinstance(data, str):
            quoted = isinstance(data, int | float | dt.date)  # YAML takes what looks like one for one
            return self._fault(key, "must be a text" + (": put it between quotes" if quoted else ""))
        text = data.strip()
        if len(text) < (kind.min_length or 0):
            return self._fault(key, f"must have at least {kind.min_length} character")
        if kind.max_length is not None and len(text) > kind.max_length:
            return self._fault(key, f"must have at most {kind.max_length} characters")
        if (kind.pattern and not re.search(kind.pattern, text)) or (holds and not holds(text)):
            return self._fault(key, f"not written as it must be: {description}")
        return text

    def _lax(self, kind: type[T], data: Any, key: Key, words: str) -> T | None:
        """A value that may stand between quotes."""
        try:
            return convert(data, kind, strict=False)
        except ValidationError:
            self._fault(key, f"must be {words}")
            return None

    def _fault(self, key: Key, message: str) -> None:
        self.wrong.append(Wrong(key, message))
