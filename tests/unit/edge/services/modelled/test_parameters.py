"""Where parameters' values are."""

from __future__ import annotations

from skywalk.edge.services.modelled.parameters import values_at


def test_members_lists_and_what_is_missing() -> None:
    parameters = {"Tags": [{"Key": "a"}, {"Key": "b"}, {}], "Name": "n"}
    assert list(values_at(parameters, ("Tags", "Key"))) == ["a", "b", None]
    assert list(values_at(parameters, ["Name"])) == ["n"]
    assert list(values_at(parameters, ("Name", "Deeper"))) == []
    assert list(values_at(parameters, ("Nothing",))) == [None]
