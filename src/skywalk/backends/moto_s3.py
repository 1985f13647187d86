"""One S3 request, answered by moto's S3 and nothing else of moto.

moto's Flask application is left out: it merges slashes in keys, serves moto's control paths beside S3, and its
routes guess at virtual hosts. Requests come from the edge in path form, `/bucket/key`, so bucket and key are what
the path says, and `/moto-api` is a bucket of that name.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote_to_bytes
from xml.sax.saxutils import escape

from moto.core import request as moto_request
from moto.s3.models import s3_backends
from moto.s3.responses import S3Response
from werkzeug.exceptions import HTTPException

from skywalk.backends.backend import UPLOAD_HEADER
from skywalk.backends.moto_answer import MotoAnswer
from skywalk.backends.request_body import Readable
from skywalk.values.lack import lack

log = logging.getLogger(__name__)


_INTERNAL_ERROR = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InternalError</Code>'
    b"<Message>We encountered an internal error. Please try again.</Message></Error>"
)
_NO_SUCH_UPLOAD = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchUpload</Code><Message>The specified upload does not '
    b"exist. The upload ID may be invalid, or the upload may have been aborted or completed.</Message></Error>"
)
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_ENCRYPTION = "x-amz-server-side-encryption"
UPLOAD_HEADERS = (
    "x-amz-acl",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
    "x-amz-object-lock-legal-hold",
    "x-amz-object-lock-mode",
    "x-amz-object-lock-retain-until-date",
    _ENCRYPTION,
    f"{_ENCRYPTION}-aws-kms-key-id",
    "x-amz-storage-class",
    "x-amz-tagging",
    "x-amz-website-redirect-location",
)
"""What is said once, when an upload begins."""
_NOT_FORWARDED = frozenset({"content-length", "status", "server", "date", "connection", "transfer-encoding"})


def answer_request(
    method: str, target: str, headers: Iterable[tuple[str, str]], body: Readable, length_bytes: int
) -> MotoAnswer:
    """Never raises: what moto fails at is logged and answered as InternalError."""
    try:
        request = _S3Request(_environ(method, target, headers, body, length_bytes))
        if _is_of_another_key(request):
            return MotoAnswer(404, (("content-type", "application/xml"),), _NO_SUCH_UPLOAD, len(_NO_SUCH_UPLOAD))
        status, answered, content = _call_moto(request)
        if method == "GET" and status == 200 and "uploadId" in request.args:
            answered = {**answered, **_told_of_upload(request)}
        elif method == "POST" and status == 200 and "uploads" in request.args:
            _remember_upload(request, content)
    except HTTPException as refusal:
        status, answered, content = refusal.code or 500, {"content-type": "application/xml"}, refusal.description or ""
    except Exception as failure:
        reason = lack(failure)
        if reason is not None:
            log.error("%s %s was not done: %s", method, target, reason)
            return unavailable(reason)
        log.exception("%s %s failed in moto", method, target)
        status, answered, content = 500, {"content-type": "application/xml"}, _INTERNAL_ERROR
    return _normalise(method, int(status), answered, _readable(target, int(status), content))


def unavailable(reason: str) -> MotoAnswer:
    """Nothing was done. Source: S3 API Reference, "Error responses": ServiceUnavailable, 503."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>ServiceUnavailable</Code>'
        f"<Message>Service is unable to handle request: {escape(reason)}</Message></Error>"
    ).encode()
    return MotoAnswer(503, (("content-type", "application/xml"),), body, len(body))


def _call_moto(request: Any) -> tuple[int, dict[str, Any], Any]:
    _, _, key = request.raw_path[1:].partition("/")
    dispatch = S3Response.key_dispatch if key else S3Response.bucket_dispatch
    result: tuple[int, dict[str, Any], Any] = dispatch(request, request.raw_url, dict(request.headers))
    return result


