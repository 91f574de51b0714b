"""Views: what is rendered when something is sent on its own, or said once more after a restart.

A view is a function of services, language and arguments; deliveries and results name it by its id.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from handlers.context import Reply, Services

View = Callable[[Services, str, dict[str, Any]], Reply]

VIEWS: dict[str, View] = {}


def view(name: str) -> Callable[[View], View]:
    """Make a function known as the view ``name``."""

    def known(function: View) -> View:
        VIEWS[name] = function
        return function

    return known


def render(services: Services, lang: str, name: str, args: dict[str, Any]) -> Reply:
    """The message of a view; one that may have arrived before is marked so."""
    reply = VIEWS[name](services, lang, args)
    if args.get("repeated"):
        return replace(reply, text=f"{services.texts(lang, 'mail.repeated')}\n\n{reply.text}")
    return reply
