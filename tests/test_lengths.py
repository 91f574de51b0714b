"""Messages at their longest: every card, page and list in both languages is one that Telegram takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

import handlers.conversations  # noqa: F401  registers every form and view
from handlers import browse, checks, corrections, find, mine, pairings, privacy, start
from handlers.admin import coordinators, desk, inquiries, review
from handlers.consents import CONSENTS
from handlers.context import Reply, Services
from handlers.form_handler import KITS, question
from handlers.forms import PREVIEW, Fault
from handlers.texts import LANGS, Texts
from handlers.views import VIEWS, render
from handlers.wishes import from_understanding
from knowledge.amounts import MOST
from knowledge.base import Source, Trip
from knowledge.clock import MovableClock
from knowledge.matching import Wish
from knowledge.records import (
    appointments,
    disclosures,
    drafts,
    duplicates,
    facts,
    interests,
    invitations,
    members,
    organisations,
    people,
    publications,
)
from knowledge.records import notices as notice_rows
from knowledge.records import questions as question_rows
from knowledge.records.audience import Audience
from knowledge.records.drafts import Draft
from knowledge.records.interests import Registration
from knowledge.records.moves import MOVES, OFFICE, SIDE
from knowledge.records.organisations import Profile
from knowledge.records.questions import Asked
from knowledge.records.store import Store
from knowledge.understanding import Reader
from tests.limits import fault_of_html, fault_of_keyboard
from tests.rankings import BASE
from tests.talk import MONDAY

READER = Reader(BASE)
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff]")
FULL = Wish(
    ("left_behind", "facilities", "capacity", "consumption"),
    ("zhongxian", "jiulongpo"),
    ("culture",),
    ("chengkou",),
    "山东",
    "泰安",
    "national",
)
"""A wish that says as much as a button can carry."""
NAME, CONTACT, OFFER = "名" * checks.NAME_MAX, "王" * checks.CONTACT_MAX, "做" * checks.OFFER_MAX


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Everything the conversations work with, without a channel; the office is person 9."""
    store = Store(tmp_path / "chat.db", channel="terminal")
    store.mirror(BASE)
    for person in (1, 9):
        people.meet(store, person, "zh", MONDAY)
        people.started(store, person, MONDAY)
    yield Services(
        base=BASE,
        reader=READER,
        store=store,
        texts=Texts(),
        clock=MovableClock(frozen_at=MONDAY),
        owners={9},
        default_lang="zh",
        operator=dict.fromkeys(LANGS, "负责这件事的单位的全称" * 3),
        privacy_contact=dict.fromkeys(LANGS, "privacy@" + "long." * 12 + "example.org"),
        collects=True,
        wake=lambda: None,
    )
    store.close()


def sendable(*replies: Reply | None) -> None:
    """Telegram takes each of them."""
    for reply in replies:
        assert reply is not None
        assert fault_of_html(reply.text) == "", reply.text
        rows = [[{"text": b.label, "callback_data": b.data, "url": b.url} for b in row] for row in reply.rows]
        assert fault_of_keyboard(rows) == ""


def english(*replies: Reply | None) -> None:
    """No Chinese in them but the titles of sources and what people wrote themselves."""
    for reply in replies:
        assert reply is not None
        lines = [line for line in reply.text.replace("中文 / English", "").splitlines() if not line.startswith("Source:")]
        assert [line for line in lines if CHINESE.search(line)] == []
        assert [b.label for row in reply.rows for b in row if CHINESE.search(b.label) and b.label != "中文"] == []


def crowd(services: Services) -> None:
    """Much is going on: at every need of Wuxi interests of many organisations, some of them signed."""
    rows = [
        (
            1000 + i,
            1,
            need.county,
            need.id,
            "pairing",
            OFFER,
            ["submitted", "signed", "landed"][i % 3],
            MONDAY,
            MONDAY,
            MONDAY,
            i,
        )
        for i, need in enumerate(need for need in BASE.counties["wuxi"].needs for _ in range(12))
    ]
    with services.store.transaction():
        for row in rows:
            services.store.execute("INSERT INTO organisations (id, name, created) VALUES (?, ?, 0)", (row[0], NAME))
        services.store.connection.executemany(
            "INSERT INTO interests (organisation, person, county, need, task, offer, stage, turn, since, created, updated,"
            " cause) VALUES (?, ?, ?, ?, ?, ?, ?, 'city', ?, ?, ?, ?)",
            rows,
        )


