"""The numbers of a service as Prometheus reads them."""

from collections.abc import Iterator
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from trunkline import __version__
from trunkline.metrics import BOUNDS, COUNTERS, GAUGES, HISTOGRAMS, SHARED
from trunkline.telemetry.worker_files import Numbers

_BUCKETS = [*[str(bound) for bound in BOUNDS], "+Inf"]


class _Families(Collector):
    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("trunkline", "The version of the service.", {"version": __version__})
        for counter in COUNTERS:
            family = CounterMetricFamily(counter.name, counter.description, labels=counter.labels)
            for labels, value in self._numbers.counter(counter).items():
                family.add_metric(labels, value)
            yield family
        for histogram in HISTOGRAMS:
            rows = HistogramMetricFamily(histogram.name, histogram.description, labels=histogram.labels)
            for labels, (*buckets, total) in self._numbers.histogram(histogram).items():
                rows.add_metric(labels, list(zip(_BUCKETS, accumulate(buckets), strict=True)), total)
            yield rows
        for gauge in (*GAUGES, *SHARED):
            values = GaugeMetricFamily(gauge.name, gauge.description, labels=gauge.labels)
            for labels, value in self._numbers.gauge(gauge).items():
                values.add_metric(labels, value)
            yield values


def render(numbers: Numbers, accept: str) -> tuple[bytes, str]:
    """The numbers in the format that the ``Accept`` header asks for, and its content type."""
    encode, content_type = choose_encoder(accept)
    return encode(_Families(numbers)), content_type
