"""Logs: to standard error, without the token and without what people wrote."""

from __future__ import annotations

import logging
import re
import sys

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
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, REDACTED)
        return ANY_TOKEN.sub(REDACTED, line)


def set_up(secrets: tuple[str, ...] = (), *, level: int = logging.INFO) -> None:
    """Log to standard error. httpx writes whole addresses, with the token in them, at INFO: it is kept to warnings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redactor(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "telegram.ext.Application"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