def registered(services: Services, need: str | None = "youyang-left_behind-1", cause: int = 1) -> int:
    """An interest with everything as long as it may be."""
    wish = Registration(NAME, CONTACT, "+86 138 1234 5678", OFFER, True, "youyang", need, "brand-governance")
    return interests.register(services.store, 1, wish, [9], cause, MONDAY).interest.id


def doubled(services: Services) -> int:
    """Two organisations with names as long as they may be, which may be the same."""
    people.meet(services.store, 3, "zh", MONDAY)
    other = organisations.create(services.store, 3, Profile(NAME), CONTACT, None, MONDAY)
    (pair,) = duplicates.look(services.store, other, lambda _one, _other: "same_name", [9], MONDAY)
    return pair


def applied(services: Services) -> int:
    """Somebody with a long name waits to be let into an organisation with a long name."""
    token = members.invite(services.store, 1, 1, MONDAY)
    assert token
    found = invitations.find(services.store, token, "colleague")
    assert found
    people.meet(services.store, 2, "zh", MONDAY)
    assert members.apply(services.store, found.id, 2, CONTACT, None, MONDAY) == "asked"
    return found.id


# -- cards, pages, lists -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("wish", [Wish(), FULL], ids=["no wish", "a full wish"])
def test_the_card_of_every_need_fits(services: Services, lang: str, wish: Wish) -> None:
    crowd(services)
    for need in BASE.needs.values():
        replies = [pairings.card(services, lang, need.id, wish, whole=whole) for whole in (False, True)]
        sendable(*replies)
        if lang == "en":
            english(*replies)


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_of_every_county_fits_at_every_place(services: Services, lang: str) -> None:
    crowd(services)
    for county in BASE.counties.values():
        for offset in range(0, max(1, len(county.needs)), browse.NEEDS_A_PAGE):
            for wish in (Wish(), FULL):
                pages = [
                    browse.county_page(services, lang, county, wish, offset),
                    browse.about_page(services, lang, county, ""),
                    *(pairings.card(services, lang, county.id, wish, whole=whole) for whole in (False, True)),
                ]
                sendable(*pages)
                if lang == "en":
                    english(*pages)


@pytest.mark.parametrize("lang", LANGS)
def test_every_page_of_the_list_of_every_field_fits(services: Services, lang: str) -> None:
    crowd(services)
    wishes = [
        Wish(),
        FULL,
        *(Wish((field,), kind="national") for field in BASE.fields),
        *(Wish(kind=kind) for kind in BASE.kinds),
    ]
    for wish in wishes:
        for offset in range(0, len(BASE.counties), pairings.PAGE):
            page = pairings.listing(services, lang, wish, offset=offset)
            sendable(page)
            if lang == "en":
                english(page)


@pytest.mark.parametrize("lang", LANGS)
def test_the_list_below_what_was_understood_of_a_long_text_fits(services: Services, lang: str) -> None:
    names = "、".join(county.name.zh for county in BASE.counties.values())
    work = "产业、就业、电商、助学、义诊、养老、厕所、修路、宽带、留守儿童、调解、移风易俗、非遗、培训社工"
    text = f"我们是泰安的基金会，想去{names}，做{work}"
    u = services.reader.read(text)
    assert len(u.counties) > 30
    wish = from_understanding(u)
    sendable(pairings.listing(services, lang, wish, heard=pairings.echo(services, lang, u)))
    sendable(pairings.listing(services, lang, wish, heard=corrections.summary(services, lang, wish)))


@pytest.mark.parametrize("lang", LANGS)
def test_the_plan_its_tasks_and_the_precedents_fit(services: Services, lang: str) -> None:
    pages: list[Reply | None] = [browse.plan_page(services, lang), browse.county_choice(services, lang)]
    pages += [browse.task_page(services, lang, task) for task in BASE.tasks]
    pages += [browse.cases_page(services, lang, "", offset) for offset in range(0, len(BASE.cases), browse.CASES_A_PAGE)]
    for field in BASE.fields:
        pages += [browse.cases_page(services, lang, field, offset) for offset in range(0, 24, browse.CASES_A_PAGE)]
    sendable(*pages)
    if lang == "en":
        english(*pages)


