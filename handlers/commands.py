"""The commands, in one table: the Telegram menu, /help and the README are made from it."""

from __future__ import annotations

from msgspec import Struct

from knowledge.records.moves import OFFICE

EVERYBODY = OFFICE | {"guest"}


class Command(Struct, frozen=True):
    """A command; its description is the text ``command.<name>``. ``roles``: who sees it in the menu."""

    name: str
    roles: frozenset[str] = EVERYBODY


COMMANDS = (
    Command("start"),
    Command("find"),
    Command("county"),
    Command("plan"),
    Command("cases"),
    Command("my"),
    Command("org"),
    Command("notices"),
    Command("lang"),
    Command("privacy"),
    Command("help"),
    Command("cancel"),
    Command("office", OFFICE),
    Command("broadcast", OFFICE),
)


def for_role(role: str) -> tuple[Command, ...]:
    """The commands that a role sees."""
    return tuple(command for command in COMMANDS if role in command.roles)
