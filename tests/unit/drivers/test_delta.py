from __future__ import annotations

from skywalk.drivers.delta import compare_maps


def test_what_to_add_update_and_remove() -> None:
    delta = compare_maps({"a": 1, "b": 2, "c": 3}, {"b": 2, "c": 4, "d": 5})
    assert delta.added == {"d": 5}
    assert delta.updated == {"c": 4}
    assert delta.removed == {"a": 1}
    assert not delta.is_empty


def test_equal_maps_differ_in_nothing() -> None:
    assert compare_maps({"a": 1}, {"a": 1}).is_empty