@pytest.mark.parametrize("lang", LANGS)
def test_a_village_trip_through_many_counties_fits(services: Services, lang: str) -> None:
    set_ = Trip(year=2026, region=tuple(BASE.counties)[:20], theme=tuple(BASE.fields), source=Source(title="通知", grade="A"))
    tasks = tuple(replace(task, trip=set_) if task.id == "village-trip" else task for task in BASE.plan.tasks)
    services.base = replace(BASE, plan=replace(BASE.plan, tasks=tasks))
    page = browse.plan_page(services, lang)
    sendable(page)
    assert BASE.counties["wanzhou"].short[lang] in page.text


@pytest.mark.parametrize("lang", LANGS)
def test_the_guided_way_fits_at_every_step(services: Services, lang: str) -> None:
    steps = [
        start.welcome(services, lang, 1),
        start.help_page(services, lang, 9),
        privacy.privacy_page(services, lang, 1),
        find.choose_field(services, lang, FULL),
        find.choose_kind(services, lang, FULL),
        find.choose_origin(services, lang, FULL),
        find.choose_origin(services, lang, FULL, shandong=True),
        *(corrections.menu(services, lang, part, FULL) for part, _, _ in corrections.parts(services, lang, FULL)),
        corrections.doubt(services, lang, (*BASE.fields, "wuxi", "wushan"), FULL),
    ]
    sendable(*steps)
    if lang == "en":
        services.operator = services.privacy_contact = dict.fromkeys(LANGS, "")
        english(start.help_page(services, lang, 9), privacy.privacy_page(services, lang, 1), *steps[3:])


# -- interests ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_an_interest_with_a_long_history_fits_for_both_sides(services: Services, lang: str) -> None:
    number = registered(services)
    for turn in range(30):
        move, role, actor = ("ask", "city", 9) if turn % 2 == 0 else ("answer", "organisation", 1)
        done = interests.move(
            services.store, number, turn + 1, move, actor=actor, role=role, office=[9], words=OFFER, now=MONDAY + turn
        )
        assert done
        assert done.outcome == "done"
    for event in interests.events(services.store, number)[1:]:
        view, person = ("office.moved", 9) if event.role == "organisation" else ("asker.moved", 1)
        sendable(render(services, lang, view, {"interest": number, "person": person, "event": event.id, "repeated": 1}))
    for view, person in [
        ("card", 1), ("card", 9), ("card", 404), ("card.below", 1), ("office.nudge", 9), ("asker.nudge", 1),
        ("asker.waiting", 1), ("asker.quarterly", 1), ("interest.done", 1), ("interest.known", 1), ("moves.stale", 1),
    ]:  # fmt: skip
        sendable(render(services, lang, view, {"interest": number, "person": person, "repeated": 1}))
    for move in (one.id for one in MOVES.values() if not one.group):
        sendable(render(services, lang, "moves.done", {"interest": number, "person": 1, "move": move}))


def fill(services: Services, number: int) -> None:
    """Everything that can be filled in, as long as it may be."""
    services.store.execute("UPDATE interests SET stage = 'landed' WHERE id = ?", (number,))
    interest = interests.get(services.store, number)
    assert interest
    for form, values in (
        ("checklist", dict.fromkeys(facts.CHECKLIST, "字" * checks.LINE_MAX) | {"amount": str(MOST)}),
        ("figures", dict.fromkeys(facts.FIGURES, str(MOST)) | {"photo": "x" * 100, "minors": "guardian"}),
    ):
        assert facts.fill(services.store, interest, form, values, seen=0, actor=1, role="organisation", office=[9], now=MONDAY)


def agreed(services: Services, number: int) -> None:
    """A completed case that its organisation agreed to publish."""
    fill(services, number)
    services.store.execute("UPDATE interests SET stage = 'completed' WHERE id = ?", (number,))
    interest = interests.get(services.store, number)
    assert interest
    for move in ("sign", "complete"):
        interests.note(services.store, interest, move, None, MONDAY, actor=9, role="city")
    assert publications.ask(services.store, interest, actor=9, now=MONDAY) == "asked"
    assert publications.answer(
        services.store,
        interest,
        yes=True,
        actor=1,
        office=[9],
        now=MONDAY,
        done=OFFER,
        seen=facts.latest(services.store, number),
    )


