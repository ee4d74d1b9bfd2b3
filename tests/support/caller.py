"""A partner who calls the service, and the counterparties of its lines."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from httpx2 import Response

from tests.support.asgi import Api
from tests.support.chats import ALICE, BOB, LINE
from tests.support.pages import page_of, query_of
from tests.support.partners import Tenant, context, new_partner
from trunkline.actions.inbound import receive
from trunkline.actions.inbound.receipts import Receipt, receive_receipt
from trunkline.actions.inbound.receive import Received
from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.context import RequestContext
from trunkline.domain.message import Content, DeliveryStatus, Message, ReactionChange, TextPart
from trunkline.testing.clock import Clock

GROUP = (ALICE, BOB)


def text(value: str, **more: Any) -> dict[str, Any]:
    """A message with one text part."""
    return {"parts": [{"type": "text", "value": value}], **more}


class Caller:
    """One partner. Every call, and every message received, comes a second after the previous one."""

    def __init__(self, api: Api, clock: Clock, tenant: Tenant | None = None) -> None:
        self.api = api
        self.clock = clock
        self.tenant = tenant or api.opened.run(new_partner(api.opened.store))

    # What the partner requests.

    def call(
        self, method: str, path: str, body: Any = None, *, query: str = "", headers: dict[str, str] | None = None
    ) -> Response:
        """The response to any call; ``body`` is sent as JSON, or unchanged if it is bytes."""
        return self.api.opened.run(self.calling(method, path, body, query=query, headers=headers))

    async def calling(
        self, method: str, path: str, body: Any = None, *, query: str = "", headers: dict[str, str] | None = None
    ) -> Response:
        """The same within the event loop."""
        self.clock.tick()
        given = {"authorization": f"Bearer {self.tenant.secret}", "content-type": "application/json"} | (headers or {})
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in given.items()]
        return await self.api.answer(path, query.encode(), raw, method, content)

    def together(self, *calls: tuple[str, str, Any]) -> list[Response]:
        """The responses to concurrent calls, each a method, a path and a body."""

        async def make() -> list[Response]:
            return await asyncio.gather(*[self.calling(*each) for each in calls])

        return self.api.opened.run(make())

    def post(self, path: str, body: Any = None, **more: Any) -> Response:
        return self.call("POST", path, body, **more)

    def try_create(self, to: Sequence[str] = (ALICE,), message: Any = None, line: str = LINE, **more: Any) -> Response:
        """The response to ``POST /v3/chats``."""
        return self.post("/v3/chats", {"from": line, "to": list(to), "message": message or text("hello"), **more})

    def create(
        self, to: Sequence[str] = (ALICE,), message: Any = None, line: str = LINE, **more: Any
    ) -> dict[str, Any]:
        """The chat in the response to ``POST /v3/chats``."""
        response = self.try_create(to, message, line, **more)
        assert response.status_code == 201, response.text
        return response.json()["chat"]

    def try_send(self, chat_id: str, message: Any = None, **more: Any) -> Response:
        """The response to ``POST /v3/chats/{id}/messages``."""
        return self.post(f"/v3/chats/{chat_id}/messages", {"message": message or text("hello"), **more})

    def send(self, chat_id: str, message: Any = None, **more: Any) -> dict[str, Any]:
        """The message that was sent."""
        response = self.try_send(chat_id, message, **more)
        assert response.status_code == 202, response.text
        return response.json()["message"]

    def chats(self, **filters: str) -> list[dict[str, Any]]:
        """Every chat, as the list shows it."""
        return page_of(self.call("GET", "/v3/chats", query=query_of(limit=100, **filters))).chats

    def chat(self, chat_id: str) -> dict[str, Any]:
        """A chat as the list shows it, which must equal the chat as it is read alone."""
        alone = self.call("GET", f"/v3/chats/{chat_id}")
        assert alone.status_code == 200, alone.text
        [listed] = [each for each in self.chats() if each["id"] == chat_id]
        assert alone.json() == listed
        return listed

    def health(self, chat_id: str) -> str:
        """The health status of a chat."""
        return self.chat(chat_id)["health_status"]["status"]

    def message(self, message_id: str) -> dict[str, Any]:
        """A message, as it is read alone."""
        response = self.call("GET", f"/v3/messages/{message_id}")
        assert response.status_code == 200, response.text
        return response.json()

    def messages(self, chat_id: str, limit: int = 100) -> list[dict[str, Any]]:
        """Every message of a chat, page by page."""
        return self.pages(f"/v3/chats/{chat_id}/messages", limit)

    def pages(self, path: str, limit: int = 100, **parameters: str) -> list[dict[str, Any]]:
        """Every message of a list. Only the last page may be short, and only the last has no cursor."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            response = self.call("GET", path, query=query_of(limit=limit, cursor=cursor, **parameters))
            assert response.status_code == 200, response.text
            page = response.json()
            assert page.keys() == {"messages", "next_cursor"}
            found += page["messages"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found
            assert len(page["messages"]) == limit

    # What the counterparty does.

    def ctx(self) -> RequestContext:
        """The context of something that happens now."""
        self.clock.tick()
        return context(self.tenant.id, self.clock())

    def hear(
        self,
        words: str = "hi",
        sender: str = ALICE,
        *,
        line: str = LINE,
        chat_id: str | None = None,
        others: Sequence[str] = (),
        service: Service = Service.IMESSAGE,
        reference: str | None = None,
    ) -> Message | None:
        """A counterparty sends a message."""
        return self.api.opened.run(
            self.hearing(words, sender, line=line, chat_id=chat_id, others=others, service=service, reference=reference)
        )

    async def hearing(
        self,
        words: str = "hi",
        sender: str = ALICE,
        *,
        line: str = LINE,
        chat_id: str | None = None,
        others: Sequence[str] = (),
        service: Service = Service.IMESSAGE,
        reference: str | None = None,
    ) -> Message | None:
        """The same within the event loop."""
        content = Content((TextPart(words),))
        received = Received(line, sender, content, service, chat_id, tuple(others), reference)
        return await receive.receive_message(self.api.opened.store, self.ctx(), received)

    def receipt(self, message_id: str, status: DeliveryStatus, service: Service | None = None) -> Message:
        """The carrier reports a new status of a message."""
        receipt = Receipt(status, service, None)
        return self.api.opened.run(receive_receipt(self.api.opened.store, self.ctx(), message_id, receipt))

    def membership(self, chat_id: str, handle: str, status: ParticipantStatus) -> None:
        """A participant joins a group, leaves it, or is removed."""
        self.api.opened.run(receive.receive_membership(self.api.opened.store, self.ctx(), chat_id, handle, status))

    def reacts(self, message_id: str, reaction: ReactionChange, sender: str = ALICE) -> Message:
        """A counterparty reacts to a message."""
        return self.api.opened.run(
            receive.receive_reaction(self.api.opened.store, self.ctx(), message_id, sender, reaction)
        )

    def edits(self, message_id: str, words: str, part_index: int = 0) -> Message:
        """A counterparty edits one of its messages."""
        return self.api.opened.run(
            receive.receive_edit(self.api.opened.store, self.ctx(), message_id, part_index, words)
        )


def emails(count: int) -> list[str]:
    """This many handles."""
    return [f"person{number}@example.com" for number in range(count)]
