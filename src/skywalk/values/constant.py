"""Constant: a part of answers that is the same again and again.

Whoever writes answers may keep what it has made of a constant, beside the constant itself, and use it the next time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn


class Constant(dict[str, Any]):
    """A dict that nobody can change after it was made (what is in it nobody may); `written` is the writer's own."""

    __slots__ = ("written",)

    written: dict[Any, str]

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("a constant cannot be changed")

    __setitem__ = __delitem__ = __ior__ = update = setdefault = pop = popitem = clear = _refuse


def constant(members: Mapping[str, Any]) -> Any:
    """The same members for good. Of any type: what is a dict of an answer's shape stays one for its readers."""
    made = Constant(members)
    made.written = {}
    return made
