"""Requests of a tenant's programs, beside the console."""

from typing import Any

import httpx2

from tests.console.conftest import Tenant

PERSON = "+13105550111"


def call(tenant: Tenant, method: str, path: str, body: Any = None, **more: Any) -> httpx2.Response:
    """The response to a request with the tenant's key."""
    headers = {"Authorization": f"Bearer {tenant.key}"}
    return httpx2.request(method, tenant.url + path, json=body, headers=headers, timeout=30, **more)


def send(tenant: Tenant, text: str = "Your table is ready.", to: str = PERSON) -> dict[str, Any]:
    """Sends a text in the chat with a person, and returns the response."""
    message = {"parts": [{"type": "text", "value": text}]}
    response = call(tenant, "POST", "/v3/chats", {"from": tenant.line, "to": [to], "message": message})
    assert response.status_code in {200, 201}, response.text
    return response.json()


def receive(tenant: Tenant, text: str, sender: str = PERSON) -> None:
    """A person writes to the line."""
    body = {"action": "message", "from": sender, "to": tenant.line, "text": text}
    assert call(tenant, "POST", "/admin/simulate", body).is_success
