"""Traces for OpenTelemetry: a span for each request, change, command for the carrier and webhook.

    GET /v3/chats          the trace id of the envelope and of the log is the trace's
    POST /v3/messages ──▶ change
    carrier send           a trace of its own
    webhook                in the trace of the request that caused the event

The API is public, so a caller does not choose our trace id, nor what is sampled: the span of a request begins a trace,
with a link to the caller's span (``traceparent``, W3C Trace Context).
"""

from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager

import msgspec
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Link, Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from trunkline import __version__
from trunkline.api.operation import ROUTE, STATUS, TRACE_ID, Asgi, Receive, Scope, Send
from trunkline.delivery.retry_schedule import is_success
from trunkline.delivery.webhook_dispatcher import WebhookClient, WebhookResponse
from trunkline.delivery.worker import AttemptResult, Dispatcher
from trunkline.domain.ids import new_trace_id
from trunkline.domain.tracing import bind_trace, bound, bound_to
from trunkline.domain.webhook_target import Target
from trunkline.storage.change import Change
from trunkline.storage.outbox import Claim, Entry
from trunkline.storage.subscriptions import Delivery
from trunkline.telemetry.observers import outcome_of

_CALLER = frozenset({b"traceparent", b"tracestate"})
_FAILED = 500  # the least status of a response that is an error of the service


class _Caused(msgspec.Struct):
    trace_id: str = ""


_decode = msgspec.json.Decoder(_Caused).decode


class _Ids(RandomIdGenerator):
    """A trace that begins has the trace id of the task, as in the log."""

    def generate_trace_id(self) -> int:
        trace_id = bound().get("trace_id")
        return int(trace_id, 16) if trace_id else super().generate_trace_id()


def new_exporter(name: str) -> SpanExporter:
    """The exporter of this name, which the standard variables configure."""
    return OTLPSpanExporter() if name == "otlp" else ConsoleSpanExporter()


def new_provider(environment: Mapping[str, str], exporter: SpanExporter) -> TracerProvider:
    """A provider whose traces have the trace id of the task that begins them."""
    # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES have precedence.
    name = environment.get("OTEL_SERVICE_NAME") or "trunkline"
    ours = Resource({SERVICE_NAME: name, SERVICE_VERSION: __version__})
    provider = TracerProvider(
        resource=Resource.create().merge(ours).merge(OTELResourceDetector().detect()),
        id_generator=_Ids(),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


class Traces:
    """Surrounds the parts of the service with spans. No span contains a key, or what a message says."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("trunkline", __version__)
        self._propagator = TraceContextTextMapPropagator()

    def close(self) -> None:
        """Sends the last spans."""
        self._provider.shutdown()

    def application(self, application: Asgi) -> Asgi:
        """The application with a span for each request."""

        async def traced(scope: Scope, receive: Receive, send: Send) -> None:
            trace_id = scope[TRACE_ID] = new_trace_id()
            bind_trace(trace_id)
            method = scope["method"]
            with self._span(method, SpanKind.SERVER, self._links(scope)) as span:
                span.set_attribute("http.request.method", method)
                await application(scope, receive, send)
                status = scope.get(STATUS, 0)
                span.set_attribute("http.response.status_code", status)
                if ROUTE in scope:
                    span.update_name(f"{method} {scope[ROUTE]}")
                    span.set_attribute("http.route", scope[ROUTE])
                if status >= _FAILED:
                    self.fail(span, str(status))

        return traced

    @asynccontextmanager
    async def change(self, opening: AbstractAsyncContextManager[Change]) -> AsyncGenerator[Change]:
        """A change with a span."""
        with self._span("change", SpanKind.INTERNAL) as span:
            async with opening as change:
                span.set_attribute("trunkline.partner_id", change.partner_id)
                yield change

    def dispatcher(self, dispatcher: Dispatcher) -> Dispatcher:
        """A dispatcher of the carrier with a span for each attempt."""
        return _TracedDispatcher(self, dispatcher)

    def webhooks(self, client: WebhookClient) -> WebhookClient:
        """A client for webhooks with a span for each request."""
        return _TracedWebhooks(self, client)

    @contextmanager
    def attempt(self, name: str, attributes: Mapping[str, str | int]) -> Generator[Span]:
        """The span of an attempt."""
        with self._span(name, SpanKind.CLIENT) as span:
            span.set_attributes(attributes)
            yield span

    @contextmanager
    def _span(self, name: str, kind: SpanKind, links: Sequence[Link] = ()) -> Generator[Span]:
        with self._tracer.start_as_current_span(
            name, kind=kind, links=links, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except BaseException as error:  # whose message may quote a text
                self.fail(span, type(error).__name__)
                raise

    def fail(self, span: Span, reason: str) -> None:
        """Marks a span as failed, for a reason in a word."""
        span.set_status(StatusCode.ERROR)
        span.set_attribute("error.type", reason)

    def _links(self, scope: Scope) -> Sequence[Link]:
        """The span of the caller, if the request names it."""
        named = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"] if name in _CALLER}
        caller = trace.get_current_span(self._propagator.extract(named, Context())).get_span_context()
        return [Link(caller)] if caller.is_valid else []


class _TracedDispatcher:
    def __init__(self, traces: Traces, dispatcher: Dispatcher) -> None:
        self._traces = traces
        self._dispatcher = dispatcher

    async def attempt(self, claim: Claim, entry: Entry) -> AttemptResult:
        attributes = {
            "trunkline.partner_id": claim.partner_id,
            "trunkline.entity_id": entry.entity_id,
            "trunkline.attempts_before": entry.attempts,
        }
        with bound_to("trace_id", new_trace_id()), self._traces.attempt(f"carrier {entry.kind}", attributes) as span:
            attempt = await self._dispatcher.attempt(claim, entry)
            outcome = outcome_of(attempt, is_carrier=True)
            span.set_attribute("trunkline.outcome", outcome)
            if outcome != "delivered":
                self._traces.fail(span, outcome)
            return attempt


class _TracedWebhooks:
    def __init__(self, traces: Traces, client: WebhookClient) -> None:
        self._traces = traces
        self._client = client

    async def post(self, delivery: Delivery, subscription_id: str, target: Target, body: bytes) -> WebhookResponse:
        attributes = {
            "trunkline.event_id": delivery.event_id,
            "trunkline.event_type": delivery.event_type,
            "trunkline.subscription_id": subscription_id,
            "server.address": target.host,
            "server.port": target.port,
        }
        with bound_to("trace_id", _decode(body).trace_id), self._traces.attempt("webhook", attributes) as span:
            response = await self._client.post(delivery, subscription_id, target, body)
            if response.status is not None:
                span.set_attribute("http.response.status_code", response.status)
            if response.status is None or not is_success(response.status):
                self._traces.fail(span, "no_response" if response.status is None else str(response.status))
            return response

    async def close(self) -> None:
        await self._client.close()
