"""One S3 request on its way through the pipeline: what each step has found out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from skywalk.edge import refusals
from skywalk.http1.body import BodyAborted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.answers import Answers
    from skywalk.edge.arrival import Arrival
    from skywalk.edge.authorize import Authorization
    from skywalk.edge.backend_directory import BackendDirectory
    from skywalk.edge.callers import VerifiedCaller
    from skywalk.edge.services.s3.request import S3Request
    from skywalk.edge.state import EdgeState, KnownResource
    from skywalk.edge.verification import CallerVerifier
    from skywalk.http1.body import Body
    from skywalk.http1.exchange import Exchange
    from skywalk.http1.request import RequestHead
    from skywalk.identity.body_verifier import BodyVerifier
    from skywalk.values.errors import AwsError

SERVICE = "s3"


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
    answers: Answers
    default_region: str


@dataclass(slots=True)
class S3Call:
    """Filled in from top to bottom: each field is set by the step before those that read it."""

    around: Surroundings
    arrival: Arrival
    head: RequestHead
    body: Body
    exchange: Exchange
    region: str = ""
    request: S3Request = field(init=False)
    caller: VerifiedCaller = field(init=False)
    payload: BodyVerifier = field(init=False)
    decoded_length: int | None = None
    length_bytes: int = 0
    """Of the body once decoded; no more than that is ever read."""
    bucket: KnownResource | None = None
    authorization: Authorization = field(init=False)

    @property
    def headers(self) -> Mapping[str, str]:
        """Those of the head, one value for each name."""
        return self.head.fields

    @property
    def owner_account_id(self) -> str:
        """Whose the resource is; the caller's own where nobody's bucket is concerned."""
        return self.caller.principal.account_id if self.bucket is None else self.bucket.row.account_id

    def refuse(self, error: AwsError) -> None:
        self.around.answers.refuse(self.exchange, error)

    async def read_body(self, limit_bytes: int) -> bytes:
        """The whole body, decoded and found to be what was signed. Raises AwsError."""
        if self.length_bytes > limit_bytes:
            raise refusals.entity_too_large()
        decoded: list[bytes] = []
        try:
            async for piece in self.body:
                decoded += self.payload.feed(piece)
        except BodyAborted as aborted:
            raise refusals.aborted_body(aborted.status) from None
        decoded.append(self.payload.finish())
        return b"".join(decoded)
