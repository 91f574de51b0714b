"""The context of a handler: the knowledge, the records, the texts and the person writing, typed.

``handlers/`` knows nothing of ``bot/``: what it needs from there (waking the worker that sends) comes through Services.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from typing import Any, TypeVar

from msgspec import Struct, field
from telegram import Message, ReplyParameters, Update
from telegram.error import BadRequest
from telegram.ext import CallbackContext, ExtBot

from handlers.buttons import Rows, markup
from handlers.texts import Texts
from knowledge.base import KnowledgeBase
from knowledge.clock import Clock, in_shanghai
from knowledge.matching import Circumstances, Recommendation, Wish, recommend
from knowledge.records import cards, coordinators, inbox, people
from knowledge.records.audience import Reach
from knowledge.records.coverage import coverage
from knowledge.records.notices import Notice
from knowledge.records.people import Person
from knowledge.records.store import Store
from knowledge.text import even
from knowledge.understanding import Reader

K = TypeVar("K")
T = TypeVar("T")

REMEMBERED = 500
"""How many people's last words are remembered, in memory only: before consent no words of theirs are stored."""


OF_LATE = 200
"""How many rankings and lists are remembered."""


class Reply(Struct, frozen=True):
    """A message: Telegram HTML and its buttons. ``reply_to``: the message it answers. ``card``: the interest it will show.

    ``photo`` or ``document``: Telegram's file id of one, under which the text stands.
    """

    text: str
    rows: Rows = ()
    reply_to: int = 0
    card: int = 0
    photo: str = ""
    document: str = ""


async def _not_attached(context: Context, text: str) -> None:
    """Stands where the conversations were not put together."""
    raise LookupError("conversations.attach was not called")


class Services(Struct):
    """Everything that the conversations work with, built once."""

    base: KnowledgeBase
    reader: Reader
    store: Store
    texts: Texts
    clock: Clock
    owners: set[int]
    default_lang: str
    operator: Mapping[str, str]
    """Who is responsible for the data, by language; empty where nobody is named."""
    privacy_contact: Mapping[str, str]
    """Where people write about their data, by language."""
    collects: bool
    wake: Callable[[], None]
    last_words: dict[int, str] = field(default_factory=dict)
    last_texts: dict[int, tuple[str, int]] = field(default_factory=dict)
    """The text last written freely by each person, whatever it was, and when: what can be sent on to the office."""
    last_lists: dict[int, tuple[Wish, int]] = field(default_factory=dict)
    """The wish last listed for each person, and the place of its page: what 换一个 and 再加上教育 lean on."""
    last_opened: dict[int, tuple[str, str]] = field(default_factory=dict)
    """The need or county that each person looked at last, with the kind of their organisation: what 登记 leans on."""
    at_hand: dict[int, int] = field(default_factory=dict)
    """The form whose question is the last thing that each person was shown: only there 好的 answers it."""
    albums: dict[int, tuple[str, int]] = field(default_factory=dict)
    """The album last seen of each person, with the update of its first part: its parts come as messages of their own."""
    pastes: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Until when text of a person counts as the rest of a paste, with the update of its first part."""
    reaches: dict[int, tuple[Notice, Reach]] = field(default_factory=dict)
    """The reach of notices that was counted for the page that comes next."""
    slicing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by whoever works on the rows of a notice, slice by slice."""
    unsent: dict[int, float] = field(default_factory=dict)
    """Updates whose answer could not be sent, and in how many seconds to answer them again."""
    made: dict[Hashable, Any] = field(default_factory=dict)
    """The rankings and lists made of late, as long as what they depend on (``made_from``) stays the same."""
    made_from: tuple[KnowledgeBase, Circumstances] | None = None
    pace: float = 25
    """Messages a second that go out on their own."""
    username: str = "jiedui_bot"
    """The name of the bot on its channel."""
    answer_freely: Callable[[Context, str], Awaitable[None]] = _not_attached
    """Answers a text that belongs to no form: set when the conversations are put together."""

    def now(self) -> int:
        """The present second."""
        return self.clock.now()

    def language(self, person: int) -> str:
        """The language in which this person is answered."""
        known = people.get(self.store, person)
        return known.language(self.default_lang) if known else self.default_lang

    def role(self, person: int) -> str:
        """What the person is to the office: ``city`` for owners, ``county`` for coordinators of any, else ``guest``."""
        if person in self.owners:
            return "city"
        return "county" if coordinators.counties(self.store, person) else "guest"

    def counties(self, person: int) -> frozenset[str] | None:
        """The counties whose cases the person sees at the office; None: all of them."""
        return None if person in self.owners else coordinators.counties(self.store, person)

    def role_at(self, person: int, county: str) -> str | None:
        """What the person is to the cases of this county: ``city`` for owners, ``county`` for its coordinators, else None."""
        if person in self.owners:
            return "city"
        return "county" if coordinators.is_one(self.store, person, county) else None

    def office(self, county: str = "") -> list[int]:
        """Who is told of what comes in, the county's coordinators first: those who opened the chat and can be reached.

        The others see it when they start.
        """
        known = (people.get(self.store, owner) for owner in sorted(self.owners))
        city = [one.id for one in known if one and one.started is not None and one.unreachable is None]
        return list(dict.fromkeys([*coordinators.at(self.store, county), *city]))

    def around(self) -> Circumstances:
        """What ranking depends on, as it is now."""
        return Circumstances.now(self.base, coverage(self.store), in_shanghai(self.now()).year)

    def of_late(self, key: Hashable, make: Callable[[Circumstances], T]) -> T:
        """What was made for ``key`` as things stand now, else made now: leafing to and fro ranks and renders only once."""
        around = self.around()
        if self.made_from is None or self.made_from[0] is not self.base or self.made_from[1] != around:
            self.made.clear()
            self.made_from = self.base, around
        known = key in self.made
        found: T = self.made.pop(key) if known else make(around)
        _keep(self.made, key, found, OF_LATE)
        return found

    def ranking(self, wish: Wish) -> Recommendation:
        """The pairings for a wish as things stand now."""
        return self.of_late(wish, lambda around: recommend(self.base, wish, around))

    def today(self) -> dt.date:
        """The day in Chongqing."""
        return in_shanghai(self.now()).date()

    def remember(self, person: int, words: str) -> None:
        """Keep the person's last words in memory, to offer them in a form; the longest silent are forgotten first."""
        _keep(self.last_words, person, words)

    def wrote(self, person: int, text: str) -> None:
        """Keep the text that the person wrote in memory, so that it can be sent on to the office."""
        _keep(self.last_texts, person, (text, self.now()))

    def last_text(self, person: int, since: int = 0) -> str:
        """The text that the person wrote last, if it was not before this moment."""
        text, at = self.last_texts.get(person, ("", 0))
        return text if at >= since else ""

    def listed(self, person: int, wish: Wish, offset: int) -> None:
        """Keep in memory what was listed for the person last; what was open before is so no longer."""
        _keep(self.last_lists, person, (wish, offset))
        self.last_opened.pop(person, None)

    def opened(self, person: int, name: str, kind: str = "") -> None:
        """Keep in memory which need or county the person looks at, and the kind of their organisation as it was said."""
        _keep(self.last_opened, person, (name, kind))

    def asks(self, person: int, draft: int) -> None:
        """Note that the question of this form is the last thing that the person was shown."""
        _keep(self.at_hand, person, draft)

    def showed(self, person: int) -> None:
        """Note that something was shown to the person; what says that more is asked for comes after it."""
        self.at_hand.pop(person, None)

    def forget(self, person: int) -> None:
        """Forget what is held in memory about a person."""
        memories: tuple[dict[int, Any], ...] = (
            self.last_words,
            self.last_texts,
            self.last_lists,
            self.last_opened,
            self.at_hand,
            self.albums,
            self.pastes,
        )
        for memory in memories:
            memory.pop(person, None)
        even.cache_clear()


