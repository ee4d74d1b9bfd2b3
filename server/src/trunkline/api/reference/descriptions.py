"""The long descriptions of the OpenAPI document, in CommonMark."""

SERVICE = """\
Every conversation of your lines on iMessage, RCS and SMS, in one list. The API is the Linq Partner API v3: a client of
that API works with this service once you change its base URL and key.

Responses are JSON in UTF-8; times are RFC 3339 in UTC. Ignore fields that you do not know, because new ones may be
added at any time. Every response has the header `X-Trace-ID`. The log of the service has the details of every server
error (5xx) under that id.
"""

KEY = """\
Send your key with each request, in the header `Authorization: Bearer <key>`. A key gives access to everything of its
partner and to nothing else. The operator of the service creates a key with `trunkline key add` and revokes one with
`trunkline key revoke`; a revoked key is rejected within a second. Keep keys on your servers: anyone with a key can read
all your conversations.
"""

TAGS = {
    "Chats": "Conversations of your lines with one person or a group.",
    "Messages": "Send, read, edit and react to messages, and follow their delivery.",
    "Polls": "Messages that ask, and whose recipients vote.",
    "Attachments": "Upload files to send, and download those that you have sent or received.",
    "Lines": "The numbers that you send from.",
    "Blocked handles": "Handles whose messages you reject.",
    "Capability": "Which services reach a handle.",
    "Webhooks": "Events, sent to your URL: see the [guide](/guides/webhooks).",
    "Webhook deliveries": "What was sent to your webhooks, and what they answered. Only this service has it.",
    "Requests": "The journal of your requests. Only this service has it.",
    "Sandbox": "Play the counterparty of a line, and make requests fail: see the [guide](/guides/sandbox). Only this "
    "service has it, and only if it runs with `--sandbox`.",
    "Not simulated": "Methods of the API that this service does not simulate. Each fails with 501 / 3006, once the key "
    "has been checked. Public clients do not retry it.",
    "Process": "For the operator of the service. Neither operation needs a key or reveals data.",
}
"""The groups of operations, in order."""

LIST_CHATS = """\
The chats of your lines, the most recently updated first. `from` limits the list to one line, `to` to the chats of one
participant; you can combine them.

# Pagination

1. Send a request without `cursor`. The response has up to `limit` chats and a `next_cursor`.
2. Send the next request with that value as `cursor`, and with the same filters and `sort`. `limit` may vary.
3. Stop when `next_cursor` is `null`. There is no empty page at the end, except with the filters below.

Pagination is a consistent snapshot: you get every chat that existed at the first page exactly once, however many
messages arrive in the meantime. Each chat is shown as it is when its page is served. A chat that is created later is
not part of the snapshot.

A cursor is valid for at least a day. It is opaque, and it works only with its key and filters; otherwise, the request
fails with [1005](/docs/errors#1005). A page at any depth reads no more rows than the first.

# Filters

Only this service has the following parameters.

`health`, `service`, `is_group` and `q` limit the list further; you can combine them with each other and with all other
parameters. Each chat is compared as it is when its page is served, so you get every chat that matches during all of the
pagination, and none twice. With one of them, or with `sort=created`, a page reads a limited number of chats and may
therefore be short, even empty: only `next_cursor` says whether there are more.

# Changes

Only this service has the following parameters.

1. Read all pages, and keep the `X-Sync-Token` of any of them.
2. Send it as `updated_since`: the response has the chats that have changed since then, each once, in the order of their
   changes. Replace your copies.
3. Continue with the `X-Sync-Token` of each response. With `wait=60`, a response that would be empty waits for a change
   for up to 60 seconds, so you need not pause between requests.

You miss no change; a change during pagination may appear twice. A token does not expire, but is refused with 400 after
the service was restored from a backup: list all chats again. It works with any filters of the same partner, but covers
only the filters that you used: keep one token for each set of filters.

While there are more changes, `next_cursor` is also the token, so clients that send it as `cursor` with the same query
continue there.

With `health`, `service`, `is_group` or `q`, the response has the changed chats that match now, and in `unmatched` the
ids of those that do not: remove the ones that you have.

To find out whether a page has changed, send its `ETag` in `If-None-Match`. While nothing has changed, the response is
304 without a body.
"""
