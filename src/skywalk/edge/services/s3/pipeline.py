"""What happens to an S3 request, in order. Every step may refuse (AwsError); the last one serves.

Steps are plain functions that wait for nothing: most requests are decided and on their way to the backend within
the read callback that brought them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from skywalk.edge.arrival import Arrival
from skywalk.edge.services.s3 import errors
from skywalk.edge.services.s3.answers import Answers
from skywalk.edge.services.s3.authorize import bucket_of
from skywalk.edge.services.s3.call import S3Call
from skywalk.edge.services.s3.decision import decide
from skywalk.edge.services.s3.host_names import served_names
from skywalk.edge.services.s3.mapping import map_request
from skywalk.edge.services.s3.request import bucket_arn
from skywalk.edge.services.s3.serve import serve
from skywalk.edge.services.s3.signature import verify_request
from skywalk.edge.verdicts import note_operation
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.edge.service import Surroundings
    from skywalk.http1.body import Body
    from skywalk.http1.exchange import Exchange
    from skywalk.http1.request import RequestHead

MAXIMUM_OBJECT_BYTES = 5 << 30
"""Source: S3 User Guide, "Uploading objects": 5 GiB in one request."""

_NEEDS_LENGTH = frozenset({"PutObject", "UploadPart"})


def understand(call: S3Call, service_names: tuple[str, ...]) -> None:
    """First: whatever comes later is about the operation, bucket and key that this finds, and nothing else."""
    head = call.head
    call.request = map_request(head.method, head.host, head.path, head.query, head.fields, service_names=service_names)
    note_operation(call.exchange, call.request.operation)


def verify(call: S3Call) -> None:
    """Before anything is looked up: who cannot prove who they are learn nothing of buckets."""
    verified = verify_request(
        call.around.verifier,
        call.head,
        call.headers,
        None if call.arrival.is_outside else call.region,
        host_bucket=call.request.host_bucket,
        # The checksum that a CompleteMultipartUpload names is the whole object's.
        digests_of_body=call.request.operation != "CompleteMultipartUpload",
    )
    call.caller = verified.caller
    call.signed = verified.signed
    call.payload = verified.payload
    call.decoded_length = verified.decoded_length
    if call.arrival.is_outside:
        call.region = verified.region or call.around.default_region


def measure(call: S3Call) -> None:
    """How long the body will be once decoded: the backend is told before the first byte, so it must be known."""
    if call.decoded_length is not None:
        call.length_bytes = call.decoded_length
    elif call.head.chunked:
        raise errors.transfer_encoding_not_implemented()
    elif call.head.content_length is None and call.request.operation in _NEEDS_LENGTH:
        raise errors.missing_content_length()
    else:
        call.length_bytes = call.head.content_length or 0
    if call.length_bytes > MAXIMUM_OBJECT_BYTES:
        raise errors.entity_too_large()


def locate(call: S3Call) -> None:
    """The bucket's owner, policy and region; before the decision, which needs all three."""
    request = call.request
    if not request.bucket:
        return
    call.bucket = bucket_of(call.around.state, bucket_arn(request.bucket))
    if call.bucket is None or request.operation == "CreateBucket":
        return
    row = call.bucket.row
    if call.arrival.is_outside:
        # Nobody chooses by a signature in which region a bucket is asked: policies speak of the one that it is in.
        call.region = row.region
    elif row.region != call.region:
        raise errors.permanent_redirect(request.bucket, row.region)
    if request.copy_source is not None:
        _check_source(call, request.copy_source.bucket)
    _check_owner(call, "x-amz-expected-bucket-owner", row.account_id)


def _check_source(call: S3Call, bucket: str) -> None:
    """Source: S3 User Guide, "AWS PrivateLink for Amazon S3": no copies between regions; what S3 answers is
    unconfirmed."""
    source = bucket_of(call.around.state, bucket_arn(bucket))
    if source is None:
        return
    if call.arrival.is_interface and source.row.region != call.region:
        raise errors.copy_between_regions()
    _check_owner(call, "x-amz-source-expected-bucket-owner", source.row.account_id)


def _check_owner(call: S3Call, header: str, account_id: str) -> None:
    """Source: S3 User Guide, "Verifying bucket ownership with bucket owner condition"."""
    if call.merged_headers.get(header, account_id) != account_id:
        raise errors.access_denied()


STEPS: tuple[Callable[[S3Call], None], ...] = (verify, measure, locate, decide)
"""After `understand`, in this order."""


class S3Pipeline:
    """S3, as it is served to every arrival."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self.answers = Answers(around.clock, around.chance)

    def handle(
        self, arrival: Arrival, region: str, names: tuple[str, ...], head: RequestHead, body: Body, exchange: Exchange
    ) -> Awaitable[None] | None:
        """`region` and `names` are those of the service that the request was sent to."""
        call = S3Call(self._around, self.answers, arrival, head, body, exchange, region=region)
        try:
            understand(call, served_names(names, arrival.is_interface))
            for step in STEPS:
                step(call)
            return serve(call)
        except AwsError as error:
            call.refuse(error)
            return None

    def refuse_misdirected(self, exchange: Exchange) -> None:
        self.answers.refuse(exchange, errors.invalid_uri())

    def refuse_unavailable(self, exchange: Exchange, reason: str) -> None:
        self.answers.refuse(exchange, errors.service_unavailable(reason))

    def render_head_refusal(self, status: int, reason: str) -> tuple[list[tuple[str, str]], bytes]:
        return self.answers.render_head_refusal(status, reason)
