"""The large sample: one partner with as many chats as are asked for, for measuring. They have no messages.

The chats come in the order of their last change, as a store that lives has them, and their identifiers nearly so. Who
takes part is chosen so that every index is filled nearly from left to right, and that a handle can have any number of
chats:

* a number has a stretch of chats: a direct one over each line, then groups (a dozen to a few hundred chats);
* a guest, by e-mail, has one direct chat, or a group (one chat or two);
* a crew, by e-mail, is in half the groups of a longer stretch (hundreds);
* the regulars are in an eighth, a 32nd and a 128th of all groups (tens of thousands of a million chats, and fewer).
"""

import random
from collections.abc import Iterator

from trunkline.domain.chat import Chat, Health, HealthStatus, ParticipantStatus, Service
from trunkline.domain.errors import CommandError
from trunkline.domain.instant import SECOND, Instant
from trunkline.domain.uuid7 import RANDOM_BITS, uuid7
from trunkline.sources.sample import NUMBERS, Chunk, Sample, number, participant, pick

MOST = 10_000_000
"""The most chats there can be."""

CHUNK = 5_000
"""Chats a transaction. Smaller ones wait for the disk more often, larger ones only take memory (bench/README.md)."""

_STRANGERS = NUMBERS - 100  # the last area code is for the lines and the regulars
LINES: tuple[str, ...] = tuple(number(_STRANGERS + index) for index in range(6))
REGULARS: tuple[str, ...] = tuple(number(_STRANGERS + index) for index in range(90, 93))
"""The handles with the most chats, the busiest first."""

STEP: Instant = 6 * SECOND
"""From one chat's last change to the next one's."""

_OLDEST = 20_000 * STEP  # how long before its last change a chat may have begun; most did shortly before
_STRETCH = 2 * len(LINES)  # chats that a number has at least
_CREW_STRETCH = 1_500
_SERVICES = (Service.IMESSAGE, Service.IMESSAGE, Service.SMS, Service.RCS)
_UNWELL = (HealthStatus.AT_RISK, HealthStatus.AT_RISK, HealthStatus.CRITICAL, HealthStatus.OPTED_OUT)
_GONE = (ParticipantStatus.LEFT, ParticipantStatus.LEFT, ParticipantStatus.REMOVED)


def large(seed: int, chats: int) -> Sample:
    """A partner with ``chats`` chats. Raises ``CommandError`` when they are fewer than 1 or more than ``MOST``."""
    if not 1 <= chats <= MOST:
        raise CommandError(f"cannot make {chats} chats: it must be from 1 to {MOST}")
    return Sample(
        f"Sample of {chats} chats, seed {seed}",
        [(line, f"Line {index}") for index, line in enumerate(LINES, 1)],
        lambda now: (_chunk(seed, chats, start, now) for start in range(0, chats, CHUNK)),
    )


def _chunk(seed: int, chats: int, start: int, now: Instant) -> Chunk:
    end = min(start + CHUNK, chats)
    return Chunk(end - start, _chats(seed, chats, start, end, now))


def _chats(seed: int, chats: int, start: int, end: int, now: Instant) -> Iterator[Chat]:
    rng = random.Random(f"{seed} {chats} {start}")  # noqa: S311 - sample data
    stretch = max(_STRETCH, -(-chats // _STRANGERS))
    for index in range(start, end):
        updated_at = now - (chats - index) * STEP + int(rng.random() * STEP)
        created_at = updated_at - int(rng.random() ** 8 * _OLDEST)
        turn = index % stretch
        if turn < len(LINES):
            yield _direct(rng, LINES[turn], number(index // stretch), pick(rng, _SERVICES), created_at, updated_at)
        elif turn % 3 == 0:
            yield _direct(rng, pick(rng, LINES), _guest(index), Service.IMESSAGE, created_at, updated_at)
        else:
            yield _group(rng, index, index // stretch, created_at, updated_at)


def _guest(index: int) -> str:
    return f"guest{index:08}@example.com"


def _direct(
    rng: random.Random, line: str, handle: str, service: Service, created_at: Instant, updated_at: Instant
) -> Chat:
    unwell = rng.random() < 0.15
    return Chat(
        id=uuid7(created_at, rng.getrandbits(RANDOM_BITS)),
        participants=(
            participant(rng, line, service, created_at, is_me=True),
            participant(rng, handle, service, created_at),
        ),
        is_group=False,
        health=Health(pick(rng, _UNWELL), updated_at) if unwell else Health(HealthStatus.HEALTHY, created_at),
        created_at=created_at,
        updated_at=updated_at,
        service=service,
    )


def _group(rng: random.Random, index: int, person: int, created_at: Instant, updated_at: Instant) -> Chat:
    recipients = [number(person), number(person - 1 if person else 1)]
    chance = rng.random()
    if chance < 1 / 2:
        recipients.append(f"crew{index // _CREW_STRETCH:05}@example.org")
    recipients += [regular for power, regular in enumerate(REGULARS) if rng.random() < 1 / (8 * 4**power)]
    if chance < 1 / 4:
        recipients.append(_guest(index - index % 3))
    service = Service.IMESSAGE if chance < 1 / 2 else pick(rng, _SERVICES)
    members = [participant(rng, handle, service, created_at) for handle in recipients]
    if rng.random() < 1 / 16:
        members[1] = participant(rng, recipients[1], service, created_at, left_at=updated_at, status=pick(rng, _GONE))
    return Chat(
        id=uuid7(created_at, rng.getrandbits(RANDOM_BITS)),
        participants=(participant(rng, pick(rng, LINES), service, created_at, is_me=True), *members),
        is_group=True,
        health=Health(HealthStatus.HEALTHY, created_at),
        created_at=created_at,
        updated_at=updated_at,
        name=f"Group {index}" if rng.random() < 1 / 4 else None,
        service=service,
    )
