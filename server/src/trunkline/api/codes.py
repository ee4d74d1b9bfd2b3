"""Every code of the API (its public documentation): its HTTP status, its meaning, and what a caller does about it."""

import msgspec


class Code(msgspec.Struct, frozen=True):
    """What a person wants to know of a code. ``remedy`` is CommonMark, ``message`` one that the code may come with."""

    status: int
    meaning: str
    remedy: str
    message: str


CODES: dict[int, Code] = {
    1001: Code(
        400,
        "A required field is missing.",
        "Add the field that the message names. A field that is there but `null` counts as missing.",
        "'to' is missing",
    ),
    1002: Code(
        400,
        "A phone number is not in E.164 format.",
        "Write the number as `+`, country code and subscriber number, digits only: `+13343284472`. In a URL the `+` is "
        "`%2B`, which HTTP clients see to when they are given parameters. Where a handle is asked for, an e-mail "
        "address is right too.",
        "'to' is '334-328-4472'; it must be a phone number in E.164 format, such as +13343284472, or an e-mail "
        "address, such as user@example.com",
    ),
    1003: Code(
        400,
        "The body is not valid.",
        "Send a JSON object with `Content-Type: application/json`, of the shape that the [reference](/docs) gives.",
        "the body is not JSON: it ends within a string",
    ),
    1004: Code(
        400,
        "The content of the message is not valid.",
        "Look at the parts of the message: the error names the one that cannot be sent, and why.",
        "'message.parts' is empty; a message has at least one part",
    ),
    1005: Code(
        400,
        "The value of a parameter is not valid.",
        "The message says which parameter, what it was and what would be right. A cursor belongs to the key and the "
        "filters that it came with: after changing `from` or `to`, begin again without one.",
        "'limit' is '500'; it must be a whole number from 1 to 100",
    ),
    1006: Code(
        409,
        "A direct chat cannot be updated like a group.",
        "Names, icons and participants belong to groups. Look at `is_group` before you offer to change them; to talk "
        "to more people, create a chat with all of them.",
        "this chat is with one person; only a group has a name that can be changed",
    ),
    1007: Code(
        429,
        "Too many requests.",
        "Wait for as many seconds as the header `Retry-After` says, then send the same request again. The SDK does "
        "that by itself.",
        "too many requests; try again in 2 seconds",
    ),
    2001: Code(
        404,
        "There is no such chat, or it is not yours.",
        "Check the id, and that the key is of the partner whose chat it is: a chat of somebody else's looks just like "
        "one that never was. An address that the service does not have gets this code as well.",
        "there is no chat 550e8400-e29b-41d4-a716-446655440000",
    ),
    2002: Code(
        404,
        "There is no such message, or it is not yours.",
        "Check the id, and that the key is of the partner whose message it is.",
        "there is no message 7f1f43f2-6f0f-4b0e-9a55-6a3c6b1d8b11",
    ),
    2004: Code(
        401,
        "The key is missing, malformed, unknown, revoked or expired.",
        "Send the header `Authorization: Bearer <key>` with a key of this service. Its operator makes a new one with "
        "`trunkline key add`. Trying again with the same key does not help.",
        "the key is missing, malformed, unknown, revoked or expired; send yours as Authorization: Bearer <key>",
    ),
    2005: Code(
        403,
        "The resource is not yours.",
        "Use the key of the partner that the resource belongs to.",
        "this webhook subscription is not yours",
    ),
    2006: Code(
        403,
        "The line is not yours.",
        "Use one of your own lines, or leave `from` out to have the chats of all of them. The service's operator adds "
        "a line with `trunkline line add`.",
        "'from' is +13343284472, which is not one of your lines",
    ),
    2013: Code(
        409,
        "The chat is not available: you have left it.",
        "Nothing can be sent to a chat that your line has left. Somebody in the group has to add the line again, or "
        "you create another chat.",
        "your line has left this chat",
    ),
    2023: Code(
        409,
        "A message in a direct chat mentions somebody.",
        "Leave `mention` out: only in a group can somebody be mentioned. Look at `is_group`.",
        "'message.parts[0].mention' is given in a direct chat; only in a group can somebody be mentioned",
    ),
    2024: Code(
        403,
        "The recipient has opted out.",
        "Stop sending. The first message from them that is not an opt-out keyword lifts it. See "
        "[Opted out](/guides/chats/chat-health#opted-out) in the guide to chat health.",
        "+14155559876 has opted out of your messages",
    ),
    2026: Code(
        403,
        "You have blocked the recipient.",
        "Unblock the handle first, with `DELETE /v3/blocked_handles`. What a blocked handle writes is dropped.",
        "+14155559876 is blocked; unblock it before you write to it",
    ),
    3006: Code(
        500,
        "Something failed on our side.",
        "Try again, a little later each time. When it stays, give the `trace_id` to the operator of the service: the "
        "log has what happened under it.",
        "something failed on our side; the trace id finds it in the log",
    ),
}
