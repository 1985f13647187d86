"""The body of a request that is a document: read whole, checked, and written anew.

Source: S3 API Reference, "Error responses", and the operations' pages for what an empty body is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.edge.services.s3 import errors
from skywalk.edge.services.s3.document_rules import check_rules
from skywalk.edge.services.s3.documents import limit_bytes, read_document
from skywalk.edge.services.s3.headers import SETS_ACL, sets_acl
from skywalk.edge.services.s3.request_shapes import OPERATIONS
from skywalk.edge.services.s3.xml_document import render_document
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.edge.services.s3.call import S3Call


async def read_body_document(call: S3Call) -> bytes:
    """Empty where headers say it all. Raises AwsError."""
    operation = call.request.operation
    document = OPERATIONS[operation].body
    assert document is not None
    limit = limit_bytes(operation)
    if call.length_bytes > limit:
        raise errors.message_too_long()
    body = await call.read_body(limit)
    if operation in SETS_ACL and sets_acl(call.merged_headers):
        if body:
            raise errors.unexpected_content()
        return b""
    if not body:
        raise _empty(operation)
    root = read_document(operation, document, body)
    check_rules(call.request, root)
    return render_document(root)


def _empty(operation: str) -> AwsError:
    if operation == "CompleteMultipartUpload":
        return errors.invalid_request("You must specify at least one part")
    return errors.missing_security_header() if operation in SETS_ACL else errors.missing_request_body()
