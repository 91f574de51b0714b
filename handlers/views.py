"""Views: what is rendered when something is sent on its own, or said once more after a restart.

A view is a function of services, language and arguments; deliveries and results name it by its id.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec.structs import replace

from handlers.context import Reply, Services

View = Callable[[Services, str, dict[str, Any]], Reply]

VIEWS: dict[str, View] = {}
AHEAD: dict[str, Callable[[Services, dict[str, Any]], Awaitable[None]]] = {}
"""What takes long and is done before a view is rendered, so that others are served meanwhile."""


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


async def made(services: Services, lang: str, name: str, args: dict[str, Any]) -> Reply:
    """The message of a view, after what is to be done ahead of it."""
    if name in AHEAD:
        await AHEAD[name](services, args)
    return render(services, lang, name, args)