@pytest.mark.parametrize("lang", LANGS)
def test_a_card_with_all_its_facts_and_a_long_history_fits(services: Services, lang: str) -> None:
    number = registered(services)
    for turn in range(12):
        move, role, actor = ("ask", "city", 9) if turn % 2 == 0 else ("answer", "organisation", 1)
        interests.move(
            services.store, number, turn + 1, move, actor=actor, role=role, office=[9], words=OFFER, now=MONDAY + turn
        )
    fill(services, number)
    for view, person in [("card", 1), ("card", 9), ("asker.quarterly", 1), ("office.nudge", 9)]:
        sendable(render(services, lang, view, {"interest": number, "person": person, "repeated": 1}))
    event = next(e.id for e in reversed(interests.events(services.store, number)) if e.move == "figures")
    sendable(render(services, lang, "facts.filled", {"interest": number, "person": 9, "event": event, "repeated": 1}))
    known = facts.of(services.store, number)
    photo = render(services, lang, "photo.shown", {"interest": number, "person": 9, "fact": known["photo"].id, "repeated": 1})
    assert photo.photo == "x" * 100
    assert len(photo.text) < 1024
    sendable(photo)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("need", ["youyang-left_behind-1", None])
def test_a_line_about_every_move_fits(services: Services, lang: str, need: str | None) -> None:
    number = registered(services, need)
    for move in (one for one in MOVES.values() if not one.group):
        interest = interests.get(services.store, number)
        assert interest
        services.store.execute("UPDATE interests SET stage = 'landed' WHERE id = ?", (number,))
        event = interests.note(services.store, interest, move.id, OFFER, MONDAY, actor=9, role="city")
        if move.roles & OFFICE:
            sendable(render(services, lang, "asker.moved", {"interest": number, "person": 1, "event": event, "repeated": 1}))
        if move.roles & SIDE:
            sendable(render(services, lang, "office.moved", {"interest": number, "person": 9, "event": event, "repeated": 1}))


@pytest.mark.parametrize("lang", LANGS)
def test_the_pages_on_privacy_fit(services: Services, lang: str) -> None:
    number = registered(services)
    interest = interests.get(services.store, number)
    assert interest is not None
    people.consent(services.store, 1, CONSENTS, given=True, now=MONDAY)
    for look in range(40):
        assert disclosures.show(services.store, interest, viewer=9, role="city", cause=look, now=MONDAY + look) == "shown"
    disclosures.take_back(services.store, 40, MONDAY)
    shown = render(services, lang, "contact.shown", {"disclosure": 1, "repeated": 1})
    sendable(shown, *(privacy.seen_page(services, lang, 1, offset) for offset in range(0, 48, 8)))
    assert CONTACT in shown.text
    sendable(privacy.privacy_page(services, lang, 1), privacy.consents_page(services, lang, 1))
    sendable(privacy.erase_page(services, lang, 1), render(services, lang, "privacy.erased", {}))
    english(render(services, "en", "privacy.erased", {}), privacy.seen_page(services, "en", 2, 0))


@pytest.mark.parametrize("lang", LANGS)
def test_the_lists_of_a_busy_person_and_a_busy_office_fit(services: Services, lang: str) -> None:
    crowd(services)
    registered(services, cause=10**6)
    for cause in range(60):
        question_rows.put(services.store, Asked(1, "question", f"{cause}{OFFER}"), [9], cause=2000 + cause * 2, now=MONDAY)
        question_rows.report(services.store, 1, f"{cause}{OFFER}", "words", cause=2001 + cause * 2, now=MONDAY)
    sendable(*(inquiries.list_page(services, lang, 9, name, 0) for name in question_rows.LISTS))
    sendable(mine.overview(services, lang, 1), review.waiting_page(services, lang, 9), review.reported_page(services, lang))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("form", KITS)
