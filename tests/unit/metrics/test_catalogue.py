"""The reference lists every metric as it is."""

from __future__ import annotations

from pathlib import Path

from skywalk.metrics.catalogue import ALL

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "operation.md"


def test_the_reference_lists_every_metric() -> None:
    table = PAGE.read_text().split("<!-- metrics -->")[1].split("<!-- /metrics -->")[0].strip().splitlines()
    rows = [
        f"| `{one.name}` | {one.kind} | {', '.join(f'`{label}`' for label in one.labels) or '—'} | {one.help} |"
        for one in ALL
    ]
    assert table == ["| name | type | labels | meaning |", "|---|---|---|---|", *rows]
