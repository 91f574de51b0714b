"""A contact that was shown, and what still stands in a chat: for the tests of privacy."""

from __future__ import annotations

from bot.channels.chat import plain
from tests.journeys import registered
from tests.talk import Person, Talk

PHONE = "13812345678"
SHOWN = "王老师 13812345678"


def visible(person: Person) -> list[str]:
    """What still stands in the person's chat: messages as last edited, without the deleted ones."""
    chat: dict[int, str] = {}
    for shown in person.seen:
        if shown.how == "deleted":
            chat.pop(shown.message, None)
        else:
            chat[shown.message] = plain(shown.html)
    return list(chat.values())


def sees_contact(person: Person) -> bool:
    return any(PHONE in text for text in visible(person))


async def shown_to(talk: Talk) -> tuple[Person, Person]:
    """An interest is registered, and somebody of the office has looked at its contact."""
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    assert SHOWN in await boss.presses("查看联系方式")
    return boss, li
