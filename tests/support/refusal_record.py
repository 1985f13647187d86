"""Which refusals the tests met: every AWS error that is made while they run is noted with the calls that led to it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType

from skywalk.values.errors import AwsError
from support.refusal_places import Position, Refusing

_MAX_DEPTH = 200


_unheeded = 0


@contextmanager
def unheeded() -> Iterator[None]:
    """For tests that meet refusals without looking at them: nothing is noted meanwhile."""
    global _unheeded  # noqa: PLW0603
    _unheeded += 1
    try:
        yield
    finally:
        _unheeded -= 1


class RefusalRecord:
    """Switched on by `start`, which stays for the process."""

    def __init__(self) -> None:
        self.reached: set[Position] = set()
        self.raised: set[tuple[str, str, str]] = set()
        """File, function, code."""
        self._watched: frozenset[str] = frozenset()
        self._ends: dict[tuple[CodeType, int], tuple[int, int]] = {}

    def start(self, paths: Iterable[str]) -> None:
        """Watches the code in these files."""
        self._watched = frozenset(paths)
        original = AwsError.__init__

        def noting(error: AwsError, code: str, message: str, status: int = 400) -> None:
            original(error, code, message, status)
            self._note(sys._getframe(1), code)

        AwsError.__init__ = noting  # type: ignore[assignment,method-assign]

    def unmet(self, refusing: Refusing) -> list[str]:
        """Places that no test reached, and promised codes that none met by way of their function."""
        places = [str(place) for place in refusing.places if place.position not in self.reached]
        promises = [one for one in refusing.promises if (one.path, one.function, one.code) not in self.raised]
        return places + [str(one) for one in promises]

    def _note(self, frame: FrameType | None, code: str) -> None:
        depth = _MAX_DEPTH if _unheeded else 0
        while frame is not None and depth < _MAX_DEPTH:
            path = frame.f_code.co_filename
            if path in self._watched:
                self.reached.add((path, *self._end_of_call(frame)))
                self.raised.add((path, frame.f_code.co_name, code))
            frame, depth = frame.f_back, depth + 1

    def _end_of_call(self, frame: FrameType) -> tuple[int, int]:
        key = (frame.f_code, frame.f_lasti)
        known = self._ends.get(key)
        if known is None:
            positions = list(frame.f_code.co_positions())[frame.f_lasti // 2]
            known = self._ends[key] = (positions[1] or 0, positions[3] or 0)
        return known
