"""The board and the alerts name only metrics and labels that exist."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from trunkline.metrics import COUNTERS, GAUGES, HISTOGRAMS, SHARED

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"

SAMPLES: dict[str, tuple[str, ...]] = {
    **{f"{each.name}_total": each.labels for each in COUNTERS},
    **{each.name: each.labels for each in (*GAUGES, *SHARED)},
    **{
        f"{each.name}_{suffix}": (*each.labels, *labels)
        for each in HISTOGRAMS
        for suffix, labels in (("bucket", ("le",)), ("sum", ()), ("count", ()))
    },
    "trunkline_info": ("version",),
}
"""The labels of each sample."""

OF_PROMETHEUS = {"job", "instance"}


def board_expressions() -> list[str]:
    """The queries of the board."""
    board = json.loads((DEPLOY / "grafana.json").read_text())
    variables = [each["query"] for each in board["templating"]["list"] if each["type"] == "query"]
    return variables + [target["expr"] for panel in board["panels"] for target in panel["targets"]]


def alerts() -> list[dict[str, Any]]:
    """The alerts."""
    groups = yaml.safe_load((DEPLOY / "alerts.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def metrics_in(expression: str) -> list[tuple[str, set[str]]]:
    """Each metric of ours in an expression, with the labels that select its samples."""
    found = re.findall(r"\b(trunkline_\w+)(?:\{([^}]*)\})?", expression)
    return [(name, set(re.findall(r'(\w+)(?:=~|!~|!=|=)"', selector))) for name, selector in found]


def grouped_by(expression: str) -> set[str]:
    """The labels that an expression groups by."""
    return {label for labels in re.findall(r"\bby \(([^)]*)\)", expression) for label in labels.split(", ")}


@pytest.mark.parametrize("expression", [*board_expressions(), *[alert["expr"] for alert in alerts()]])
def test_an_expression_names_only_metrics_and_labels_that_exist(expression: str) -> None:
    named = metrics_in(expression)
    assert named or expression.startswith("up{"), expression
    labels: set[str] = set()
    for name, selected in named:
        assert name in SAMPLES
        assert selected <= {*SAMPLES[name], *OF_PROMETHEUS}
        labels |= set(SAMPLES[name])
    assert grouped_by(expression) <= labels | OF_PROMETHEUS
    assert expression.count("(") == expression.count(")")
    assert expression.count("{") == expression.count("}")


def test_an_alert_has_a_severity_and_says_what_is_wrong() -> None:
    assert len({alert["alert"] for alert in alerts()}) == len(alerts()) > 5
    for alert in alerts():
        assert alert["labels"]["severity"] in {"page", "ticket"}
        assert alert["annotations"]["summary"]


def test_the_board_shows_every_metric() -> None:
    shown = {name for expression in board_expressions() for name, _ in metrics_in(expression)}
    bases = {re.sub(r"_(bucket|sum|count)$", "", name) for name in shown}
    histograms = {each.name for each in HISTOGRAMS}
    expected = {name for name in SAMPLES if re.sub(r"_(bucket|sum|count)$", "", name) not in histograms} | histograms
    assert expected - bases == {"trunkline_info"}


def test_the_documentation_lists_every_metric() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    section = text[text.index("## Metrics") : text.index("## Traces")]
    documented = set(re.findall(r"`(trunkline_\w+)`", section))
    assert documented == {
        *[f"{each.name}_total" for each in COUNTERS],
        *[each.name for each in (*HISTOGRAMS, *GAUGES, *SHARED)],
    }
