"""The pace: mail evenly spaced, replies at once, nobody refused, and what follows when somebody is. In quick time."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Coroutine
from contextlib import suppress
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.error import BadRequest, RetryAfter

from bot import outcomes
from bot.pacing import KEPT, MAIL, TRIES, Answer, Chat, Meter, Pacer, Ticket
from tests.quicktime import run


def now() -> float:
    return asyncio.get_running_loop().time()


class Server:
    """A server that takes ``most`` in any second, after up to ``trip`` seconds on the way, and ``trip`` back."""

    def __init__(self, most: int = 30, trip: float = 0.0, retry_after: int = 1) -> None:
        self.most, self.trip, self.retry_after = most, trip, retry_after
        self.random = Random(1)
        self.taken: list[tuple[float, Chat]] = []
        self.refused: list[tuple[float, Chat]] = []
        self.refuses: Counter[Chat] = Counter()
        """How often each chat is refused whatever comes."""
        self.called: list[tuple[float, str]] = []
        self._second: deque[float] = deque()

    async def call(self, endpoint: str, data: dict[str, Any], **_: Any) -> Answer:
        self.called.append((now(), endpoint))
        await asyncio.sleep(self.random.uniform(0, self.trip))
        chat, at = data.get("chat_id", 0), now()
        while self._second and self._second[0] <= at - 1:
            self._second.popleft()
        if self.refuses[chat] or len(self._second) >= self.most:
            self.refuses[chat] -= self.refuses[chat] > 0
            self.refused.append((at, chat))
            raise RetryAfter(self.retry_after)
        self._second.append(at)
        self.taken.append((at, chat))
        await asyncio.sleep(self.random.uniform(0, self.trip))
        return True


def through(pacer: Pacer, server: Server, chat: Chat | None, endpoint: str = "sendMessage") -> Coroutine[Any, Any, Answer]:
    """A call as the library makes it."""
    data = {} if chat is None else {"chat_id": chat}
    return pacer.process_request(server.call, (endpoint, data), {}, endpoint, data, None)


async def courier(pacer: Pacer, server: Server, chats: list[Chat]) -> None:
    """Sends to everybody as the courier does."""
    waiting, flying, moved = deque(chats), set[asyncio.Task[Any]](), asyncio.Event()
    pacer.moved = moved.set

    async def one(chat: Chat) -> None:
        MAIL.set(Ticket())
        try:
            await through(pacer, server, chat)
        except RetryAfter as error:
            pacer.refused(chat, outcomes.seconds(error))
            waiting.append(chat)
            moved.set()

    pacer.rest()
    while waiting or flying:
        room = min(pacer.room(), len(waiting))
        pacer.spend(room)
        for _ in range(room):
            task = asyncio.create_task(one(waiting.popleft()))
            flying.add(task)
            task.add_done_callback(flying.discard)
        moved.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(moved.wait(), max(0.001, pacer.delay()))


def times(server: Server, chats: range) -> list[float]:
    return [at for at, chat in server.taken if chat in chats]


# -- the meter --------------------------------------------------------------------------------------------------------------


@given(
    every=st.sampled_from([0.01, 0.04, 1.0, 4.0]),
    burst=st.integers(1, 8),
    gaps=st.lists(st.floats(0, 8, allow_nan=False), min_size=1, max_size=60),
    window=st.floats(0.1, 60),
)
def test_a_meter_lets_no_more_through_in_any_time_than_its_pace_and_one_burst(
    every: float, burst: int, gaps: list[float], window: float
) -> None:
    meter, at, went = Meter(every, burst), 0.0, list[float]()
    for gap in gaps:
        at = max(at + gap * every, meter.at(at + gap * every))
        meter.take(at)
        went.append(at)
    for start in went:
        assert sum(start <= one < start + window for one in went) <= burst + window / every + 1e-6


def test_a_meter_lets_a_burst_through_after_a_rest_and_then_its_pace() -> None:
    meter, went = Meter(1.0, 5), list[float]()
    for _ in range(8):
        went.append(meter.at(10.0))
        meter.take(10.0)
    assert went == [10, 10, 10, 10, 10, 11, 12, 13]


# -- mail -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trip", [0, 0.02, 0.08])
@pytest.mark.parametrize("pace", [5, 25])
def test_mail_keeps_the_pace_evenly_and_is_never_refused(pace: int, trip: float) -> None:
    """At round trips of 0 to 160 ms, each way of which takes as long as it likes."""
    server, count = Server(trip=trip), 60 * pace
    run(courier(Pacer(pace), server, list(range(1, count + 1))))
    sent = [at for at, _ in server.called]
    assert not server.refused
    assert (count - 1) / (sent[-1] - sent[0]) >= 0.98 * pace
    assert min(later - earlier for earlier, later in pairwise(sent)) > 0.9 / pace


def test_a_high_pace_goes_in_small_groups() -> None:
    server = Server(most=10_000)
    run(courier(Pacer(900), server, list(range(1, 9001))))
    sent = [at for at, _ in server.called]
    assert 9000 / (sent[-1] - sent[0]) >= 0.98 * 900
    assert max(Counter(sent).values()) <= 10


def test_nothing_more_is_claimed_while_what_was_claimed_has_not_left() -> None:
    """A transport says when a call has left: while connections are made, little is "sending" that is not on its way."""

    async def claims() -> list[int]:
        pacer, tickets, rooms, moved = Pacer(900), list[Ticket](), list[int](), list[bool]()
        left = pacer.watch()
        pacer.moved = lambda: moved.append(True)
        pacer.rest()
        for _ in range(40):
            rooms.append(room := pacer.room())
            pacer.spend(room)
            tickets += [Ticket() for _ in range(room)]
            await asyncio.sleep(0.01)
        assert pacer.delay() > 1
        assert not moved
        for ticket in tickets:
            MAIL.set(ticket)
            await left()
            await left()
        assert moved == [True]
        assert pacer.room() == 9
        return rooms

    assert run(claims())[:4] == [1, 8, 0, 0]


def test_after_a_rest_mail_starts_at_its_pace() -> None:
    server, pacer = Server(), Pacer(25)

    async def twice() -> None:
        await courier(pacer, server, list(range(1, 11)))
        await asyncio.sleep(60)
        await courier(pacer, server, list(range(11, 21)))

    run(twice())
    assert min(later - earlier for (earlier, _), (later, _) in pairwise(server.called)) > 0.039


# -- replies ----------------------------------------------------------------------------------------------------------------


def test_a_reply_goes_at_once_while_mail_goes_at_full_pace_and_mail_gives_way() -> None:
    server, pacer, waited = Server(), Pacer(25), list[float]()

    async def both() -> None:
        mail = asyncio.create_task(courier(pacer, server, list(range(1, 1501))))
        random = Random(2)
        for person in range(5000, 5100):
            await asyncio.sleep(random.expovariate(2))
            begun = now()
            await through(pacer, server, person)
            waited.append(now() - begun)
        mail.cancel()

    run(both())
    assert not server.refused
    assert max(waited) == 0
    mail, took = times(server, range(1, 1501)), server.taken[-1][0] - server.taken[0][0]
    assert len(mail) + len(waited) == pytest.approx(25 * took, rel=0.02)


@pytest.mark.parametrize("mail", [0, 1000])
@pytest.mark.parametrize("trip", [0, 0.08])
def test_two_hundred_who_tap_at_once_are_answered_within_ten_seconds(mail: int, trip: float) -> None:
    server, pacer = Server(trip=trip), Pacer(25)
    done = list[float]()

    async def tap(person: int) -> None:
        await through(pacer, server, person, "answerCallbackQuery")
        await through(pacer, server, person, "editMessageText")
        done.append(now())

    async def all_at_once() -> float:
        sending = asyncio.create_task(courier(pacer, server, list(range(1, mail + 1))))
        await asyncio.sleep(3)
        begun = now()
        await asyncio.gather(*(tap(person) for person in range(5000, 5200)))
        sending.cancel()
        return begun

    server.most = 10_000  # the presses themselves count nowhere
    begun = run(all_at_once())
    assert len(done) == 200
    assert max(done) - begun < 10
    paced = [at for at, name in server.called if name != "answerCallbackQuery"]
    assert max(sum(start <= at < start + 1 for at in paced) for start in paced) <= 30


def test_five_replies_go_to_one_chat_at_once_and_then_one_a_second() -> None:
    server, pacer = Server(), Pacer(25)

    async def ten() -> float:
        begun = now()
        for _ in range(8):
            await through(pacer, server, 7)
        return begun

    begun = run(ten())
    assert [round(at - begun) for at, _ in server.taken] == [0, 0, 0, 0, 0, 1, 2, 3]
    assert server.taken[4][0] - begun < 0.1


@pytest.mark.parametrize("group", [-100123, "@group"])
def test_a_group_gets_twenty_in_any_minute(group: Chat) -> None:
    server, pacer = Server(), Pacer(25)

    async def many() -> None:
        await asyncio.gather(*(through(pacer, server, group) for _ in range(100)))

    run(many())
    sent = [at for at, _ in server.taken]
    assert max(sum(start <= at < start + 60 for at in sent) for start in sent) == 20


@pytest.mark.parametrize(
    ("endpoint", "waits"),
    [
        ("sendMessage", True),
        ("sendPhoto", True),
        ("editMessageText", True),
        ("editMessageReplyMarkup", True),
        ("copyMessage", True),
        ("sendmessage", True),
        ("sendChatAction", False),
        ("answerCallbackQuery", False),
        ("answerInlineQuery", False),
        ("deleteMessage", False),
        ("getMe", False),
        ("getupdates", False),
        ("setMyCommands", False),
    ],
)
def test_only_what_sends_edits_or_copies_is_paced(endpoint: str, *, waits: bool) -> None:
    server, pacer = Server(most=10_000), Pacer(25)

    async def many() -> float:
        begun = now()
        await asyncio.gather(*(through(pacer, server, chat, endpoint) for chat in range(1, 101)))
        return now() - begun

    assert (run(many()) > 3) is waits


# -- refusals ---------------------------------------------------------------------------------------------------------------


def test_a_refused_reply_is_tried_again_and_holds_its_chat_only() -> None:
    server, pacer = Server(retry_after=3), Pacer(25)
    server.refuses[7] = 1

    async def two() -> tuple[float, float]:
        begun = now()
        held = asyncio.create_task(through(pacer, server, 7))
        await asyncio.sleep(0.1)
        await through(pacer, server, 8)
        other = now() - begun
        assert pacer.delay() < 0.1
        await held
        return other, now() - begun

    other, held = run(two())
    assert other == pytest.approx(0.1)
    assert held == pytest.approx(3.5)


def test_a_reply_that_is_refused_again_and_again_is_given_back() -> None:
    server, pacer = Server(), Pacer(25)
    server.refuses[7] = 99
    with pytest.raises(RetryAfter):
        run(through(pacer, server, 7))
    assert len(server.refused) == TRIES


def test_a_reply_that_would_wait_too_long_is_given_back_at_once() -> None:
    server, pacer = Server(retry_after=600), Pacer(25)
    server.refuses[7] = 1
    with pytest.raises(RetryAfter):
        run(through(pacer, server, 7))
    assert len(server.called) == 1


def test_any_other_error_is_none_of_its_business() -> None:
    pacer, called = Pacer(25), list[str]()

    async def call(endpoint: str, data: dict[str, Any]) -> Answer:
        called.append(endpoint)
        raise BadRequest("no")

    with pytest.raises(BadRequest):
        run(pacer.process_request(call, ("sendMessage", {}), {}, "sendMessage", {"chat_id": 1}, None))
    assert called == ["sendMessage"]


@pytest.mark.parametrize(("second", "apart", "held"), [(8, 1.0, True), (8, 3.0, False), (7, 1.0, False)])
def test_two_chats_refused_within_two_seconds_hold_the_mail(second: int, apart: float, *, held: bool) -> None:
    async def refusals() -> tuple[int, float]:
        pacer = Pacer(25)
        pacer.refused(7, 10)
        assert pacer.room()
        await asyncio.sleep(apart)
        pacer.refused(second, 10)
        assert {7, second} <= pacer.occupied()
        return pacer.room(), pacer.delay()

    room, delay = run(refusals())
    assert (room == 0) is held
    assert (delay == pytest.approx(10)) is held


def test_a_server_stricter_than_expected_is_survived_and_everything_arrives() -> None:
    server, pacer = Server(most=10, retry_after=2), Pacer(25)
    run(courier(pacer, server, list(range(1, 201))))
    assert sorted(chat for _, chat in server.taken if isinstance(chat, int)) == list(range(1, 201))
    assert len(server.refused) < 100


def test_when_the_process_stops_no_reply_waits_any_longer() -> None:
    server, pacer = Server(), Pacer(25)

    async def stopped() -> float:
        begun = now()
        waiting = [asyncio.create_task(through(pacer, server, 7)) for _ in range(30)]
        await asyncio.sleep(0.5)
        pacer.stop()
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        assert sum(isinstance(answer, RetryAfter) for answer in answers) == 25
        return now() - begun

    assert run(stopped()) == pytest.approx(0.5)


def test_memory_does_not_grow_with_the_audience() -> None:
    pacer = Pacer(1000)
    run(courier(pacer, Server(most=10_000), list(range(1, 20_001))))
    assert len(pacer._chats) <= 3 * KEPT
