"""Prints the chats that a public client on PYTHONPATH lists, as JSON."""

import asyncio
import json
import sys
from typing import Any

import linq

limit, line, handle = int(sys.argv[1]), sys.argv[2], sys.argv[3]
client = linq.LinqAPIV3()
first = client.chats.list_chats(limit=limit)


async def list_all_async() -> list[str]:
    async with linq.AsyncLinqAPIV3() as other:
        return [chat.id async for chat in other.chats.list_chats(limit=limit)]


def error_of(**query: Any) -> list[object] | None:
    try:
        client.chats.list_chats(**query)
    except linq.APIStatusError as error:
        return [type(error).__name__, error.status_code]
    return None


print(
    json.dumps(
        {
            "version": linq.__version__,
            "first": [chat.id for chat in first.chats],
            "next_cursor": first.next_cursor,
            "all": [chat.id for chat in client.chats.list_chats(limit=limit)],
            "all_async": asyncio.run(list_all_async()),
            "from": [chat.id for chat in client.chats.list_chats(from_=line)],
            "to": [chat.id for chat in client.chats.list_chats(to=handle)],
            "handles": [[handle.handle, handle.is_me] for handle in first.chats[0].handles],
            "updated_at": first.chats[0].updated_at.isoformat(),
            "foreign_line": error_of(from_="+19995550199"),
            "bad_cursor": error_of(cursor="nonsense"),
        }
    )
)
