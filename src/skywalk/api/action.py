"""An entry of the action tables."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from skywalk.actions.call import Call
from skywalk.actions.console_output import ReadConsole


@dataclass(frozen=True, slots=True)
class Action:
    """`function` takes the call and the request's dict and gives the answer's.

    With `settles`, the client is answered when the machine and every process obey the change, or have failed to;
    `answer` then makes the answer from what is there by now, given what the function gave. `gather` asks the machine
    for the rest of an answer that the store does not have.
    """

    function: Callable[[Call, Any], Any]
    settles: bool = False
    answer: Callable[[Call, Any], Any] | None = None
    gather: Callable[[ReadConsole, Any], Awaitable[Any]] | None = None
