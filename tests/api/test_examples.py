"""The examples of the OpenAPI document work when they are sent."""

from urllib.parse import urlencode

from tests.support.asgi import Api
from tests.support.caller import Caller
from tests.support.chats import ALICE, BOB, CAROL
from tests.support.open_store import OpenStore
from tests.support.partners import new_partner
from trunkline.api.html.reference import api
from trunkline.testing.clock import Clock

EXAMPLE_LINE = "+13343284472"


def test_the_example_of_every_body_is_accepted(opened: OpenStore, timed: Api, clock: Clock) -> None:
    we = Caller(timed, clock, opened.run(new_partner(opened.store, lines=[EXAMPLE_LINE])))
    we.post("/v3/contact_card", {"phone_number": EXAMPLE_LINE, "first_name": "Ada"})
    group = we.create([ALICE, BOB, CAROL], line=EXAMPLE_LINE)
    subscription = {"target_url": "https://example.com/hook", "subscribed_events": ["message.sent"]}
    ids = {
        "chat_id": group["id"],
        "message_id": group["message"]["id"],
        "subscription_id": we.post("/v3/webhook-subscriptions", subscription).json()["id"],
    }
    other = {"target_url": "https://example.com/other", "subscribed_events": ["message.received"]}
    assert we.post("/v3/webhook-subscriptions", other).status_code == 201
    we.hear("hi", line=EXAMPLE_LINE)
    [delivery] = we.call("GET", "/admin/webhook-deliveries").json()["deliveries"]
    poll = we.post(f"/v3/chats/{group['id']}/polls", {"poll": {"options": [{"text": "Yes"}, {"text": "No"}]}}).json()
    document = we.call("GET", "/openapi.json").json()

    sent = 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" not in content:
                continue
            example = content["application/json"]["example"]
            query = {
                each["name"]: each["schema"]["examples"][0]
                for each in operation.get("parameters", ())
                if each["in"] == "query" and each.get("required")
            }
            known = ids | {"message_id": poll["message_id"]} if "/poll/" in path else ids
            if "option_id" in example:  # an option has another id in each poll
                example["option_id"] = poll["poll"]["options"][0]["option_id"]
            if "event_id" in example:
                example["event_id"] = delivery["event_id"]
            response = we.call(method.upper(), path.format(**known), example, query=urlencode(query))
            assert response.status_code == operation_status(operation), f"{method} {path}: {response.text}"
            sent += 1

    assert sent > 10


def operation_status(operation: dict[str, dict[str, object]]) -> int:
    """The status of success."""
    return next(int(status) for status in operation["responses"] if status.startswith("2"))


def test_the_reference_shows_the_examples(we: Caller) -> None:
    page = api(we.call("GET", "/openapi.json").json())
    assert "Your table is ready." in page
    assert "text_decorations" not in page.split('id="schemas"')[0].split('id="createChat"')[1].split("<h4>Responses")[0]
