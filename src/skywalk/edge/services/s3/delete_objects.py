"""DeleteObjects: keys in the body, one decision each.

The edge checks each key (`checks_of`), forwards a body written anew with the keys that are allowed
(`render_delete`; the original's checksums and length no longer hold, and none is forwarded when no key is left), and
adds the refused ones to the backend's result (`merge_refusals`), which is a 200 all the same.
Source: S3 API Reference, DeleteObjects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat

from skywalk.edge.authorize import Check
from skywalk.edge.services.s3.address import MAXIMUM_KEY_BYTES
from skywalk.edge.services.s3.condition_keys import VERSION_ID
from skywalk.edge.services.s3.errors import key_too_long, malformed_xml, not_implemented
from skywalk.edge.services.s3.request import object_arn
from skywalk.edge.services.s3.xml_text import DECLARATION, element

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skywalk.values.errors import AwsError

MAXIMUM_BODY_BYTES = 4 * 1024 * 1024
"""A thousand keys of 1,024 bytes fit, most of them escaped; the edge reads no more than this."""

MAXIMUM_OBJECTS = 1000
NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_OBJECT = ("Delete", "Object")
_LEAVES = frozenset({("Delete", "Quiet"), (*_OBJECT, "Key"), (*_OBJECT, "VersionId")})
_BRANCHES = frozenset({("Delete",), _OBJECT})
_CONDITIONS = frozenset({(*_OBJECT, "ETag"), (*_OBJECT, "LastModifiedTime"), (*_OBJECT, "Size")})


@dataclass(frozen=True, slots=True)
class ObjectToDelete:
    key: str
    version_id: str | None = None


@dataclass(frozen=True, slots=True)
class DeleteBody:
    objects: tuple[ObjectToDelete, ...]
    quiet: bool


def parse_delete(body: bytes) -> DeleteBody:
    """The keys of a request body. Raises AwsError MalformedXML, KeyTooLongError, NotImplemented (conditions)."""
    if len(body) > MAXIMUM_BODY_BYTES:
        raise malformed_xml()
    reader = _Reader()
    try:
        reader.parse(body)
    except (expat.ExpatError, LookupError, ValueError):
        raise malformed_xml() from None
    if not reader.objects:
        raise malformed_xml()
    return DeleteBody(tuple(reader.objects), reader.quiet)


def checks_of(bucket: str, one: ObjectToDelete, *, bypass_governance: bool) -> tuple[Check, ...]:
    """`bypass_governance`: the request's header says so (`headers.bypasses_governance`)."""
    resource = object_arn(bucket, one.key)
    if one.version_id is None:
        check = Check("s3:DeleteObject", resource)
    else:
        check = Check("s3:DeleteObjectVersion", resource, {VERSION_ID: one.version_id})
    return (check, Check("s3:BypassGovernanceRetention", resource)) if bypass_governance else (check,)


def render_delete(objects: Sequence[ObjectToDelete], *, quiet: bool) -> bytes:
    """The body to forward, for the objects that may be deleted."""
    inner = "".join(f"<Object>{_identifier(one)}</Object>" for one in objects)
    quietly = element("Quiet", "true") if quiet else ""
    return f'{DECLARATION}<Delete xmlns="{NAMESPACE}">{inner}{quietly}</Delete>'.encode()


def merge_refusals(result: bytes | None, refused: Sequence[tuple[ObjectToDelete, AwsError]]) -> bytes:
    """The backend's DeleteResult with an Error per refused object; `result` is None where nothing was forwarded.

    Raises ValueError if `result` is no DeleteResult.
    """
    errors = "".join(
        f"<Error>{_identifier(one)}{element('Code', error.code)}{element('Message', error.message)}</Error>"
        for one, error in refused
    ).encode()
    if result is None:
        return f'{DECLARATION}<DeleteResult xmlns="{NAMESPACE}">'.encode() + errors + b"</DeleteResult>"
    text = result.rstrip()
    if b"<DeleteResult" not in text:
        raise ValueError("the backend's answer is not a DeleteResult")
    if text.endswith(b"</DeleteResult>"):
        return text.removesuffix(b"</DeleteResult>") + errors + b"</DeleteResult>"
    if text.endswith(b"/>"):
        return text.removesuffix(b"/>").rstrip() + b">" + errors + b"</DeleteResult>"
    raise ValueError("the backend's answer does not end as a DeleteResult")


def _identifier(one: ObjectToDelete) -> str:
    version = "" if one.version_id is None else element("VersionId", one.version_id)
    return element("Key", one.key) + version


class _Reader:
    """Takes exactly the elements of a Delete document; everything else is malformed."""

    def __init__(self) -> None:
        self.objects: list[ObjectToDelete] = []
        self.quiet = False
        self._path: tuple[str, ...] = ()
        self._text: list[str] = []
        self._fields: dict[str, str] = {}
        self._seen_quiet = False

    def parse(self, body: bytes) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        # Without a document type no entity can be declared, so none can expand or reach outside.
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.Parse(body, True)

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._path = (*self._path, name)
        if self._path in _CONDITIONS:
            raise not_implemented(f"The element {name} of an object to delete")
        if self._path not in _LEAVES and self._path not in _BRANCHES:
            raise malformed_xml()
        self._text = []
        if self._path == _OBJECT:
            self._fields = {}
            if len(self.objects) >= MAXIMUM_OBJECTS:
                raise malformed_xml()

    def _characters(self, text: str) -> None:
        if self._path in _LEAVES:
            self._text.append(text)
        elif text.strip():
            raise malformed_xml()

    def _end(self, name: str) -> None:
        path, self._path = self._path, self._path[:-1]
        if path == _OBJECT:
            self._end_object()
        elif path == ("Delete", "Quiet"):
            self._end_quiet("".join(self._text).strip())
        elif path in _LEAVES:
            if name in self._fields:
                raise malformed_xml()
            self._fields[name] = "".join(self._text)

    def _end_object(self) -> None:
        key = self._fields.get("Key", "")
        if not key:
            raise malformed_xml()
        if len(key.encode()) > MAXIMUM_KEY_BYTES:
            raise key_too_long()
        self.objects.append(ObjectToDelete(key, self._fields.get("VersionId") or None))

    def _end_quiet(self, text: str) -> None:
        if self._seen_quiet or text not in ("true", "false"):
            raise malformed_xml()
        self._seen_quiet = True
        self.quiet = text == "true"


def _refuse_doctype(_name: str, _system: str | None, _public: str | None, _internal: bool) -> NoReturn:
    raise malformed_xml()
