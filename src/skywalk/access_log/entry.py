"""What is noted of one request that came through an endpoint, until it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from skywalk.policy.context import NO_KEYS
from skywalk.policy.evaluate import ENDPOINT_POLICY, evaluate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.policy.compiled import AccessRequest
    from skywalk.policy.context import Context
    from skywalk.policy.evaluate import Decision, Layers
    from skywalk.policy.principal import Principal
    from skywalk.values.errors import AwsError


class Head(Protocol):
    """Of a request: its headers by lower-case name."""

    @property
    def fields(self) -> Mapping[str, str]: ...


class Answering(Protocol):
    """A request, and how far its answer is."""

    @property
    def head(self) -> Head: ...

    @property
    def started(self) -> bool: ...

    @property
    def finished(self) -> bool: ...

    @property
    def lost(self) -> bool: ...


class Endpoint(NamedTuple):
    """`service` is the endpoint service's name (`s3`), `region` the service's."""

    vpc_endpoint_id: str
    owner_account_id: str
    service: str
    region: str
    is_interface: bool


class Checked(NamedTuple):
    """One check with its decision. `by_endpoint`: whether an endpoint policy took part. `otherwise`: where the endpoint
    policy refused, what all others together say."""

    request: AccessRequest
    by_endpoint: bool
    decision: Decision
    otherwise: Decision | None = None


class Entry:
    """Filled in while the request is answered: who asks is known once they have proven it.

    A *question* is a list of checks that are refused together. Most requests ask one; DeleteObjects asks one for every
    object. `received_seconds` is of the monotonic clock.
    """

    operation = ""
    request_id = ""
    source = ""
    """The client's address, where no condition key says it."""
    principal: Principal | None = None
    context: Context = NO_KEYS
    error: AwsError | None = None
    """The refusal, whoever refused."""

    def __init__(self, endpoint: Endpoint, received_seconds: float, answering: Answering) -> None:
        self.endpoint = endpoint
        self.received_seconds = received_seconds
        self.answering = answering
        self.questions: list[list[Checked]] = []

    def ask(self, principal: Principal, context: Context) -> list[Checked]:
        """A new question; its checks are to be added as they are decided."""
        self.principal, self.context = principal, context
        question: list[Checked] = []
        self.questions.append(question)
        return question


def checked(request: AccessRequest, layers: Layers, decision: Decision) -> Checked:
    """The decision on a request by these layers."""
    if decision.allowed or decision.by != ENDPOINT_POLICY:
        return Checked(request, layers.endpoint_policy is not None, decision)
    return Checked(request, True, decision, evaluate(request, layers._replace(endpoint_policy=None)))
