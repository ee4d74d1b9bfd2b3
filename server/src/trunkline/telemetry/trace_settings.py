"""Whether the standard variables of OpenTelemetry (``OTEL_*``) configure traces. OpenTelemetry is loaded only if so."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING

from trunkline.domain.errors import CommandError

if TYPE_CHECKING:
    from trunkline.telemetry.traces import Traces

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_EXPORTERS = ("otlp", "console")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")


def exporter_name(environment: Mapping[str, str]) -> str | None:
    """The exporter that the standard variables configure; None if traces are off. Raises ``CommandError``."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    default = "otlp" if any(environment.get(name) for name in _ENDPOINTS) else "none"
    name = environment.get("OTEL_TRACES_EXPORTER") or default
    if name == "none":
        return None
    if name not in _EXPORTERS:
        raise CommandError(f"OTEL_TRACES_EXPORTER is {name!r}; it must be {', '.join(_EXPORTERS)} or none")
    protocol = next(filter(None, map(environment.get, _PROTOCOLS)), "http/protobuf")
    if name == "otlp" and protocol != "http/protobuf":
        raise CommandError(f"the protocol of the traces is {protocol!r}; it must be http/protobuf")
    return name


def check_traces(environment: Mapping[str, str]) -> None:
    """Raises ``CommandError`` if traces are configured, but wrongly or without what they need."""
    if exporter_name(environment) is None:
        return
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.exporter") is None:
        raise CommandError(
            "traces are configured (OTEL_*), but OpenTelemetry is not installed; install it with "
            "`pip install 'trunkline[otel]'`, or set OTEL_TRACES_EXPORTER=none"
        )


def open_traces(environment: Mapping[str, str]) -> "Traces | None":
    """The traces that the variables configure; None if they configure none. Raises ``CommandError``."""
    name = exporter_name(environment)
    if name is None:
        return None
    check_traces(environment)
    from trunkline.telemetry.traces import Traces, new_exporter, new_provider  # noqa: PLC0415

    return Traces(new_provider(environment, new_exporter(name)))
