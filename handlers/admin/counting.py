"""How many a notice reaches, and what is done to all of them: in slices, between which others are served."""

from __future__ import annotations

import asyncio

from handlers.admin.rights import scope_of
from handlers.context import Services
from knowledge.records import audience, notices, slicing
from knowledge.records.audience import Reach
from knowledge.records.notices import Notice
from knowledge.records.store import Row, checkpoint


async def count(services: Services, notice: Notice) -> None:
    """Count ahead for the next page that says the number (``reach_of``)."""
    if notice.kind != "notice" or notice.state != "draft":
        return
    scope, found = scope_of(services, notice), Reach({}, {})
    for among in audience.slices(services.store):
        found += audience.reach(services.store, notice.audience, scope, among)
        await asyncio.sleep(0)
    services.reaches[notice.id] = notice, found


async def count_by_number(services: Services, number: int) -> None:
    """The same for the notice with this number."""
    if notice := notices.get(services.store, number, counted=False):
        await count(services, notice)


def reach_of(services: Services, notice: Notice, *, keep: bool = False) -> Reach:
    """The number counted ahead for the notice as it stands, which serves once (``keep``: and once more); else counted now."""
    counted, found = services.reaches.get(notice.id, (None, None))
    if not keep:
        services.reaches.pop(notice.id, None)
    if found is not None and counted and counted.version == notice.version:
        return found
    return audience.reach(services.store, notice.audience, scope_of(services, notice))


async def recipients(services: Services, notice: Notice) -> list[Row]:
    """Who would get a draft: ``organisation`` and ``person``."""
    scope = scope_of(services, notice)
    found: list[Row] = []
    for among in audience.slices(services.store):
        some = audience.people(services.store, notice.audience, scope, among)
        found += audience.named(services.store, some)
        await asyncio.sleep(0)
    return found


async def missed(services: Services, notice: Notice) -> list[Row]:
    """Who has not got a notice: ``organisation``, ``person``, ``state`` and ``error``."""
    found: list[Row] = []
    for among in slicing.slices(services.store, notice):
        found += notices.missed(services.store, notice.id, among)
        await asyncio.sleep(0)
    return found


async def carry_on(services: Services, number: int) -> None:
    """Do the rest of what was begun with the rows of a notice. One at a time, so that others wait for one slice alone."""
    async with services.slicing:
        large = False
        for _ in slicing.walk(services.store, number, services.now()):
            large = True
            await asyncio.sleep(0)
    if large:
        await asyncio.to_thread(checkpoint, services.store.path)
