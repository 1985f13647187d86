from __future__ import annotations

from itertools import pairwise

import pytest

from skywalk.metrics.histogram import API_SECONDS, DISK_SECONDS, WORK_SECONDS, Histogram, Histograms


def test_a_value_that_equals_a_bound_is_below_it() -> None:
    histogram = Histogram((1.0, 2.0))
    for value in (1.0, 1.1, 2.0, 2.1):
        histogram.observe(value)
    assert list(histogram.cumulated()) == [(1.0, 1), (2.0, 3), (float("inf"), 4)]
    assert histogram.count == 4
    assert histogram.sum == pytest.approx(6.2)


def test_nothing_observed() -> None:
    assert list(Histogram((1.0,)).cumulated()) == [(1.0, 0), (float("inf"), 0)]


def test_each_label_value_has_its_own() -> None:
    histograms = Histograms((1.0,))
    histograms.observe(("a",), 0.5)
    histograms.observe(("b",), 5.0)
    histograms.observe(("a",), 0.5)
    assert {labels: (one.count, one.sum) for labels, one in histograms.by_labels.items()} == {
        ("a",): (2, 1.0),
        ("b",): (1, 5.0),
    }


@pytest.mark.parametrize("bounds", [API_SECONDS, DISK_SECONDS, WORK_SECONDS])
def test_bounds_grow(bounds: tuple[float, ...]) -> None:
    assert all(lower < upper for lower, upper in pairwise(bounds))