def test_every_question_and_preview_of_a_form_fits(services: Services, lang: str, form: str) -> None:
    kit = KITS[form]
    number = registered(services)
    services.last_words[1], services.last_texts[1] = OFFER, (OFFER, 0)
    subjects = {
        "interest": "youyang-left_behind-1@na",
        "question": "youyang-left_behind-1",
        "notice": "",
        **dict.fromkeys(("correct", "when", "until", "link"), "1"),
        "pause": "",
        "profile": "new",
        **dict.fromkeys((*facts.FORMS, "publish", "precedent"), str(number)),
        "join": "1",
        "verify": "1.1",
    }
    applied(services)
    subject = subjects.get(form, f"{number}.1.{form if form in MOVES else 'answer'}")
    answers = {
        "organisation": NAME,
        "contact": CONTACT,
        "phone": "+8613812345678",
        "offer": OFFER,
        "mode": "group",
        "consent": "keep",
        "name": NAME,
        "kind": "academic",
        "origin": "新疆/巴音郭楞",
        "fields": ",".join(BASE.fields),
        "size": "hundred",
        "code": "51100000500009571Y",
    }
    if form in {"publish", "precedent"}:
        agreed(services, number)
        answers |= {"done": OFFER, "seen": str(10**9), "needs": ",".join(step.id for step in kit.form.steps)}
        answers |= {step.id: OFFER for step in kit.form.steps}
    answers |= dict.fromkeys(facts.CHECKLIST, "字" * checks.LINE_MAX) | dict.fromkeys(facts.FIGURES, str(MOST))
    answers |= {"words": OFFER, "text": "通" * checks.NOTICE_MAX if form in {"notice", "correct"} else OFFER}
    fault = Fault("fault.organisation.long", {"max": 60, "n": 4096})
    for step in (*(one.id for one in kit.form.steps), PREVIEW):
        if step != PREVIEW or kit.form.preview:
            draft = Draft(10**9, 1, form, kit.form.version, subject, step, dict(answers), mending=True)
            sendable(question(services, lang, draft), question(services, lang, draft, fault))
            if step != PREVIEW:
                sendable(question(services, lang, replace(draft, answers={})))
    drafts.start(services.store, Draft(0, 1, form, kit.form.version, subject, kit.form.steps[0].id), MONDAY)
    sendable(start.welcome(services, lang, 1))


# -- the rest of the mail ----------------------------------------------------------------------------------------------


def a_notice(services: Services, html: str) -> int:
    """A notice with everything that it can have, stopped because of a text of Telegram's."""
    store = services.store
    notice = notice_rows.draft(store, 9, MONDAY)
    links = [notice_rows.Link("register", "youyang-left_behind-1"), notice_rows.Link("url", "https://example.org", "字" * 40)]
    conditions = Audience(fields=tuple(BASE.fields), counties=tuple(BASE.counties), kinds=tuple(BASE.kinds), silent=180)
    packed = {"buttons": notice_rows.pack_links(links), "audience": conditions.pack()}
    notice_rows.edit(store, notice, zh=html, en=html, topic="trip", **packed)
    store.execute("UPDATE notices SET state = 'stopped', why = ?, finished = 9 WHERE id = ?", ("x" * 200, notice))
    for person, state in enumerate(("sent", "failed", "unknown", "left_out", "pending"), 100):
        store.execute(
            "INSERT INTO deliveries (person, notice, view, state, due, updated) VALUES (?, ?, 'notice', ?, 1, 1)",
            (person, notice, state),
        )
    return notice


@pytest.mark.parametrize("lang", LANGS)
def test_questions_answers_and_notices_fit(services: Services, lang: str) -> None:
    store = services.store
    asked = question_rows.put(store, Asked(1, "question", OFFER, "youyang-left_behind-1"), [9], cause=1, now=MONDAY)
    kept = question_rows.put(store, Asked(1, "offer", "帮" * checks.KEPT_MAX), [9], cause=2, now=MONDAY)
    for number in (asked, kept):
        sendable(render(services, lang, "office.question", {"question": number, "person": 9, "repeated": 1}))
        for _ in range(12):
            for move, actor, role in (("inquire", 9, "city"), ("follow", 1, "asker"), ("answer", 9, "city")):
                found = question_rows.get(store, number)
                assert found
                made = question_rows.move(
                    store, number, found.version, move, actor=actor, role=role, city=[9], words=OFFER, now=MONDAY
                )
                assert made
                assert made.outcome == "done"
        answered, added = (question_rows.events(store, number)[at].id for at in (-1, -2))
        for view, person, event in (
            ("office.question", 9, added),
            ("asker.question", 1, answered),
            ("asker.question_nudge", 1, answered),
        ):
            sendable(render(services, lang, view, {"question": number, "event": event, "person": person, "repeated": 1}))
    html = f"<b>{'通' * (checks.NOTICE_MAX - 1)}</b>&amp;"
    assert checks.notice(html) == html
    notice = a_notice(services, html)
    for view in ("notice", "notice.desk", "notice.started", "notice.report", "notice.stopped", "notice.panel", "notice.recall"):
        sendable(render(services, lang, view, {"notice": notice, "repeated": 1}))
    sendable(desk.list_page(services, lang, 9))


