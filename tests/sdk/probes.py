"""Small programs as users of ``linq-python`` write them, run with whichever ``linq`` is on the path; prints JSON.

python -m tests.sdk.probes

Every probe returns what its program sees, as JSON, or what it raises: the first class of the error that both packages
have. No probe opens a socket or sleeps.
"""

import asyncio
import base64
import contextlib
import copy
import hmac
import inspect
import json
import logging
import math
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import datetime, timezone
from importlib import import_module
from typing import Any

SLEPT: list[float] = []
time.sleep = SLEPT.append
random.random = lambda: 0.0

# Imported now, and without types: two packages are meant.
httpx: Any = import_module("httpx")
linq: Any = import_module("linq")
types: Any = import_module("linq.types")
LinqAPIV3: Any = linq.LinqAPIV3
AsyncLinqAPIV3: Any = linq.AsyncLinqAPIV3

KEY = "lk_live_1234567890"
BASE = "https://api.example.com/v"
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef").decode()
NOW = "2026-01-02T03:04:05Z"
HANDLE: dict[str, Any] = {"id": "h1", "handle": "+12025550100", "joined_at": NOW, "service": "iMessage", "is_me": True}
HEALTH: dict[str, Any] = {"status": "HEALTHY", "updated_at": NOW, "doc_url": "https://x"}
CHAT: dict[str, Any] = {
    "id": "c1",
    "created_at": NOW,
    "updated_at": NOW,
    "display_name": "Ann",
    "handles": [HANDLE],
    "health_status": HEALTH,
    "is_archived": False,
    "is_group": False,
    "service": "iMessage",
}
ERROR: dict[str, Any] = {
    "success": False,
    "error": {"status": 404, "code": 2001, "message": "No chat", "doc_url": "https://d", "retry_after": 7},
    "trace_id": "t" * 32,
}
PROBES: dict[str, Callable[[], Any]] = {}

Answer = Any
"""A response, an error to raise, or a function of the request."""


def probe(function: Callable[[], Any]) -> Callable[[], Any]:
    PROBES[function.__name__] = function
    return function


def page(cursor: str | None = None, *chats: dict[str, Any]) -> Any:
    return httpx.Response(200, json={"chats": list(chats or (CHAT,)), "next_cursor": cursor})


