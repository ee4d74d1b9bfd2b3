"""schemathesis with the OpenAPI description of a running service: every response is as described."""

import json
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.support.caller import text
from tests.support.chats import ALICE, BOB, CAROL, LINE, OTHER_LINE
from tests.support.command import BIN, environment, get, serving
from tests.support.open_store import opened_store
from tests.support.partners import new_partner

EXAMPLES = 10  # of each operation, besides the examples and boundary values of the description
PHASES = {"sqlite": "examples,coverage,fuzzing,stateful", "postgresql": "examples,coverage,fuzzing"}
"""By engine: which requests follow each other makes no difference to it."""

TIMEOUT = 300  # s
GROUPS = 8  # some are left while others still change
DAVE = "dave@example.com"

RULED = (
    "listChats",
    "createChat",
    "updateChat",
    "updateContactCard",
    "leaveChat",
    "addParticipant",
    "removeParticipant",
    "listRequests",
    "listWebhookDeliveries",
    "getMessages",
    "sendMessageToChat",
    "sendMessage",
    "sendVoiceMemo",
    "createPoll",
    "addPollOptions",
    "editMessage",
    "sendReaction",
    "getMessageThread",
    "createWebhookSubscription",
    "updateWebhookSubscription",
    "simulate",
)
"""The operations that can reject a request that is valid by its schema, because of a rule of the domain."""

LENIENT = ("listChats", "listRequests", "getContactCard", "createPoll")
"""The operations that accept more than their schema says: a parameter without a value is absent, and the idempotency
key in a body makes the one in the header irrelevant.
"""

FAILING = ("addFault",)
"""The operations that make other requests fail."""


@pytest.mark.slow
def test_every_response_is_as_described(database_url: str, engine: str, tmp_path: Path) -> None:
    with opened_store(database_url) as opened:
        key = opened.run(new_partner(opened.store)).secret
    with serving(database_url, "--sandbox", "--allow-private-webhooks") as url:
        _, description = get(f"{url}/openapi.json")
        (tmp_path / "schemathesis.toml").write_text(configuration(key, known(url, key)))
        done = subprocess.run(
            [
                BIN / "schemathesis",
                *("--config-file", "schemathesis.toml", "run", f"{url}/openapi.json"),
                *[word for name in FAILING for word in ("--exclude-operation-id", name)],
                *("--phases", PHASES[engine], "--generation-deterministic", "--no-color"),
            ],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    operations = sum(len(path) for path in description["paths"].values()) - len(FAILING)
    assert f"Tested: {operations}\n" in done.stdout, done.stdout


def known(url: str, key: str) -> dict[str, list[str]]:
    """Creates data, and returns the ids and values that requests use."""

    def post(path: str, body: Any) -> Any:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        request = urllib.request.Request(url + path, json.dumps(body).encode(), headers)  # noqa: S310 - our own
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            return json.load(response)

    chats: list[str] = []
    messages: list[str] = []
    groups = [[ALICE, BOB, CAROL, f"member{number}@example.com"] for number in range(GROUPS)]
    for to in ([ALICE], [BOB], [ALICE, BOB], *groups):
        chat = post("/v3/chats", {"from": LINE, "to": to, "message": text("hello")})["chat"]
        chats.append(chat["id"])
        answer = {"message": text("hello again", reply_to={"message_id": chat["message"]["id"]})}
        messages += [chat["message"]["id"], post(f"/v3/chats/{chat['id']}/messages", answer)["message"]["id"]]
    messages.append(
        post("/admin/simulate", {"action": "message", "from": ALICE, "to": LINE, "text": "hi"})["message_id"]
    )
    wanted = {"target_url": "https://example.com/hook", "subscribed_events": ["message.sent"]}
    return {
        "chats": chats,
        "messages": messages,
        "subscriptions": [post("/v3/webhook-subscriptions", wanted)["id"]],
        "lines": [LINE, OTHER_LINE],
        "handles": [ALICE, BOB, CAROL, DAVE],
        "words": [ALICE, LINE, "STOP", "iMessage", "https://example.com/cat.jpg", "\u2028", "\x00", "\ufffe"],
    }


def configuration(key: str, words: dict[str, list[str]]) -> str:
    """The settings of a run: most requests use existing data, and some rules are not in the description."""
    bindings = {
        "path.chat_id": "chats",
        "path.message_id": "messages",
        "path.subscription_id": "subscriptions",
        "query.from": "lines",
        "query.to": "handles",
        "body.from": "lines",
        "body.to[*]": "handles",
        "body.handle": "handles",
        "query.phone_number": "lines",
        "body.phone_number": "lines",
        "body.address": "handles",
        "body.chat_id": "chats",
        "body.message_id": "messages",
        "body.message.reply_to.message_id": "messages",
    }
    lines = [
        f'headers = {{ Authorization = "Bearer {key}" }}',
        "output = { sanitization = { enabled = false } }",
        "cache = { enabled = false }",
        "[dictionaries]",
        *[f"{name} = {{ values = {json.dumps(values)} }}" for name, values in words.items()],
        "[parameters]",
        *[f'"{name}" = {{ dictionary = "{words}", probability = 0.8 }}' for name, words in bindings.items()],
        "[generation]",
        f'max-examples = {EXAMPLES}\ndatabase = "none"',
        'dictionaries = { string = { dictionary = "words", probability = 0.1 } }',
        "[[operations]]",
        f"include-operation-id = {json.dumps(RULED)}",
        "checks = { positive_data_acceptance = { enabled = false } }",
        "[[operations]]",
        f"include-operation-id = {json.dumps(LENIENT)}",
        "checks = { negative_data_rejection = { enabled = false } }",
        "[[operations]]",
        'include-tag = "Not simulated"',
        "checks = { not_a_server_error = { enabled = false } }",
        "[[operations]]",
        # The API documents 503 for a type of which the partner has no line.
        'include-operation-id = "getAvailableNumber"',
        "checks = { positive_data_acceptance = { enabled = false }, not_a_server_error = { enabled = false } }",
    ]
    return "\n".join(lines)
