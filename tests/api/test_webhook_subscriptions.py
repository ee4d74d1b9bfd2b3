"""``/v3/webhook-subscriptions`` over the wire: created, read, changed and deleted, and the errors."""

import base64
import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.asgi import Api
from tests.support.caller import Caller
from tests.support.chats import LINE, OTHER_LINE
from tests.support.envelope import refused
from trunkline.domain.events import EventType
from trunkline.domain.subscription import MAX_SUBSCRIPTIONS, PUBLISHED

PATH = "/v3/webhook-subscriptions"
URL = "https://receiver.example.com/hook"
WANTED = ["message.received", "message.delivered"]
FIELDS = {
    "id",
    "target_url",
    "webhook_version",
    "subscribed_events",
    "phone_numbers",
    "is_active",
    "routing_key_header",
    "routing_id_header",
    "created_at",
    "updated_at",
}


def body(url: str = URL, **more: Any) -> dict[str, Any]:
    return {"target_url": url, "subscribed_events": WANTED, **more}


def create(we: Caller, url: str = URL, **more: Any) -> dict[str, Any]:
    """The subscription, with its secret."""
    response = we.post(PATH, body(url, **more))
    assert response.status_code == 201, response.text
    return response.json()


def update(we: Caller, subscription_id: str, **changes: Any) -> dict[str, Any]:
    response = we.call("PUT", f"{PATH}/{subscription_id}", changes)
    assert response.status_code == 200, response.text
    return response.json()


def retrieve(we: Caller, subscription_id: str) -> dict[str, Any]:
    response = we.call("GET", f"{PATH}/{subscription_id}")
    assert response.status_code == 200, response.text
    return response.json()


def listed(we: Caller) -> list[dict[str, Any]]:
    response = we.call("GET", PATH)
    assert response.status_code == 200, response.text
    assert response.json().keys() == {"subscriptions"}
    return response.json()["subscriptions"]


def test_the_secret_is_shown_once(we: Caller) -> None:
    made = create(we)
    secret = made.pop("signing_secret")
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    assert made.keys() == FIELDS
    assert uuid.UUID(made["id"])
    assert (made["target_url"], made["subscribed_events"]) == (URL, WANTED)
    assert (made["phone_numbers"], made["is_active"]) == (None, True)
    assert (made["routing_key_header"], made["routing_id_header"]) == (None, None)
    assert made["created_at"] == made["updated_at"]
    assert retrieve(we, made["id"]) == made
    assert listed(we) == [made]
    changed = update(we, made["id"], is_active=False)
    for answer in (we.call("GET", PATH).text, str(changed)):
        assert secret not in answer
    assert create(we, f"{URL}?2")["signing_secret"] != secret


def test_only_what_is_named_changes(we: Caller) -> None:
    made = create(we, phone_numbers=[LINE, OTHER_LINE, LINE], routing_key_header="X-Cluster")
    del made["signing_secret"]
    assert made["phone_numbers"] == [LINE, OTHER_LINE]
    assert (made["routing_key_header"], made["routing_id_header"]) == ("X-Cluster", "Linq-Chat-Id")
    assert update(we, made["id"]) == made
    steps: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"is_active": False}, {}),
        ({"is_active": True}, {}),
        ({"subscribed_events": ["chat.created"]}, {}),
        ({"target_url": f"{URL}/2"}, {}),
        ({"phone_numbers": [LINE[1:]]}, {"phone_numbers": [LINE]}),
        ({"phone_numbers": []}, {"phone_numbers": None}),
        ({"phone_numbers": [OTHER_LINE]}, {}),
        ({"phone_numbers": None}, {}),
        ({"routing_id_header": "X-Chat"}, {}),
        ({"routing_id_header": ""}, {"routing_id_header": "Linq-Chat-Id"}),
        ({"routing_id_header": "X-Chat", "routing_key_header": "X-Other"}, {}),
        ({"routing_key_header": None, "routing_id_header": None}, {}),
    ]
    for change, instead in steps:
        before = made
        made = update(we, made["id"], **change)
        assert made == {**before, **change, **instead, "updated_at": made["updated_at"]}
        assert made["updated_at"] > before["updated_at"]
        assert retrieve(we, made["id"]) == made


def test_deleting(we: Caller) -> None:
    first, second = create(we), create(we, f"{URL}?2")
    response = we.call("DELETE", f"{PATH}/{first['id']}")
    assert (response.status_code, response.content) == (204, b"")
    assert [each["id"] for each in listed(we)] == [second["id"]]
    for method, content in (("GET", None), ("PUT", {"is_active": True}), ("DELETE", None)):
        refused(we.call(method, f"{PATH}/{first['id']}", content), 404, 2001)
    assert create(we)["id"] != first["id"]


