"""County coordinators: who they are by county, inviting one by a link, confirming the account that took it, ending."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from telegram import Update, User

from handlers import checks, menu
from handlers.buttons import Button, Rows, number, press, short
from handlers.context import Context, Reply, Services
from handlers.pairings import target_name
from handlers.presses import Presses
from handlers.views import view
from knowledge.records import appointments, coordinators, disclosures, interests, invitations, questions

LINK = "coordinator"
"""What a deep link of an invitation begins with."""
NAME_MAX, NAME_SHOWN = 64, 16
"""Characters of a name that are kept, and that the list of all counties shows."""


# -- pages of the city -------------------------------------------------------------------------------------------------


def overview(services: Services, lang: str) -> Reply:
    """Who takes care of which county; the counties that nobody takes care of; accounts to confirm."""
    texts, base = services.texts, services.base
    held: dict[str, list[str]] = {}
    for one in appointments.listed(services.store):
        held.setdefault(one.county, []).append(short(one.name, NAME_SHOWN))
    waiting = invitations.waiting(services.store, "coordinator")
    without = [county for county in base.counties.values() if county.agricultural and county.id not in held]
    text = texts(
        lang,
        "coordinators",
        held=[(target_name(services, lang, county) or county, names) for county, names in held.items()],
        without=[county.short[lang] for county in without],
        waiting=len(waiting),
    )
    rows: list[tuple[Button, ...]] = [
        (
            press(
                texts(lang, "coordinators.confirm", name=one.name, county=target_name(services, lang, one.subject)),
                "co",
                "who",
                one.id,
            ),
        )
        for one in waiting
    ]
    buttons = [press(target_name(services, lang, county) or county, "co", "county", county) for county in held]
    rows += [tuple(buttons[i : i + 3]) for i in range(0, len(buttons), 3)]
    rows.append((press(texts(lang, "coordinators.invite"), "co", "choose"),))
    rows.append((press(texts(lang, "button.office"), "office"),))
    return Reply(text, tuple(rows))


def choice(services: Services, lang: str) -> Reply:
    """For which county somebody is invited."""
    rural = [county for county in services.base.counties.values() if county.agricultural]
    buttons = [press(county.short[lang], "co", "county", county.id) for county in rural]
    width = 4 if lang == "zh" else 3
    rows = tuple(tuple(buttons[i : i + width]) for i in range(0, len(buttons), width))
    return Reply(services.texts(lang, "coordinators.choose"), (*rows, _back(services, lang)))


def county_page(services: Services, lang: str, county: str) -> Reply:
    """The coordinators of one county, with what can be done."""
    texts = services.texts
    found = appointments.listed(services.store, county)
    links = len(invitations.usable(services.store, "coordinator", county, services.now()))
    text = texts(lang, "coordinators.county", county=target_name(services, lang, county), items=found, links=links)
    rows: list[tuple[Button, ...]] = [(press(texts(lang, "coordinators.link"), "co", "link", county),)]
    rows += [(press(texts(lang, "coordinators.end", name=one.name), "co", "end", county, one.person),) for one in found]
    if links:
        rows.append((press(texts(lang, "coordinators.revoke", n=links), "co", "revoke", county),))
    return Reply(text, (*rows, _back(services, lang)))


def _back(services: Services, lang: str) -> tuple[Button, ...]:
    return (press(services.texts(lang, "button.back"), "co"),)


@view("coordinator.taken")
def taken(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Whether the account that took an invitation is the right one."""
    found = invitations.get(services.store, int(args["invitation"]))
    if found is None or found.purpose != "coordinator" or services.role(int(args["person"])) != "city":
        return Reply(services.texts(lang, "card.not_yours"))
    county = target_name(services, lang, found.subject)
    if not found.waiting:
        return Reply(services.texts(lang, "coordinator.decided", county=county, accepted=found.accepted))
    rows: Rows = (
        (
            press(services.texts(lang, "coordinator.yes"), "co", "yes", found.id),
            press(services.texts(lang, "coordinator.no"), "co", "no", found.id),
        ),
    )
    return Reply(services.texts(lang, "coordinator.taken", county=county, name=found.name), rows)


