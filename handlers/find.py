"""Finding counties: free text at any moment, and the guided way by buttons only."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from msgspec.structs import replace
from telegram import Update
from telegram.ext import BaseHandler, CommandHandler

from handlers import awaited, groups, interest, mine, organisation, privacy, questions, start
from handlers.admin import desk
from handlers.browse import county_page, plan_page, which_county
from handlers.buttons import VERSION, number, press
from handlers.context import Context, Reply, Services
from handlers.corrections import doubt, summary, wrong
from handlers.form_handler import resume_row, send_aside
from handlers.pairings import PAGE, card, echo, listing, target
from handlers.presses import Presses
from handlers.typed import ASKING, bare
from handlers.wishes import from_understanding, only_names, pack, unpack
from knowledge.matching import Circumstances, Wish, recommend
from knowledge.records import drafts, people
from knowledge.text import has_han
from knowledge.turns import Step, follow
from knowledge.understanding import Understanding

WORD = re.compile(r"\b[A-Za-z]{2,}\b")
"""A word of Latin letters; a code with figures among them is none, and no sign of English."""
READ_MAX = 4000
"""Characters that are read of one text; Telegram sends at most 4096 in a message."""


PLAN = ("方案", "计划", "文件", "乡村行", "品牌", "plan", "brand")
"""Words of a text that speaks of the plan itself."""
ASIDE_MAX = 100
"""Characters of a text that may lean on the last search without naming anything; a longer one is a matter of its own."""


async def answer_freely(context: Context, text: str) -> None:
    """Answer a text that belongs to no form."""
    u = context.services.reader.read(text[:READ_MAX])
    told = has_han(text) or not only_names(u) if u.lang == "zh" else WORD.search(text)  # a name in pinyin is of any language
    if u.lang and u.lang != context.person.heard and told:
        people.heard(context.store, context.person.id, u.lang)
        context.person = replace(context.person, heard=u.lang)
    if not questions.only_calls(text, u.intent):
        context.services.wrote(context.person.id, text)
    reply = await _routed(context, u, text)
    if reply is not None:
        services, lang, person = context.services, context.lang, context.person.id
        more = [row for row in resume_row(services, lang, person) if row not in reply.rows]
        if not any(button.data.startswith(f"{VERSION}:own:") for row in reply.rows for button in row):
            more.extend(awaited.answer_row(services, lang, person))
        await context.send(Reply(reply.text, (*reply.rows, *more)))


async def _routed(context: Context, u: Understanding, text: str) -> Reply | None:
    """The reply to an understood text, or None when a form took over."""
    if context.base.turns.organisation.alone(bare(text)) or organisation.changes_own(context, text):
        await organisation.show(context)
        return None
    last = context.services.last_lists.get(context.person.id)
    step = follow(context.base.turns, text, u, last[0] if last else Wish(), context.services.reader.read)
    if step and last and not awaited.begins_as_one(context, u):
        return went_on(context, step, last[1])
    turns, plain = context.base.turns, bare(text)
    first = _said_alone(context, plain) or awaited.answering(context, u) or _after_mail(context, plain)
    if first is not None:
        return first
    if step and last:
        return went_on(context, step, last[1])
    if step and step.leans:
        return from_nothing(context, step)
    if u.counties and any(word in plain for word in (*turns.only.zh, *(f"{word} " for word in turns.only.en))):
        return await _county(context, u, text)
    route = ROUTES.get(u.intent)
    if route:
        return await route(context, u, text)
    return offers(context, u, text)


def _said_alone(context: Context, plain: str) -> Reply | None:
    """The answer to a text that is one of the words for it and nothing else."""
    services, lang, turns = context.services, context.lang, context.base.turns
    last = services.last_lists.get(context.person.id)
    for said, key in ((turns.greet, "find.greet"), (turns.thank, "find.thank"), (turns.part, "find.part")):
        if said.alone(plain):
            return Reply(context.text(key), ((press(context.text("button.guided"), "g", ""),),))
    if turns.form_back.alone(plain) or turns.to_list.alone(plain):  # nothing was listed: back to the beginning
        return start.welcome(services, lang, context.person.id)
    if turns.anew.alone(plain):
        return choose_field(services, lang, Wish())
    if last and turns.wrong.alone(plain):
        return wrong(services, lang, pack(context.base, last[0]))
    if last and turns.mistaken.alone(plain):
        return _under(context, "find.which_part", page(context, *last))
    return None


def _after_mail(context: Context, plain: str) -> Reply | None:
    """The answer to what one says to something that came by itself: that it was heard, or who would go along."""
    turns = context.base.turns
    if turns.heard.alone(plain):
        return Reply(context.text("find.heard"), ((press(context.text("button.guided"), "g", ""),),))
    return groups.own(context) if turns.together.alone(plain.rstrip("?？")) else None


def went_on(context: Context, step: Step, offset: int) -> Reply:
    """The text leans on the last list: its next page, another county for the same wish, or the wish as changed."""
    services, lang = context.services, context.lang
    looked_at, _ = services.last_opened.get(context.person.id, ("", ""))
    if step.wish.counties and looked_at in step.wish.refused_counties:  # the page of a county was open, and another is meant
        step = Step("look", step.wish, step.wish.counties[0])
    if step.kind == "open":
        found = recommend(context.base, step.wish, services.around()).pairings[offset : offset + PAGE]
        place = len(found) if step.place < 0 else step.place
        if 1 <= place <= len(found):
            one = found[place - 1]
            opened = card(services, lang, target(one.need, one.county), step.wish)
            if opened is not None:
                services.opened(context.person.id, target(one.need, one.county), step.wish.kind)
                return opened
        return page(context, step.wish, offset)
    if step.kind == "look":
        services.opened(context.person.id, step.county, step.wish.kind)
        return county_page(services, lang, context.base.counties[step.county], replace(step.wish, counties=()))
    if step.kind == "more" and offset + PAGE >= len(recommend(context.base, step.wish, services.around()).pairings):
        return _under(context, "find.was_all", page(context, step.wish, offset))
    offset = {"more": offset + PAGE, "before": max(0, offset - PAGE), "back": offset}.get(step.kind, 0)
    return page(context, step.wish, offset)


def from_nothing(context: Context, step: Step) -> Reply:
    """The text leans on a list that is not in mind (any more): say so, and search by what it names itself."""
    if step.kind == "list":
        return _under(context, "find.by_this", went_on(context, step, 0))
    rows = ((press(context.text("button.guided"), "g", ""), press(context.text("button.ask"), "ask", "")),)
    return Reply(context.text("find.no_list"), rows)


def page(context: Context, wish: Wish, offset: int) -> Reply:
    """A page of the list under what is searched for; the next text may lean on it."""
    services, lang = context.services, context.lang
    services.listed(context.person.id, wish, offset)

    def made(_: Circumstances) -> Reply:
        return listing(services, lang, wish, offset=offset, heard=summary(services, lang, wish))

    return services.of_late((lang, wish, offset), made)


def offers(context: Context, u: Understanding, text: str) -> Reply:
    """The pairings for an offer; with nothing to go by, what helps to say it better."""
    wish = from_understanding(u)
    heard = echo(context.services, context.lang, u)
    open_ = len(u.unsure) > 1 and not u.fields and not only_names(u)
    asked = doubt(context.services, context.lang, u.unsure, wish) if open_ else None
    if asked is not None:
        context.services.remember(context.person.id, text)
        return asked
    if not heard and u.intent == "out_of_scope":
        return nothing(context, text)
    last = context.services.last_lists.get(context.person.id)
    if last and not heard and len(text) <= ASIDE_MAX:  # it leans on the search, and names nothing of its own
        more = tuple(one for one in wish.resources if one not in last[0].resources)
        if more:
            return page(context, replace(last[0], resources=(*last[0].resources, *more)), 0)
        return _under(context, "find.same", page(context, *last))
    context.services.remember(context.person.id, text)
    context.services.listed(context.person.id, wish, 0)
    listed = listing(context.services, context.lang, wish, heard=heard)
    if text.rstrip().endswith(("?", "？", "吗")):  # a list answers no question: somebody can
        ask = press(context.text("button.ask"), "ask", wish.counties[0] if wish.counties else "")
        return Reply(listed.text, (*listed.rows, (ask,)))
    return listed


def nothing(context: Context, text: str) -> Reply:
    """Nothing was understood: examples, the guided way, a person to ask, and the words can be kept for the office."""
    context.services.remember(context.person.id, text)
    return Reply(
        context.text("find.nothing"),
        (
            (press(context.text("button.guided"), "g", ""), press(context.text("button.plan"), "plan")),
            (press(context.text("button.ask"), "ask", ""),),
            (press(context.text("button.keep_offer"), "keep", questions.mark(text)),),
        ),
    )


async def _county(context: Context, u: Understanding, text: str) -> Reply | None:
    if not u.counties:
        return offers(context, u, text)
    wish = from_understanding(u)
    if len(u.counties) > 1:  # which of them is nobody's guess; with a field, the list has them side by side
        return offers(context, u, text) if u.fields else which_county(context.services, context.lang, wish.counties, wish)
    if u.fields and (
        u.kind or u.origin or u.resources
    ):  # a question about a county is no offer, unless they tell of themselves
        context.services.remember(context.person.id, text)
    context.services.opened(context.person.id, u.counties[0].id, wish.kind)
    return county_page(context.services, context.lang, context.base.counties[u.counties[0].id], replace(wish, counties=()))


async def _plan(context: Context, u: Understanding, text: str) -> Reply | None:
    shown = plan_page(context.services, context.lang)
    if not any(mark in text.lower() for mark in ASKING):
        return shown
    ask = press(context.text("button.ask"), "ask", "")  # what is not in the plan, somebody knows
    said = any(word in text.lower() for word in PLAN)
    return Reply(shown.text if said else context.text("find.in_plan") + "\n\n" + shown.text, (*shown.rows, (ask,)))


async def _mine(context: Context, u: Understanding, text: str) -> Reply | None:
    return mine.overview(context.services, context.lang, context.person.id)


async def _help(context: Context, u: Understanding, text: str) -> Reply | None:
    if u.origin and only_names(u):  # a place and nothing else: where they come from
        return offers(context, u, text)
    return start.help_page(context.services, context.lang, context.person.id)


async def _cancel(context: Context, u: Understanding, text: str) -> Reply | None:
    if u.fields or u.counties:  # 算了，我想看丰都: what they turn to instead
        return offers(context, u, text) if u.fields else await _county(context, u, text)
    return await start.cancel(context)


async def _register(context: Context, u: Understanding, text: str) -> Reply | None:
    """登记, said of what lies open; from a list, say that one is to be opened first; otherwise it is an offer."""
    if u.fields or u.counties or u.kind:
        return offers(context, u, text)
    name, kind = context.services.last_opened.get(context.person.id, ("", ""))
    if name:
        context.services.last_texts.pop(context.person.id, None)  # nothing to send on to the office
        why_not = await interest.begin(context, name, kind[:2])
        return Reply(why_not) if why_not else None
    last = context.services.last_lists.get(context.person.id)
    if last is None:
        return offers(context, u, text)
    return _under(context, "find.open_first", page(context, *last))


def _under(context: Context, key: str, shown: Reply) -> Reply:
    """A list under a line that says why it is shown once more."""
    return Reply(context.text(key) + "\n\n" + shown.text, shown.rows)


async def _privacy(context: Context, u: Understanding, text: str) -> Reply | None:
    return privacy.privacy_page(context.services, context.lang, context.person.id)


async def _human(context: Context, u: Understanding, text: str) -> Reply | None:
    await questions.ask(context, "")
    return None


async def _broadcast(context: Context, u: Understanding, text: str) -> Reply | None:
    await desk.begin(context)
    return None


Route = Callable[[Context, Understanding, str], Awaitable[Reply | None]]
ROUTES: dict[str, Route] = {
    "county_info": _county,
    "task_info": _plan,
    "my_interests": _mine,
    "follow_up": _mine,
    "help": _help,
    "cancel": _cancel,
    "register_interest": _register,
    "privacy": _privacy,
    "contact_human": _human,
    "admin_broadcast": _broadcast,
}
"""Where an intent leads; the others (an offer, anything else) are answered with pairings."""


# -- the guided way ----------------------------------------------------------------------------------------------------


def choose_field(services: Services, lang: str, wish: Wish) -> Reply:
    """Ask for the field."""
    base = services.base
    buttons = [press(f.name[lang], "gk", pack(base, replace(wish, fields=(f.id,)))) for f in base.fields.values()]
    rows = [tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2)]
    return Reply(
        services.texts(lang, "guided.field"), (*rows, (press(services.texts(lang, "button.any"), "gk", pack(base, wish)),))
    )


def choose_kind(services: Services, lang: str, wish: Wish) -> Reply:
    """Ask for the kind of organisation."""
    base = services.base
    buttons = [press(k.name[lang], "go", pack(base, replace(wish, kind=k.id))) for k in base.kinds.values()]
    rows = [tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2)]
    last = (
        press(services.texts(lang, "button.back"), "g", pack(base, replace(wish, fields=()))),
        press(services.texts(lang, "button.any"), "go", pack(base, wish)),
    )
    return Reply(services.texts(lang, "guided.kind", **_so_far(services, lang, wish)), (*rows, last))


def choose_origin(services: Services, lang: str, wish: Wish, *, shandong: bool = False) -> Reply:
    """Ask where they come from. Shandong's cities have partner counties, so they are asked for one by one."""
    base = services.base
    if shandong:
        cities = [c.partner.city for c in base.counties.values() if c.partner]
        buttons = [press(city[lang], "l", 0, pack(base, replace(wish, province="山东", city=city.zh))) for city in cities]
        buttons.append(press(services.texts(lang, "guided.other_city"), "l", 0, pack(base, replace(wish, province="山东"))))
    else:
        buttons = [
            press(
                p[lang],
                "gs" if p.zh == "山东" else "l",
                *([] if p.zh == "山东" else [0]),
                pack(base, replace(wish, province=p.zh)),
            )
            for p in base.plan.eastern
        ]
        buttons.append(press(services.texts(lang, "guided.elsewhere"), "l", 0, pack(base, wish)))
    rows = tuple(tuple(buttons[i : i + 3]) for i in range(0, len(buttons), 3))
    before = replace(wish, province="", city="", kind=wish.kind if shandong else "")
    back = press(services.texts(lang, "button.back"), "go" if shandong else "gk", pack(base, before))
    return Reply(services.texts(lang, "guided.origin", **_so_far(services, lang, wish)), (*rows, (back,)))


