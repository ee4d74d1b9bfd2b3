"""The lines of a partner, each with its reputation (CONTRACT §4: ``GET /v3/phone_numbers``)."""

from collections.abc import Sequence

from trunkline.domain.chat import HealthStatus
from trunkline.domain.health import Thresholds, reputation_of
from trunkline.storage import lines
from trunkline.storage.partners import Line
from trunkline.storage.store import Store


async def list_lines(store: Store, partner_id: int, thresholds: Thresholds) -> Sequence[tuple[Line, HealthStatus]]:
    """Every line, oldest first, and how it stands."""
    found: list[tuple[Line, HealthStatus]] = []
    for line in await store.partners.lines(partner_id):
        chats = await lines.latest_health(store.database, partner_id, line.phone_number)
        found.append((line, reputation_of(list(chats.values()), thresholds)))
    return found
