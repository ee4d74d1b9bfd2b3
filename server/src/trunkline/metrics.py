"""What a process counts about itself: plain numbers, which ``telemetry`` shows to Prometheus.

Counting is an addition in a dictionary, whether anybody reads the numbers or not. Labels have few values, and none
that a client or a partner chooses.
"""

from bisect import bisect_left

FOLDER = "TRUNKLINE_METRICS_FOLDER"
"""The variable with the folder of the workers' numbers, which ``trunkline serve`` sets for its workers."""

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper bounds of the buckets of a histogram, in seconds. The last bucket has no bound."""

_EMPTY = [0.0] * (len(BOUNDS) + 2)


class Counter:
    """A number for each combination of labels, which only grows. ``name`` is without the suffix ``_total``."""

    def __init__(self, name: str, description: str, *labels: str) -> None:
        self.name = name
        self.description = description
        self.labels = labels
        self.values: dict[tuple[str, ...], float] = {}

    def add(self, *labels: str, number: float = 1) -> None:
        """Adds a number, by default 1."""
        self.values[labels] = self.values.get(labels, 0) + number


class Histogram:
    """Durations, in seconds, for each combination of labels."""

    def __init__(self, name: str, description: str, *labels: str) -> None:
        self.name = name
        self.description = description
        self.labels = labels
        self.values: dict[tuple[str, ...], list[float]] = {}
        """The number of durations in each bucket, and at the end their sum."""

    def observe(self, seconds: float, *labels: str) -> None:
        """Adds a duration."""
        row = self.values.get(labels)
        if row is None:
            row = self.values[labels] = _EMPTY.copy()
        row[bisect_left(BOUNDS, seconds)] += 1
        row[-1] += seconds


class Gauge:
    """The name of a number that is read when it is shown."""

    def __init__(self, name: str, description: str, *labels: str) -> None:
        self.name = name
        self.description = description
        self.labels = labels


REQUESTS = Counter("trunkline_requests", "Requests that were answered.", "method", "route", "status")
REQUEST_DURATION = Histogram(
    "trunkline_request_duration_seconds", "Time to answer a request, without those that wait.", "method", "route"
)
COMMANDS = Counter("trunkline_commands", "Commands for the carrier that were stored.", "command")
EVENTS = Counter("trunkline_events", "Events that were stored.", "event")
CHANGE_DURATION = Histogram(
    "trunkline_change_duration_seconds", "Time of a change of the database, including its turn.", "result"
)
ATTEMPTS = Counter("trunkline_delivery_attempts", "Attempts to deliver an entry.", "destination", "outcome")
ATTEMPT_DURATION = Histogram(
    "trunkline_delivery_attempt_duration_seconds", "Time of an attempt to deliver an entry.", "destination"
)
DATABASE_ERRORS = Counter("trunkline_database_errors", "Errors of the database, by the driver's class.", "error")
PAGES = Counter("trunkline_page_cache_requests", "Pages that were asked of the cache of pages.", "result")
JOURNAL = Counter("trunkline_journal_requests", "Requests that the journal stored or dropped.", "result")
CPU = Counter("trunkline_cpu_seconds", "Processor time of the workers.")

COUNTERS = (REQUESTS, COMMANDS, EVENTS, ATTEMPTS, DATABASE_ERRORS, PAGES, JOURNAL, CPU)
HISTOGRAMS = (REQUEST_DURATION, CHANGE_DURATION, ATTEMPT_DURATION)

WORKERS = Gauge("trunkline_workers", "Worker processes that run.")
MEMORY = Gauge("trunkline_resident_memory_bytes", "Resident memory of the workers.")
REQUESTS_IN_PROGRESS = Gauge("trunkline_requests_in_progress", "Requests that are being answered, long polls included.")
LONG_POLLS = Gauge("trunkline_long_polls", "Requests that wait for a change.")
WRITES_WAITING = Gauge("trunkline_writes_waiting", "Writes that wait for their turn.")
DATABASE_CONNECTIONS = Gauge("trunkline_database_connections", "Connections to the database.", "state")
GAUGES = (WORKERS, MEMORY, REQUESTS_IN_PROGRESS, LONG_POLLS, WRITES_WAITING, DATABASE_CONNECTIONS)
"""Read by each worker."""

DATABASE_UP = Gauge("trunkline_database_up", "Whether the database answers.")
OVERDUE = Gauge(
    "trunkline_overdue_queues",
    "Queues of the outbox with an attempt that has been due for more seconds than the label says, 1000 at most.",
    "destination",
    "seconds",
)
OLDEST = Gauge("trunkline_oldest_due_seconds", "For how long the oldest attempt has been due.", "destination")
SHARED = (DATABASE_UP, OVERDUE, OLDEST)
"""Read from the database, so every service that uses it shows the same."""