def _so_far(services: Services, lang: str, wish: Wish) -> dict[str, str]:
    base = services.base
    parts = [base.fields[f].name[lang] for f in wish.fields] + ([base.kinds[wish.kind].name[lang]] if wish.kind else [])
    return {"so_far": " · ".join(parts)}


async def on_find(update: Update, context: Context) -> None:
    """/find: by buttons only. With words after it, those are read."""
    if context.args:
        await answer_freely(context, " ".join(context.args))
        return
    drafts.park(context.store, context.person.id)
    reply = choose_field(context.services, context.lang, Wish())
    await send_aside(context, reply)


async def press_list(update: Update, context: Context, args: list[str]) -> str | None:
    """A page of the list; without a number, the page of it that was shown last."""
    where, code = (args + ["", ""])[:2]
    wish, offset = unpack(context.base, code), number(where)
    last = context.services.last_lists.get(context.person.id)
    if last and pack(context.base, last[0]) == code:  # the same list: its words are still in mind
        wish, offset = last[0], last[1] if offset is None else offset
    await context.show(update, page(context, wish, offset or 0))
    return None


def _step(choose: Callable[[Services, str, Wish], Reply]) -> Callable[[Update, Context, list[str]], Awaitable[str | None]]:
    async def pressed(update: Update, context: Context, args: list[str]) -> str | None:
        wish = unpack(context.base, args[0] if args else "")
        await context.show(update, choose(context.services, context.lang, wish))
        return None

    return pressed


def _shandong(services: Services, lang: str, wish: Wish) -> Reply:
    return choose_origin(services, lang, wish, shandong=True)


PRESSES: Presses = {
    "l": press_list,
    "g": _step(choose_field),
    "gk": _step(choose_kind),
    "go": _step(choose_origin),
    "gs": _step(_shandong),
}


def handlers() -> list[BaseHandler[Update, Context, None]]:
    """The commands of this conversation."""
    return [CommandHandler("find", on_find)]
