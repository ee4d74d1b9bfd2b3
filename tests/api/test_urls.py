"""A URL in a request is checked by one rule, whichever field it is in."""

from collections.abc import Callable

import pytest
from httpx2 import Response

from tests.support.caller import GROUP, Caller
from tests.support.chats import LINE
from tests.support.envelope import refused

Send = Callable[[Caller, str], Response]


def send_part(we: Caller, **part: str) -> Response:
    return we.try_send(we.create()["id"], {"parts": [part]})


FIELDS: dict[str, tuple[int, Send]] = {
    "message.parts[0].url": (1004, lambda we, url: send_part(we, type="media", url=url)),
    "message.parts[0].value": (1004, lambda we, url: send_part(we, type="link", value=url)),
    "voice_memo_url": (
        1004,
        lambda we, url: we.post(f"/v3/chats/{we.create()['id']}/voicememo", {"voice_memo_url": url}),
    ),
    "group_chat_icon": (
        1005,
        lambda we, url: we.call("PUT", f"/v3/chats/{we.create(GROUP)['id']}", {"group_chat_icon": url}),
    ),
    "image_url": (
        1005,
        lambda we, url: we.post("/v3/contact_card", {"phone_number": LINE, "first_name": "Ann", "image_url": url}),
    ),
    "target_url": (
        1005,
        lambda we, url: we.post(
            "/v3/webhook-subscriptions", {"target_url": url, "subscribed_events": ["message.received"]}
        ),
    ),
}


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_accepts_the_same_urls(we: Caller, field: str) -> None:
    code, send = FIELDS[field]
    for valid in ("https://example.com/a%20b.m4a", "https://xn--bcher-kva.example:8443/c.m4a?d=e,f&g=[h]"):
        response = send(we, valid)
        assert response.is_success, response.text
    for wrong, expected in (
        ("https://example.com/é.m4a", "percent-encode other characters, and use the xn-- form"),
        ("https://bücher.example/c.m4a", "use the xn-- form of host names"),
        (
            'https://example.com/"c".m4a',
            "it must be a URL of ASCII letters, digits and -._~:/?#@!$&'()*+,;=%[]; percent-encode other",
        ),
        ("https://exa_mple..com/c.m4a", "it must be a URL with a valid host and port"),
        ("https://[::1/c.m4a", "it must be a URL with a valid host and port"),
        ("https://example.com:0/c.m4a", "it must be a URL with a valid host and port"),
        ("example.com/c.m4a", "it must be an absolute URL, such as https://example.com/path"),
        ("ftp://example.com/c.m4a", "it must be an absolute URL"),
        ("https://example.com/" + "c" * 2048, "it must be at most 2048 characters long"),
    ):
        message = refused(send(we, wrong), 400, code)
        assert f"'{field}' is " in message
        assert expected in message
    if field != "message.parts[0].value":
        assert "it must begin with https://" in refused(send(we, "http://example.com/c.m4a"), 400, code)
