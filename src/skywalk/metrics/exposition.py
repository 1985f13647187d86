"""The text that Prometheus reads, format 0.0.4.

Source: prometheus.io/docs/instrumenting/exposition_formats, "Text format details".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from skywalk.metrics.histogram import Histogram

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Values = Mapping[tuple[str, ...], float | Histogram]
"""By the values of the labels, in the order of the definition's names."""


class Kind(StrEnum):
    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Definition:
    """`name` in base units: counters end in `_total`, times in `_seconds`, sizes in `_bytes`."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()


def render(families: Iterable[tuple[Definition, Values]]) -> bytes:
    """Families without values say that they are there all the same."""
    return "".join(line for definition, values in families for line in _family(definition, values)).encode()


def _family(definition: Definition, values: Values) -> Iterator[str]:
    yield f"# HELP {definition.name} {_escape_help(definition.help)}\n"
    yield f"# TYPE {definition.name} {definition.kind}\n"
    for labels, value in sorted(values.items()):
        pairs = tuple(zip(definition.labels, labels, strict=True))
        if isinstance(value, Histogram):
            yield from _histogram(definition.name, pairs, value)
        else:
            yield f"{definition.name}{_labels(pairs)} {_number(value)}\n"


def _histogram(name: str, pairs: tuple[tuple[str, str], ...], histogram: Histogram) -> Iterator[str]:
    for bound, count in histogram.cumulated():
        yield f"{name}_bucket{_labels((*pairs, ('le', _number(bound))))} {count}\n"
    yield f"{name}_sum{_labels(pairs)} {_number(histogram.sum)}\n"
    yield f"{name}_count{_labels(pairs)} {histogram.count}\n"


def _labels(pairs: Iterable[tuple[str, str]]) -> str:
    text = ",".join(f'{name}="{_escape(value)}"' for name, value in pairs)
    return f"{{{text}}}" if text else ""


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _escape_help(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _number(value: float) -> str:
    return "+Inf" if value == float("inf") else repr(value)
