"""The models: nothing that a server may send is rejected or lost."""

import json
import subprocess
import sys
from typing import Any, cast

import httpx2
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linq import LinqAPIV3
from linq.pagination import SyncListChatsPagination
from linq.types import Chat, ChatHandle, ChatListChatsParams, HealthStatus, Message
from linq.types.shared import ServiceType
from tests.sdk.clients import KEY, SyncHalf
from tests.sdk.endpoints import message
from tests.sdk.samples import Json, PagedChats, answering, chat, page

leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
field_names = st.sampled_from(sorted({*Chat.model_fields, "new_field", "model_config", "copy", "__class__", "self"}))
odd_chats = st.dictionaries(field_names, anything) | anything


def listed(body: object) -> SyncListChatsPagination[Chat]:
    client = SyncHalf().client(answering(httpx2.Response(200, json=body)))
    return client.chats.list_chats()


def test_to_dict_and_to_json_give_back_what_the_server_sent() -> None:
    sent = chat(3, unread_count=2)
    (only,) = listed(page([sent])).chats
    as_json = only.to_dict(mode="json")
    assert as_json["unread_count"] == 2
    assert json.loads(only.to_json()) == as_json
    times = {"created_at", "updated_at", "handles", "health_status"}
    assert {name: as_json[name] for name in as_json if name not in times} == {
        name: sent[name] for name in sent if name not in times
    }
    assert only.to_dict()["created_at"] == only.created_at
    assert "group_chat_icon" not in only.to_dict()
    assert only.to_dict(exclude_unset=False)["group_chat_icon"] is None
    assert "left_at" not in str(only.to_dict(exclude_none=True))
    assert "\n" not in only.to_json(indent=None)


def test_a_page_is_a_model_too() -> None:
    whole = listed({**page([chat(1)], "c"), "total": 9})
    assert whole.to_dict(mode="json")["total"] == 9
    assert json.loads(whole.to_json())["next_cursor"] == "c"
    assert isinstance(whole, pydantic.BaseModel)
    assert isinstance(whole.chats[0], pydantic.BaseModel)


def test_models_can_be_made_and_checked_by_hand() -> None:
    made = Chat.model_validate(chat(1))
    assert made == Chat.model_validate_json(json.dumps(chat(1)))
    with pytest.raises(pydantic.ValidationError):
        Chat.model_validate({"id": 1})


@given(odd_chats)
def test_no_chat_is_odd_enough_to_break_a_page(odd: Any) -> None:
    result = listed(page([chat(0), odd, chat(2)]))
    first, middle, last = result.chats
    assert (first, last) == (Chat.model_validate(chat(0)), Chat.model_validate(chat(2)))
    if isinstance(odd, dict):
        assert {getattr(middle, name) for name in Chat.model_fields.keys() - cast("Json", odd)} <= {None}
        assert middle.to_dict(mode="json", warnings=False).keys() == cast("Json", odd).keys()
    else:
        assert middle == odd


@given(st.dictionaries(st.sampled_from(["chats", "next_cursor", "more"]), anything))
def test_no_page_is_odd_enough_to_break_a_client(odd: Json) -> None:
    odd.setdefault("chats", [])
    assert listed(odd).model_fields_set >= set(odd)


@pytest.mark.parametrize("missing", list(Chat.model_fields))
def test_any_field_may_be_missing(missing: str) -> None:
    sent = chat(1)
    sent.pop(missing, None)
    (only,) = listed(page([sent])).chats
    assert isinstance(only, Chat)
    assert getattr(only, missing) is None
    assert missing not in only.to_dict()
    assert isinstance(only.health_status, HealthStatus) or missing == "health_status"


def test_one_odd_field_leaves_the_others_typed() -> None:
    (only,) = listed(page([chat(1, created_at="long ago", handles=[{"handle": 7}, chat(1)["handles"][1]])])).chats
    assert only.created_at == "long ago"
    assert only.updated_at.year == 2024
    assert [type(handle) for handle in only.handles] == [ChatHandle, ChatHandle]
    assert only.handles[0].joined_at is None


def test_parameters_can_be_collected_first() -> None:
    paged = PagedChats(1)
    params: ChatListChatsParams = {"from_": "+12223334444", "limit": 5}
    SyncHalf().client(paged).chats.list_chats(**params)
    assert dict(paged.requests[0].url.params) == {"from": "+12223334444", "limit": "5"}


def test_the_documented_services_are_known_to_the_type() -> None:
    service: ServiceType = "RCS"
    assert service in str(ServiceType)


def test_the_first_page_after_import_builds_its_models_once_among_threads() -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    client = LinqAPIV3(api_key=KEY, http_client=httpx2.Client(transport=httpx2.MockTransport(PagedChats(100, 100))))
    with ThreadPoolExecutor(8) as threads:
        for result in [threads.submit(client.chats.list_chats) for _ in range(16)]:
            assert len(result.result().chats) == 100


def test_an_included_message_is_a_model_however_odd_it_is() -> None:
    sent = chat(1, last_message=message(4), unread_count=2, message_count=7)
    (only,) = listed(page([sent])).chats
    assert isinstance(only.last_message, Message)
    assert only.last_message == Message.model_validate(message(4))
    assert only.to_dict(mode="json")["last_message"] == only.last_message.to_dict(mode="json")
    assert only.to_dict()["last_message"] == only.last_message.to_dict()
    assert json.loads(only.to_json())["last_message"]["from"] == message(4)["from"]
    assert listed(page([chat(1, last_message=None)])).chats[0].last_message is None
    newer = {name: value for name, value in message(4, mood="glad", created_at="long ago").items() if name != "parts"}
    (odd,) = listed(page([chat(1, last_message=newer)])).chats
    assert isinstance(odd.last_message, Message)
    assert (odd.last_message.created_at, odd.last_message.parts, odd.last_message.is_read) == ("long ago", None, False)
    assert listed(page([chat(1, last_message=7)])).chats[0].to_dict()["last_message"] == 7


def test_a_list_without_messages_does_not_load_their_models() -> None:
    program = "import sys; from linq.types import Chat; Chat.model_rebuild(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "linq.types.chat" in done.stdout.split()
    assert "linq.types.message" not in done.stdout.split()
