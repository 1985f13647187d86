"""Bool and BinaryEquals: values that have one meaning in several spellings.

Booleans are `true` and `false` in any case (unconfirmed). Binary values are base64, compared byte for byte. What is
neither fits nothing.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Test = Callable[[str], bool]
    Comparison = Callable[[tuple[str, ...]], Test]

_BOOLEANS = {"true": True, "false": False}


def read_boolean(text: str) -> bool | None:
    return _BOOLEANS.get(text.lower())


def read_binary(text: str) -> bytes | None:
    try:
        return base64.b64decode(text.encode(), validate=True)
    except binascii.Error:
        return None


def _same(read: Callable[[str], object | None]) -> Comparison:
    def comparison(values: tuple[str, ...]) -> Test:
        wanted = frozenset(one for one in map(read, values) if one is not None)
        return lambda text: read(text) in wanted

    return comparison


COMPARISONS: Mapping[str, Comparison] = {"Bool": _same(read_boolean), "BinaryEquals": _same(read_binary)}
