"""The spans of a service, as OpenTelemetry's own exporter gets them."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode, format_trace_id

from tests.support.asgi import Api
from tests.support.caller import Caller, text
from tests.support.carrier_worker import Recorder
from tests.support.log_lines import lines
from tests.support.open_store import OpenStore
from tests.support.partners import new_partner
from tests.support.receiver import Received, Reply, receiving
from tests.support.webhook_worker import subscribe
from trunkline.delivery.carrier_dispatcher import CarrierDispatcher
from trunkline.delivery.webhook_dispatcher import HttpWebhookClient, WebhookDispatcher
from trunkline.delivery.worker import Worker
from trunkline.domain.errors import CommandError, NotReady
from trunkline.domain.events import EventType
from trunkline.logs import JsonFormatter
from trunkline.telemetry.trace_settings import check_traces, exporter_name
from trunkline.telemetry.traces import Traces, new_provider
from trunkline.testing.clock import Clock

CANARY = "canary7f3a"
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Traced:
    """A service on the module's store with traces, whose spans are kept in memory."""

    def __init__(self, opened: OpenStore) -> None:
        self._exporter = InMemorySpanExporter()
        self._provider = new_provider({}, self._exporter)
        self.traces = Traces(self._provider)
        self.clock = Clock()
        self.opened = opened
        self.we = Caller(
            Api(opened, self.clock, surround=self.traces.application), self.clock, opened.run(new_partner(opened.store))
        )

    @property
    def spans(self) -> Sequence[ReadableSpan]:
        """The spans that have ended since the last time."""
        self._provider.force_flush()
        spans = self._exporter.get_finished_spans()
        self._exporter.clear()
        return spans

    async def deliver(self) -> None:
        """Delivers everything that is due."""
        store = self.opened.store
        client = self.traces.webhooks(HttpWebhookClient(allow_private=True, clock=self.clock))
        async with WebhookDispatcher(
            store, "https://chats.example", allow_private=True, clock=self.clock, client=client
        ) as webhooks:
            carrier = self.traces.dispatcher(CarrierDispatcher(store, Recorder(), self.clock))
            await Worker(store, carrier, webhooks, self.clock).drain()


