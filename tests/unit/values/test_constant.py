from __future__ import annotations

from skywalk.values.constant import Constant, constant


def test_it_is_the_dict_that_it_was_made_from() -> None:
    members = {"Code": 16, "Name": "running"}
    made = constant(members)
    assert isinstance(made, Constant)
    assert (made, made["Name"], made.written) == (members, "running", {})
    members["Code"] = 0
    assert made["Code"] == 16
