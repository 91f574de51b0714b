"""Ways through the conversations that several tests take, in Chinese and in English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from knowledge.records import people as records
from knowledge.text import has_han
from tests.talk import Person, Talk

NEED = "wuxi-elderly-1"
"""Elderly care in Wuxi: what a care home from Tai'an is shown first."""
OTHER_NEED = "chengkou-elderly-1"
SHORT = 120
"""Characters that a kind answer may have."""

STEPS = ("consent", "organisation", "contact", "phone", "offer", "mode", "preview")


@dataclass(frozen=True)
class Words:
    """What a person writes and taps on the way to a registered interest."""

    register: str
    agree: str
    organisation: str
    contact: str
    phone: str
    offer: str
    alone: str
    submit: str
    ask: str = "问工作人员"
    send: str = "发送"


ZH = Words(
    "登记意向",
    "全部同意",
    "泰安市夕阳红养老服务中心",
    "王老师",
    "138 1234 5678",
    "六名护理员，每月上门助浴一次",
    "单独",
    "提交",
)
EN = Words(
    "Register interest", "Agree to all", "Sunset Care", "Ms Wang", "+86 138 1234 5678", "Six carers, baths once a month",
    "On our own", "Submit", "Ask the office", "Send",
)  # fmt: skip


def words(person: Person) -> Words:
    """The words of this person's language."""
    return EN if (person.talk.client if person.client is None else person.client) == "en" else ZH


async def to_step(person: Person, step: str, need: str = NEED) -> str:
    """From a need's card to this question of the form; returns the question."""
    say = words(person)
    await person.says(f"/start need-{need}")
    shown = await person.presses(say.register)
    for following in STEPS[1 : STEPS.index(step) + 1]:
        if following in {"contact", "phone", "offer"} and any(
            asked in person.last for asked in ("能提供什么", "What can you offer")
        ):
            continue  # the second time, what was given before is not asked again
        match following:
            case "organisation":
                if any(say.agree in label for label in person.buttons):  # else it was given before
                    shown = await person.presses(say.agree)
            case "contact":
                shown = await person.says(say.organisation)
            case "phone":
                shown = await person.says(say.contact)
            case "offer":
                shown = await person.says(say.phone)
            case "mode":
                shown = await person.says(say.offer)
            case _:
                shown = await person.presses(say.alone)
    return shown


async def registered(person: Person, need: str = NEED) -> str:
    """Register an interest for the first time; returns the confirmation."""
    await to_step(person, "preview", need)
    return await person.presses(words(person).submit)


async def wants_notices(*people: Person) -> None:
    """These people open the chat and tick that they want notices, and so does the office."""
    for one in people:
        await one.says("/start")
        await one.presses_data("v1:mute:0")
    services = people[0].talk.services
    for owner in services.owners:
        if not records.holds(services.store, owner, "notices"):
            records.consent(services.store, owner, ("notices",), given=True, now=1)


async def asked(person: Person, text: str = "住宿怎么安排？", about: str = "") -> str:
    """Ask the office a question, perhaps from the card of a need; returns the confirmation."""
    await person.says(f"/start need-{about}" if about else "/help")
    await person.presses(words(person).ask)
    await person.says(text)
    return await person.presses(words(person).send)


def reply_to(person: Person, message: int) -> dict[str, object]:
    """What makes a message of this person a reply to this one."""
    chat = {"id": person.id, "type": "private", "first_name": "private"}
    return {"reply_to_message": {"message_id": message, "date": 1, "chat": chat, "text": "…"}}


@dataclass(frozen=True)
class NoticeWords:
    """What an administrator taps on the way to a notice."""

    new: str
    skip: str
    topic: str
    confirm: str


NOTICE_ZH = NoticeWords("写通知", "跳过", "其他", "确认")
NOTICE_EN = NoticeWords("Write a notice", "Skip", "Other", "Confirm")


def notice_words(person: Person) -> NoticeWords:
    """The words of this person's language."""
    return NOTICE_EN if (person.talk.client if person.client is None else person.client) == "en" else NOTICE_ZH


async def drafted(boss: Person, text: str, **more: Any) -> str:
    """Write a notice in one language; returns how it looks and its rehearsal."""
    say = notice_words(boss)
    await boss.says("/broadcast")
    if any(say.new in label for label in boss.buttons):
        await boss.presses(say.new)
    await boss.says(text, **more)
    await boss.presses(say.skip)
    return await boss.presses(say.topic)


async def announced(boss: Person, text: str, **more: Any) -> str:
    """Write a notice and confirm it; returns what the writer is shown of its way."""
    await drafted(boss, text, **more)
    return await boss.presses(notice_words(boss).confirm)


def rows(talk: Talk, table: str) -> list[dict[str, Any]]:
    """The rows of a table, with everything written that was put off."""
    talk.store.flush()
    return [dict(row) for row in talk.store.all(f"SELECT * FROM {table} ORDER BY 1")]  # noqa: S608  a name from the test


def stage(talk: Talk, interest: int = 1) -> str:
    """The stage of an interest."""
    found: str = talk.store.value("SELECT stage FROM interests WHERE id = ?", (interest,))
    return found


def everything_stored(talk: Talk) -> dict[str, list[dict[str, Any]]]:
    """Every table that has rows, without what the channel, the base and the migrations keep for themselves."""
    names = [row["name"] for row in talk.store.all("SELECT name FROM sqlite_master WHERE type = 'table'")]
    own = {"meta", "needs", "_sqlite_migrations"}
    return {name: found for name in names if name not in own and (found := rows(talk, name))}


def kind_and_short(said: str, talk: Talk) -> None:
    """One answer, in the reader's language, that fits on a phone."""
    assert 0 < len(said) <= SHORT, said
    assert has_han(said) == (talk.client == "zh"), said
