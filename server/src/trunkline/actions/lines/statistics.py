"""The statistics of lines (``GET /admin/lines/statistics``)."""

import asyncio
import datetime
import time
from collections import Counter
from collections.abc import Sequence

from trunkline.domain.chat import HealthStatus
from trunkline.domain.chat_health import REPUTATION_CHATS, Thresholds, reputation_of
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import TrunklineError
from trunkline.domain.instant import DAY, Instant
from trunkline.schemas.line_statistics import HealthCounts, LineDay, LinesStatistics, LineStatistics, ReputationReason
from trunkline.storage import line_statistics
from trunkline.storage.line_statistics import DayCounts
from trunkline.storage.store import Store

HEALTH_CHATS = 1_000
"""The chats of a line whose health is counted: those that changed last."""

_TIME = 0.25  # s in which a request begins to count further parts
_PATIENCE = 2.0  # s after which it does without a part that another change prevents
_EPOCH = datetime.date(1970, 1, 1)
_NONE = DayCounts(0, 0, 0)


async def lines_statistics(store: Store, partner_id: int, now: Instant, days: int, doc_url: str) -> LinesStatistics:
    """The statistics of every line over so many days, today included, the oldest line first."""
    today = now // DAY
    is_complete = await _count(store, RequestContext(partner_id, now))
    reader, first = store.reader(partner_id), today - days + 1
    counts = await line_statistics.days(reader, first)
    lines: list[LineStatistics] = []
    for line in await store.partners.lines(partner_id):
        number = line.phone_number
        health = await line_statistics.latest_health(reader, number, HEALTH_CHATS + 1)
        lines.append(
            LineStatistics(
                id=line.id,
                phone_number=number,
                label=line.label,
                reputation=_reputation(health[:REPUTATION_CHATS], store.thresholds, doc_url),
                health=_health(health),
                days=[_day(day, counts.get((number, day), _NONE)) for day in range(first, today + 1)],
            )
        )
        await asyncio.sleep(0)  # a partner can have many lines
    return LinesStatistics(days, is_complete, lines)


async def _count(store: Store, ctx: RequestContext) -> bool:
    """Counts for a while. Returns whether every message is counted."""
    if await line_statistics.is_current(store.reader(ctx.partner_id)):
        return True
    deadline, is_complete = time.monotonic() + _TIME, False
    try:
        async with asyncio.timeout(_PATIENCE):
            while not is_complete and time.monotonic() < deadline:
                async with store.change(ctx) as change:
                    is_complete = await line_statistics.count_part(change, ctx.now // DAY)
    except (TimeoutError, TrunklineError):
        return False
    return is_complete


def _day(day: int, counts: DayCounts) -> LineDay:
    return LineDay(_EPOCH + datetime.timedelta(day), counts.sent, counts.received, counts.replies)


def _health(latest: Sequence[HealthStatus]) -> HealthCounts:
    counted = Counter(latest[:HEALTH_CHATS])
    return HealthCounts(
        chats=counted.total(),
        is_complete=len(latest) <= HEALTH_CHATS,
        healthy=counted[HealthStatus.HEALTHY],
        at_risk=counted[HealthStatus.AT_RISK],
        critical=counted[HealthStatus.CRITICAL],
        opted_out=counted[HealthStatus.OPTED_OUT],
    )


def _reputation(latest: Sequence[HealthStatus], thresholds: Thresholds, doc_url: str) -> ReputationReason:
    status, counted = reputation_of(latest, thresholds), Counter(latest)
    at_risk, critical = counted[HealthStatus.AT_RISK], counted[HealthStatus.CRITICAL]
    is_critical = status is HealthStatus.CRITICAL
    worse, number = ("CRITICAL", critical) if is_critical else ("AT_RISK or CRITICAL", at_risk + critical)
    reason = "The line has no chats."
    if latest:
        found = {0: "none is", 1: "1 is"}.get(number, f"{number} are")
        reason = (
            f"Of the chats that changed last ({len(latest)}), {found} {worse}. A line is "
            f"{HealthStatus.CRITICAL if is_critical else HealthStatus.AT_RISK} if at least {thresholds.line_percent}% "
            f"of them are, and at least {thresholds.line_chats}."
        )
    return ReputationReason(
        status, reason, len(latest), at_risk, critical, thresholds.line_percent, thresholds.line_chats, doc_url
    )
