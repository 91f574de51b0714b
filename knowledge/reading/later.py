"""Patterns that are compiled when they are first used: the start does not wait for what a text may never need."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

_Found = Callable[..., re.Match[str] | None]


class Later:
    """A pattern as ``re.compile`` gives it, compiled by the first search."""

    search: _Found
    match: _Found
    fullmatch: _Found
    finditer: Callable[..., Iterator[re.Match[str]]]

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def __getattr__(self, name: str) -> Any:
        if name not in Later.__annotations__:
            raise AttributeError(name)
        compiled = re.compile(self.pattern)
        self.search, self.match = compiled.search, compiled.match
        self.fullmatch, self.finditer = compiled.fullmatch, compiled.finditer
        return self.__dict__[name]
