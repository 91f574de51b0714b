"""Groups at their longest: seven organisations with long names and offers, on every card, page and line."""

from __future__ import annotations

import pytest

from handlers import checks, groups
from handlers.group_mail import SAID
from handlers.texts import LANGS
from handlers.views import VIEWS, render
from knowledge.records import interests, joining, partners
from knowledge.records.groups import Doing
from knowledge.records.interests import Registration
from knowledge.records.moves import MOVES
from tests.limits import fault_of_html, fault_of_keyboard
from tests.talk import Talk

NAME, OFFER = "名" * (checks.NAME_MAX - 1), "捐款" * (checks.OFFER_MAX // 2)
BOSS = 9


def full(talk: Talk) -> int:
    """A group of as many as there can be, one more asked, with a long history; returns its number."""
    store, now = talk.store, talk.services.now()
    for person in range(1, joining.MOST + 3):
        store.execute("INSERT INTO people (id, started, first_seen, last_seen) VALUES (?, 1, 1, 1)", (person + 100,))
        wish = Registration(f"{NAME}{person}", "王", None, OFFER, True, "youyang", "youyang-left_behind-1", "pairing")
        interests.register(store, person + 100, wish, [BOSS], person, now)
    lead = interests.get(store, 1)
    assert lead
    for number in range(2, joining.MOST + 3):
        other = interests.get(store, number)
        assert other
        assert joining.ask(store, lead, other, actor=101, now=now).outcome == "done"
        if number < joining.MOST + 2:
            assert joining.decide(store, 1, number, Doing(number + 100, [BOSS], now), yes=True).outcome == "done"
    assert joining.decide(store, 1, joining.MOST + 2, Doing(joining.MOST + 102, [BOSS], now), yes=True).outcome == "full"
    for turn in range(20):
        move, role, actor = ("ask", "city", BOSS) if turn % 2 == 0 else ("answer", "organisation", 101)
        assert interests.move(store, 1, turn + 1, move, actor=actor, role=role, office=[BOSS], words=OFFER, now=now)
    return 1


@pytest.mark.parametrize("lang", LANGS)
async def test_everything_about_a_full_group_fits(talk: Talk, lang: str) -> None:
    number = full(talk)
    services = talk.services
    services.owners.add(BOSS)
    interest = interests.get(talk.store, number)
    assert interest
    talk.store.execute("UPDATE group_members SET contacts = 1")
    partners.offer_lead(talk.store, number, 2)
    replies = [groups.page(services, lang, interest, person) for person in (101, 102)]
    args = {"interest": number, "organisation": 2, "partner": joining.MOST + 2, "own": 2, "repeated": 1, "ours": 1, "theirs": 8}
    views = [
        name for name in VIEWS if name.startswith(("group.", "office.group.")) and name not in {"group.said", "group.moved"}
    ]
    for person in (101, 102, BOSS):
        replies += [render(services, lang, view, {**args, "person": person}) for view in ("card", *views)]
    replies += [
        render(services, lang, "group.said", {**args, "what": what, "person": 101})
        for what in (*SAID, *(one.id for one in MOVES.values() if one.group))
    ]
    for reply in replies:
        assert fault_of_html(reply.text) == "", reply.text
        rows = [[{"text": b.label, "callback_data": b.data, "url": b.url} for b in row] for row in reply.rows]
        assert fault_of_keyboard(rows) == ""
    assert len([reply for reply in replies if NAME in reply.text]) > 10
