"""The long texts of the service's description, CommonMark."""

SERVICE = """\
Every conversation of your lines with people on iMessage, RCS and SMS, in one list. The API is the Linq Partner API
v3: a client of that one works with this service when its base URL and key are changed, and nothing else.

Answers are JSON in UTF-8; times are RFC 3339 in UTC. Names that you do not know yet may be added to an object at
any time: ignore them. Every response has the header `X-Trace-ID`, whose value finds a failure (5xx) in the log of the
service.
"""

KEY = """\
Send your key with each request, in the header `Authorization: Bearer <key>`. A key opens what belongs to its
partner and nothing else. Whoever runs the service makes one with `trunkline key add`, and takes one back with
`trunkline key revoke`; a revoked key is refused within seconds. Keep keys on your servers: who has one can read
every conversation of yours.
"""

TAGS = {
    "Chats": "Conversations of your lines, with one person or with a group.",
    "Messages": "What is said in a chat: sent, received, edited, reacted to, and how far it has come.",
    "Lines": "The numbers that you send from.",
    "Blocked handles": "Whom you do not want to hear from.",
    "Capability": "Which networks reach somebody.",
    "Webhooks": "What happens, told to a URL of yours: see the [guide](/guides/webhooks).",
    "Sandbox": "The other side of the line, played by you: see the [guide](/guides/sandbox). Ours alone.",
    "Process": "For whoever runs the service: neither needs a key, and neither says anything about its data.",
}
"""The groups of operations, in order."""

LIST_CHATS = """\
The chats of your lines, the most recently updated first. `from` narrows the list to one line, `to` to the chats
that one person is in; both together mean both.

# How a walk works

1. Ask without `cursor`. The answer has up to `limit` chats, and a `next_cursor`.
2. Ask again with that value as `cursor`, and with the same `from` and `to`. `limit` may differ from page to page.
3. Stop when `next_cursor` is `null`. There is no empty page at the end.

A walk sees the list as it was at its first page: every chat that was there then comes once, and none comes twice,
however many messages arrive in the meantime. Each chat is shown as it is when its page is served. A chat that
begins during the walk is not part of it; the next walk begins with it.

A cursor is good for a day at least. What is in it is not for you to read, and it works only with the key and the
filters that it was made for; anything else is refused with [1005](/docs/errors#1005). The last page costs the same
as the first.

# How to keep up

The rest is this service's own; other services of this API do not have it.

1. Walk to the end, and keep the `X-Sync-Token` of any of the pages.
2. Ask with it as `updated_since`: the answer has the chats that have changed since, each once, in the order of their
   changes. Put them over what you have.
3. Go on with the `X-Sync-Token` of each answer. With `wait=60` an answer that would be empty waits until something has
   changed, or the time is over; so there is no need to pause between requests.

Nothing is missed in this way; what changed during the walk may come twice. A token does not expire. It works with any
filters of the same partner, but says how far you are with the ones that you used: keep one for each.

While more is left, `next_cursor` is the token as well: clients that add it to the same query as `cursor` go on there.

To ask whether a page is still the same, send its `ETag` in `If-None-Match`: the answer is 304, without a body, as long
as nothing of yours has changed.
"""
