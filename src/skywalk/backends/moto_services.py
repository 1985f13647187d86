"""The services of moto that can be a backend: how each is prepared, asked and saved."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from skywalk.backends.moto_answer import MotoAnswer
from skywalk.backends.request_body import RequestBody
from skywalk.http1.request import RequestHead
from skywalk.values.chance import SystemChance
from skywalk.values.clock import SystemClock

_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_READING_OPERATIONS = ("BatchGet", "Describe", "Get", "List", "Query", "Scan", "TransactGet")


LONGEST_SECONDS = 30.0


class State(Protocol):
    """What a service holds, on disk."""

    def save(self, generation: int) -> None:
        """In one step: afterwards the state on disk is that of this generation, or the former one. Raises OSError."""
        ...

    def load(self) -> int:
        """The generation that is on disk, 0 where none is.

        Raises OSError or pickle.UnpicklingError: a state that cannot be read is never overwritten silently."""
        ...


Answer = Callable[[str, str, Iterable[tuple[str, str]], RequestBody, int], MotoAnswer]
"""Method, target, headers, body and its length in bytes → the answer. Never raises. What may change something is
recorded, and done again after a kill, by the same moment (`moment`): it must do the same then. 503 alone means that
nothing was done."""


@dataclass(frozen=True, slots=True)
class MotoService:
    """`threads`: how many reads run side by side (with 1, no change beside them either); `may_change` tells the
    requests that are recorded, one at a time, and after which the state is saved: in doubt any; `unavailable` is the
    answer, of status 503, to those that are not done for want of something; `longest_seconds`: how long one may take,
    where none is that others should wait for any longer."""

    answer: Answer
    state: State
    threads: int
    may_change: Callable[[RequestHead], bool]
    unavailable: Callable[[str], MotoAnswer]
    longest_seconds: float | None = None


def s3(state_dir: Path) -> MotoService:
    from skywalk.backends.contents import ContentFolder
    from skywalk.backends.moto_s3 import answer_request, unavailable
    from skywalk.backends.moto_s3_changes import change_moto
    from skywalk.backends.moto_s3_state import S3State

    folder = ContentFolder(state_dir / "objects", SystemChance())
    change_moto(folder)

    def answer(
        method: str, target: str, headers: Iterable[tuple[str, str]], body: RequestBody, length_bytes: int
    ) -> MotoAnswer:
        with folder.arriving(body):
            return answer_request(method, target, headers, body, length_bytes)

    state = S3State(state_dir / "state.pickle", folder)
    # Some two to three times its object's size in memory for a request: few run at a time.
    return MotoService(answer, state, 4, lambda head: head.method not in _READING_METHODS, unavailable)


def dynamodb(state_dir: Path) -> MotoService:
    from skywalk.backends.moto_dynamodb import MotoDynamoDb, Tokens, unavailable
    from skywalk.backends.moto_dynamodb_changes import change_moto
    from skywalk.backends.moto_dynamodb_state import DynamoDbState

    change_moto()
    tokens: Tokens = OrderedDict()
    state = DynamoDbState(state_dir / "state.pickle", tokens)
    # One at a time: moto's conditions and transactions look first and write then, with no lock in between.
    return MotoService(MotoDynamoDb(SystemClock(), tokens).answer, state, 1, _may_change_tables, unavailable)


def any_service(service: str, state_dir: Path) -> MotoService:
    """Any of moto's that needs nothing of its own here; `service` is moto's name for it."""
    from skywalk.backends.moto_any import MotoAny
    from skywalk.backends.moto_any_changes import change_moto
    from skywalk.backends.moto_any_state import AnyState

    change_moto(service)
    asked = MotoAny(service)
    # One at a time: moto knows no locks.
    return MotoService(asked.answer, AnyState(state_dir / "state.pickle"), 1, asked.may_change, asked.unavailable)


def modelled(state_dir: Path) -> MotoService:
    """All that the edge understands by models, in one process."""
    from skywalk.backends.moto_any_changes import change_moto
    from skywalk.backends.moto_any_state import AnyState
    from skywalk.backends.moto_modelled import MotoModelled
    from skywalk.backends.moto_modelled_changes import change_moto_further

    change_moto("sqs")
    change_moto_further()
    asked = MotoModelled()
    # One at a time: moto knows no locks.
    state = AnyState(state_dir / "state.pickle")
    return MotoService(asked.answer, state, 1, asked.may_change, asked.unavailable, LONGEST_SECONDS)


def _may_change_tables(head: RequestHead) -> bool:
    operation = (head.get("x-amz-target") or "").partition(".")[2]
    return not operation.startswith(_READING_OPERATIONS)


_OF_NO_OTHER_NEEDS = ("cloudwatch", "ecr", "kms", "logs", "route53", "secretsmanager", "sns", "sqs", "ssm")
SERVICES: Mapping[str, Callable[[Path], MotoService]] = {
    "dynamodb": dynamodb,
    "modelled": modelled,
    "s3": s3,
    **{name: partial(any_service, name) for name in _OF_NO_OTHER_NEEDS},
}
"""Each is loaded only in the process that serves it."""
