"""What every service of the edge is given, and what it must do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from skywalk.policy.keys.request import TimeKeys

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from skywalk.edge.arrival import Arrival
    from skywalk.edge.backend_directory import BackendDirectory
    from skywalk.edge.state import EdgeState
    from skywalk.edge.verification import CallerVerifier
    from skywalk.http1.body import Body
    from skywalk.http1.exchange import Exchange
    from skywalk.http1.request import RequestHead
    from skywalk.values.chance import Chance
    from skywalk.values.clock import Clock


class EdgeService(Protocol):
    """One AWS service, in a package of its own in `edge/services/`.

    It understands a request, has its caller verified, finds whose the resources are, decides, and forwards what it
    understood; and it refuses in its own form. What is the same for all services is given to it as `Surroundings`.
    """

    def handle(
        self, arrival: Arrival, region: str, names: tuple[str, ...], head: RequestHead, body: Body, exchange: Exchange
    ) -> Awaitable[None] | None:
        """`region` and `names` are those of the service's row that the request was sent to."""
        ...

    def refuse_misdirected(self, exchange: Exchange) -> None:
        """Answers a request that came to this service's address and means another by its names."""
        ...

    def refuse_unavailable(self, exchange: Exchange, reason: str) -> None:
        """Answers 503 in this service's form, without opening anything."""
        ...

    def render_head_refusal(self, status: int, reason: str) -> tuple[list[tuple[str, str]], bytes]:
        """Headers and body, in this service's form, for a request whose head could not be read."""
        ...


class Reporter(Protocol):
    """The way to the daemon."""

    @property
    def connected(self) -> bool:
        """Whether there is a daemon to report to."""
        ...

    async def report(self, subject: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """The daemon's answer, given when it is in force everywhere. Raises SkywalkError."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all calls of one process share."""

    state: EdgeState
    verifier: CallerVerifier
    backends: BackendDirectory
    reporter: Reporter
    clock: Clock
    chance: Chance
    default_region: str
    times: TimeKeys = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", TimeKeys(self.clock))
