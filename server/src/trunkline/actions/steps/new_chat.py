"""A chat that begins now."""

from collections.abc import Sequence

from trunkline.domain.chat import Chat, Health, HealthStatus, Participant, Service
from trunkline.domain.ids import random_id, time_ordered_id
from trunkline.domain.instant import Instant


def new_chat(line: str, recipients: Sequence[str], service: Service, at: Instant) -> Chat:
    """A new chat of a line with these recipients, without messages."""
    participants = [Participant(random_id(), line, service, at, is_me=True)]
    participants += [Participant(random_id(), handle, service, at) for handle in recipients]
    return Chat(
        id=time_ordered_id(at),
        participants=tuple(participants),
        is_group=len(recipients) > 1,
        health=Health(HealthStatus.HEALTHY, at),
        created_at=at,
        updated_at=at,
        service=service,
    )
