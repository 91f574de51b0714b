"""How many a notice reaches, and its recipients: among all people in slices, between which others are served."""

from __future__ import annotations

import asyncio

from handlers.admin.rights import scope_of
from handlers.context import Context, Services
from knowledge.records import audience, notices, sending
from knowledge.records.audience import Reach
from knowledge.records.notices import Notice
from knowledge.records.store import checkpoint


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


async def freeze(context: Context, notice: Notice) -> None:
    """Freeze the recipients of a notice that was just confirmed, as far as they are not frozen yet."""
    large = False
    for _ in sending.freezing(context.store, notice.id, context.now):
        large = True
        await asyncio.sleep(0)
    if large:
        await asyncio.to_thread(checkpoint, context.store.path)