@pytest.mark.parametrize("lang", LANGS)
def test_the_pages_about_coordinators_fit(services: Services, lang: str) -> None:
    counties = [county.id for county in BASE.counties.values() if county.agricultural]
    for person in range(1000, 1003):
        people.meet(services.store, person, "zh", MONDAY)
        people.started(services.store, person, MONDAY)
        for county in counties:
            appointments.appoint(services.store, county, person, "联" * coordinators.NAME_MAX, 9, MONDAY)
    token = invitations.make(services.store, "coordinator", "pengshui", 9, MONDAY)
    link = invitations.find(services.store, token, "coordinator")
    assert link
    assert appointments.take(services.store, link, 1, "联" * coordinators.NAME_MAX, [9], MONDAY)
    sendable(
        coordinators.overview(services, lang),
        coordinators.choice(services, lang),
        coordinators.county_page(services, lang, "pengshui"),
        coordinators.taken(services, lang, {"invitation": link.id, "person": 9}),
        review.waiting_page(services, lang, 1000),
    )


@pytest.mark.parametrize("lang", LANGS)
def test_every_view_that_a_record_can_name_fits(services: Services, lang: str) -> None:
    asked = question_rows.put(services.store, Asked(1, "question", OFFER, "wuxi"), [9], cause=1, now=MONDAY)
    notice = a_notice(services, "通" * checks.NOTICE_MAX)
    number = registered(services)
    args: dict[str, str | int] = {
        "interest": number,
        "question": asked,
        "organisation": 1,
        "invitation": applied(services),
        "county": "pengshui",
        "outcome": "done",
        "accepted": 1,
        "duplicate": doubled(services),
        "what": "leave",
        "notice": notice,
        "days": 30,
        "office": 1,
        "until": MONDAY,
        "leaving": 10**9,
        "ours": number,
        "theirs": number,
        "partner": 1,
        "own": number,
    }
    drafts.start(services.store, Draft(0, 1, "interest", 1, "wuxi", "organisation"), MONDAY)
    interest = interests.get(services.store, number)
    assert interest
    for view in VIEWS:
        move = {"group.moved": "withdraw"}.get(view, "answer" if view.startswith("office.") else "decline")
        args |= {"event": interests.note(services.store, interest, move, OFFER, MONDAY, actor=9, role="city")}
        args["person"] = 9 if view.startswith("office.") else 1
        args |= {"keys": ",".join(facts.KINDS), "fact": 1}
        draft = {"form": "interest", "draft": 1, "title": "x", "words": "x", "repeated": 1, "disclosure": 1}
        sendable(render(services, lang, view, {**args, **draft, "move": "hand" if view.startswith("question.") else move}))


ALERTS: dict[str, dict[str, str | int]] = {
    "office.no_contact": {},
    "contact.refused": {},
    "privacy.given": {},
    "privacy.withdrawn.keep": {},
    "privacy.withdrawn.abroad": {},
    "privacy.withdrawn.pass_on": {},
    "press.moved_on": {"at": MONDAY, "what": "登记方撤回了" * 5},
    "question.did.hand": {"number": 10**9, "whom": "彭水苗族土家族自治县的工作人员"},
}


@pytest.mark.parametrize("lang", LANGS)
def test_a_line_over_the_chat_is_short(lang: str) -> None:
    texts = Texts()
    plain = ["form.closed", "form.stale", "office.not_yours", "undo.late", "undo.known", "card.not_yours"]
    plain += [f"group.said.{one}" for one in ("shared", "unshared", "willing", "alone")]
    for key in [key for key in texts.sources[lang] if key.startswith(("press.", "group.fault.")) and key not in ALERTS] + plain:
        assert len(texts(lang, key)) <= 200
    for key, values in ALERTS.items():
        assert len(texts(lang, key, **values)) <= 200
