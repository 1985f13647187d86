"""The text format, read back by Prometheus's own parser."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from skywalk.metrics.catalogue import ALL
from skywalk.metrics.exposition import CONTENT_TYPE, Definition, Kind, Values, render
from skywalk.metrics.histogram import Histogram

CALLS = Definition("calls_total", Kind.COUNTER, "Calls by name.", ("name", "code"))
WAITED = Definition("wait_seconds", Kind.HISTOGRAM, "Waited.", ("name",))
FREE = Definition("free_bytes", Kind.GAUGE, "Free.")


def parsed(text: bytes) -> dict[str, Any]:
    return {family.name: family for family in text_string_to_metric_families(text.decode())}


def test_the_whole_text() -> None:
    histogram = Histogram((0.5, 1.0))
    for value in (0.1, 0.5, 0.75, 9.0):
        histogram.observe(value)
    families: list[tuple[Definition, Values]] = [
        (CALLS, {("b", "200"): 2, ("a", "403"): 7}),
        (WAITED, {("a",): histogram}),
        (FREE, {(): 1.5}),
        (FREE, {}),
    ]
    assert render(families).decode() == (
        "# HELP calls_total Calls by name.\n"
        "# TYPE calls_total counter\n"
        'calls_total{name="a",code="403"} 7\n'
        'calls_total{name="b",code="200"} 2\n'
        "# HELP wait_seconds Waited.\n"
        "# TYPE wait_seconds histogram\n"
        'wait_seconds_bucket{name="a",le="0.5"} 2\n'
        'wait_seconds_bucket{name="a",le="1.0"} 3\n'
        'wait_seconds_bucket{name="a",le="+Inf"} 4\n'
        'wait_seconds_sum{name="a"} 10.35\n'
        'wait_seconds_count{name="a"} 4\n'
        "# HELP free_bytes Free.\n"
        "# TYPE free_bytes gauge\n"
        "free_bytes 1.5\n"
        "# HELP free_bytes Free.\n"
        "# TYPE free_bytes gauge\n"
    )
    assert CONTENT_TYPE == "text/plain; version=0.0.4; charset=utf-8"


@pytest.mark.parametrize("value", ["plain", 'a "b"', "a\\b", "a\nb", "\\n", "{}=,", "ä€😀", ""])
def test_every_label_value_and_help_comes_back(value: str) -> None:
    definition = Definition("calls_total", Kind.COUNTER, value, ("name",))
    family = parsed(render([(definition, {(value,): 3})]))["calls"]
    assert [(one.name, one.labels, one.value) for one in family.samples] == [("calls_total", {"name": value}, 3.0)]
    assert family.documentation == value


def test_a_histogram_comes_back() -> None:
    histogram = Histogram((0.001, 1e-05 + 1.0, 25.0))
    for value in (0.0005, 2.0, 3.0, 1e9):
        histogram.observe(value)
    family = parsed(render([(WAITED, {("x",): histogram})]))["wait_seconds"]
    assert family.type == "histogram"
    buckets = {one.labels["le"]: one.value for one in family.samples if one.name.endswith("_bucket")}
    assert buckets == {"0.001": 1.0, "1.00001": 1.0, "25.0": 3.0, "+Inf": 4.0}
    assert {one.name: one.value for one in family.samples if "le" not in one.labels} == {
        "wait_seconds_sum": 1e9 + 5.0005,
        "wait_seconds_count": 4.0,
    }


@pytest.mark.parametrize("definition", ALL, ids=lambda definition: str(definition.name))
def test_the_catalogue_follows_prometheus_s_rules(definition: Definition) -> None:
    """Source: prometheus.io/docs/practices/naming and instrumenting/writing_exporters."""
    name = definition.name
    assert name.startswith("skywalk_")
    assert name.isascii()
    assert name.replace("_", "").isalnum()
    assert name == name.lower()
    assert (definition.kind is Kind.COUNTER) == name.endswith("_total")
    assert not name.endswith(("_count", "_sum", "_bucket", "_milliseconds", "_kib"))
    assert definition.kind is not Kind.HISTOGRAM or name.endswith("_seconds")
    assert definition.help.endswith(".")
    assert all(label.isidentifier() and not label.startswith("__") and label != "le" for label in definition.labels)


def test_names_are_used_once() -> None:
    assert len({definition.name for definition in ALL}) == len(ALL)
