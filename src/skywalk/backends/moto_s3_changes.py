"""What is changed in moto's S3 when it serves as a backend, and why. Nothing else of moto is touched.

moto is a library for tests: it keeps every object it ever made, deep-copies contents to list versions, and has an
evaluator of bucket policies that refuses what AWS allows. Written against moto 5.2.5.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import types
import zlib
from typing import Any, NoReturn

from moto.core import base_backend
from moto.iam.access_control import PermissionResult
from moto.s3 import exceptions, models
from moto.s3.responses import S3Response
from werkzeug.exceptions import NotImplemented as NotImplementedByMoto

from skywalk.backends.contents import ContentFolder

_NOT_SELECTED = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NotImplemented</Code>'
    "<Message>This expression on this object implies functionality that is not implemented</Message></Error>"
)

_TOKEN_SUM_BYTES = 9

log = logging.getLogger(__name__)


def change_moto(folder: ContentFolder) -> None:
    """Once per process, before the first object is made."""
    _keep_contents_in(folder)
    _copy_keys_without_their_bytes()
    _leave_decisions_to_the_edge()
    _forget_instances()
    _miss_what_is_not_there()
    _put_markers_into_tokens()
    _show_versions_to_head()
    _obey_acls_of_objects()
    _take_empty_tags()
    _refuse_selections()


def _keep_contents_in(folder: ContentFolder) -> None:
    # moto's own buffers hold 16 MiB of memory or an open descriptor for every object.
    def new_content(*_: object, **__: object) -> Any:
        return folder.new_content()

    setattr(models, "tempfile", types.SimpleNamespace(SpooledTemporaryFile=new_content))  # noqa: B010


def _copy_keys_without_their_bytes() -> None:
    # list_object_versions deep-copies every key of the bucket, bytes included.
    def copy_key(key: Any, _memo: dict[int, Any]) -> Any:
        copied = object.__new__(models.FakeKey)
        copied.__dict__.update(key.__dict__)
        copied.__dict__.update(_value_buffer=key._value_buffer.borrowed(), disposed=True, multipart=None)
        return copied

    setattr(models.FakeKey, "__deepcopy__", copy_key)  # noqa: B010


def _leave_decisions_to_the_edge() -> None:
    # A request that arrives here has been decided on. moto's evaluator knows StringEquals only and takes an unmet
    # condition for a denial; PERMITTED also ends its look at object ACLs.
    setattr(models.FakeBucket, "get_permission", lambda *_: PermissionResult.PERMITTED)  # noqa: B010


def _forget_instances() -> None:
    # moto tracks every model ever made, to reset them between tests: deleted objects would never be freed.
    of_s3: dict[str, Any] = base_backend.model_data["s3"]  # type: ignore[attr-defined]
    for model in of_s3.values():
        model.instances_tracked = _Untracked()


class _Untracked(list[Any]):
    """A list that stays empty."""

    def append(self, _: Any) -> None:
        return


def _miss_what_is_not_there() -> None:
    # moto fails at uploads, tokens and untagged keys that it does not have.
    def no_upload(_: Any, upload_id: str) -> NoReturn:
        raise exceptions.NoSuchUpload(upload_id=upload_id)

    def from_token(self: Any, keys: Any, token: Any) -> Any:
        if token is None:
            raise exceptions.InvalidContinuationToken()
        return page(self, keys, token)

    def delete_tags(self: Any, bucket_name: str, key_name: str, version_id: str | None = None) -> None:
        if self.get_object(bucket_name, key_name, version_id=version_id) is None:
            raise exceptions.MissingKey(key=key_name) if version_id is None else exceptions.MissingVersion()
        untag(self, bucket_name, key_name, version_id)

    page, untag = models.S3Backend._get_results_from_token, models.S3Backend.delete_object_tagging
    setattr(models.MultipartDict, "__missing__", no_upload)  # noqa: B010
    setattr(models.S3Backend, "_get_results_from_token", from_token)  # noqa: B010
    setattr(models.S3Backend, "delete_object_tagging", delete_tags)  # noqa: B010


def _put_markers_into_tokens() -> None:
    # moto remembers what its tokens mean, and would by reads alone: a client would go on with none after a new start.
    def truncated(self: Any, keys: Any, max_keys: int) -> Any:
        kept, is_truncated, token = truncate(self, keys, max_keys)
        return kept, is_truncated, token and _token(kept[-1].name if isinstance(kept[-1], models.FakeKey) else kept[-1])

    truncate = models.S3Backend._truncate_result
    setattr(models.S3Backend, "_truncate_result", truncated)  # noqa: B010
    setattr(models.S3Backend, "_pagination_tokens", _Tokens())  # noqa: B010


def _token(marker: str) -> str:
    text = marker.encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(hashlib.sha256(text).digest()[:_TOKEN_SUM_BYTES] + text).decode()


class _Tokens:
    """In the place of every backend's dictionary of tokens."""

    def __get__(self, *_: Any) -> _Tokens:
        return self

    def __set__(self, *_: Any) -> None:
        return

    def __setitem__(self, *_: Any) -> None:
        return

    def get(self, token: str) -> str | None:
        """The marker, or None for what is no token: it may be a marker itself."""
        try:
            marker = base64.urlsafe_b64decode(token)[_TOKEN_SUM_BYTES:].decode("utf-8", "surrogatepass")
        except ValueError:
            return None
        return marker if marker and _token(marker) == token else None


