"""Constant: a part of answers that is the same again and again.

Whoever writes answers may keep what it has made of a constant, beside the constant itself, and use it the next time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Constant(dict[str, Any]):
    """A dict that nobody changes after it was made; `written` is the writer's own."""

    __slots__ = ("written",)

    def __init__(self, members: Mapping[str, Any]) -> None:
        super().__init__(members)
        self.written: dict[Any, str] = {}


def constant(members: Mapping[str, Any]) -> Any:
    """The same members for good. Of any type: what is a dict of an answer's shape stays one for its readers."""
    return Constant(members)
