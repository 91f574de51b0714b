"""The pace of what is sent: two lanes, one clock.

Replies go at once, a burst of five to one chat, as long as Telegram takes them. What goes out on its own (mail) takes what is
left of the pace, evenly spaced. Only calls that send, edit or copy count; a press is answered without waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from typing import Any

from msgspec import Struct
from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.outcomes import seconds

Answer = bool | dict[str, Any] | list[dict[str, Any]]
Chat = int | str

PACED = ("send", "edit", "copy", "forward")
"""How the names of the calls begin that are paced."""
FREE = frozenset({"sendchataction"})
TELEGRAM = 27.0
"""Replies a second that Telegram takes for certain, however slow the pace of mail is set."""
BURST = 2
"""Replies that go at once on top of the even pace: with 27 in a second, and with what was late, at most 29 go in any second."""
PRIVATE = (1.0, 5)
GROUP = (3.75, 5)
"""Seconds from one message to the next in one chat, and how many may go at once: a group takes 20 in a minute."""
CATCH_UP, CATCH_UP_MAIL = 0.03, 0.08
"""Seconds of lateness that are made good, of replies and of mail, so that a busy moment (or a slow disk) costs no pace."""
GRAIN = 0.01
"""Seconds of mail that go together: above 100 a second a commit for each would cost more than the sending."""
TOGETHER = 2.0
"""Two chats refused within so many seconds mean that the whole is too fast."""
TRIES = 4
"""How often a reply that Telegram refused for its pace is sent."""
LONGEST = 60.0
"""Seconds that a reply waits at most for a chat; what has to wait longer is answered again later."""
KEPT = 1024
"""Chats that are remembered before those that may be written to again are forgotten."""


class Meter(Struct):
    """An even pace: one every ``every`` seconds, ``burst`` at once after a rest (the generic cell rate algorithm)."""

    every: float
    burst: int = 1
    due: float = 0.0
    """When the next would go, were all of them evenly spaced."""

    def at(self, now: float) -> float:
        """When the next may go."""
        return max(now, self.due - (self.burst - 1) * self.every)

    def take(self, now: float, count: int = 1, *, late: float = 0.0) -> None:
        """So many go. ``late``: lateness up to so many seconds is made good."""
        self.due = max(self.due, now - late) + count * self.every


class Ticket(Struct):
    """One delivery of the courier's: its first call was paid for when it was claimed, and it has left this machine or not.

    ``leave`` is awaited right before it does.
    """

    leave: Callable[[], Awaitable[None]] | None = None
    used: bool = False
    left: bool = False


MAIL: ContextVar[Ticket] = ContextVar("mail")
"""Set in the tasks of the courier: what is called there goes in the lane of mail."""


class Pacer(BaseRateLimiter[None]):
    """The pace of one bot. All times are those of the event loop."""

    def __init__(self, pace: float) -> None:
        """``pace``: messages a second for mail."""
        self.pace = pace
        self.moved: Callable[[], object] = lambda: None
        """Called when what mail had to wait for is through: the messages before it have left, or the replies."""
        self._grain = max(2, int(pace * GRAIN))
        self._inside = 0
        self._gate = asyncio.Lock()
        self._waiting = 0
        self._watched = False
        self._all = Meter(1 / max(pace, TELEGRAM), BURST)
        self._mail = Meter(1 / pace)
        self._chats: dict[Chat, Meter] = {}
        self._talked: set[Chat] = set()
        """Chats that have got as much as may go at once: those to look at when it is asked who is occupied."""
        self._forget_at = KEPT
        self._held: dict[Chat, float] = {}
        self._worker_held = 0.0
        self._refused: tuple[Chat, float] = (0, float("-inf"))
        self._stopped = asyncio.Event()

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    def stop(self) -> None:
        """Let no reply wait any more: those that do are answered after the next start."""
        self._stopped.set()

    # -- replies --------------------------------------------------------------------------------------------------------

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,
    ) -> Answer:
        """Make a call when its turn has come. Raises what the call raises; RetryAfter once it was tried often enough."""
        name = endpoint.lower()
        if not name.startswith(PACED) or name in FREE:
            return await callback(*args, **kwargs)
        chat: Chat | None = data.get("chat_id")
        ticket = MAIL.get(None)
        if ticket is not None:
            self._count(chat, ticket)
            return await callback(*args, **kwargs)
        for _ in range(TRIES - 1):
            await self._turn(chat)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                if chat is None or seconds(error) > LONGEST:
                    raise
                self.refused(chat, seconds(error))
        await self._turn(chat)
        return await callback(*args, **kwargs)

    async def _turn(self, chat: Chat | None) -> None:
        """Wait until a reply to this chat may go. Raises RetryAfter when the process stops before that."""
        now = _now()
        if chat is not None:
            while (free := self._free(chat, now)) > now:
                await self._wait(free - now)
                now = _now()
            self._take_in(chat, now)
        self._waiting += 1
        try:
            async with self._gate:  # one after the other, by the time at which each really goes: a busy moment bunches nothing
                await self._wait(self._all.at(_now()) - _now())
                self._all.take(_now(), late=CATCH_UP)
                self._mail.take(_now())
        finally:
            self._waiting -= 1
            if not self._waiting:
                self.moved()

    async def _wait(self, wait: float) -> None:
        if wait <= 0:
            return
        try:
            await asyncio.wait_for(self._stopped.wait(), wait)
        except TimeoutError:
            return
        raise RetryAfter(1)

    # -- mail -----------------------------------------------------------------------------------------------------------

    def room(self) -> int:
        """How many of the courier's messages may go now."""
        now = _now()
        if now < self._worker_held or self._full or self._waiting:
            return 0
        late = now - max(self._mail.due, now - CATCH_UP_MAIL)
        return 0 if late < 0 else min(1 + int(late / self._mail.every), self._grain - self._inside)

    def spend(self, count: int) -> None:
        """So many of the courier's messages are claimed, each with a ticket, and go now."""
        if count:
            self._take(count)
            self._inside += count

    @property
    def watched(self) -> bool:
        """Whether the transport knows when a call leaves."""
        return self._watched

    def watch(self) -> Callable[[], Awaitable[None]]:
        """For a transport that knows when a call leaves: what it is to await right before, in the task of that call.

        Without such a one a call counts as having left when it begins.
        """
        self._watched = True
        return self._leave

    async def _leave(self) -> None:
        ticket = MAIL.get(None)
        if ticket is None or ticket.left:
            return
        if ticket.leave:
            await ticket.leave()
        self.leaves(ticket)

    def leaves(self, ticket: Ticket | None) -> None:
        """A message of the courier's has left this machine, or never will."""
        if ticket is None or ticket.left:
            return
        ticket.left = True
        full = self._full
        self._inside -= 1
        if full and not self._full:
            self.moved()

    @property
    def _full(self) -> bool:
        """Whether messages that were claimed have to leave before more are: what is held up here is not "on its way"."""
        return self._inside > self._grain // 2

    def _take(self, count: int) -> None:
        now = _now()
        self._mail.take(now, count, late=CATCH_UP_MAIL)
        self._all.take(now, count, late=CATCH_UP)

    def rest(self) -> None:
        """There is nothing to send: what comes next is evenly spaced from now on."""
        self._mail.due = max(self._mail.due, _now())

    def delay(self) -> float:
        """Seconds until the next of the courier's messages may go, unless something moves before."""
        if self._full or self._waiting:
            return LONGEST
        grain = max(0, int(GRAIN / self._mail.every) - 1) * self._mail.every
        return max(0.0, max(self._worker_held, self._mail.due + grain) - _now())

    def hold(self, wait: float) -> None:
        """Send no mail for so many seconds."""
        self._worker_held = max(self._worker_held, _now() + wait)

    def occupied(self) -> set[int]:
        """The people to whom nothing more can be sent just now."""
        now = _now()
        self._talked = {chat for chat in self._talked if chat in self._chats and self._chats[chat].at(now) > now}
        busy = self._talked | {chat for chat, until in self._held.items() if until > now}
        return {chat for chat in busy if isinstance(chat, int)}

    def _count(self, chat: Chat | None, ticket: Ticket) -> None:
        """A call of the courier's goes: the first of a delivery was paid for, any other takes a place of its own."""
        if ticket.used:
            self._take(1)
        ticket.used = True
        if not self._watched:
            self.leaves(ticket)
        if chat is not None:
            self._take_in(chat, _now())

    # -- chats ----------------------------------------------------------------------------------------------------------

    def refused(self, chat: Chat, wait: float) -> None:
        """Telegram asks to wait: this chat is held; after a second chat within two seconds, the mail as well."""
        now = _now()
        self._held[chat] = max(self._held.get(chat, 0.0), now + wait)
        before, at = self._refused
        if before != chat and now - at <= TOGETHER:
            self.hold(wait)
        self._refused = chat, now
        if len(self._held) > KEPT:
            self._held = {one: until for one, until in self._held.items() if until > now}

    def _free(self, chat: Chat, now: float) -> float:
        """When a message to the chat may go."""
        return max(self._held.get(chat, 0.0), self._meter(chat).at(now))

    def _take_in(self, chat: Chat, now: float) -> None:
        """One message goes to the chat."""
        meter = self._meter(chat)
        meter.take(now)
        if meter.at(now) > now:
            self._talked.add(chat)

    def _meter(self, chat: Chat) -> Meter:
        """The pace of one chat. Chats that have rested are forgotten, so that memory does not grow with the audience."""
        meter = self._chats.get(chat)
        if meter is None:
            if len(self._chats) >= self._forget_at:
                now = _now()
                self._chats = {one: kept for one, kept in self._chats.items() if kept.due > now}
                self._forget_at = max(KEPT, 2 * len(self._chats))
            every, burst = PRIVATE if isinstance(chat, int) and chat > 0 else GROUP
            meter = self._chats[chat] = Meter(every, burst)
        return meter


def _now() -> float:
    return asyncio.get_running_loop().time()
