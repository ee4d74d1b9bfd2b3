"""The large sample: one partner with any number of chats, for benchmarks. The chats have no messages.

The chats are generated in the order of their last change, as a store in use has them, and nearly in the order of their
ids. The recipients are chosen so that every index is filled nearly in ascending order, and so that some handles have
few chats and some have many:

* a number has a run of consecutive chats: a direct one with each line, then groups (a dozen to a few hundred chats);
* a guest, by email, has one direct chat, or a group (one chat or two);
* a crew, by email, is in half of the groups of a longer run (hundreds);
* the regulars are in an eighth, a 32nd and a 128th of all groups (of a million chats, tens of thousands and fewer).
"""

import random
from collections.abc import Iterator

from trunkline.demo.small import NUMBERS, Chunk, Sample, number, participant, pick
from trunkline.domain.chat import Chat, Health, HealthStatus, ParticipantStatus, Service
from trunkline.domain.errors import CommandError
from trunkline.domain.ids import RANDOM_BITS, uuid7
from trunkline.domain.instant import SECOND, Instant

MOST = 10_000_000
"""The maximum number of chats."""

CHUNK = 5_000
"""The chats in a transaction. Smaller ones sync the disk more often; larger ones only need memory (bench/README.md)."""

_STRANGERS = NUMBERS - 100  # the last area code is reserved for the lines and the regulars
LINES: tuple[str, ...] = tuple(number(_STRANGERS + index) for index in range(6))
REGULARS: tuple[str, ...] = tuple(number(_STRANGERS + index) for index in range(90, 93))
"""The handles with the most chats, the busiest first."""

STEP: Instant = 6 * SECOND
"""The time between the last changes of two consecutive chats."""

_MAX_AGE = 20_000 * STEP  # the maximum time from creation to last change; for most chats, it is short
_MIN_RUN = 2 * len(LINES)  # the minimum number of chats of a number
_CREW_RUN = 1_500
_SERVICES = (Service.IMESSAGE, Service.IMESSAGE, Service.SMS, Service.RCS)
_NOT_HEALTHY = (HealthStatus.AT_RISK, HealthStatus.AT_RISK, HealthStatus.CRITICAL, HealthStatus.OPTED_OUT)
_DEPARTED = (ParticipantStatus.LEFT, ParticipantStatus.LEFT, ParticipantStatus.REMOVED)


def large(seed: int, chats: int) -> Sample:
    """A partner with ``chats`` chats. Raises ``CommandError`` for fewer than 1 or more than ``MOST``."""
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
    run = max(_MIN_RUN, -(-chats // _STRANGERS))
    for index in range(start, end):
        updated_at = now - (chats - index) * STEP + int(rng.random() * STEP)
        created_at = updated_at - int(rng.random() ** 8 * _MAX_AGE)
        turn = index % run
        if turn < len(LINES):
            yield _direct(rng, LINES[turn], number(index // run), pick(rng, _SERVICES), created_at, updated_at)
        elif turn % 3 == 0:
            yield _direct(rng, pick(rng, LINES), _guest(index), Service.IMESSAGE, created_at, updated_at)
        else:
            yield _group(rng, index, index // run, created_at, updated_at)


def _guest(index: int) -> str:
    return f"guest{index:08}@example.com"


def _direct(
    rng: random.Random, line: str, handle: str, service: Service, created_at: Instant, updated_at: Instant
) -> Chat:
    is_healthy = rng.random() >= 0.15
    return Chat(
        id=uuid7(created_at, rng.getrandbits(RANDOM_BITS)),
        participants=(
            participant(rng, line, service, created_at, is_me=True),
            participant(rng, handle, service, created_at),
        ),
        is_group=False,
        health=Health(HealthStatus.HEALTHY, created_at) if is_healthy else Health(pick(rng, _NOT_HEALTHY), updated_at),
        created_at=created_at,
        updated_at=updated_at,
        service=service,
    )


def _group(rng: random.Random, index: int, person: int, created_at: Instant, updated_at: Instant) -> Chat:
    recipients = [number(person), number(person - 1 if person else 1)]
    chance = rng.random()
    if chance < 1 / 2:
        recipients.append(f"crew{index // _CREW_RUN:05}@example.org")
    recipients += [regular for power, regular in enumerate(REGULARS) if rng.random() < 1 / (8 * 4**power)]
    if chance < 1 / 4:
        recipients.append(_guest(index - index % 3))
    service = Service.IMESSAGE if chance < 1 / 2 else pick(rng, _SERVICES)
    members = [participant(rng, handle, service, created_at) for handle in recipients]
    if rng.random() < 1 / 16:
        members[1] = participant(
            rng, recipients[1], service, created_at, left_at=updated_at, status=pick(rng, _DEPARTED)
        )
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