def test_they_know_nothing_of_ours(we: Caller, they: Caller) -> None:
    ours = create(we)
    theirs = create(they)
    assert [each["id"] for each in listed(we)] == [ours["id"]]
    for method, content in (("GET", None), ("PUT", {"is_active": False}), ("DELETE", None)):
        told = {
            refused(they.call(method, f"{PATH}/{subscription_id}", content), 404, 2001)
            for subscription_id in (ours["id"], str(uuid.uuid4()), "nonsense", "%00")
        }
        assert len(told) == 1
    assert retrieve(we, ours["id"])["is_active"] is True
    assert [each["id"] for each in listed(they)] == [theirs["id"]]


def test_a_target_once_a_partner(we: Caller) -> None:
    first = create(we)
    second = create(we, f"{URL}?line=1")
    assert "another of your subscriptions" in refused(we.post(PATH, body()), 400, 1005)
    assert "another" in refused(we.call("PUT", f"{PATH}/{second['id']}", {"target_url": URL}), 400, 1005)
    assert update(we, first["id"], target_url=URL)["target_url"] == URL


def test_two_at_once_for_one_target(we: Caller) -> None:
    answers = we.together(*[("POST", PATH, body())] * 4)
    assert sorted(each.status_code for each in answers) == [201, 400, 400, 400]


def test_there_is_an_end(we: Caller) -> None:
    for number in range(MAX_SUBSCRIPTIONS):
        create(we, f"{URL}?{number}")
    assert str(MAX_SUBSCRIPTIONS) in refused(we.post(PATH, body()), 400, 1005)
    assert len(listed(we)) == MAX_SUBSCRIPTIONS


def test_every_published_event_is_taken_once(we: Caller) -> None:
    names = sorted(PUBLISHED)
    assert len(names) == 75
    assert create(we, subscribed_events=names + names)["subscribed_events"] == names


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        ({"subscribed_events": []}, 1005, "'subscribed_events' is empty"),
        ({"subscribed_events": ["message.recieved"]}, 1005, "'message.recieved'"),
        ({"subscribed_events": ["MESSAGE.SENT"]}, 1005, "not a known event"),
        ({"subscribed_events": "message.sent"}, 1003, "'subscribed_events'"),
        ({"subscribed_events": [1]}, 1003, "'subscribed_events[0]'"),
        ({"subscribed_events": None}, 1001, "'subscribed_events'"),
        ({"target_url": 5}, 1003, "'target_url'"),
        ({"target_url": None}, 1001, "'target_url'"),
        ({"target_url": ""}, 1005, "'target_url'"),
        ({"target_url": "receiver.example.com/hook"}, 1005, "absolute URL"),
        ({"target_url": "ftp://receiver.example.com/"}, 1005, "absolute URL"),
        ({"target_url": "http://receiver.example.com/"}, 1005, "https://"),
        ({"target_url": "https://me:secret@receiver.example.com/"}, 1005, "must not contain a user name"),
        ({"target_url": "https://localhost/hook"}, 1005, "private network"),
        ({"target_url": "https://127.0.0.1/hook"}, 1005, "private network"),
        ({"target_url": "https://[::1]/hook"}, 1005, "private network"),
        ({"target_url": "https://169.254.169.254/latest"}, 1005, "private network"),
        ({"target_url": "https://0x7f.1/hook"}, 1005, "valid host"),
        ({"target_url": f"{URL}?version=2026-02-04"}, 1005, "'2026-02-04'"),
        ({"target_url": f"{URL}?version=2"}, 1005, "must be 2025-01-01 or 2026-02-03"),
        ({"target_url": f"{URL}?version="}, 1005, "must be 2025-01-01 or 2026-02-03"),
        ({"target_url": f"{URL}?version=2025-01-01&version=2026-02-03"}, 1005, "more than one version"),
        ({"phone_numbers": ["12-34"]}, 1002, "'phone_numbers'"),
        ({"phone_numbers": [5]}, 1003, "'phone_numbers[0]'"),
        ({"phone_numbers": LINE}, 1003, "'phone_numbers'"),
        ({"routing_key_header": "Bad Header"}, 1005, "'routing_key_header'"),
        ({"routing_key_header": "Host"}, 1005, "'routing_key_header'"),
        ({"routing_id_header": "webhook-signature"}, 1005, "'routing_id_header'"),
        ({"routing_id_header": "x\r\ny: z"}, 1005, "'routing_id_header'"),
        ({"routing_id_header": 1}, 1003, "'routing_id_header'"),
        ({"routing_key_header": "linq-chat-id"}, 1005, "name two headers"),
        ({"routing_key_header": "X-A", "routing_id_header": "x-a"}, 1005, "name two headers"),
    ],
)
def test_what_is_wrong_is_said(we: Caller, change: dict[str, Any], code: int, told: str) -> None:
    made = create(we, f"{URL}?1")
    for response in (we.post(PATH, body() | change), we.call("PUT", f"{PATH}/{made['id']}", change)):
        message = refused(response, 400, code)
        assert told in message
        assert "secret@" not in message
    del made["signing_secret"]
    assert listed(we) == [made]


