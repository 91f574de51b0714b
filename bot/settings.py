"""Settings: environment variables (or a ``.env`` file) that begin with ``JIEDUI_``, read once into one frozen object."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

PREFIX = "JIEDUI_"


class BadSettings(Exception):
    """A setting cannot be used; the message names it and says what it takes."""


class Secret:
    """A text that is shown nowhere by itself: neither ``repr`` nor a traceback nor any encoder knows it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "Secret(…)"

    def reveal(self) -> str:
        """The text."""
        return self._text


class Settings(Struct, frozen=True):
    """Everything that an operator can set."""

    token: Secret | None = None
    api_url: str | None = None
    proxy: str | None = None
    db: Path = Path("jiedui.db")
    owners: frozenset[int] = frozenset()
    operator: str = ""
    privacy_contact: str = ""
    webhook_url: str | None = None
    webhook_secret: Secret | None = None
    webhook_port: int = 8443
    pace: float = 25
    lang: str = "zh"

    @property
    def collects(self) -> bool:
        """Whether contacts may be collected: only with an operator and somebody to answer for the data."""
        return bool(self.operator and self.privacy_contact)


def _address(schemes: str) -> Callable[[str], str]:
    """Reads an address whose host and port can be told: what cannot is refused here and not by a library in mid-course."""

    def read(text: str) -> str:
        parts = urlsplit(text)
        if not re.fullmatch(rf"({schemes})://\S+", text) or not parts.hostname or parts.port == 0:  # the port may be no number
            raise ValueError("no such address")
        parts.hostname.encode("idna")
        return text

    return read


def _at_most(length: int) -> Callable[[str], str]:
    """Reads a text for messages, which have an end."""

    def read(text: str) -> str:
        if len(text) > length:
            raise ValueError("too long")
        return text

    return read


def _owners(text: str) -> frozenset[int]:
    """``"1, 2"`` → the two user ids: positive (groups are negative), of at most 52 bits."""
    ids = frozenset(int(part) for part in re.split("[,，、]", text) if part.strip())
    if not all(0 < one < 2**52 for one in ids):
        raise ValueError("not the id of a user")
    return ids


def _webhook_secret(text: str) -> Secret:
    """What Telegram takes as a secret token."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", text):
        raise ValueError("not a secret token")
    return Secret(text)


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise ValueError("not a port")
    return port


def _pace(text: str) -> float:
    pace = float(text)
    if not 0 < pace <= 1000:  # nor is it true of nan
        raise ValueError("not a pace")
    return pace


def _lang(text: str) -> str:
    if text not in {"zh", "en"}:
        raise ValueError("not a language")
    return text


TAKES: dict[str, tuple[Callable[[str], object], str]] = {
    "token": (Secret, "the token from @BotFather"),
    "api_url": (_address("https?"), "an address like http://127.0.0.1:8081/bot"),
    "proxy": (_address("https?|socks5h?"), "an address like http://127.0.0.1:7890 or socks5://127.0.0.1:1080"),
    "db": (Path, "a file name"),
    "owners": (_owners, "Telegram user ids separated by commas"),
    "operator": (_at_most(120), "a name of at most 120 characters"),
    "privacy_contact": (_at_most(120), "at most 120 characters"),
    "webhook_url": (_address("https?"), "an https address"),
    "webhook_secret": (_webhook_secret, "1 to 256 of the characters A-Z a-z 0-9 _ -"),
    "webhook_port": (_port, "a port number"),
    "pace": (_pace, "messages a second, above 0, 1000 at most"),
    "lang": (_lang, "zh or en"),
}
"""By setting: what reads it (ValueError: it cannot be used), and what it takes, in words."""


def load(environment: Mapping[str, str] = os.environ, env_file: Path = Path(".env")) -> Settings:
    """Read the settings: the environment first, then the file. Empty values count as not set. Raises BadSettings."""
    found = {
        key[len(PREFIX) :].lower(): value.strip()
        for key, value in {**_filed(env_file), **environment}.items()
        if key.startswith(PREFIX) and value.strip()
    }
    read: dict[str, Any] = {}
    for name, (reads, words) in TAKES.items():
        if name in found:
            try:
                read[name] = reads(found[name])
            except ValueError:
                raise BadSettings(f"{PREFIX}{name.upper()} takes {words}") from None
    return Settings(**read)


def _filed(env_file: Path) -> dict[str, str]:
    """What stands in the file; nothing where there is none."""
    if not env_file.exists():
        return {}
    from dotenv import dotenv_values  # late: in the terminal there mostly is no such file

    try:
        return {key: value for key, value in dotenv_values(env_file, interpolate=False).items() if value is not None}
    except UnicodeDecodeError:
        raise BadSettings(f"{env_file} is not UTF-8: save it in that encoding") from None