# -- buttons of the city -----------------------------------------------------------------------------------------------

Operation = Callable[[Update, Context, list[str]], Awaitable[str | None]]


async def press_city(update: Update, context: Context, args: list[str]) -> str | None:
    """Everything about coordinators, for the city alone."""
    if context.role != "city":
        return context.text("office.not_yours")
    operation = OPERATIONS.get(args[0] if args else "")
    return await operation(update, context, args[1:]) if operation else context.text("press.old")


async def _overview(update: Update, context: Context, args: list[str]) -> str | None:
    await context.show(update, overview(context.services, context.lang))
    return None


async def _choose(update: Update, context: Context, args: list[str]) -> str | None:
    await context.show(update, choice(context.services, context.lang))
    return None


def _county(context: Context, args: list[str]) -> str:
    """The county that the button names, if it takes part in the pairing; empty otherwise."""
    county = context.base.counties.get(args[0]) if args else None
    return county.id if county and county.agricultural else ""


async def _show_county(update: Update, context: Context, args: list[str]) -> str | None:
    county = _county(context, args)
    if not county:
        return context.text("press.gone")
    await context.show(update, county_page(context.services, context.lang, county))
    return None


async def _link(update: Update, context: Context, args: list[str]) -> str | None:
    """A new link, shown once: it is kept as a hash alone."""
    county = _county(context, args)
    if not county:
        return context.text("press.gone")
    token = invitations.make(context.store, "coordinator", county, context.person.id, context.now)
    await context.say(
        "coordinators.made",
        (_back(context.services, context.lang),),
        county=target_name(context.services, context.lang, county),
        link=f"https://t.me/{context.services.username}?start={LINK}-{token}",
        start=f"/start {LINK}-{token}",
        until=context.now + invitations.VALID,
    )
    return None


async def _revoke(update: Update, context: Context, args: list[str]) -> str | None:
    county = _county(context, args)
    if not county:
        return context.text("press.gone")
    gone = invitations.withdraw(context.store, "coordinator", county, context.person.id, context.now)
    await context.show(update, county_page(context.services, context.lang, county))
    return context.text("coordinators.revoked", n=gone)


async def _who(update: Update, context: Context, args: list[str]) -> str | None:
    """The account to confirm."""
    found = _invitation(context, args)
    if found is None:
        return context.text("press.gone")
    await context.show(update, taken(context.services, context.lang, {"invitation": found.id, "person": context.person.id}))
    return None


def _invitation(context: Context, args: list[str]) -> invitations.Invitation | None:
    wanted = number(args[0]) if args else None
    found = invitations.get(context.store, wanted) if wanted is not None else None
    return found if found and found.purpose == "coordinator" else None


def _decide(*, accepted: bool) -> Operation:
    async def decide(update: Update, context: Context, args: list[str]) -> str | None:
        found = _invitation(context, args)
        if found is None:
            return context.text("press.gone")
        shown: dict[str, str | int] = {"invitation": found.id, "person": context.person.id}
        with context.store.transaction():
            done = appointments.decide(context.store, found.id, context.person.id, context.now, accepted=accepted)
            if done:
                context.note_result("coordinator.taken", **shown)
        context.services.wake()
        await context.show(update, taken(context.services, context.lang, shown))
        if done and done.taken_by and accepted:
            await menu.describe(context.bot, context.services, done.taken_by)
        return None if done else context.text("press.done")

    return decide


async def _end(update: Update, context: Context, args: list[str]) -> str | None:
    """End an appointment, after one more tap."""
    county, person = _county(context, args), number(args[1]) if len(args) > 1 else None
    services, lang = context.services, context.lang
    if not county or person is None or not coordinators.is_one(context.store, person, county):
        return context.text("press.done")
    name, where = coordinators.name(context.store, county, person), target_name(services, lang, county)
    if args[2:] != ["yes"]:
        rows = (
            (press(context.text("coordinators.end", name=name), "co", "end", county, person, "yes"),),
            (press(context.text("button.back"), "co", "county", county),),
        )
        mine = [one for one in interests.waiting(context.store, {county}) if one.handler == person]
        last = coordinators.at(context.store, county) in ([], [person])
        await context.show(
            update, Reply(context.text("coordinators.ask_end", name=name, county=where, n=len(mine), last=last), rows)
        )
        return None
    with context.store.transaction():
        appointments.end(context.store, county, person, context.person.id, context.now, city=services.owners)
        disclosures.roles_changed(context.store, services.owners, context.now)
    services.wake()
    await context.show(update, county_page(services, lang, county))
    await menu.describe(context.bot, services, person)
    return context.text("coordinators.ended", name=name)