def _keep(memory: dict[K, T], key: K, value: T, most: int = REMEMBERED) -> None:
    memory.pop(key, None)
    memory[key] = value
    while len(memory) > most:
        del memory[next(iter(memory))]


Bot = ExtBot[None]


def answering(message: int) -> ReplyParameters | None:
    """In reply to this message, if it is still there."""
    return ReplyParameters(message, allow_sending_without_reply=True) if message else None


async def post(bot: Bot, chat: int, reply: Reply, *, silent: bool = False) -> Message:
    """Send a new message to a chat. Raises TelegramError."""
    how: dict[str, Any] = {
        "reply_markup": markup(reply.rows),
        "reply_parameters": answering(reply.reply_to),
        "disable_notification": silent,
    }
    if reply.photo:
        return await bot.send_photo(chat, reply.photo, caption=reply.text, **how)
    if reply.document:
        return await bot.send_document(chat, reply.document, caption=reply.text, **how)
    return await bot.send_message(chat, reply.text, **how)


class Context(CallbackContext[Bot, dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """What a handler gets beside the update."""

    person: Person
    update_id: int

    @property
    def services(self) -> Services:
        """The services of this application."""
        services: Services = self.bot_data["services"]
        return services

    @property
    def store(self) -> Store:
        """The records."""
        return self.services.store

    @property
    def base(self) -> KnowledgeBase:
        """The knowledge base."""
        return self.services.base

    @property
    def lang(self) -> str:
        """The language of the reply."""
        return self.person.language(self.services.default_lang)

    @property
    def now(self) -> int:
        """The present second."""
        return self.services.now()

    @property
    def role(self) -> str:
        """The role of the person writing."""
        return self.services.role(self.person.id)

    def text(self, key: str, **values: Any) -> str:
        """A text in the language of the reply."""
        return self.services.texts(self.lang, key, **values)

    def note_result(self, view: str, **args: str | int) -> None:
        """Note how what this update brings about is confirmed, inside its transaction."""
        inbox.note_result(self.store, self.update_id, view, args)

    async def send(self, reply: Reply) -> Message:
        """A new message to the person."""
        return await self.send_to(self.person.id, reply)

    async def send_to(self, chat: int, reply: Reply) -> Message:
        """A new message to a chat."""
        message = await post(self.bot, chat, reply)
        self.services.showed(chat)
        if reply.card:
            cards.adopt(self.store, reply.card, chat, message.message_id, self.now)
        return message

    async def send_file(self, name: str, content: bytes, caption: str) -> Message:
        """A file to the person."""
        return await self.bot.send_document(self.person.id, content, caption=caption, filename=name)

    async def show(self, update: Update, reply: Reply) -> None:
        """In answer to a press: change the message pressed on, where it still can be; otherwise a new message."""
        query = update.callback_query
        message = query.message if query else None
        if query is None or message is None or not message.is_accessible:
            await self.send(reply)
            return
        try:
            await query.edit_message_text(reply.text, reply_markup=markup(reply.rows))
            self.services.showed(self.person.id)
        except BadRequest as error:
            if "not modified" in error.message.lower():  # pressed twice: it already says so
                return
            await self.send(reply)

    async def say(self, key: str, rows: Iterable[Any] = (), **values: Any) -> Message:
        """A new message to the person, by its key."""
        return await self.send(Reply(self.text(key, **values), tuple(rows)))
