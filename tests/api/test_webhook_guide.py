"""The guide to webhooks is correct: its numbers, its events, and its code."""

import re
from html import unescape
from typing import Any

import pytest

from trunkline.api import html
from trunkline.api.html.webhooks import MEANINGS
from trunkline.delivery import signing
from trunkline.delivery.http_client import TIMEOUT
from trunkline.delivery.retry_schedule import DELAYS
from trunkline.domain.delivery import MAX_ATTEMPTS
from trunkline.domain.events import LATEST_VERSION, EventType, WebhookVersion
from trunkline.domain.instant import MINUTE, now
from trunkline.domain.subscription import SECRET_BYTES, signing_secret
from trunkline.schemas.events import API_VERSION
from trunkline.storage.retention import DELIVERIES

SECRET = signing_secret(bytes(SECRET_BYTES))
BODY = b'{"event_type": "message.received"}'


@pytest.fixture(scope="module")
def words() -> str:
    """The text of the page, without its markup."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html.webhooks())))


def test_the_anchors_that_others_link_to() -> None:
    ids = re.findall(r'id="([\w-]+)"', html.webhooks())
    assert {"verifying", "retries", "order", "events", "versions"} <= set(ids)


def test_the_numbers_are_those_of_the_code(words: str) -> None:
    *most, last = map(str, DELAYS)
    assert f"There are {MAX_ATTEMPTS} attempts" in words
    assert f"{', '.join(most)} and {last} seconds" in words
    assert f"within {TIMEOUT:g} seconds" in words
    assert f"for {DELIVERIES // (24 * 60 * MINUTE)} days" in words
    assert f'"api_version": "{API_VERSION}"' in words
    assert f'"webhook_version": "{LATEST_VERSION}"' in words
    assert f"{LATEST_VERSION} the latest" in words
    assert all(version in words for version in WebhookVersion)


def test_every_event_is_explained(words: str) -> None:
    assert set(MEANINGS) == set(EventType)
    assert all(f"{kind} {meaning}" in words for kind, meaning in MEANINGS.items())


def test_the_code_for_checking_by_hand_checks() -> None:
    samples = [unescape(each) for each in re.findall(r"<code[^>]*>(.*?)</code>", html.webhooks(), re.DOTALL)]
    [code] = [each for each in samples if "def is_ours" in each]
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - our own page
    headers = signing.headers(SECRET, "sub", "message.received", "event", BODY, now())
    old = signing.headers(SECRET, "sub", "message.received", "event", BODY, now() - 6 * MINUTE)
    assert names["is_ours"](SECRET, BODY, headers) is True
    assert names["is_ours"](SECRET, BODY + b" ", headers) is False
    assert names["is_ours"](signing_secret(b"x" * SECRET_BYTES), BODY, headers) is False
    assert names["is_ours"](SECRET, BODY, old) is False


def test_the_code_with_the_sdk_runs(capsys: pytest.CaptureFixture[str]) -> None:
    samples = [unescape(each) for each in re.findall(r"<code[^>]*>(.*?)</code>", html.webhooks(), re.DOTALL)]
    [code] = [each for each in samples if "client.webhooks.unwrap" in each]
    names: dict[str, Any] = {}
    exec(code.replace("whsec_…", SECRET).replace("LinqAPIV3(", "LinqAPIV3(api_key='key', "), names)  # noqa: S102
    body = (
        b'{"api_version":"v3","webhook_version":"2026-02-03","event_type":"chat.typing_indicator.started",'
        b'"event_id":"event","created_at":"2026-05-01T18:28:25Z","trace_id":"0","partner_id":"1",'
        b'"data":{"chat_id":"7"}}'
    )
    names["receive"](body, signing.headers(SECRET, "sub", "chat.typing_indicator.started", "event", body, now()))
    assert capsys.readouterr().out == "chat.typing_indicator.started event\n"
