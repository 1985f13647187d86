"""A runner that runs nothing: it answers what it was told to, and remembers what was typed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from skywalk.demo.runner import Outcome

Answer = Callable[[str], Outcome]


class ScriptedRunner:
    """`answer` is asked for each command; commands that run at once are recorded as they come."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._lock = threading.Lock()
        self.typed: list[str] = []
        self.environment: dict[str, str] = {}
        self.ended = False

    def run(self, command: str) -> Outcome:
        with self._lock:
            self.typed.append(command)
        return self._answer(command)

    def add_environment(self, more: Mapping[str, str]) -> None:
        self.environment |= more

    def end(self) -> None:
        self.ended = True


def answers(by_part: Mapping[str, Outcome]) -> Answer:
    """The outcome of the first part that is in the command; success without words for any other."""

    def answer(command: str) -> Outcome:
        return next((outcome for part, outcome in by_part.items() if part in command), Outcome(0, ""))

    return answer
