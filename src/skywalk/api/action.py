"""An entry of the action tables."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.console_output import ReadConsole


@dataclass(frozen=True, slots=True)
class Action:
    """Names are those of functions below `skywalk.actions` (`vpcs.create_vpc`): a module is loaded with the first call
    that needs it, not on the way to the daemon's first answer.

    `function` takes the call and the request's dict and gives the answer's. With `settles`, the client is answered when
    the machine and every process obey the change, or have failed to; `answer` then makes the answer from what is there
    by now, given what the function gave. Where `settles_if` says no of that, nobody waits. `gather` asks the machine
    for the rest of an answer that the store does not have.
    """

    function_name: str
    settles: bool = False
    answer_name: str | None = None
    settles_if_name: str | None = None
    gather_name: str | None = None

    @property
    def function(self) -> Callable[[Call, Any], Any]:
        return _named(self.function_name)

    @property
    def answer(self) -> Callable[[Call, Any], Any] | None:
        return _named(self.answer_name) if self.answer_name else None

    def waits_for(self, result: Any) -> bool:
        """Whether what the function gave is only to be answered when the machine obeys."""
        return self.settles and (self.settles_if_name is None or bool(_named(self.settles_if_name)(result)))

    @property
    def gather(self) -> Callable[[ReadConsole, Any], Awaitable[Any]] | None:
        return _named(self.gather_name) if self.gather_name else None


@cache
def _named(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(".")
    found: Callable[..., Any] = getattr(import_module(f"skywalk.actions.{module}"), function)
    return found