OPERATIONS: dict[str, Operation] = {
    "": _overview,
    "choose": _choose,
    "county": _show_county,
    "link": _link,
    "revoke": _revoke,
    "who": _who,
    "yes": _decide(accepted=True),
    "no": _decide(accepted=False),
    "end": _end,
}


# -- the one who is invited --------------------------------------------------------------------------------------------


def invited(services: Services, lang: str, token: str, user: User | None) -> Reply:
    """What a link of an invitation leads to: what is asked, and what the city will see."""
    texts = services.texts
    found = invitations.find(services.store, token, "coordinator")
    if found is None or user is None:
        return Reply(texts(lang, "coordinator.unusable"))
    county = target_name(services, lang, found.subject)
    if coordinators.is_one(services.store, user.id, found.subject):
        return Reply(texts(lang, "coordinator.already", county=county), ((press(texts(lang, "button.office"), "office"),),))
    if found.waiting and found.taken_by == user.id:
        return Reply(texts(lang, "coordinator.waits", county=county))
    if not found.usable(services.now()):
        return Reply(texts(lang, "coordinator.unusable"))
    rows: Rows = (
        (
            press(texts(lang, "coordinator.accept"), "cot", token),
            press(texts(lang, "coordinator.leave"), "cox"),
        ),
    )
    text = texts(lang, "coordinator.invited", county=county, name=account(user), operator=services.operator[lang])
    return Reply(text, rows)


def account(user: User) -> str:
    """What an account is called on Telegram, as the city sees it when it confirms it."""
    name = checks.one_line(user.full_name)[:NAME_MAX]
    return f"{name} @{user.username}" if user.username else name or str(user.id)


async def press_take(update: Update, context: Context, args: list[str]) -> str | None:
    """The account takes the invitation: from now on its name is kept, and the city is asked."""
    user, services = update.effective_user, context.services
    found = invitations.find(context.store, args[0] if args else "", "coordinator")
    if found is None or user is None:
        return context.text("press.gone")
    with context.store.transaction():
        took = appointments.take(context.store, found, user.id, account(user), services.office(), context.now)
        if took:
            context.note_result("coordinator.waits", county=found.subject)
    services.wake()
    if not took:
        await context.show(update, invited(services, context.lang, args[0], user))
        return None
    await context.show(update, waits(services, context.lang, {"county": found.subject}))
    return None


async def press_leave(update: Update, context: Context, args: list[str]) -> str | None:
    """The invitation is not for this person, or not wanted: nothing is kept, and the link stays good until it expires."""
    await context.show(update, Reply(context.text("coordinator.left")))
    return None


def _told(name: str) -> None:
    """A line to the one who was invited."""

    @view(name)
    def shown(services: Services, lang: str, args: dict[str, Any]) -> Reply:
        return Reply(services.texts(lang, name, county=target_name(services, lang, str(args["county"]))))


for _name in ("coordinator.refused", "coordinator.ended"):
    _told(_name)


@view("coordinator.waits")
def waits(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The invitation was taken; the city is to confirm."""
    return Reply(services.texts(lang, "coordinator.waits", county=target_name(services, lang, str(args["county"]))))


@view("coordinator.appointed")
def appointed(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The person is a coordinator now; what waits."""
    county, store = str(args["county"]), services.store
    text = services.texts(
        lang,
        "coordinator.appointed",
        county=target_name(services, lang, county),
        interests=len(interests.waiting(store, {county})),
        questions=len(questions.listed(store, "all", int(args["person"]), services.now(), {county})),
    )
    return Reply(text, ((press(services.texts(lang, "button.office"), "office"),),))


PRESSES: Presses = {"co": press_city, "cot": press_take, "cox": press_leave}
