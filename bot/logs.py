"""Logs: to standard error, without the token and without what people wrote."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable

REDACTED = "[token]"
ANY_TOKEN = re.compile(r"\d{1,16}(?::|%3A)[A-Za-z0-9_-]{30,}", re.IGNORECASE)
"""What any bot's token looks like, also inside an address: …/bot123456:AAF…/getMe."""


class Redactor(logging.Formatter):
    """Formats a record and takes the token out of the whole of it, the traceback included."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = tuple(secret for secret in secrets if secret)

    def format(self, record: logging.LogRecord) -> str:
        """The line, redacted."""
        return redact(super().format(record), self._secrets)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without these secrets and without anything that looks like a token, in whatever case they are written."""
    for secret in secrets:
        text = re.sub(re.escape(secret), REDACTED, text, flags=re.IGNORECASE)
    return ANY_TOKEN.sub(REDACTED, text)


def set_up(secrets: tuple[str, ...] = (), *, level: int = logging.INFO) -> None:
    """Log to standard error. httpx writes whole addresses, with the token in them, at INFO: it is kept to warnings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redactor(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("telegram.ext").setLevel(logging.CRITICAL)  # PTB tells with a traceback what we tell in a line
    for noisy in ("httpx", "httpcore", "telegram.ext.Application"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
