"""Presses: every button of every age is answered, by the action that its data names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from html import unescape

from telegram import Update
from telegram.error import BadRequest
from telegram.ext import BaseHandler, CallbackQueryHandler

from handlers.buttons import parse
from handlers.context import Context

Press = Callable[[Update, Context, list[str]], Awaitable[str | None]]
"""What a button does; it returns the line to show over the chat, if any."""
Presses = Mapping[str, Press]


def handlers(tables: list[Presses]) -> list[BaseHandler[Update, Context, None]]:
    """One handler for the buttons of all conversations. Raises ValueError when two want the same action."""
    actions: dict[str, Press] = {}
    for table in tables:
        if twice := actions.keys() & table.keys():
            raise ValueError(f"actions named twice: {sorted(twice)}")
        actions.update(table)

    async def on_press(update: Update, context: Context) -> None:
        query = update.callback_query
        if query is None:
            return
        line: str | None = context.text("press.failed")
        try:
            parsed = parse(query.data)
            action = actions.get(parsed[0]) if parsed else None
            if action is None or parsed is None:
                line = context.text("press.old")
            else:
                line = await action(update, context, parsed[1])
        finally:
            try:
                line = unescape(str(line)) if line else line  # this line is shown as it stands
                await query.answer(line, show_alert=bool(line and len(line) > 30))
            except BadRequest as error:  # a press that waited while the bot was away can no longer be answered
                if "too old" not in error.message.lower() and "invalid" not in error.message.lower():
                    raise

    return [CallbackQueryHandler(on_press)]
