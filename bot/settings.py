"""Settings: environment variables (or a ``.env`` file) that begin with ``JIEDUI_``, read once into one frozen object."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
)

PREFIX = "JIEDUI_"


class BadSettings(Exception):
    """A setting cannot be used; the message names it and says what it takes."""


def _ids(value: object) -> object:
    """``"1, 2"`` → the two ids."""
    return [part.strip() for part in re.split("[,，、]", value) if part.strip()] if isinstance(value, str) else value


def _webhook_secret(value: SecretStr) -> SecretStr:
    """What Telegram takes as a secret token."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
        raise ValueError("not a secret token")
    return value


def _address(value: str) -> str:
    """An address whose host and port can be read: what cannot is told here and not by a library in mid-course."""
    parts = urlsplit(value)
    if not parts.hostname or parts.port == 0:  # ValueError: the port is no number
        raise ValueError("no host or port")
    parts.hostname.encode("idna")
    return value


PersonId = Annotated[int, Field(gt=0, lt=2**52)]
"""A Telegram user id: positive (groups are negative), of at most 52 bits."""
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$"), AfterValidator(_address)]

Short = Annotated[str, StringConstraints(max_length=120)]
"""It stands in messages, which have an end."""


class Settings(BaseModel):
    """Everything that an operator can set. The token is never shown by ``repr``."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    token: SecretStr | None = None
    api_url: Address | None = None
    proxy: Annotated[str, StringConstraints(pattern=r"^(https?|socks5h?)://[^\s]+$"), AfterValidator(_address)] | None = None
    db: Path = Path("jiedui.db")
    owners: Annotated[frozenset[PersonId], BeforeValidator(_ids)] = frozenset()
    operator: Short = ""
    privacy_contact: Short = ""
    webhook_url: Address | None = None
    webhook_secret: Annotated[SecretStr, AfterValidator(_webhook_secret)] | None = None
    webhook_port: int = Field(8443, ge=1, le=65535)
    pace: float = Field(25, gt=0, le=1000)
    lang: Literal["zh", "en"] = "zh"

    @property
    def collects(self) -> bool:
        """Whether contacts may be collected: only with an operator and somebody to answer for the data."""
        return bool(self.operator and self.privacy_contact)


TAKES = {
    "token": "the token from @BotFather",
    "api_url": "an address like http://127.0.0.1:8081/bot",
    "proxy": "an address like http://127.0.0.1:7890 or socks5://127.0.0.1:1080",
    "db": "a file name",
    "owners": "Telegram user ids separated by commas",
    "operator": "a name of at most 120 characters",
    "privacy_contact": "at most 120 characters",
    "webhook_url": "an https address",
    "webhook_secret": "1 to 256 of the characters A-Z a-z 0-9 _ -",
    "webhook_port": "a port number",
    "pace": "messages a second, above 0, 1000 at most",
    "lang": "zh or en",
}


def load(environment: Mapping[str, str] = os.environ, env_file: Path = Path(".env")) -> Settings:
    """Read the settings: the environment first, then the file. Empty values count as not set. Raises BadSettings."""
    try:
        filed = {key: value for key, value in dotenv_values(env_file, interpolate=False).items() if value is not None}
    except UnicodeDecodeError:
        raise BadSettings(f"{env_file} is not UTF-8: save it in that encoding") from None
    found = {
        key[len(PREFIX) :].lower(): value.strip()
        for key, value in {**filed, **environment}.items()
        if key.startswith(PREFIX) and value.strip()
    }
    try:
        return Settings.model_validate(found)
    except ValidationError as error:
        name = str(error.errors(include_url=False, include_input=False)[0]["loc"][0])
        raise BadSettings(f"{PREFIX}{name.upper()} takes {TAKES.get(name, 'another value')}") from None
