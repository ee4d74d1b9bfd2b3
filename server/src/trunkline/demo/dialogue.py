"""The messages of the small sample: a few for each chat, which fit its participants, its health and its times.

A script has one string for each message. It begins with the number of the sender: ``0`` is the line, ``1`` and so on
are the recipients, modulo their number. ``(n)`` is a reply to the message n strings before, ``[name.jpg]`` is a photo,
and ``♥`` at the end is a reaction: of the line, or of the first recipient to a message of the line.
"""

import random
import re
from collections.abc import Sequence, Set
from typing import TypeAlias

import msgspec

from trunkline.domain.chat import Chat, HealthStatus, Participant, ParticipantStatus, Service
from trunkline.domain.chat_health import DEFAULT_THRESHOLDS
from trunkline.domain.content import media_part
from trunkline.domain.ids import RANDOM_BITS, uuid7
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

_MESSAGE = re.compile(
    r"(?P<sender>\d)(?:\((?P<replies_to>\d)\))? ?(?:\[(?P<photo>[^\]]+)\] ?)?(?P<text>.*?)(?P<loved> ♥)?"
)
_PHOTOS = "https://example.com/photos/"
_SPAN = 2 * DAY  # the messages date from the last days before the chat's last change

Script: TypeAlias = Sequence[str]


class Scripts(msgspec.Struct, frozen=True):
    """The scripts of a partner's direct chats. In each, the recipient sends at least one message."""

    healthy: Sequence[Script]
    """The scripts of healthy chats."""
    beginnings: Sequence[Script]
    """The beginnings of other chats. They end with a message of the recipient; what follows decides the health."""
    reminders: Script
    """The messages of the line while the recipient does not reply."""


