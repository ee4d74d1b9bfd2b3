"""What ``/metrics`` shows of requests, changes, deliveries and the outbox, on each engine."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.support.asgi import Api
from tests.support.caller import Caller
from tests.support.metrics import Samples, samples_of, value
from tests.support.open_store import OpenStore
from tests.support.partners import new_partner
from trunkline.carriers.loopback import Loopback
from trunkline.delivery.carrier_dispatcher import CarrierDispatcher
from trunkline.delivery.worker import Worker
from trunkline.domain.errors import NotReady
from trunkline.telemetry.observers import ObservedApplication, ObservedDispatcher, observed_change
from trunkline.telemetry.reporter import Reporter
from trunkline.testing.clock import Clock

TOKEN = "a-token-of-the-operator"


class Service:
    """A service on the module's store, whose metrics are on."""

    def __init__(self, opened: OpenStore, folder: Path, token: str | None = None) -> None:
        self.clock = Clock()
        self.reporter = Reporter(folder, opened.store.database, token=token, in_progress=lambda: 0, clock=self.clock)
        self.api = Api(opened, self.clock, more_routes=[self.reporter.route], surround=ObservedApplication)
        self.we = Caller(self.api, self.clock, opened.run(new_partner(opened.store)))

    def scrape(self, *headers: tuple[bytes, bytes]) -> Samples:
        """The samples."""
        response = self.api.ask("/metrics", headers=headers)
        assert response.status_code == 200, response.text
        return samples_of(response.text)


@pytest.fixture
def service(opened: OpenStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setattr(opened.store, "observe", observed_change)
    return Service(opened, tmp_path)


def test_requests_are_counted_by_method_route_and_status(service: Service) -> None:
    before = service.scrape()
    chat = service.we.create()["id"]
    for path in (f"/v3/chats/{chat}", f"/api/partner/v3/chats/{chat}", "/v3/chats/none", "/nothing/at/all"):
        service.we.call("GET", path)
    service.we.call("BREW", "/v3/chats")
    after = service.scrape()

    def counted(**labels: str) -> float:
        name = "trunkline_requests_total"
        return value(after, name, **labels) - value(before, name, **labels)

    assert counted(method="POST", route="/v3/chats", status="201") == 1
    assert counted(method="GET", route="/v3/chats/{chat_id}", status="200") == 2
    assert counted(method="GET", route="/v3/chats/{chat_id}", status="404") == 1
    assert counted(method="GET", route="other", status="404") == 1
    assert counted(method="other", route="other", status="405") == 1


def test_a_request_that_waits_has_no_duration(service: Service) -> None:
    token = service.we.call("GET", "/v3/chats").headers["x-sync-token"]
    count = "trunkline_request_duration_seconds_count"
    before = service.scrape()
    service.we.create()
    service.we.call("GET", "/v3/chats", query=f"updated_since={token}&wait=1")
    service.we.call("GET", "/v3/chats", query=f"updated_since={token}")
    after = service.scrape()
    labels = {"method": "GET", "route": "/v3/chats"}
    assert value(after, count, **labels) - value(before, count, **labels) == 1


def test_no_label_has_what_a_partner_or_client_chooses(service: Service) -> None:
    chat = service.we.create()["id"]
    service.we.call("GET", f"/v3/chats/{chat}/canary", query="canary=1", headers={"canary": "canary"})
    text = service.api.ask("/metrics").text
    assert "canary" not in text
    assert chat not in text
    assert service.we.tenant.secret not in text


def test_what_a_change_stored_is_counted_once_it_has_committed(service: Service, opened: OpenStore) -> None:
    before = service.scrape()
    service.we.create()
    assert service.we.try_create(to=["not a handle"]).status_code == 400
    after = service.scrape()
    name = "trunkline_commands_total"
    assert value(after, name, command="send") - value(before, name, command="send") == 1

    async def failing() -> None:
        async with opened.store.change(service.we.ctx()):
            raise NotReady("the database is away")

    failed = "trunkline_change_duration_seconds_count"
    with pytest.raises(NotReady):
        opened.run(failing())
    assert value(service.scrape(), failed, result="failed") - value(after, failed, result="failed") == 1


def test_attempts_are_counted_by_outcome_and_the_backlog_by_age(service: Service, opened: OpenStore) -> None:
    store, clock = opened.store, service.clock
    carrier = ObservedDispatcher(CarrierDispatcher(store, Loopback(store), clock))
    worker = Worker(store, carrier, carrier, clock)
    clock.advance(minutes=10)
    opened.run(worker.drain())  # what other tests have left
    service.we.create()
    clock.advance(seconds=61)
    late = service.scrape()
    assert value(late, "trunkline_overdue_queues", destination="carrier", seconds="60") == 1
    assert value(late, "trunkline_overdue_queues", destination="carrier", seconds="600") == 0
    assert value(late, "trunkline_oldest_due_seconds", destination="carrier") >= 60
    opened.run(worker.drain())
    after = service.scrape()
    labels = {"destination": "carrier", "outcome": "delivered"}
    name = "trunkline_delivery_attempts_total"
    assert value(after, name, **labels) - value(late, name, **labels) == 1
    assert value(after, "trunkline_overdue_queues", destination="carrier", seconds="1") == 0


def test_the_metrics_say_that_the_database_does_not_answer(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    assert value(service.scrape(), "trunkline_database_up") == 1

    async def fail(*_: object) -> Any:
        raise NotReady("it sleeps")

    monkeypatch.setattr("trunkline.telemetry.reporter.outbox.overdue", fail)
    samples = service.scrape()
    assert value(samples, "trunkline_database_up") == 0
    assert not any(name == "trunkline_oldest_due_seconds" for name, _ in samples)


def test_only_who_has_the_token_reads_the_metrics(opened: OpenStore, tmp_path: Path) -> None:
    service = Service(opened, tmp_path, TOKEN)
    for value_ in (b"", b"Bearer", b"Bearer another", TOKEN.encode(), b"bearer \xff"):
        refused = service.api.ask("/metrics", headers=[(b"authorization", value_)])
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
    assert service.we.call("GET", "/metrics").status_code == 401, "a key of a partner is no token"
    service.scrape((b"authorization", f"Bearer {TOKEN}".encode()))
    service.scrape((b"authorization", f"bearer {TOKEN}".encode()))  # RFC 9110 §11.1: a scheme has no case


def test_a_scraper_may_ask_for_openmetrics(service: Service) -> None:
    accept = b"application/openmetrics-text;version=1.0.0,text/plain;q=0.5"
    response = service.api.ask("/metrics", headers=[(b"accept", accept)])
    assert response.headers["content-type"].startswith("application/openmetrics-text")
    assert response.text.endswith("# EOF\n")


def test_a_worker_writes_its_numbers_when_it_ends(service: Service, opened: OpenStore) -> None:
    async def run_briefly() -> None:
        task = asyncio.create_task(service.reporter.run())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    service.we.create()
    opened.run(run_briefly())
    assert value(service.scrape(), "trunkline_workers") == 1
