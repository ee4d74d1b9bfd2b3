"""The metrics of a service, as Prometheus reads them."""

import urllib.request
from collections.abc import Mapping
from typing import TypeAlias

from prometheus_client.parser import text_string_to_metric_families

Samples: TypeAlias = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


def samples_of(text: str) -> Samples:
    """The value of each sample, by name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scraped(url: str, token: str | None = None) -> Samples:
    """The samples of a service at a URL."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    request = urllib.request.Request(f"{url}/metrics", headers=headers)  # noqa: S310 - our own server
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
        return samples_of(response.read().decode())


def value(samples: Samples, name: str, **labels: str) -> float:
    """The value of a sample; 0 if there is none."""
    return samples.get((name, frozenset(labels.items())), 0)
