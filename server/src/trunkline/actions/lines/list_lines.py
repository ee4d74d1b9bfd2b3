"""The lines of a partner with their reputations (docs/wire.md §4: ``GET /v3/phone_numbers``)."""

from collections.abc import Sequence

from trunkline.domain.chat import HealthStatus
from trunkline.domain.chat_health import reputation_of
from trunkline.storage.partners import Line
from trunkline.storage.store import Store


async def list_lines(store: Store, partner_id: int) -> Sequence[tuple[Line, HealthStatus]]:
    """Every line, oldest first, with its reputation."""
    reader = store.reader(partner_id)
    found: list[tuple[Line, HealthStatus]] = []
    for line in await store.partners.lines(partner_id):
        chats = await reader.line_health(line.phone_number)
        found.append((line, reputation_of(list(chats.values()), store.thresholds)))
    return found