def _is_of_another_key(request: Any) -> bool:
    """moto goes by an upload's id alone: whoever may write one key could write, see or end what others upload to
    another."""
    upload = _upload(request, request.args["uploadId"]) if "uploadId" in request.args else None
    _, _, key = request.raw_path[1:].partition("/")
    return upload is not None and upload.key_name.encode() != unquote_to_bytes(key)


def _remember_upload(request: Any, content: Any) -> None:
    begun = content if isinstance(content, str) else bytes(content or b"").decode()
    upload = _upload(request, begun.partition("<UploadId>")[2].partition("</UploadId>")[0])
    if upload is not None:
        upload.began_with = {name: request.headers[name] for name in UPLOAD_HEADERS if name in request.headers}


def _told_of_upload(request: Any) -> dict[str, str]:
    """What an upload began with, its parts do not say again; whoever decides on them asks here."""
    upload = _upload(request, request.args["uploadId"])
    return {} if upload is None else {f"{UPLOAD_HEADER}{name}": value for name, value in upload.began_with.items()}


def _upload(request: Any, upload_id: str) -> Any:
    bucket, _, _ = request.raw_path[1:].partition("/")
    for buckets in s3_backends.values():
        found = buckets["aws"].buckets.get(bucket)
        if found is not None:
            return found.multiparts.get(upload_id)
    return None


def _readable(target: str, status: int, content: Any) -> Any:
    """A key may have what XML cannot say: a client could not read the document, and would take it for a failure."""
    _, _, key = target.partition("?")[0][1:].partition("/")
    if key and status < 400:
        return content
    document = content.encode() if isinstance(content, str) else bytes(content or b"")
    return _NOT_XML.sub("\ufffd".encode(), document)


def _normalise(method: str, status: int, headers: dict[str, Any], content: Any) -> MotoAnswer:
    body = content.encode() if isinstance(content, str) else bytes(content or b"")
    lengths = [int(value) for name, value in headers.items() if name.lower() == "content-length"]
    kept = tuple((name, str(value)) for name, value in headers.items() if name.lower() not in _NOT_FORWARDED)
    if method == "HEAD":
        return MotoAnswer(status, kept, b"", lengths[0] if lengths else len(body))
    return MotoAnswer(status, kept, body, len(body))


class _S3Request(moto_request.Request):
    from_wsgi_server = True

    @property
    def want_form_data_parsed(self) -> bool:
        """Only a browser's upload is a form: an object may be of any content type."""
        return bool(self.method == "POST" and self.mimetype == "multipart/form-data")


def _environ(
    method: str, target: str, headers: Iterable[tuple[str, str]], body: Readable, length_bytes: int
) -> dict[str, Any]:
    path, _, query = target.partition("?")
    headers = sorted(headers, key=lambda header: "_" in header[0])
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "RAW_URI": target,
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": body,
        "wsgi.input_terminated": True,  # it is read at once and whole
        "wsgi.errors": None,
    }
    for name, value in headers:
        # WSGI cannot tell `x_amz_acl` from `x-amz-acl`; only metadata may have underscores.
        if "_" not in name or moto_request.should_preserve_original_header_name(name):
            environ.setdefault(moto_request.environ_key_for_header(name), value)
    _leave_out_unknown_checksum(environ)
    environ["CONTENT_LENGTH"] = str(length_bytes)
    # moto takes a request without it for anonymous and then looks at object ACLs.
    environ["HTTP_AUTHORIZATION"] = "decided"
    environ[moto_request.PRESERVED_HEADER_NAMES_ENVIRON_KEY] = {
        moto_request.environ_key_for_header(name): name
        for name, _ in headers
        if moto_request.should_preserve_original_header_name(name)
    }
    return environ


def _leave_out_unknown_checksum(environ: dict[str, Any]) -> None:
    """moto computes a checksum that came in a trailer anew, and takes CRC-32 for these two."""
    algorithm = environ.get("HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM", "").upper()
    if algorithm in ("CRC32C", "CRC64NVME") and f"HTTP_X_AMZ_CHECKSUM_{algorithm}" not in environ:
        del environ["HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM"]
