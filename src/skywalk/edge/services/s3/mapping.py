"""Map an HTTP request to the S3 operation it asks for and the checks that operation needs.

What has no row in `operations` is refused: MethodNotAllowed where the method is wrong for a known sub-resource,
NotImplemented for sub-resources and parameters that are not served. Parameters that no operation of S3 has are
ignored when reading, as S3 does, and refused when writing: an unknown one may be a sub-resource of a newer S3, and
`DELETE /bucket?newer` must not delete the bucket. OPTIONS (CORS preflight) is not served.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.edge.authorize import Check
from skywalk.edge.services.s3 import operations
from skywalk.edge.services.s3.address import check_new_bucket, parse_address
from skywalk.edge.services.s3.copy_source import (
    absent_source_check,
    parse_copy_source,
    source_check,
    source_tag_checks,
)
from skywalk.edge.services.s3.errors import invalid_argument, method_not_allowed, not_implemented
from skywalk.edge.services.s3.headers import COPY_SOURCE, further_checks, header_changes, merge_headers
from skywalk.edge.services.s3.query import parse_query
from skywalk.edge.services.s3.request import S3Request, bucket_arn, object_arn
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.services.s3.address import Address
    from skywalk.edge.services.s3.operations import Operation
    from skywalk.edge.services.s3.query import Query

METHODS = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE"})
ALL_BUCKETS = "arn:aws:s3:::*"
"""The resource of ListBuckets, so that a statement on `*` and one on `arn:aws:s3:::*` both speak of it."""

MAXIMUM_PART_NUMBER = 10_000
_READS_DATA = frozenset({"GetObject", "HeadObject", "GetObjectAttributes", "GetObjectTorrent", "SelectObjectContent"})
_COPIES = {"PutObject": "CopyObject", "UploadPart": "UploadPartCopy"}


def map_request(
    method: str,
    host: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    *,
    service_names: tuple[str, ...],
) -> S3Request:
    """The S3 request that an HTTP request is.

    `path` and `query` as they came, percent-encoded, the query without `?`; `headers` with lower-case names and one
    value each; `service_names`: the lower-case host names under which S3 is served, with or without a bucket in
    front. Raises AwsError in S3's words for whatever is malformed, ambiguous or not served.
    """
    if method not in METHODS:
        raise method_not_allowed()
    address = parse_address(host, path, service_names)
    parsed = parse_query(query)
    merged = merge_headers(headers, parsed)
    operation = _find_operation(method, address, parsed, merged)
    name = operation.name
    if parsed.parameters:
        _check_parameters(operation, method, parsed.parameters)
    if name == "CreateBucket":
        check_new_bucket(address.bucket)
    if COPY_SOURCE in merged:
        if name not in _COPIES:
            raise invalid_argument(f"{COPY_SOURCE} is not for {name}")
        return _copy(operation, method, address, parsed, merged)
    return S3Request(
        operation=name,
        method=method,
        bucket=address.bucket,
        key=address.key,
        host_bucket=address.bucket if address.bucket_is_in_host else "",
        query=_forwarded(operation, parsed),
        checks=_checks(operation, address, parsed) + further_checks(name, merged, address.bucket, address.key),
        header_changes=header_changes(name, merged, parsed),
        absent_key_check=Check("s3:ListBucket", bucket_arn(address.bucket)) if name in _READS_DATA else None,
        per_key_body=name == "DeleteObjects",
        key_in_form=name == "PostObject",
    )


def _find_operation(method: str, address: Address, query: Query, headers: Mapping[str, str]) -> Operation:
    selector = _selector(query) if query.parameters else ""
    if not address.bucket:
        if method != "GET" or selector:
            raise method_not_allowed()
        return operations.LIST_BUCKETS
    table = operations.OBJECT_OPERATIONS if address.key else operations.BUCKET_OPERATIONS
    operation = table.get((method, selector))
    if operation is None:
        if any(known == selector for _, known in table):
            raise method_not_allowed()
        raise not_implemented(f"The query parameter {selector}")
    if operation.name == "ListObjects" and "list-type" in query.parameters:
        if query.parameters["list-type"] != "2":
            raise invalid_argument("Invalid List Type specified in list-objects request")
        return operations.LIST_OBJECTS_V2
    if operation.name == "PostObject":
        _check_form(headers)
    return _listing_of_configurations(operation, query)


def _selector(query: Query) -> str:
    selectors = [name for name in query.parameters if name in operations.SELECTORS]
    if len(selectors) > 1:
        raise invalid_argument(f"Conflicting query string parameters: {', '.join(sorted(selectors))}")
    return selectors[0] if selectors else ""


def _listing_of_configurations(operation: Operation, query: Query) -> Operation:
    """GET of an inventory, metrics, analytics or tiering configuration without an id lists them, by one action."""
    if "id" in operation.parameters and "id" not in query.parameters and operation.name.startswith("GetBucket"):
        name = operation.name.replace("Get", "List", 1) + "s"
        return operations.Operation(name, operation.actions, (), operation.parameters)
    return operation


def _check_form(headers: Mapping[str, str]) -> None:
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "multipart/form-data":
        message = (
            "At least one of the pre-conditions you specified did not hold. "
            "Bucket POST must be of the enclosure-type multipart/form-data"
        )
        raise AwsError("PreconditionFailed", message, 412)


def _check_parameters(operation: Operation, method: str, parameters: Mapping[str, str]) -> None:
    if "versionId" in parameters:
        if "versionId" not in operation.parameters:
            raise invalid_argument("This operation does not accept a version-id.")
        if not parameters["versionId"]:
            raise invalid_argument("Version id cannot be the empty string")
    if "uploadId" in parameters and not parameters["uploadId"]:
        raise invalid_argument("This operation needs an upload id")
    if operation.name == "UploadPart" and "partNumber" not in parameters:
        raise invalid_argument("This operation needs a part number")
    if "partNumber" in parameters:
        if "partNumber" not in operation.parameters:
            raise invalid_argument("This operation does not accept a part number.")
        _check_part_number(parameters["partNumber"])
    for name in parameters:
        known = name in operations.PARAMETERS or name in operations.SELECTORS or name.lower().startswith("x-")
        if not known and method not in ("GET", "HEAD"):
            raise not_implemented(f"The query parameter {name}")


def _check_part_number(text: str) -> None:
    digits = text.isascii() and text.isdigit() and len(text) <= len(str(MAXIMUM_PART_NUMBER))
    if not digits or not 1 <= int(text) <= MAXIMUM_PART_NUMBER:
        raise invalid_argument(f"Part number must be an integer between 1 and {MAXIMUM_PART_NUMBER}, inclusive")


def _checks(operation: Operation, address: Address, query: Query) -> tuple[Check, ...]:
    if not address.bucket:
        resource = ALL_BUCKETS
    elif address.key:
        resource = object_arn(address.bucket, address.key)
    else:
        resource = bucket_arn(address.bucket)
    actions = operation.version_actions if "versionId" in query.parameters else operation.actions
    return tuple([Check(action, resource) for action in actions])


def _forwarded(operation: Operation, query: Query) -> tuple[tuple[str, str], ...]:
    if not query.parameters:
        return ()
    return tuple(
        (name, value)
        for name, value in query.parameters.items()
        if name in operation.parameters or name in operations.SELECTORS
    )


def _copy(operation: Operation, method: str, address: Address, query: Query, headers: Mapping[str, str]) -> S3Request:
    source = parse_copy_source(headers[COPY_SOURCE])
    name = _COPIES[operation.name]
    keeps_tags = name == "CopyObject" and headers.get("x-amz-tagging-directive", "COPY") != "REPLACE"
    return S3Request(
        operation=name,
        method=method,
        bucket=address.bucket,
        key=address.key,
        host_bucket=address.bucket if address.bucket_is_in_host else "",
        query=_forwarded(operation, query),
        checks=(
            source_check(source),
            *_checks(operation, address, query),
            *further_checks(name, headers, address.bucket, address.key),
        ),
        header_changes=(*header_changes(name, headers, query), (COPY_SOURCE, source.header)),
        copy_source=source,
        source_tag_checks=source_tag_checks(source, address.bucket, address.key) if keeps_tags else (),
        absent_key_check=absent_source_check(source),
    )
