"""The services of moto that can be a backend: how each is prepared, asked and saved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from skywalk.backends.moto_answer import MotoAnswer
from skywalk.http1.request import RequestHead
from skywalk.values.chance import SystemChance
from skywalk.values.clock import SystemClock

_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_READING_OPERATIONS = ("BatchGet", "Describe", "Get", "List", "Query", "Scan", "TransactGet")


class State(Protocol):
    """What a service holds, on disk."""

    def save(self) -> None: ...

    def load(self) -> None:
        """Raises OSError or pickle.UnpicklingError: a state that cannot be read is never overwritten silently."""
        ...


Answer = Callable[[str, str, Iterable[tuple[str, str]], IO[bytes], int], MotoAnswer]
"""Method, target, headers, body and its length in bytes → the answer. Never raises."""


@dataclass(frozen=True, slots=True)
class MotoService:
    """`threads`: how many requests run side by side; `may_change` tells those after which the state is saved;
    `unavailable` is the answer to those that are not done for want of something."""

    answer: Answer
    state: State
    threads: int
    may_change: Callable[[RequestHead], bool]
    unavailable: Callable[[str], MotoAnswer]


def s3(state_dir: Path) -> MotoService:
    from skywalk.backends.contents import ContentFolder
    from skywalk.backends.moto_s3 import answer_request, unavailable
    from skywalk.backends.moto_s3_changes import change_moto
    from skywalk.backends.moto_s3_state import S3State

    folder = ContentFolder(state_dir / "objects", SystemChance())
    change_moto(folder)
    state = S3State(state_dir / "state.pickle", folder)
    # Some two to three times its object's size in memory for a request: few run at a time.
    return MotoService(answer_request, state, 4, lambda head: head.method not in _READING_METHODS, unavailable)


def dynamodb(state_dir: Path) -> MotoService:
    from skywalk.backends.moto_dynamodb import MotoDynamoDb, unavailable
    from skywalk.backends.moto_dynamodb_changes import change_moto
    from skywalk.backends.moto_dynamodb_state import DynamoDbState

    change_moto()
    state = DynamoDbState(state_dir / "state.pickle")
    # One at a time: moto's conditions and transactions look first and write then, with no lock in between.
    return MotoService(MotoDynamoDb(SystemClock()).answer, state, 1, _may_change_tables, unavailable)


def _may_change_tables(head: RequestHead) -> bool:
    operation = (head.get("x-amz-target") or "").partition(".")[2]
    return not operation.startswith(_READING_OPERATIONS)


SERVICES: Mapping[str, Callable[[Path], MotoService]] = {"dynamodb": dynamodb, "s3": s3}
"""Each is loaded only in the process that serves it."""
