"""Filters of Cloud Map's lists; the rest is in the story of the service."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from moto.servicediscovery.exceptions import InvalidInput

from skywalk.backends.moto_changes_cloud_map import _OF_NAMESPACES, _OF_SERVICES, _chosen

SHOP, BANK = (
    SimpleNamespace(name=name, type="HTTP", http_properties={"HttpName": f"{name}-http"}, namespace_id=f"ns-{name}")
    for name in ("shop", "bank")
)


def chosen(known: Any = _OF_NAMESPACES, **one: Any) -> list[str]:
    return [each.name for each in _chosen({"Filters": [one]}, [SHOP, BANK], known)]


def test_all_without_filters() -> None:
    assert _chosen({}, [SHOP, BANK], _OF_NAMESPACES) == [SHOP, BANK]


def test_by_what_is_known_of_them() -> None:
    assert chosen(Name="NAME", Values=["shop"]) == ["shop"]
    assert chosen(Name="NAME", Values=["bank", "none"], Condition="IN") == ["bank"]
    assert chosen(Name="HTTP_NAME", Values=["ba"], Condition="BEGINS_WITH") == ["bank"]
    assert chosen(Name="TYPE", Values=["HTTP"], Condition="EQ") == ["shop", "bank"]
    assert chosen(_OF_SERVICES, Name="NAMESPACE_ID", Values=["ns-shop"]) == ["shop"]


@pytest.mark.parametrize(
    "one",
    [
        {"Name": "RESOURCE_OWNER", "Values": ["SELF"]},
        {"Name": "NAME", "Values": ["shop", "bank"]},
        {"Name": "NAME", "Values": ["shop"], "Condition": "BETWEEN"},
    ],
)
def test_what_is_not_known(one: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        chosen(**one)