BAKERY = Scripts(
    healthy=[
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
    beginnings=[
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
CLINIC = Scripts(
    healthy=[
        ("1 My brakes squeak, can I come by?", "0 Any time before 6.", "1 See you at 5 then ♥"),
        ("0 Your bike is ready to be picked up.", "1 How much is it?", "0 48, with the new cable.", "1 Great, thanks"),
        ("1 [wheel.jpg] Can this wheel be saved?", "0 Two spokes and an hour of work.", "1 Do it!"),
        ("1 Do you rent cargo bikes?", "0 Two of them, 35 a day.", "1(1) One for Saturday please"),
        ("0 Reminder: your service is due.", "1 Next week Tuesday?", "0 Tuesday at 9 is yours."),
    ],
    beginnings=[
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
_UNREAD = 3
"""In one of so many chats, the line has not read what came after its last message."""


def with_messages(
    chat: Chat, scripts: Scripts, group: Script | None, turn: int, silent: Set[str]
) -> tuple[Chat, list[Message]]:
    """A chat with its counts, and its messages; the newest is sent at the chat's last change.

    ``turn`` selects the script. Handles in ``silent`` have opted out elsewhere and write nothing in groups.
    """
    rng = random.Random(chat.id)  # noqa: S311 - sample data
    script, failed = (group, 0) if group is not None else _script(chat.health.status, scripts, turn)
    others = [each for each in chat.participants[1:] if not chat.is_group or each.handle not in silent]
    steps = [_step(each, chat.me, others) for each in script]
    last_received = max([index for index, step in enumerate(steps) if not step.sender.is_me], default=-1)
    last_sent = max([index for index, step in enumerate(steps) if step.sender.is_me], default=-1)
    last_read = last_received if turn % _UNREAD else last_sent
    messages: list[Message] = []
    for index, (step, at) in enumerate(zip(steps, _times(rng, chat, len(steps)), strict=True)):
        message_id = uuid7(at, rng.getrandbits(RANDOM_BITS))
        reply_to = messages[index - step.replies_to].id if step.replies_to else None
        loved_by = None if not step.is_loved else others[0] if step.sender.is_me else chat.me
        was_read = index < last_received if step.sender.is_me else index <= last_read
        status = _status(chat, step, was_read=was_read, has_failed=index >= len(steps) - failed)
        messages.append(
            Message(
                id=message_id,
                chat_id=chat.id,
                sender=step.sender,
                content=Content(
                    _parts(rng, step, at, loved_by), reply_to=None if reply_to is None else ReplyTo(reply_to)
                ),
                thread=reply_to or message_id,
                created_at=at,
                updated_at=at,
                delivery_status=status,
                service=chat.service,
                sent_at=at,
            )
        )
    unread = sum(message.delivery_status is DeliveryStatus.RECEIVED for message in messages)
    return msgspec.structs.replace(chat, message_count=len(messages), unread_count=unread), messages


class _Step(msgspec.Struct, frozen=True):
    """A message of a script. ``replies_to`` is how many steps before the message is that it replies to, or 0."""

    sender: Participant
    text: str
    photo: str | None
    replies_to: int
    is_loved: bool


def _script(status: HealthStatus, scripts: Scripts, turn: int) -> tuple[Script, int]:
    """The script of a direct chat with this health, and how many messages at its end failed."""
    beginning, limits = scripts.beginnings[turn % len(scripts.beginnings)], DEFAULT_THRESHOLDS
    match status:
        case HealthStatus.HEALTHY:
            return scripts.healthy[turn % len(scripts.healthy)], 0
        case HealthStatus.AT_RISK if turn % 2:
            return [*beginning, *scripts.reminders[: limits.at_risk_unanswered]], 0
        case HealthStatus.AT_RISK:
            return [*beginning, *scripts.reminders[: limits.at_risk_failed]], limits.at_risk_failed
        case HealthStatus.CRITICAL:
            return [*beginning, *scripts.reminders[: limits.critical_failed]], limits.critical_failed
        case HealthStatus.OPTED_OUT:
            return [*beginning, *scripts.reminders[:2], _STOP], 0


def _step(text: str, me: Participant, others: Sequence[Participant]) -> _Step:
    found = _MESSAGE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a message of a script")
    number = int(found["sender"])
    sender = me if number == 0 else others[(number - 1) % len(others)]
    # The sender was an active participant at the time.
    active = msgspec.structs.replace(sender, left_at=None, status=ParticipantStatus.ACTIVE)
    return _Step(active, found["text"], found["photo"], int(found["replies_to"] or 0), found["loved"] is not None)


def _times(rng: random.Random, chat: Chat, count: int) -> list[Instant]:
    """When the messages are sent, ascending: the last at the chat's last change, none before its creation."""
    step = min(chat.updated_at - chat.created_at, _SPAN) // count
    times = [chat.updated_at]
    for _ in range(count - 1):
        times.append(times[-1] - SECOND - int(rng.random() * (step - SECOND)))
    return times[::-1]


def _parts(rng: random.Random, step: _Step, at: Instant, loved_by: Participant | None) -> tuple[Part, ...]:
    reactions: tuple[Reaction, ...] = ()
    if loved_by is not None:
        reactions = (Reaction(uuid7(at, rng.getrandbits(RANDOM_BITS)), loved_by, ReactionType.LOVE),)
    parts: list[Part] = []
    if step.photo is not None:
        parts.append(media_part(uuid7(at, rng.getrandbits(RANDOM_BITS)), _PHOTOS + step.photo))
    parts.append(TextPart(step.text, reactions=reactions))
    return tuple(parts)


def _status(chat: Chat, step: _Step, *, was_read: bool, has_failed: bool) -> DeliveryStatus:
    """The delivery status. Of sent messages, only iMessage reports that they were read."""
    if not step.sender.is_me:
        return DeliveryStatus.READ if was_read else DeliveryStatus.RECEIVED
    if has_failed:
        return DeliveryStatus.FAILED
    return DeliveryStatus.READ if was_read and chat.service is Service.IMESSAGE else DeliveryStatus.DELIVERED
