"""What people say in the small sample: a few messages a chat, that fit who is in it, its health and its times.

A script has a line for each message. It begins with who says it: ``0`` is the partner's line, ``1`` and so on are the
recipients, as many as there are, in turn. ``(n)`` answers what was said n lines before, ``[name.jpg]`` is a photo, and
``♥`` at the end is the line's reaction, or to its own words that of the first recipient.
"""

import random
import re
from collections.abc import Sequence, Set
from typing import TypeAlias

import msgspec

from trunkline.domain.chat import Chat, HealthStatus, Participant, ParticipantStatus, Service
from trunkline.domain.content import media_part
from trunkline.domain.instant import DAY, SECOND, Instant
from trunkline.domain.message import (
    Content,
    DeliveryStatus,
    Message,
    Part,
    Reaction,
    ReactionType,
    ReplyTo,
    TextPart,
)
from trunkline.domain.uuid7 import RANDOM_BITS, uuid7

_LINE = re.compile(r"(?P<by>\d)(?:\((?P<answers>\d)\))? ?(?:\[(?P<photo>[^\]]+)\] ?)?(?P<text>.*?)(?P<loved> ♥)?")
_PHOTOS = "https://example.com/photos/"
_SPAN = 2 * DAY  # the messages are of the last days before the chat's last change

Script: TypeAlias = Sequence[str]


class Talk(msgspec.Struct, frozen=True):
    """What a partner's chats are about. A direct script begins an open exchange; every recipient has said something."""

    settled: Sequence[Script]
    """Exchanges that are well, of a line with one person."""
    opened: Sequence[Script]
    """Exchanges in which it is the line's turn: what comes after them decides the health."""
    reminders: Script
    """What the line writes when nobody answers."""


BAKERY = Talk(
    settled=[
        ("1 Hi! Do you have rye bread on Saturdays?", "0 Every Saturday from 7 am.", "1 Perfect, two loaves please ♥"),
        (
            "1 Can you make a cake for 20 people?",
            "0 Gladly. Chocolate, lemon or plum?",
            "1(1) Plum! My mother will love it",
            "0 [plum-cake.jpg] This is last week's.",
        ),
        ("0 Your order is ready: 2 baguettes, 6 croissants.", "1 On my way", "0 See you at the counter ☕"),
        ("1 Are you open on Monday?", "0 We are closed on Mondays, and open from Tuesday 6 am.", "1 ok, thanks!"),
        ("0 Today's special: cardamom buns.", "1 Keep four for me? I am there at 5", "0 Four are yours. ♥", "1 🧡"),
        ("1 [starter.jpg] Is my sourdough starter still alive?", "0 It is, feed it twice today.", "1 Phew"),
        ("1 Could you deliver 40 rolls to the ferry?", "0 Tomorrow 6:30, pier 2?", "1 6:30 is great"),
        ("1 Do the almond horns have gluten?", "0 Yes, but our macaroons have none.", "1 Then 12 macaroons, Friday"),
    ],
    opened=[
        ("0 Hello! This is Harbor Bakery.", "1 Hi, I would like to order a wedding cake"),
        ("1 What does a sheet cake cost?", "0 For how many people?", "1 About thirty"),
        ("0 Thank you for your order.", "1 Can I still change it?"),
    ],
    reminders=(
        "0 Yes, of course. When do you need it?",
        "0 We would have to know by Thursday.",
        "0 Are you still interested?",
        "0 We keep a place in the oven for you until noon.",
        "0 This is our last reminder.",
    ),
)
BAKERY_GROUPS: Sequence[Script] = [
    ("0 Who takes the first oven tomorrow?", "1 I do", "2 I will be there at 4 🥐 ♥", "3 5 for me"),
    ("1 Drei Stockwerke, oder reichen zwei?", "0 Für 60 Gäste nehmen wir drei.", "2 Dann drei, mit Zitrone!"),
    ("0 Today's stops: market, school, pier.", "1 Traffic on the bridge, 20 min late", "2 ok"),
    ("1 لدينا خبز متبقٍ الليلة", "0 عشرون رغيفاً، من الساعة السابعة", "3 سآتي أنا"),
    ("1 明日のあんパンはありますか", "0 はい、十時に焼き上がります", "3 楽しみです ♥", "4 二つお願いします"),
    ("0 Is there space on the 6:10 ferry?", "1 Two crates fit", "2 I hold them for you"),
    ("0 Tasting on Sunday at 3, who comes?", "1 Me", "2 And me"),
]
CLINIC = Talk(
    settled=[
        ("1 My brakes squeak, can I come by?", "0 Any time before 6.", "1 See you at 5 then ♥"),
        ("0 Your bike is ready to be picked up.", "1 How much is it?", "0 48, with the new cable.", "1 Great, thanks"),
        ("1 [wheel.jpg] Can this wheel be saved?", "0 Two spokes and an hour of work.", "1 Do it!"),
        ("1 Do you rent cargo bikes?", "0 Two of them, 35 a day.", "1(1) One for Saturday please"),
        ("0 Reminder: your service is due.", "1 Next week Tuesday?", "0 Tuesday at 9 is yours."),
    ],
    opened=[
        ("0 Northside Bike Clinic here, how can we help?", "1 My chain keeps falling off"),
        ("1 Is my rental deposit back yet?", "0 We are looking into it.", "1 It has been two weeks"),
    ],
    reminders=(
        "0 Bring it in and we will have a look.",
        "0 Tomorrow between 9 and 12 would be good.",
        "0 Is that too early?",
        "0 We have time on Friday, too.",
        "0 Just write when it suits you.",
    ),
)
CLINIC_GROUPS: Sequence[Script] = [
    ("1 Route for Sunday? https://example.com/routes/lakes", "0 60 km, one climb, cake at the end", "2 In!", "3 👍"),
    ("1 Кто едет в субботу?", "0 Мы, в девять у мастерской", "2 Я с вами"),
    ("1 Πάμε Κυριακή;", "0 Στις δέκα, από το μαγαζί", "3 Έρχομαι"),
    ("0 The tandem is free this weekend.", "1 We take it", "2 🚲🚲"),
    ("1 क्या ब्रेक आज ठीक हो जाएँगे?", "0 हाँ, शाम छह बजे तक", "2 धन्यवाद ♥", "1 बढ़िया"),
]
_STOP = "1 STOP"
_UNANSWERED, _UNDELIVERED, _NEVER_DELIVERED = 5, 2, 5
"""What makes a chat at risk, either of the first two, and critical: the thresholds' defaults (``domain/health``)."""