def test_what_only_a_change_can_be_wrong_in(we: Caller) -> None:
    made = create(we)
    for value in (None, "yes", 1):
        assert "'is_active'" in refused(
            we.call("PUT", f"{PATH}/{made['id']}", {"is_active": value}), 400, 1001 if value is None else 1003
        )


@pytest.mark.parametrize("field", ["target_url", "subscribed_events"])
def test_what_is_missing_is_said(we: Caller, field: str) -> None:
    assert f"'{field}' is missing" in refused(
        we.post(PATH, {name: value for name, value in body().items() if name != field}), 400, 1001
    )


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{", b"\xff", b'"x"', b"[" * 100_000])
def test_what_is_no_object(we: Caller, content: bytes) -> None:
    made = create(we)
    refused(we.post(PATH, content), 400, 1003)
    refused(we.call("PUT", f"{PATH}/{made['id']}", content), 400, 1003)


def test_lines_are_the_partners_own(we: Caller) -> None:
    made = create(we, f"{URL}?1")
    for response in (
        we.post(PATH, body(phone_numbers=[LINE, "+12025550199"])),
        we.call("PUT", f"{PATH}/{made['id']}", {"phone_numbers": ["+12025550199"]}),
    ):
        assert "+12025550199" in refused(response, 403, 2006)


def test_the_events_and_where_they_are_explained(we: Caller) -> None:
    response = we.call("GET", "/v3/webhook-events")
    assert response.status_code == 200
    # The only page that the strict types of the public clients accept.
    doc_url = "https://docs.linqapp.com/channel/imessage/guides/webhooks/events"
    assert response.json() == {"events": list(EventType), "doc_url": doc_url}


def test_the_url_chooses_the_version(we: Caller) -> None:
    made = create(we, f"{URL}?version=2025-01-01&line=1")
    assert (made["webhook_version"], made["target_url"]) == ("2025-01-01", f"{URL}?version=2025-01-01&line=1")
    assert create(we, f"{URL}?version=2026-02-03")["webhook_version"] == "2026-02-03"
    assert create(we, f"{URL}?line=2")["webhook_version"] == "2026-02-03"
    assert [each["webhook_version"] for each in listed(we)] == ["2025-01-01", "2026-02-03", "2026-02-03"]
    assert retrieve(we, made["id"])["webhook_version"] == "2025-01-01"


def test_a_new_url_chooses_the_version_again(we: Caller) -> None:
    made = create(we, f"{URL}?version=2025-01-01")
    assert update(we, made["id"], subscribed_events=["message.read"])["webhook_version"] == "2025-01-01"
    assert update(we, made["id"], target_url=f"{URL}?version=2025-01-01")["webhook_version"] == "2025-01-01"
    assert update(we, made["id"], target_url=f"{URL}/new")["webhook_version"] == "2026-02-03"
    assert update(we, made["id"], target_url=f"{URL}/new?version=2025-01-01")["webhook_version"] == "2025-01-01"
    assert retrieve(we, made["id"])["webhook_version"] == "2025-01-01"


def test_old_event_names_are_accepted_and_not_shown(we: Caller) -> None:
    made = create(we, subscribed_events=["message.opt_out", "message.received", "message.opt_in"])
    assert made["subscribed_events"] == ["message.received"]
    assert update(we, made["id"], subscribed_events=["message.opt_out"])["subscribed_events"] == []
    assert retrieve(we, made["id"])["subscribed_events"] == []


def test_keys_are_asked_for(api: Api) -> None:
    for method, path in (
        ("GET", PATH),
        ("POST", PATH),
        ("GET", f"{PATH}/x"),
        ("PUT", f"{PATH}/x"),
        ("DELETE", f"{PATH}/x"),
    ):
        refused(api.ask(path, method=method), 401, 2004)
    refused(api.ask("/v3/webhook-events"), 401, 2004)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
fields = st.sampled_from([*body(), "phone_numbers", "is_active", "routing_key_header", "routing_id_header"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.dictionaries(fields, json_values, max_size=4))
def test_no_body_is_our_failure(we: Caller, change: dict[str, Any]) -> None:
    for response in (we.post(PATH, body(f"{URL}?{uuid.uuid4()}") | change), we.call("PUT", f"{PATH}/none", change)):
        if response.status_code != 201:
            refused(response, response.status_code, response.json()["error"]["code"])
        else:
            we.call("DELETE", f"{PATH}/{response.json()['id']}")
        assert response.status_code in {201, 400, 403, 404}