class _Version(str):
    """A version's id that moto does not ask whether its bucket has versions."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


def _show_versions_to_head() -> None:
    # moto answers 400 for `null` in a bucket without versions, and for any version where they are suspended.
    def head(self: Any, bucket_name: str, query: dict[str, Any], key_name: str, headers: dict[str, Any]) -> Any:
        if "versionId" not in query:
            return head_object(self, bucket_name, query, key_name, headers)
        asked = {**query, "versionId": [_Version(query["versionId"][0])]}
        status, answered, body = head_object(self, bucket_name, asked, key_name, headers)
        if status == 404 and "x-amz-delete-marker" in answered:
            return 405, {**answered, "allow": "DELETE"}, body
        return status, answered, body

    head_object = S3Response.head_object
    setattr(S3Response, "head_object", head)  # noqa: B010


def _obey_acls_of_objects() -> None:
    # moto takes an object's ACL from headers alone, and the bucket's for one in a body.
    def from_headers_or_body(self: Any, headers: Any) -> Any:
        acl = of_headers(self, headers)
        has_body = self.method == "PUT" and "acl" in self.querystring and self.body
        return self._acl_from_body() if acl is None and has_body else acl

    # An ACL without grants is one, and not none.
    def from_body(self: Any) -> Any:
        return of_body(self) or models.FakeAcl([])

    of_headers, of_body = S3Response._acl_from_headers, S3Response._acl_from_body
    setattr(S3Response, "_acl_from_headers", from_headers_or_body)  # noqa: B010
    setattr(S3Response, "_acl_from_body", from_body)  # noqa: B010


def _take_empty_tags() -> None:
    # moto fails at an object's tag set without tags, which takes all tags away, and loses a bucket's empty values.
    def tags_of(self: Any) -> dict[str, str]:
        return {} if b"<Tag>" not in self.body else of_document(self)

    def tags_of_bucket(self: Any) -> dict[str, str]:
        return {key: value or "" for key, value in of_bucket(self).items()}

    of_document, of_bucket = S3Response._tagging_from_xml, S3Response._bucket_tagging_from_body
    setattr(S3Response, "_tagging_from_xml", tags_of)  # noqa: B010
    setattr(S3Response, "_bucket_tagging_from_body", tags_of_bucket)  # noqa: B010


def _refuse_selections() -> None:
    # moto knows a small part of SQL, and fails at everything else.
    def selected(self: Any, bucket_name: str, key_name: str, *details: Any) -> Any:
        try:
            return select(self, bucket_name, key_name, *details)
        except exceptions.S3ClientError:
            raise
        except UnicodeDecodeError:
            message = "Invalid encoding type. Only UTF-8 encoding is supported."
            raise exceptions.S3ClientError("InvalidTextEncoding", message) from None
        except (OSError, EOFError, zlib.error):
            message = "The file is not in a supported compression format. Only GZIP and BZIP2 are supported."
            raise exceptions.S3ClientError("InvalidCompressionFormat", message) from None
        except Exception as error:
            log.info("a selection failed in moto: %r", error)
            raise NotImplementedByMoto(_NOT_SELECTED) from None

    select = models.S3Backend.select_object_content
    setattr(models.S3Backend, "select_object_content", selected)  # noqa: B010
