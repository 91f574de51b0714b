"""All conversations put together, in their order."""

from __future__ import annotations

from telegram import Update
from telegram.ext import BaseHandler

from handlers import (
    browse,
    colleagues,
    corrections,
    find,
    form_handler,
    gate,
    groups,
    interest,
    landing,
    messages,
    mine,
    moves,
    notices,
    organisation,
    presses,
    privacy,
    publishing,
    questions,
    start,
)
from handlers.admin import (
    audiences,
    changes,
    cockpit,
    compose,
    confirming,
    coordinators,
    desk,
    duplicates,
    inquiries,
    organisations,
    review,
    schedule,
)
from handlers.context import Context, Services

GATE, CONVERSATIONS = -1, 0
"""Groups: the gate sees every update and may stop it; then the first handler that fits answers."""

MODULES = (
    browse,
    colleagues,
    corrections,
    find,
    form_handler,
    groups,
    interest,
    landing,
    mine,
    moves,
    organisation,
    privacy,
    publishing,
    questions,
    start,
    coordinators,
    inquiries,
    duplicates,
    organisations,
    review,
    notices,
    desk,
    confirming,
    compose,
    audiences,
    schedule,
    cockpit,
    changes,
)
PRESS_TABLES = [module.PRESSES for module in MODULES]


def handlers() -> dict[int, list[BaseHandler[Update, Context, None]]]:
    """Commands before buttons before messages: /cancel, /help and /start work at every moment, whatever form is open."""
    commands = [h for m in (start, find, browse, mine, organisation, notices, privacy, review, desk) for h in m.handlers()]
    return {GATE: gate.handlers(), CONVERSATIONS: [*commands, *presses.handlers(PRESS_TABLES), *messages.handlers()]}


def attach(services: Services) -> None:
    """Give the services what one conversation hands over to another."""
    services.answer_freely = find.answer_freely
