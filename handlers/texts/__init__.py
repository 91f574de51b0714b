"""The catalogues: every text a user reads, in Chinese and English, rendered with autoescape.

A template that misses a variable, or a key that does not exist, is an error and never an empty place in a sentence.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import DictLoader, Environment, FileSystemBytecodeCache, StrictUndefined, Template
from jinja2.bccache import Bucket
from markupsafe import Markup

from knowledge import cache as copies
from knowledge.clock import in_shanghai

FOLDER = Path(__file__).parent
LANGS = ("zh", "en")
WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
OF = {"of"}
"""The one variable of the reasons and tags."""


class Texts:
    """The catalogues of both languages; templates are compiled when first used."""

    def __init__(self) -> None:
        self.sources = {lang: load(lang) for lang in LANGS}
        self.environment = Environment(
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            loader=DictLoader({f"{lang}/{key}": text for lang in LANGS for key, text in self.sources[lang].items()}),
            bytecode_cache=_compiled_before(),
            auto_reload=False,
        )
        self.environment.filters["date"] = show_date
        self.environment.filters["day"] = show_day
        self.environment.filters["full_day"] = show_full_day
        self._compiled: dict[tuple[str, str], Template | Markup] = {}
        self._labels: dict[tuple[str, str, str], Markup] = {}

    def __call__(self, lang: str, key: str, **values: Any) -> Markup:
        """The text ``key`` in ``lang``, with its values put in escaped; a text put into another is not escaped twice."""
        template = self._compiled.get((lang, key))
        if template is None:
            source = self.sources[lang][key]
            plain = "{" not in source  # most labels: nothing to render
            made = Markup(source.strip()) if plain else self.environment.get_template(f"{lang}/{key}")  # noqa: S704  a text of ours
            template = self._compiled[lang, key] = made
        if isinstance(template, Markup):
            return template
        if values.keys() == OF and type(values["of"]) is str:
            return self._label(template, lang, key, values["of"])
        return Markup(template.render(lang=lang, **values).strip())  # noqa: S704  escaped by the template

    def _label(self, template: Template, lang: str, key: str, of: str) -> Markup:
        """A reason or a tag: it speaks of one name of ours, and there are few of those."""
        found = self._labels.get((lang, key, of))
        if found is None:
            found = self._labels[lang, key, of] = Markup(template.render(lang=lang, of=of).strip())  # noqa: S704  escaped
        return found

    def known(self, key: str) -> bool:
        """Whether there is a text of this key."""
        return key in self.sources["zh"]


@cache
def load(lang: str) -> dict[str, str]:
    """The templates of one language by key."""
    file = FOLDER / f"{lang}.yaml"

    def anew() -> dict[str, str]:
        import yaml

        data: dict[str, str] = yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
        return data

    return copies.copied(f"texts-{lang}", [file], json.loads, lambda texts: json.dumps(texts).encode(), anew)


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates, kept for the next start; a cache that cannot be written is no cache."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        try:
            super().dump_bytecode(bucket)
        except OSError:
            return


def _compiled_before() -> _Compiled | None:
    """Where compiled templates are kept, apart for each version of Jinja, whose code differs."""
    try:
        folder = copies.folder() / f"templates-{jinja2.__version__}"
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return _Compiled(str(folder))


def show_date(second: int, lang: str, now: int | None = None) -> str:
    """A moment in Chongqing's time, with its weekday and hour; with the year where it is another than that of ``now``."""
    at = in_shanghai(second)
    another = now is not None and at.year != in_shanghai(now).year
    if lang == "zh":
        return f"{f'{at.year}年' if another else ''}{at.month}月{at.day}日（周{WEEKDAYS['zh'][at.weekday()]}）{at:%H:%M}"
    return f"{WEEKDAYS['en'][at.weekday()]} {at.day} {at:%b} {f'{at.year} ' if another else ''}{at:%H:%M}"


def show_day(second: int, lang: str) -> str:
    """A day in Chongqing's time, with its weekday."""
    at = in_shanghai(second)
    if lang == "zh":
        return f"{at.month}月{at.day}日（周{WEEKDAYS['zh'][at.weekday()]}）"
    return f"{WEEKDAYS['en'][at.weekday()]} {at.day} {at:%b}"


def show_full_day(second: int, lang: str) -> str:
    """A day in Chongqing's time, with its year: for what lasts long."""
    at = in_shanghai(second)
    return f"{at.year}年{at.month}月{at.day}日" if lang == "zh" else f"{at.day} {at:%b} {at.year}"
