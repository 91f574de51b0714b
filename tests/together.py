"""Organisations that would go together, and how they come to it, for the tests of groups."""

from __future__ import annotations

from tests.journeys import NEED, words
from tests.talk import Person, Talk

Offer = tuple[str, str, str, str]
"""Name, offer, contact, telephone."""

CHARITY: Offer = ("泰安夕阳红养老服务中心", "派六名护理员上门助浴", "王老师", "13812345678")
FOUNDATION: Offer = ("春晖基金会", "基金会捐资二十万元", "赵主任", "13900001111")
ENGLISH_CHARITY: Offer = ("Sunset Care", "Six carers come to bathe the old at home", "Ms Wang", "13812345678")


async def offers(person: Person, what: Offer, need: str = NEED, *, mode: str = "", again: bool = False) -> str:
    """Register an interest that would join a group (or in another ``mode``); ``again``: the organisation is known."""
    say = words(person)
    name, offer, contact, phone = what
    await person.says(f"/start need-{need}")
    await person.presses(say.register)
    if not again:
        await person.presses(say.agree)
        await person.says(name)
        await person.says(contact)
        await person.says(phone)
    await person.says(offer)
    await person.presses(mode or ("愿意组团" if say.submit == "提交" else "We would join a group"))
    return await person.presses(say.submit)


async def two(talk: Talk) -> tuple[Person, Person, Person]:
    """Somebody of the office, a charity with carers (#1) and a foundation with money (#2), who would both join a group."""
    boss, li, wang = talk.person("boss", owner=True), talk.person("li"), talk.person("wang")
    await offers(li, CHARITY)
    await offers(wang, FOUNDATION)
    return boss, li, wang


async def together(talk: Talk) -> tuple[Person, Person, Person]:
    """The same, and they go together: the charity leads."""
    boss, li, wang = await two(talk)
    await li.presses_data("v1:gask:1:2")
    await wang.presses("✅ 同意")
    return boss, li, wang
