"""The small sample: fictional partners with chats of every kind. The same seed and time make the same chats.

Every number is fictional: the North American plan reserves 555-0100 to 555-0199 of an area code for fiction. Only
the methods ``random`` and ``getrandbits`` of ``random.Random`` are used, because their sequences are the same in every
version of Python.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec

from trunkline.demo import dialogue
from trunkline.demo.dialogue import Script, Scripts
from trunkline.domain.chat import Chat, Health, HealthStatus, Participant, ParticipantStatus, Service
from trunkline.domain.ids import RANDOM_BITS, uuid7
from trunkline.domain.instant import DAY, HOUR, MINUTE, Instant
from trunkline.domain.message import Message

T = TypeVar("T")

AREA_CODES: tuple[str, ...] = tuple(
    f"{first}{second}{third}" for first in range(2, 10) for second in range(9) for third in range(10) if second != third
)
"""Geographic area codes: the middle digit is not 9, and the last two digits differ."""

NUMBERS: int = 100 * len(AREA_CODES)
"""The number of fictional phone numbers."""


class Chunk(msgspec.Struct, frozen=True):
    """``size`` chats, generated lazily, and their messages. They are stored in one transaction."""

    size: int
    chats: Iterator[Chat]
    messages: Sequence[Message] = ()


class Sample(msgspec.Struct, frozen=True):
    """A generated partner. ``lines`` are numbers with their labels; ``chunks(now)`` are its chats, in order."""

    name: str
    lines: Sequence[tuple[str, str]]
    chunks: Callable[[Instant], Iterable[Chunk]]


def number(index: int) -> str:
    """The fictional number at an index below ``NUMBERS``; they ascend."""
    return f"+1{AREA_CODES[index // 100]}55501{index % 100:02}"


def pick(rng: random.Random, choices: Sequence[T]) -> T:
    """One of the choices, all equally likely."""
    return choices[int(rng.random() * len(choices))]


def participant(
    rng: random.Random,
    handle: str,
    service: Service,
    joined_at: Instant,
    *,
    is_me: bool = False,
    left_at: Instant | None = None,
    status: ParticipantStatus = ParticipantStatus.ACTIVE,
) -> Participant:
    """A participant with a new id."""
    return Participant(
        uuid7(joined_at, rng.getrandbits(RANDOM_BITS)), handle, service, joined_at, is_me, left_at, status
    )


class _Group(msgspec.Struct, frozen=True):
    """A group: the index of its line, its name, the handles of its recipients, and the status of those who left."""

    line: int
    name: str | None
    recipients: str
    service: Service = Service.IMESSAGE
    departed: Mapping[str, ParticipantStatus] = {}
    icon_url: str | None = None


class _Cast(msgspec.Struct, frozen=True):
    """A partner of the small sample. Each of ``people`` has a direct chat; the lines take turns."""

    name: str
    lines: Sequence[tuple[str, str]]
    people: str
    groups: Sequence[_Group]
    scripts: Scripts
    group_scripts: Sequence[Script]
    """The script of each group."""


_LEFT, _REMOVED = ParticipantStatus.LEFT, ParticipantStatus.REMOVED

_BAKERY = _Cast(
    "Harbor Bakery",
    [("+12065550100", "Shop"), ("+12065550101", "Deliveries"), ("+13605550100", "Island branch")],
    "+12065550142 +12065550117 +12065550163 lena.fischer@example.com +13605550121 +14255550188 +12535550109 "
    "omar.haddad@example.org +15035550171 +12065550198 +13605550144 +19715550126 mei.tanaka@example.net +14255550103 "
    "+12065550155 +15095550137 +15415550112 +12535550175 nikos.pappas@example.com",
    [
        _Group(
            0,
            "Early shift 🥐",
            "+12065550142 +12065550117 lena.fischer@example.com",
            icon_url="https://example.com/icons/croissant.png",
        ),
        _Group(0, "Hochzeit Fischer: Torte", "lena.fischer@example.com +14255550188"),
        _Group(1, None, "+12535550109 +15035550171 +12065550163", Service.SMS, {"+12065550163": _LEFT}),
        _Group(
            1,
            "متطوعو الحي",
            "omar.haddad@example.org +14255550103 +12065550198",
            departed={"+14255550103": _REMOVED},
        ),
        _Group(2, "島の常連さん", "mei.tanaka@example.net +13605550121 +13605550144 +19715550126"),
        _Group(2, "Ferry run", "+13605550121 +13605550144", Service.RCS),
        _Group(
            0,
            None,
            "+12065550155 +15095550137 +15415550112 +12535550175",
            Service.RCS,
            {"+15415550112": _LEFT, "+12535550175": _REMOVED},
        ),
    ],
    dialogue.BAKERY,
    dialogue.BAKERY_GROUPS,
)

_CLINIC = _Cast(
    "Northside Bike Clinic",
    [("+16125550100", "Workshop"), ("+16515550100", "Rentals")],
    "+16125550133 +16515550168 nikos.pappas@example.com +17635550119 +12185550151 +16125550177 "
    "anya.volkova@example.org +15075550104 +19525550182 +16515550129 +13205550146",
    [
        _Group(
            0,
            "Sunday ride",
            "+16125550133 +17635550119 nikos.pappas@example.com +16515550168",
            departed={"+16515550168": _LEFT},
        ),
        _Group(0, "Велоклуб «Север»", "anya.volkova@example.org +12185550151"),
        _Group(
            1,
            "Ποδηλάτες",
            "nikos.pappas@example.com +15075550104 +19525550182",
            departed={"+15075550104": _REMOVED},
        ),
        _Group(1, None, "+16515550129 +13205550146", Service.SMS),
        _Group(0, "साइकिल मरम्मत", "+16125550177 +19525550182", Service.RCS),
    ],
    dialogue.CLINIC,
    dialogue.CLINIC_GROUPS,
)

# A third of the direct chats is not healthy, so that even the smaller partner has every status.
_STATUSES = (
    HealthStatus.HEALTHY,
    HealthStatus.AT_RISK,
    HealthStatus.HEALTHY,
    HealthStatus.HEALTHY,
    HealthStatus.CRITICAL,
    HealthStatus.HEALTHY,
    HealthStatus.HEALTHY,
    HealthStatus.OPTED_OUT,
    HealthStatus.HEALTHY,
)
_PHONE_SERVICES = (Service.IMESSAGE, Service.SMS, Service.IMESSAGE, Service.RCS)


def small(seed: int) -> list[Sample]:
    """Two partners with a few dozen chats of every kind."""
    return [_sample(_BAKERY, seed), _sample(_CLINIC, seed + 1)]


def _sample(cast: _Cast, seed: int) -> Sample:
    def chunks(now: Instant) -> list[Chunk]:
        chats: list[Chat] = []
        messages: list[Message] = []
        pairs = _chats(cast, seed, now)
        silent = {chat.recipients[0] for chat, _ in pairs if chat.health.status is HealthStatus.OPTED_OUT}
        for turn, (chat, group) in enumerate(pairs):
            chat_with_counts, sent = dialogue.with_messages(chat, cast.scripts, group, turn, silent)
            chats.append(chat_with_counts)
            messages += sent
        return [Chunk(len(chats), iter(chats), messages)]

    return Sample(cast.name, cast.lines, chunks)


def _chats(cast: _Cast, seed: int, now: Instant) -> list[tuple[Chat, Script | None]]:
    """The chats of a partner, least recently updated first, with the scripts of the groups."""
    rng = random.Random(seed)  # noqa: S311 - sample data
    chats: list[tuple[Chat, Script | None]] = [
        (_direct(rng, cast.lines[index % len(cast.lines)][0], person, index, now), None)
        for index, person in enumerate(cast.people.split())
    ]
    chats += [
        (_group(rng, cast.lines[group.line][0], group, now), script)
        for group, script in zip(cast.groups, cast.group_scripts, strict=True)
    ]
    return sorted(chats, key=lambda pair: pair[0].updated_at)


def _times(rng: random.Random, now: Instant) -> tuple[Instant, Instant]:
    """When a chat was created and last changed: some changed minutes ago, most in the last days, a few weeks ago."""
    updated_at = now - MINUTE - int(rng.random() ** 4 * 30 * DAY)
    return updated_at - HOUR - int(rng.random() * 120 * DAY), updated_at


def _direct(rng: random.Random, line: str, person: str, index: int, now: Instant) -> Chat:
    created_at, updated_at = _times(rng, now)
    service = Service.IMESSAGE if "@" in person else pick(rng, _PHONE_SERVICES)
    status = _STATUSES[index % len(_STATUSES)]
    return Chat(
        id=uuid7(created_at, rng.getrandbits(RANDOM_BITS)),
        participants=(
            participant(rng, line, service, created_at, is_me=True),
            participant(rng, person, service, created_at),
        ),
        is_group=False,
        health=Health(status, created_at if status is HealthStatus.HEALTHY else updated_at),
        created_at=created_at,
        updated_at=updated_at,
        service=service,
    )


def _group(rng: random.Random, line: str, group: _Group, now: Instant) -> Chat:
    created_at, updated_at = _times(rng, now)
    members = [
        participant(
            rng,
            handle,
            group.service,
            created_at,
            left_at=updated_at if handle in group.departed else None,
            status=group.departed.get(handle, ParticipantStatus.ACTIVE),
        )
        for handle in group.recipients.split()
    ]
    return Chat(
        id=uuid7(created_at, rng.getrandbits(RANDOM_BITS)),
        participants=(participant(rng, line, group.service, created_at, is_me=True), *members),
        is_group=True,
        health=Health(HealthStatus.HEALTHY, created_at),
        created_at=created_at,
        updated_at=updated_at,
        name=group.name,
        service=group.service,
        icon_url=group.icon_url,
    )