class Service:
    """Answers with each of ``answers`` in turn, then with the last one; keeps the requests."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers or (page(),))
        self.requests: list[Any] = []

    def __call__(self, request: Any) -> Any:
        request.read()
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            return answer(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    @property
    def last(self) -> Any:
        return self.requests[-1]


def client(service: Service, **options: Any) -> Any:
    http = httpx.Client(transport=httpx.MockTransport(service), follow_redirects=True)
    return LinqAPIV3(**{"api_key": KEY, "base_url": BASE, "http_client": http, **options})


def async_client(service: Service, **options: Any) -> Any:
    http = httpx.AsyncClient(transport=httpx.MockTransport(service))
    return AsyncLinqAPIV3(**{"api_key": KEY, "base_url": BASE, "http_client": http, **options})


def raised(call: Callable[[], Any]) -> Any:
    """The error of a call."""
    try:
        call()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def name_of(error: BaseException) -> str:
    """The first class of an error that both packages have."""
    shared = ("linq", "builtins", "json.decoder", "pydantic_core._pydantic_core")
    return next(
        kind.__name__
        for kind in type(error).__mro__
        if kind.__module__.partition("._")[0] in shared and kind.__name__ not in ("NoNextPageError", "JSONDecodeError")
    )


def outcome(function: Callable[[], Any]) -> Any:
    SLEPT.clear()
    try:
        return {"value": json.loads(json.dumps(function(), default=str))}
    except Exception as error:
        return {"raises": name_of(error), "message": str(error)}


# How a client is made, and its settings


@probe
def a_client_without_a_key_is_an_error() -> str:
    return name_of(raised(LinqAPIV3))


@probe
def a_key_may_contain_a_space() -> Any:
    service = Service()
    client(service, api_key="a b").chats.list_chats()
    return service.last.headers["authorization"]


@probe
def settings_can_be_read() -> Any:
    made = client(Service(), max_retries=4, timeout=9, webhook_secret=SECRET)
    return [made.api_key, str(made.base_url), made.max_retries, made.timeout, made.webhook_secret]


@probe
def the_base_url_is_a_url() -> Any:
    url = client(Service()).base_url
    return [url.host, url.path, url.scheme]


@probe
def the_default_timeout_can_be_read() -> Any:
    return LinqAPIV3(api_key=KEY).timeout.as_dict()


@probe
def the_timeout_of_an_http_client_is_kept() -> Any:
    http = httpx.Client(transport=httpx.MockTransport(Service()), timeout=33)
    return LinqAPIV3(api_key=KEY, http_client=http).timeout.read


@probe
def an_http_client_without_a_timeout_gets_the_defaults() -> Any:
    service = Service()
    client(service).chats.list_chats()
    return service.last.extensions["timeout"]


@probe
def a_timeout_of_httpx_is_taken() -> Any:
    service = Service()
    client(service, timeout=httpx.Timeout(7, connect=2)).chats.list_chats()
    return service.last.extensions["timeout"]


@probe
def a_request_has_its_own_timeout() -> Any:
    service = Service()
    made = client(service, timeout=9)
    made.chats.list_chats(timeout=3)
    made.chats.list_chats(timeout=httpx.Timeout(4))
    made.chats.list_chats(timeout=None)
    return [request.extensions["timeout"]["read"] for request in service.requests]


@probe
def the_key_can_be_assigned() -> Any:
    service = Service()
    made = client(service)
    made.chats.list_chats()
    made.api_key = "other"
    made.chats.list_chats()
    return [made.api_key, service.last.headers["authorization"]]


@probe
def a_page_follows_with_the_new_key() -> Any:
    service = Service(page("2"), page())
    made = client(service)
    first = made.chats.list_chats()
    made.api_key = "other"
    first.get_next_page()
    return service.last.headers["authorization"]


@probe
def the_base_url_can_be_assigned() -> Any:
    service = Service()
    made = client(service)
    made.base_url = "https://other.example.com/api"
    made.chats.list_chats()
    return [str(made.base_url), str(service.last.url)]


@probe
def a_base_url_of_httpx_is_taken() -> Any:
    service = Service()
    client(service, base_url=httpx.URL("https://other.example.com/api/")).chats.list_chats()
    return str(service.last.url)


@probe
def retries_can_be_assigned() -> Any:
    service = Service(httpx.Response(500))
    made = client(service)
    made.max_retries = 1
    raised(made.chats.list_chats)
    return [made.max_retries, len(service.requests)]


@probe
def the_timeout_can_be_assigned() -> Any:
    service = Service()
    made = client(service)
    made.timeout = 3
    made.chats.list_chats()
    return [made.timeout, service.last.extensions["timeout"]["read"]]


@probe
def a_copy_has_changed_settings() -> Any:
    made = client(Service(), max_retries=5, default_headers={"X-A": "1"}, default_query={"p": "1"})
    other = made.copy(api_key="b", max_retries=0, default_headers={"X-B": "2"}, default_query={"q": "2"})
    return [
        other.api_key,
        other.max_retries,
        other.default_headers["X-A"],
        other.default_headers["X-B"],
        other.default_query,
    ]


@probe
def a_copy_can_replace_headers_and_query() -> Any:
    made = client(Service(), default_headers={"X-A": "1"}, default_query={"p": "1"})
    other = made.with_options(set_default_headers={"X-B": "2"}, set_default_query={"q": "2"})
    return ["X-A" in other.default_headers, other.default_headers["X-B"], other.default_query]


@probe
def adding_and_replacing_at_once_is_refused() -> str:
    return name_of(raised(lambda: client(Service()).copy(default_headers={}, set_default_headers={})))


@probe
def a_copy_sends_with_the_same_http_client() -> Any:
    service = Service()
    client(service).with_options(timeout=4).chats.list_chats()
    return service.last.extensions["timeout"]["read"]


@probe
def a_subclass_keeps_its_class_in_a_copy() -> Any:
    Mine = type("Mine", (LinqAPIV3,), {})  # noqa: N806
    return type(Mine(api_key=KEY).copy()).__name__


@probe
def an_http_client_of_the_other_half_is_refused() -> str:
    return name_of(raised(lambda: LinqAPIV3(api_key=KEY, http_client=httpx.AsyncClient())))


@probe
def no_retries_is_zero_not_none() -> str:
    return name_of(raised(lambda: client(Service(), max_retries=None)))


@probe
def a_client_can_retry_forever() -> Any:
    service = Service(*[httpx.Response(500)] * 9, page())
    client(service, max_retries=math.inf).chats.list_chats()
    return len(service.requests)


@probe
def a_with_block_closes() -> Any:
    with client(Service()) as made:
        before = made.is_closed()
    return [before, made.is_closed()]


@probe
def the_key_comes_from_the_environment() -> Any:
    os.environ["LINQ_API_V3_API_KEY"] = "from-env"
    try:
        return LinqAPIV3().api_key
    finally:
        del os.environ["LINQ_API_V3_API_KEY"]


@probe
def headers_come_from_the_environment() -> Any:
    os.environ["LINQ_API_V3_CUSTOM_HEADERS"] = "X-A: 1\nX-B: two: 2"
    try:
        service = Service()
        client(service).chats.list_chats()
    finally:
        del os.environ["LINQ_API_V3_CUSTOM_HEADERS"]
    return [service.last.headers["x-a"], service.last.headers["x-b"]]


@probe
def the_http_clients_have_defaults() -> Any:
    made = linq.DefaultHttpxClient(trust_env=False)
    return [made.timeout.as_dict(), made.follow_redirects]


@probe
def a_default_client_takes_a_transport_of_httpx() -> Any:
    service = Service()
    http = linq.DefaultHttpxClient(transport=httpx.MockTransport(service), headers={"X-Mine": "1"})
    LinqAPIV3(api_key=KEY, http_client=http).chats.list_chats()
    return [service.last.headers["x-mine"], http.timeout.as_dict(), http.follow_redirects]


@probe
def a_default_client_takes_limits_and_a_timeout_of_httpx() -> Any:
    return linq.DefaultHttpxClient(limits=httpx.Limits(max_connections=3), timeout=httpx.Timeout(4)).timeout.as_dict()


@probe
def a_default_async_client_takes_a_transport_of_httpx() -> Any:
    http = linq.DefaultAsyncHttpxClient(transport=httpx.MockTransport(Service()))

    async def go() -> Any:
        async with AsyncLinqAPIV3(api_key=KEY, http_client=http) as made:
            return (await made.chats.list_chats()).chats[0].id

    return asyncio.run(go())


@probe
def constants_have_their_values() -> Any:
    limits = linq.DEFAULT_CONNECTION_LIMITS
    return [linq.DEFAULT_MAX_RETRIES, linq.DEFAULT_TIMEOUT.as_dict(), limits.max_connections]


@probe
def sentinels_are_false_and_distinct() -> Any:
    each = (linq.NOT_GIVEN, linq.not_given, linq.omit)
    return [[bool(one) for one in each], isinstance(linq.omit, linq.Omit), isinstance(linq.not_given, linq.NotGiven)]


# What is sent


def listing(**named: Any) -> Callable[[], Any]:
    def call() -> Any:
        service = Service()
        client(service).chats.list_chats(**named)
        return [str(service.last.url.copy_with(query=None)), dict(service.last.url.params)]

    return call


PROBES.update(
    {
        "a_list_without_parameters": listing(),
        "a_list_with_parameters": listing(from_="+12025550100", limit=5, cursor="a b"),
        "an_empty_parameter_is_not_sent": listing(from_="", to="", cursor=""),
        "a_none_parameter_is_not_sent": listing(cursor=None, to=linq.omit),
        "a_zero_is_sent": listing(limit=0),
        "extra_query_is_added": listing(extra_query={"a": [1, 2], "b": True, "c": {"d": 1}}),
        "extra_query_without_values_is_not_sent": listing(extra_query={"a": None, "b": "", "c": "1"}),
        "extra_query_wins": listing(limit=1, extra_query={"limit": 2}),
    }
)


@probe
def default_query_is_added() -> Any:
    service = Service()
    client(service, default_query={"a": "1", "limit": 7}).chats.list_chats(limit=2)
    return dict(service.last.url.params)


def header(name: str, options: dict[str, Any], extra: dict[str, Any] | None) -> Callable[[], Any]:
    def call() -> Any:
        service = Service()
        client(service, **options).chats.list_chats(extra_headers=extra)
        return service.last.headers.get(name)

    return call


PROBES.update(
    {
        "the_key_is_a_bearer_token": header("authorization", {}, None),
        "json_is_accepted": header("accept", {}, None),
        "a_get_has_no_content_type": header("content-type", {}, None),
        "a_default_header_is_sent": header("x-a", {"default_headers": {"X-A": "1"}}, None),
        "an_extra_header_wins": header("x-a", {"default_headers": {"X-A": "1"}}, {"X-A": "2"}),
        "an_extra_header_in_another_case": header("x-a", {"default_headers": {"X-A": "1"}}, {"x-a": "2"}),
        "an_extra_header_can_be_omitted": header("x-a", {"default_headers": {"X-A": "1"}}, {"X-A": linq.omit}),
        "a_default_header_replaces_the_user_agent": header(
            "user-agent", {"default_headers": {"User-Agent": "me"}}, None
        ),
        "the_key_can_be_replaced": header("authorization", {}, {"Authorization": "Bearer other"}),
    }
)

MESSAGE: Any = {"parts": [{"type": "text", "value": "Grüße"}]}
CREATED = httpx.Response(201, json={"chat": {**CHAT, "message": {"id": "m1", "parts": [], "created_at": NOW}}})


@probe
def a_body_is_json() -> Any:
    service = Service(CREATED)
    client(service).chats.create(from_="+12025550100", to=["+13105550199"], message=MESSAGE)
    return [service.last.headers["content-type"], json.loads(service.last.content)]


@probe
def extra_body_is_merged() -> Any:
    service = Service(CREATED)
    client(service).chats.create(from_="+1", to=["+2"], message=MESSAGE, extra_body={"to": ["+3"], "more": 1})
    return json.loads(service.last.content)


@probe
def recipients_may_be_a_tuple() -> Any:
    service = Service(CREATED)
    client(service).chats.create(from_="+1", to=("+2", "+3"), message=MESSAGE)
    return json.loads(service.last.content)["to"]


@probe
def parameters_can_be_a_typed_dict() -> Any:
    service = Service(CREATED)
    params = {"from_": "+1", "to": ["+2"], "message": MESSAGE}
    client(service).chats.create(**params)
    return json.loads(service.last.content)


@probe
def an_omitted_parameter_is_not_in_the_body() -> Any:
    service = Service(httpx.Response(200, json={"chat_id": "c1"}))
    client(service).chats.update("c1", display_name="Us")
    return [service.last.method, json.loads(service.last.content)]


@probe
def none_is_sent_where_it_means_something() -> Any:
    service = Service(httpx.Response(200, json={"id": "s1"}))
    client(service).webhook_subscriptions.update("s1", phone_numbers=None)
    return json.loads(service.last.content)


@probe
def an_id_is_quoted_in_the_path() -> Any:
    service = Service(httpx.Response(200, json=CHAT))
    client(service).chats.retrieve("a/b?c")
    return str(service.last.url)


@probe
def an_empty_id_is_refused() -> str:
    return name_of(raised(lambda: client(Service()).chats.retrieve("")))


@probe
def a_missing_parameter_is_a_type_error() -> str:
    return name_of(raised(lambda: client(Service()).chats.create(from_="+1")))


@probe
def a_204_is_none() -> Any:
    return client(Service(httpx.Response(204))).chats.mark_as_read("c1")


# Any path


@probe
def get_takes_any_path() -> Any:
    service = Service()
    found = client(service).get("/v3/chats", cast_to=object, options={"params": {"limit": 1}, "headers": {"X-A": "1"}})
    return [sorted(found), str(service.last.url), service.last.headers["x-a"]]


@probe
def a_path_may_lack_its_slash() -> Any:
    service = Service()
    client(service).get("v3/chats", cast_to=object)
    return str(service.last.url)


@probe
def a_path_keeps_its_query() -> Any:
    service = Service()
    client(service).get("/v3/chats?a=1", cast_to=object, options={"params": {"b": 2}})
    return dict(service.last.url.params)


@probe
def an_absolute_url_is_asked() -> Any:
    service = Service()
    client(service).get("https://other.example.com/x", cast_to=object)
    return str(service.last.url)


@probe
def an_absolute_url_gets_the_key() -> Any:
    service = Service()
    client(service).get("https://other.example.com/x", cast_to=object)
    return service.last.headers.get("authorization")


@probe
def cast_to_a_response_of_httpx() -> Any:
    found = client(Service()).get("/v3/chats", cast_to=httpx.Response)
    return [isinstance(found, httpx.Response), found.status_code, sorted(found.json())]


def cast(kind: Any) -> Callable[[], Any]:
    def call() -> Any:
        return str(client(Service(httpx.Response(200, json={"id": "c1"}))).get("/x", cast_to=kind))

    return call


PROBES.update(
    {
        "cast_to_text": cast(str),
        "cast_to_a_dict": cast(dict[str, object]),
        "cast_to_object": cast(object),
        "cast_to_none": cast(type(None)),
    }
)


@probe
def cast_to_a_model() -> Any:
    return client(Service(httpx.Response(200, json=CHAT))).get("/x", cast_to=types.Chat).display_name


@probe
def cast_to_a_list_of_models() -> Any:
    return client(Service(httpx.Response(200, json=[CHAT]))).get("/x", cast_to=list[types.Chat])[0].id


@probe
def post_sends_json() -> Any:
    service = Service()
    client(service).post("/x", cast_to=object, body={"a": 1}, options={"extra_json": {"b": 2}})
    return json.loads(service.last.content)


@probe
def post_sends_content() -> Any:
    service = Service()
    client(service).post("/x", cast_to=object, content=b"raw", options={"headers": {"Content-Type": "text/plain"}})
    return [service.last.content.decode(), service.last.headers["content-type"]]


@probe
def post_sends_files() -> Any:
    service = Service()
    files = {"file": ("a.txt", b"hello", "text/plain")}
    headers = {"Content-Type": "multipart/form-data"}
    client(service).post("/x", cast_to=object, files=files, options={"headers": headers})
    return [service.last.headers["content-type"].partition(";")[0], b"hello" in service.last.content]


@probe
def post_sends_files_with_fields() -> Any:
    service = Service()
    headers = {"Content-Type": "multipart/form-data"}
    client(service).post("/x", cast_to=object, body={"a": "b1"}, files={"f": b"z"}, options={"headers": headers})
    return [b'name="a"' in service.last.content, b"b1" in service.last.content]


@probe
def post_refuses_a_body_and_content() -> str:
    return name_of(raised(lambda: client(Service()).post("/x", cast_to=object, body={"a": 1}, content=b"x")))


@probe
def post_serializes_a_datetime() -> Any:
    service = Service()
    client(service).post("/x", cast_to=object, body={"at": datetime(2026, 1, 2, tzinfo=timezone.utc)})  # noqa: UP017
    return json.loads(service.last.content)


@probe
def post_serializes_a_model() -> Any:
    service = Service()
    client(service).post("/x", cast_to=object, body={"handle": types.ChatHandle.construct(**HANDLE)})
    return sorted(json.loads(service.last.content)["handle"])


@probe
def put_patch_and_delete_take_any_path() -> Any:
    service = Service()
    made = client(service)
    for method in ("put", "patch", "delete"):
        getattr(made, method)("/x", cast_to=object, body={"a": 1})
    return [[request.method, request.content.decode()] for request in service.requests]


# Retries and errors


def attempts(*answers: Answer, **options: Any) -> Callable[[], Any]:
    """The number of requests, and the seconds between them."""

    def call() -> Any:
        service = Service(*answers)
        with contextlib.suppress(linq.LinqApiv3Error):
            client(service, **options).chats.list_chats()
        return [len(service.requests), list(SLEPT)]

    return call


for status in (400, 401, 403, 404, 408, 409, 422, 429, 500, 503):
    PROBES[f"retries_after_{status}"] = attempts(httpx.Response(status))
PROBES.update(
    {
        "retries_can_be_off": attempts(httpx.Response(500), max_retries=0),
        "retries_end_with_a_success": attempts(httpx.Response(500), page()),
        "retries_after_a_lost_connection": attempts(httpx.ConnectError("refused"), page()),
        "retries_after_a_timeout": attempts(httpx.ReadTimeout("slow"), page()),
        "retry_after_in_seconds": attempts(httpx.Response(429, headers={"retry-after": "3"}), page()),
        "retry_after_in_milliseconds": attempts(httpx.Response(429, headers={"retry-after-ms": "250"}), page()),
        "retry_after_in_an_invalid_form": attempts(httpx.Response(429, headers={"retry-after": "soon"}), page()),
        "retry_after_of_more_than_a_minute": attempts(httpx.Response(429, headers={"retry-after": "90"}), page()),
        "the_server_forbids_a_retry": attempts(httpx.Response(500, headers={"x-should-retry": "false"})),
        "the_server_asks_for_a_retry": attempts(httpx.Response(400, headers={"x-should-retry": "true"}), page()),
        "retries_after_a_bug_in_a_transport": attempts(RuntimeError("bug"), page()),
        "delays_grow_to_eight_seconds": attempts(httpx.Response(500), max_retries=7),
    }
)


@probe
def a_request_has_its_own_number_of_retries() -> Any:
    service = Service(httpx.Response(500))
    raised(lambda: client(service).with_options(max_retries=1).get("/x", cast_to=object, options={"max_retries": 3}))
    return len(service.requests)


def error_of(answer: Answer, **options: Any) -> Any:
    return raised(client(Service(answer), max_retries=0, **options).chats.list_chats)


for status in (400, 401, 403, 404, 409, 418, 422, 429, 500, 599):
    PROBES[f"the_class_of_{status}"] = lambda status=status: name_of(error_of(httpx.Response(status, json=ERROR)))


@probe
def an_error_has_the_fields_of_the_envelope() -> Any:
    error = error_of(httpx.Response(404, json=ERROR))
    return [error.status_code, error.code, error.doc_url, error.retry_after, error.body]


@probe
def an_error_that_is_not_json_has_its_text() -> Any:
    error = error_of(httpx.Response(502, text="Bad gateway"))
    return [error.status_code, error.code, error.body]


@probe
def an_error_has_its_request_and_response() -> Any:
    error = error_of(httpx.Response(404, json=ERROR))
    return [error.request.method, str(error.request.url), error.response.status_code, error.response.json()["trace_id"]]


@probe
def the_response_of_an_error_is_of_httpx() -> Any:
    return isinstance(error_of(httpx.Response(404, json=ERROR)).response, httpx.Response)


@probe
def the_text_of_an_error() -> Any:
    return str(error_of(httpx.Response(404, json=ERROR)))


@probe
def the_text_of_an_error_begins_with_its_status() -> Any:
    return str(error_of(httpx.Response(404, json=ERROR))).startswith("Error code: 404 - ")


@probe
def an_error_has_a_message() -> Any:
    error = error_of(httpx.Response(404, json=ERROR))
    return error.message == str(error)


@probe
def a_lost_connection_has_its_cause() -> Any:
    error = error_of(httpx.ConnectError("refused"))
    return [name_of(error), type(error.__cause__).__name__, error.body, str(error.request.url)]


@probe
def a_timeout_is_a_connection_error() -> Any:
    error = error_of(httpx.ReadTimeout("slow"))
    return [name_of(error), isinstance(error, linq.APIConnectionError), type(error.__cause__).__name__]


@probe
def any_error_in_a_transport_is_a_connection_error() -> Any:
    error = error_of(RuntimeError("bug"))
    return [name_of(error), type(error.__cause__).__name__]


@probe
def an_error_in_an_event_hook_is_a_connection_error() -> Any:
    def hook(request: Any) -> None:
        raise RuntimeError("bug")

    http = httpx.Client(transport=httpx.MockTransport(Service()), event_hooks={"request": [hook]})
    made = LinqAPIV3(api_key=KEY, http_client=http, max_retries=0)
    return name_of(raised(made.chats.list_chats))


@probe
def errors_can_be_made_by_hand() -> Any:
    request = httpx.Request("GET", BASE)
    response = httpx.Response(404, request=request, json=ERROR)
    made = linq.NotFoundError("gone", response=response, body=ERROR["error"])
    lost = linq.APIConnectionError(request=request)
    slow = linq.APITimeoutError(request)
    return [str(made), made.status_code, made.code, str(lost), str(slow), isinstance(slow, linq.APIConnectionError)]


@probe
def every_error_has_one_root() -> Any:
    names = [name for name in dir(linq) if name.endswith("Error")]
    return all(issubclass(getattr(linq, name), linq.LinqApiv3Error) for name in names)


@probe
def a_redirected_read_is_followed() -> Any:
    service = Service(httpx.Response(307, headers={"location": "https://api.example.com/v/other"}), page())
    client(service).chats.list_chats()
    return str(service.last.url)


@probe
def a_write_redirected_with_307_is_followed() -> Any:
    service = Service(httpx.Response(307, headers={"location": "https://api.example.com/v/other"}), CREATED)
    client(service).chats.create(from_="+1", to=["+2"], message=MESSAGE)
    return [service.last.method, json.loads(service.last.content)["to"]]


@probe
def a_write_redirected_with_302_becomes_a_read() -> Any:
    service = Service(httpx.Response(302, headers={"location": "https://api.example.com/v/other"}), page())
    client(service, max_retries=0).chats.create(from_="+1", to=["+2"], message=MESSAGE)
    return service.last.method


@probe
def an_answer_without_its_main_field() -> Any:
    made = client(Service(httpx.Response(200, json={}))).chats.create(from_="+1", to=["+2"], message=MESSAGE)
    return made.chat


@probe
def an_answer_that_is_not_json() -> Any:
    return str(client(Service(httpx.Response(200, text="<html>"))).chats.list_chats())


# Pages


@probe
def a_list_iterates_over_every_page() -> Any:
    service = Service(page("2", {**CHAT, "id": "a"}, {**CHAT, "id": "b"}), page(None, {**CHAT, "id": "c"}))
    return [[chat.id for chat in client(service).chats.list_chats(limit=2)], dict(service.last.url.params)]


@probe
def an_async_list_iterates_over_every_page() -> Any:
    service = Service(page("2", {**CHAT, "id": "a"}), page(None, {**CHAT, "id": "b"}))

    async def go() -> Any:
        return [chat.id async for chat in async_client(service).chats.list_chats()]

    return asyncio.run(go())


@probe
def an_async_list_can_be_awaited() -> Any:
    async def go() -> Any:
        found = await async_client(Service(page("2"))).chats.list_chats()
        return [len(found.chats), found.next_cursor, found.has_next_page()]

    return asyncio.run(go())


@probe
def pages_can_be_iterated() -> Any:
    service = Service(page("2"), page("3"), page())
    return [each.next_cursor for each in client(service).chats.list_chats().iter_pages()]


@probe
def a_page_tells_what_follows() -> Any:
    found = client(Service(page("2"))).chats.list_chats()
    return [found.has_next_page(), dict(found.next_page_info().params)]


@probe
def the_last_page_has_nothing_after_it() -> Any:
    found = client(Service()).chats.list_chats()
    return [found.has_next_page(), found.next_page_info()]


@probe
def a_page_after_the_last_is_a_runtime_error() -> Any:
    return isinstance(raised(client(Service()).chats.list_chats().get_next_page), RuntimeError)


@probe
def a_page_without_items_ends_the_list() -> Any:
    empty = httpx.Response(200, json={"chats": [], "next_cursor": "2"})
    return client(Service(empty)).chats.list_chats().has_next_page()


@probe
def the_next_page_keeps_the_parameters() -> Any:
    service = Service(page("2"), page())
    client(service).chats.list_chats(from_="+1", limit=2, extra_headers={"X-A": "1"}).get_next_page()
    return [dict(service.last.url.params), service.last.headers["x-a"]]


@probe
def cursors_that_go_in_a_circle() -> Any:
    service = Service(*[page(cursor) for cursor in "abababab"], page())
    return len(list(client(service).chats.list_chats().iter_pages()))


# Responses


@probe
def a_raw_response_has_status_and_headers() -> Any:
    answer = httpx.Response(200, json={"chats": [CHAT], "next_cursor": None}, headers={"X-Trace-ID": "t1"})
    raw = client(Service(answer)).chats.with_raw_response.list_chats()
    return [raw.status_code, raw.headers["x-trace-id"], raw.method, str(raw.url), raw.retries_taken, raw.is_closed]


@probe
def a_raw_response_can_be_parsed() -> Any:
    raw = client(Service()).chats.with_raw_response.list_chats()
    return [raw.parse().chats[0].id, raw.parse().chats[0].id, json.loads(raw.text())["next_cursor"]]


@probe
def a_raw_response_can_be_parsed_as_another_type() -> Any:
    raw = client(Service(httpx.Response(200, json=CHAT))).chats.with_raw_response.retrieve("c1")
    return raw.parse(to=dict[str, object])["display_name"]


@probe
def a_raw_response_has_its_bytes_and_json() -> Any:
    raw = client(Service()).chats.with_raw_response.list_chats()
    return [sorted(raw.json()), len(raw.read()), raw.http_response.status_code, raw.http_request.method]


@probe
def a_raw_response_counts_the_retries() -> Any:
    return client(Service(httpx.Response(500), page())).with_raw_response.chats.list_chats().retries_taken


@probe
def an_async_raw_response_is_parsed_with_await() -> Any:
    async def go() -> Any:
        raw = await async_client(Service()).chats.with_raw_response.list_chats()
        parsed = raw.parse()
        return [inspect.isawaitable(parsed), (await parsed).chats[0].id]

    return asyncio.run(go())


@probe
def a_streaming_response_is_read_in_pieces() -> Any:
    with client(Service()).chats.with_streaming_response.list_chats() as response:
        return [response.status_code, len(b"".join(response.iter_bytes())) > 0]


@probe
def a_streaming_response_can_be_parsed() -> Any:
    with client(Service()).chats.with_streaming_response.list_chats() as response:
        return response.parse().chats[0].id


@probe
def a_streaming_response_has_lines_and_text() -> Any:
    answer = httpx.Response(200, text="a\nb\n")
    made = client(Service(answer))
    with made.chats.with_streaming_response.list_chats() as response:
        lines = list(response.iter_lines())
    with made.chats.with_streaming_response.list_chats() as response:
        return [lines, "".join(response.iter_text())]


@probe
def a_streaming_response_raises_errors() -> Any:
    def go() -> None:
        with client(Service(httpx.Response(404, json=ERROR))).chats.with_streaming_response.retrieve("c1"):
            pass

    error = raised(go)
    return [name_of(error), error.code]


# Models


@probe
def a_model_has_the_names_of_the_wire() -> Any:
    made = client(Service(httpx.Response(200, json=CHAT))).chats.retrieve("c1")
    return [sorted(made.to_dict()), json.loads(made.to_json())["created_at"], made.created_at]


@probe
def a_model_keeps_unknown_fields() -> Any:
    made = client(Service(httpx.Response(200, json={**CHAT, "mood": "good"}))).chats.retrieve("c1")
    return [made.mood, made.to_dict()["mood"]]


@probe
def a_model_takes_unknown_values() -> Any:
    made = client(Service(httpx.Response(200, json={**CHAT, "service": "pigeon"}))).chats.retrieve("c1")
    return made.service


@probe
def a_model_without_a_field_has_none() -> Any:
    less = {name: value for name, value in CHAT.items() if name != "is_group"}
    return client(Service(httpx.Response(200, json=less))).chats.retrieve("c1").is_group


@probe
def construct_builds_nested_models() -> Any:
    made = types.Chat.construct(**CHAT)
    return [type(made.handles[0]).__name__, made.handles[0].handle, made.health_status.status, made.created_at.year]


@probe
def model_construct_builds_nested_models() -> Any:
    made = types.Chat.model_construct(**CHAT)
    return [type(made.handles[0]).__name__, made.fields_set if hasattr(made, "fields_set") else None]


@probe
def construct_takes_unknown_and_missing_fields() -> Any:
    made = types.Chat.construct(id="c1", mood="good")
    return [made.id, made.mood, made.handles, made.to_dict()]


@probe
def a_model_can_be_validated() -> Any:
    return [types.Chat.model_validate(CHAT).id, name_of(raised(lambda: types.Chat.model_validate({"id": 1})))]


@probe
def a_model_can_be_copied() -> Any:
    made = types.Chat.construct(**CHAT)
    return [made.model_copy(update={"id": "c2"}).id, copy.deepcopy(made) == made, made.model_dump()["id"]]


@probe
def a_model_can_be_pickled() -> Any:
    pickle = import_module("pickle")
    made = types.Chat.construct(**CHAT)
    return pickle.loads(pickle.dumps(made)) == made


@probe
def to_dict_takes_options() -> Any:
    made = types.Chat.construct(**{**CHAT, "display_name": None})
    plain = made.to_dict(mode="json", exclude_none=True)
    return ["display_name" in plain, plain["created_at"], len(made.to_dict(exclude_unset=False)) >= len(plain)]


@probe
def a_message_has_from_with_an_underscore() -> Any:
    answer: Any = {"chat_id": "c1", "from": "+1", "message": {"id": "m1", "parts": []}, "handles": []}
    made = client(Service(httpx.Response(202, json=answer))).messages.create(to=["+2"], message=MESSAGE)
    return [made.from_, made.to_dict()["from"], made.to_dict(use_api_names=False)["from_"]]


@probe
def a_part_is_the_model_of_its_type() -> Any:
    parts: Any = [{"type": "text", "value": "Hi"}, {"type": "hologram", "depth": 3}]
    made = client(Service(httpx.Response(200, json={"id": "m1", "parts": parts}))).messages.retrieve("m1")
    return [type(made.parts[0]).__name__, made.parts[0].value, made.parts[1].type, made.parts[1].depth]


@probe
def half_a_surrogate_pair_is_read() -> Any:
    answer = httpx.Response(200, content=json.dumps(CHAT).replace("Ann", "A\\ud83d").encode())
    return len(client(Service(answer)).chats.retrieve("c1").display_name)


@probe
def a_model_is_a_pydantic_model() -> Any:
    pydantic = import_module("pydantic")
    return [issubclass(linq.BaseModel, pydantic.BaseModel), issubclass(types.Chat, linq.BaseModel)]


# Webhooks

EVENT: dict[str, Any] = {
    "api_version": "v3",
    "webhook_version": "2026-02-03",
    "event_type": "message.failed",
    "event_id": "e1",
    "created_at": NOW,
    "trace_id": "t1",
    "partner_id": "p1",
    "data": {"chat_id": "c1", "message_id": "m1", "code": 3001, "reason": "no", "failed_at": NOW},
}


def delivered(event: object, at: float | None = None) -> tuple[str, dict[str, str]]:
    """The body and the headers of a signed webhook."""
    body = event if isinstance(event, str) else json.dumps(event)
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.digest(base64.b64decode(SECRET[6:]), f"msg_1.{stamp}.{body}".encode(), "sha256")
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return body, {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature}


def unwrapped(event: object, *, secret: str | None = SECRET, at: float | None = None, **changed: Any) -> Any:
    body, headers = delivered(event, at)
    return client(Service(), webhook_secret=secret).webhooks.unwrap(body, headers=headers | changed)


@probe
def a_webhook_is_unwrapped() -> Any:
    event = unwrapped(EVENT)
    return [type(event).__name__, event.event_type, event.data.chat_id, event.data.code]


@probe
def the_webhook_secret_can_be_assigned() -> Any:
    made = client(Service())
    made.webhook_secret = SECRET
    body, headers = delivered(EVENT)
    return made.webhooks.unwrap(body, headers=headers).event_type


@probe
def a_webhook_takes_a_key() -> Any:
    body, headers = delivered(EVENT)
    return client(Service()).webhooks.unwrap(body, headers=headers, key=SECRET).event_id


@probe
def the_async_unwrap_is_a_plain_method() -> Any:
    body, headers = delivered(EVENT)
    return async_client(Service(), webhook_secret=SECRET).webhooks.unwrap(body, headers=headers).event_id


def rejected(changed: dict[str, str], at: float | None = None) -> Any:
    theirs = import_module("standardwebhooks").WebhookVerificationError
    return isinstance(raised(lambda: unwrapped(EVENT, at=at, **changed)), theirs)


PROBES.update(
    {
        "a_forged_webhook_is_an_error_of_standardwebhooks": lambda: rejected({"webhook-signature": "v1,AAAA"}),
        "an_old_webhook_is_an_error_of_standardwebhooks": lambda: rejected({}, at=time.time() - 3600),
        "an_unsigned_webhook_is_an_error_of_standardwebhooks": lambda: rejected({"webhook-id": ""}),
        "an_event_of_an_unknown_type_is_unwrapped": lambda: (
            unwrapped({**EVENT, "event_type": "pigeon.sent"}).event_type
        ),
        "an_event_of_another_product_is_unwrapped": lambda: (
            unwrapped({**EVENT, "event_type": "payment.expired"}).event_type
        ),
    }
)


@probe
def a_webhook_without_a_secret_is_a_value_error() -> Any:
    return isinstance(raised(lambda: unwrapped(EVENT, secret=None)), ValueError)


# Names


def imports(module: str, *names: str) -> Callable[[], Any]:
    return lambda: [hasattr(import_module(module), name) for name in names]


PROBES.update(
    {
        "imports_from_linq": imports("linq", "Transport", "ProxiesTypes", "NoneType", "__title__", "__version__"),
        "imports_the_streams": imports("linq", "Stream", "AsyncStream"),
        "imports_the_older_names": imports(
            "linq", "Client", "AsyncClient", "Timeout", "RequestOptions", "file_from_path"
        ),
        "imports_a_type_by_its_path": imports("linq.types.chat_create_params", "ChatCreateParams"),
        "imports_a_nested_type_by_its_path": imports("linq.types.message_create_params", "ContinuationMessage"),
        "imports_a_type_of_chats_by_its_path": imports("linq.types.chats.message_send_params", "MessageSendParams"),
        "imports_a_shared_type_by_its_path": imports("linq.types.shared.text_part_response", "TextPartResponse"),
        "imports_a_shared_parameter_by_its_path": imports("linq.types.shared_params.reaction_type", "ReactionType"),
        "imports_an_event_by_its_path": imports("linq.types.message_sent_webhook_event", "MessageSentWebhookEvent"),
        "imports_a_resource": imports("linq.resources", "ChatsResource", "AsyncChatsResourceWithRawResponse"),
        "imports_a_resource_by_its_path": imports("linq.resources.chats.messages", "MessagesResource"),
        "imports_the_errors": imports("linq._exceptions", "APIError", "LinqApiv3Error"),
        "imports_the_sentinels": imports(
            "linq._types", "NOT_GIVEN", "NotGiven", "Omit", "omit", "not_given", "Headers"
        ),
        "imports_the_model": imports("linq._models", "BaseModel"),
        "imports_the_clients": imports("linq._client", "LinqAPIV3", "AsyncLinqAPIV3"),
    }
)


@probe
def resources_are_attributes_of_the_package() -> Any:
    return linq.resources.ChatsResource.__name__


@probe
def a_resource_is_an_instance_of_its_class() -> Any:
    return isinstance(client(Service()).chats, import_module("linq.resources.chats").ChatsResource)


@probe
def file_from_path_reads_a_file() -> Any:
    name, content = linq.file_from_path(__file__)
    return [name, len(content) > 0]


@probe
def no_key_is_logged() -> Any:
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logger = logging.getLogger("linq")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        client(Service()).chats.list_chats()
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    return [len(lines) > 0, any(KEY in line for line in lines)]


if __name__ == "__main__":
    json.dump({name: outcome(function) for name, function in PROBES.items()}, sys.stdout)