def with_messages(
    chat: Chat, talk: Talk, group: Script | None, turn: int, silent: Set[str]
) -> tuple[Chat, list[Message]]:
    """A chat with its counts, and its messages, the newest at its last change.

    ``turn`` picks what is said. Whoever is ``silent``, having opted out elsewhere, says nothing in a group.
    """
    rng = random.Random(chat.id)  # noqa: S311 - sample data
    script, failed = (group, 0) if group is not None else _script(chat.health.status, talk, turn)
    others = [each for each in chat.participants[1:] if not chat.is_group or each.handle not in silent]
    lines = [_line(each, chat.me, others) for each in script]
    last_heard = max([place for place, line in enumerate(lines) if not line.by.is_me], default=-1)
    messages: list[Message] = []
    for place, (line, at) in enumerate(zip(lines, _times(rng, chat, len(lines)), strict=True)):
        message_id = uuid7(at, rng.getrandbits(RANDOM_BITS))
        answered = messages[place - line.answers].id if line.answers else None
        loved_by = None if not line.is_loved else others[0] if line.by.is_me else chat.me
        status = _status(chat, line, is_answered=place < last_heard, has_failed=place >= len(lines) - failed)
        messages.append(
            Message(
                id=message_id,
                chat_id=chat.id,
                sender=line.by,
                content=Content(
                    _parts(rng, line, at, loved_by), reply_to=None if answered is None else ReplyTo(answered)
                ),
                thread=answered or message_id,
                created_at=at,
                updated_at=at,
                delivery_status=status,
                service=chat.service,
                sent_at=at,
            )
        )
    unread = sum(message.delivery_status is DeliveryStatus.RECEIVED for message in messages)
    return msgspec.structs.replace(chat, message_count=len(messages), unread_count=unread), messages


class _Line(msgspec.Struct, frozen=True):
    """A line of a script; ``answers`` is how many lines before is the one that it answers."""

    by: Participant
    text: str
    photo: str | None
    answers: int
    is_loved: bool


def _script(status: HealthStatus, talk: Talk, turn: int) -> tuple[Script, int]:
    """What is said in a direct chat of that health, and how many messages at the end could not be delivered."""
    opened = talk.opened[turn % len(talk.opened)]
    match status:
        case HealthStatus.HEALTHY:
            return talk.settled[turn % len(talk.settled)], 0
        case HealthStatus.AT_RISK if turn % 2:
            return [*opened, *talk.reminders[:_UNANSWERED]], 0
        case HealthStatus.AT_RISK:
            return [*opened, *talk.reminders[:_UNDELIVERED]], _UNDELIVERED
        case HealthStatus.CRITICAL:
            return [*opened, *talk.reminders[:_NEVER_DELIVERED]], _NEVER_DELIVERED
        case HealthStatus.OPTED_OUT:
            return [*opened, *talk.reminders[:2], _STOP], 0


def _line(line: str, me: Participant, others: Sequence[Participant]) -> _Line:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"{line!r} is no line of a script")
    number = int(found["by"])
    by = me if number == 0 else others[(number - 1) % len(others)]
    # Whoever has gone since was still there when they wrote.
    present = msgspec.structs.replace(by, left_at=None, status=ParticipantStatus.ACTIVE)
    return _Line(present, found["text"], found["photo"], int(found["answers"] or 0), found["loved"] is not None)


def _times(rng: random.Random, chat: Chat, count: int) -> list[Instant]:
    """When each is written, ascending, the last at the chat's last change and none before it began."""
    step = min(chat.updated_at - chat.created_at, _SPAN) // count
    times = [chat.updated_at]
    for _ in range(count - 1):
        times.append(times[-1] - SECOND - int(rng.random() * (step - SECOND)))
    return times[::-1]


def _parts(rng: random.Random, line: _Line, at: Instant, loved_by: Participant | None) -> tuple[Part, ...]:
    reactions: tuple[Reaction, ...] = ()
    if loved_by is not None:
        reactions = (Reaction(uuid7(at, rng.getrandbits(RANDOM_BITS)), loved_by, ReactionType.LOVE),)
    parts: list[Part] = []
    if line.photo is not None:
        parts.append(media_part(uuid7(at, rng.getrandbits(RANDOM_BITS)), _PHOTOS + line.photo))
    parts.append(TextPart(line.text, reactions=reactions))
    return tuple(parts)


def _status(chat: Chat, line: _Line, *, is_answered: bool, has_failed: bool) -> DeliveryStatus:
    """How far a message has come: what is answered was read, where the service tells, and the last ones are unread."""
    if not line.by.is_me:
        return DeliveryStatus.READ if is_answered else DeliveryStatus.RECEIVED
    if has_failed:
        return DeliveryStatus.FAILED
    return DeliveryStatus.READ if is_answered and chat.service is Service.IMESSAGE else DeliveryStatus.DELIVERED
