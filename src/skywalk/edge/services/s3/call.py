"""One S3 request on its way through the pipeline: what each step has found out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from skywalk.edge.forward import failure_of_body
from skywalk.edge.services.s3 import errors
from skywalk.http1.body import BodyAborted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.arrival import Arrival
    from skywalk.edge.callers import VerifiedCaller
    from skywalk.edge.service import Surroundings
    from skywalk.edge.services.s3.answers import Answers
    from skywalk.edge.services.s3.authorize import S3Authorization
    from skywalk.edge.services.s3.request import S3Request
    from skywalk.edge.state import KnownResource
    from skywalk.http1.body import Body
    from skywalk.http1.exchange import Exchange
    from skywalk.http1.request import RequestHead
    from skywalk.identity.body_verifier import BodyVerifier
    from skywalk.identity.sigv4 import Verified
    from skywalk.values.errors import AwsError

SERVICE = "s3"


@dataclass(slots=True)
class S3Call:
    """Filled in from top to bottom: each field is set by the step before those that read it."""

    around: Surroundings
    answers: Answers
    arrival: Arrival
    head: RequestHead
    body: Body
    exchange: Exchange
    region: str = ""
    request: S3Request = field(init=False)
    caller: VerifiedCaller = field(init=False)
    signed: Verified = field(init=False)
    payload: BodyVerifier = field(init=False)
    decoded_length: int | None = None
    length_bytes: int = 0
    """Of the body once decoded; no more than that is ever read."""
    bucket: KnownResource | None = None
    authorization: S3Authorization = field(init=False)
    decides_late: bool = False
    """A policy asks for what is not in the request's head; nothing is decided yet."""
    whole_body: bytes | None = None
    """The body, once it has been read."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Those of the head, one value for each name."""
        return self.head.fields

    @property
    def merged_headers(self) -> Mapping[str, str]:
        """With the changes that follow from how they were understood: those of the query are among them."""
        changes = self.request.header_changes
        if not changes:
            return self.headers
        changed = dict(changes)
        kept = {name: value for name, value in self.headers.items() if name not in changed}
        return kept | {name: value for name, value in changed.items() if value is not None}

    @property
    def owner_account_id(self) -> str:
        """Whose the resource is; the caller's own where nobody's bucket is concerned."""
        return self.caller.principal.account_id if self.bucket is None else self.bucket.row.account_id

    def refuse(self, error: AwsError) -> None:
        self.answers.refuse(self.exchange, error)

    async def read_body(self, limit_bytes: int) -> bytes:
        """The whole body, decoded and found to be what was signed. Raises AwsError."""
        if self.length_bytes > limit_bytes:
            raise errors.entity_too_large()
        if self.whole_body is not None:
            return self.whole_body
        decoded: list[bytes] = []
        try:
            async for piece in self.body:
                decoded += self.payload.feed(piece)
        except BodyAborted as aborted:
            raise self.answers.failure(failure_of_body(aborted)) from None
        decoded.append(self.payload.finish())
        self.whole_body = b"".join(decoded)
        return self.whole_body
