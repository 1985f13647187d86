from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from skywalk.values.constant import Constant, constant


def test_it_is_the_dict_that_it_was_made_from() -> None:
    members = {"Code": 16, "Name": "running"}
    made = constant(members)
    assert isinstance(made, Constant)
    assert (made, made["Name"], made.written) == (members, "running", {})
    members["Code"] = 0
    assert made["Code"] == 16


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made.update(Code=1),
        lambda made: made.__setitem__("Code", 1),
        lambda made: made.__delitem__("Code"),
        lambda made: made.__ior__({"Code": 1}),
        lambda made: made.setdefault("Name", "running"),
        lambda made: made.pop("Code"),
        lambda made: made.popitem(),
        lambda made: made.clear(),
    ],
)
def test_it_cannot_be_changed(change: Callable[[Any], None]) -> None:
    made = constant({"Code": 16})
    with pytest.raises(TypeError, match="a constant cannot be changed"):
        change(made)
    assert made == {"Code": 16}