@pytest.fixture
def traced(opened: OpenStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[Traced]:
    traced = Traced(opened)
    monkeypatch.setattr(opened.store, "observe", traced.traces.change)
    assert traced.spans is not None
    yield traced
    traced.traces.close()


def trace_id(span: ReadableSpan) -> str:
    """The trace id of a span, as in an envelope."""
    context = span.get_span_context()
    assert context is not None
    return format_trace_id(context.trace_id)


def attributes(span: ReadableSpan) -> dict[str, Any]:
    """The attributes of a span."""
    return dict(span.attributes or {})


def test_the_trace_of_a_request_has_the_id_of_its_envelope(traced: Traced) -> None:
    response = traced.we.call("GET", "/v3/chats/none")
    [span] = traced.spans
    assert trace_id(span) == response.json()["trace_id"] == response.headers["x-trace-id"]
    assert span.name == "GET /v3/chats/{chat_id}"
    assert attributes(span) == {
        "http.request.method": "GET",
        "http.route": "/v3/chats/{chat_id}",
        "http.response.status_code": 404,
    }
    assert span.status.status_code is StatusCode.UNSET


def test_a_change_is_a_child_of_its_request(traced: Traced) -> None:
    traced.we.create()
    change, request = traced.spans
    assert (change.name, request.name) == ("change", "POST /v3/chats")
    assert change.parent == request.get_span_context()
    assert attributes(change)["trunkline.partner_id"] == traced.we.tenant.id


def test_concurrent_requests_have_traces_of_their_own(traced: Traced) -> None:
    calls = [("POST", "/v3/chats", {"from": "+12025550100", "to": ["+13105550100"], "message": text("hi")})] * 3
    responses = traced.we.together(*calls)
    spans = traced.spans
    requests = {trace_id(span): span for span in spans if span.parent is None}
    assert requests.keys() == {response.headers["x-trace-id"] for response in responses}
    for span in spans:
        if span.parent is not None:
            assert span.parent == requests[trace_id(span)].get_span_context()


def test_a_caller_does_not_choose_the_trace_but_is_linked(traced: Traced) -> None:
    response = traced.we.call("GET", "/v3/chats", headers={"traceparent": CALLER})
    [span] = traced.spans
    assert trace_id(span) == response.headers["x-trace-id"]
    assert span.parent is None
    [link] = span.links
    assert (format_trace_id(link.context.trace_id), link.context.span_id) == (
        "0af7651916cd43dd8448eb211c80319c",
        0xB7AD6B7169203331,
    )


@pytest.mark.parametrize("header", ["", "00-0-0-01", f"{CALLER}\xff", "00-" + "0" * 32 + "-b7ad6b7169203331-01"])
def test_a_broken_traceparent_is_ignored(traced: Traced, header: str) -> None:
    assert traced.we.call("GET", "/v3/chats", headers={"traceparent": header}).status_code == 200
    [span] = traced.spans
    assert not span.links


def test_an_error_of_the_service_fails_the_span_without_what_it_says(
    traced: Traced, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = traced.we.create()["id"]
    assert traced.spans

    async def fail(*_: object, **__: object) -> None:
        raise NotReady(CANARY)

    with monkeypatch.context() as patch, lines(JsonFormatter()) as logged:
        patch.setattr("trunkline.actions.messages.send_to_chat.send", fail)
        response = traced.we.try_send(chat)
    change, request = traced.spans
    assert (change.status.status_code, attributes(change)["error.type"]) == (StatusCode.ERROR, "NotReady")
    assert (request.status.status_code, attributes(request)["error.type"]) == (StatusCode.ERROR, "503")
    assert CANARY not in change.to_json() + request.to_json()
    [line] = logged
    assert msgspec.json.decode(line)["trace_id"] == trace_id(request) == response.json()["trace_id"]


def test_a_webhook_is_in_the_trace_of_the_request_that_caused_it(traced: Traced) -> None:
    def answer(received: Received) -> Reply:
        return Reply(200 if received.event["event_type"] == EventType.CHAT_CREATED else 500)

    with receiving(answer) as receiver:
        kinds = (EventType.CHAT_CREATED, EventType.MESSAGE_SENT)
        traced.opened.run(subscribe(traced.opened.store, traced.we.tenant.id, receiver.url, kinds, at=traced.clock()))
        response = traced.we.try_create(message=text(CANARY))
        assert traced.spans
        traced.opened.run(traced.deliver())
        spans = traced.spans
    webhooks = {attributes(span)["trunkline.event_type"]: span for span in spans if span.name == "webhook"}
    created, sent = webhooks[EventType.CHAT_CREATED], webhooks[EventType.MESSAGE_SENT]
    assert trace_id(created) == response.headers["x-trace-id"]
    assert attributes(created)["http.response.status_code"] == 200
    assert created.status.status_code is StatusCode.UNSET
    assert (sent.status.status_code, attributes(sent)["error.type"]) == (StatusCode.ERROR, "500")
    sends = {attributes(span)["trunkline.entity_id"]: span for span in spans if span.name == "carrier send"}
    carrier = attributes(sends[response.json()["chat"]["message"]["id"]])
    assert (carrier["trunkline.outcome"], carrier["trunkline.partner_id"]) == ("delivered", traced.we.tenant.id)
    assert not [span for span in spans if CANARY in span.to_json() or receiver.url in span.to_json()]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, None),
        ({"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "console"}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, "otlp"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, "otlp"),
        ({"OTEL_TRACES_EXPORTER": "console"}, "console"),
    ],
)
def test_the_standard_variables_turn_traces_on(environment: dict[str, str], expected: str | None) -> None:
    assert exporter_name(environment) == expected


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER is 'zipkin'; it must be otlp, console or none"),
        ({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "'grpc'; it must be http/protobuf"),
    ],
)
def test_an_exporter_that_there_is_not_is_refused(environment: dict[str, str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        check_traces(environment)


def test_traces_without_opentelemetry_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nothing(_: str) -> None:
        return None

    monkeypatch.setattr("trunkline.telemetry.trace_settings.find_spec", find_nothing)
    with pytest.raises(CommandError, match=r"pip install 'trunkline\[otel\]'"):
        check_traces({"OTEL_TRACES_EXPORTER": "otlp"})


def test_the_name_of_the_service_can_be_set() -> None:
    def name(environment: dict[str, str]) -> object:
        provider = new_provider(environment, InMemorySpanExporter())
        provider.shutdown()
        return provider.resource.attributes["service.name"]

    assert name({}) == "trunkline"
    assert name({"OTEL_SERVICE_NAME": "chats"}) == "chats"
