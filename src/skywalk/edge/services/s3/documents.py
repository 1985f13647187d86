"""The documents of S3's requests against S3's model: elements that are known, there, and there once; values.

What is sent on is written anew from what was read here. What the model cannot say is in `document_rules`.
Source: S3 API Reference (botocore's model); "Error responses" for the codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from skywalk.edge.services.s3 import errors
from skywalk.edge.services.s3.request_shapes import Document, Shape
from skywalk.edge.services.s3.xml_document import XSI_TYPE, Element, parse_document
from skywalk.values.errors import AwsError

MAXIMUM_DOCUMENT_BYTES = 1 << 20
"""Lifecycles are the longest: a thousand rules."""
MAXIMUM_COMPLETION_BYTES = 8 << 20
"""Ten thousand parts, each with its checksums."""

_INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)
_BITS = {"integer": 31, "long": 63}
_OF_ACLS = frozenset({"PutBucketAcl", "PutObjectAcl"})


def limit_bytes(operation: str) -> int:
    return MAXIMUM_COMPLETION_BYTES if operation == "CompleteMultipartUpload" else MAXIMUM_DOCUMENT_BYTES


def read_document(operation: str, document: Document, body: bytes) -> Element:
    """What the operation takes of its body. Raises AwsError MalformedXML, MalformedACLError."""
    root = parse_document(body)
    if root.name != document.root or not _fits(document.shape, root):
        raise malformed(operation)
    return root


def malformed(operation: str) -> AwsError:
    return errors.malformed_acl() if operation in _OF_ACLS else errors.malformed_xml()


def _fits(shape: Shape, one: Element) -> bool:
    """Whether an element is of a shape. What has no meaning is taken out of it: space around numbers, attributes."""
    if shape.kind == "structure":
        return _is_structure(shape, one)
    one.xsi_type = None
    if shape.kind == "list":
        assert shape.of is not None
        held = shape.of
        is_blank = not one.text.strip()
        one.text = ""
        return is_blank and all(child.name == shape.element and _fits(held, child) for child in one.children)
    return not one.children and _is_value(shape, one)


def _is_structure(shape: Shape, one: Element) -> bool:
    if one.text.strip():
        return False
    one.text = ""
    names = [child.name for child in one.children]
    if XSI_TYPE not in shape.attributes:
        one.xsi_type = None
    elif one.xsi_type is not None:
        if one.xsi_type not in shape.members[XSI_TYPE].shape.enum:
            return False
        names.append(XSI_TYPE)
    return all(name in names for name in shape.required) and all(_members(shape, one))


def _members(shape: Shape, one: Element) -> Iterator[bool]:
    seen: set[str] = set()
    for child in one.children:
        member = shape.members.get(child.name)
        if member is None or child.name in shape.attributes:
            yield False
            return
        if member.is_flattened:
            assert member.shape.of is not None
            yield _fits(member.shape.of, child)
        else:
            yield child.name not in seen and _fits(member.shape, child)
        seen.add(child.name)


def _is_value(shape: Shape, one: Element) -> bool:
    if shape.kind == "string" and not shape.enum:
        return True
    one.text = one.text.strip()
    if shape.kind == "string":
        return one.text in shape.enum
    if shape.kind == "boolean":
        one.text = one.text.lower()
        return one.text in ("true", "false")
    if shape.kind in _BITS:
        return is_integer(one.text, _BITS[shape.kind])
    return shape.kind != "timestamp" or _is_date(one.text)


def is_integer(text: str, bits: int = 31) -> bool:
    """Whether a text is a number of so many bits besides its sign."""
    return bool(_INTEGER.fullmatch(text)) and len(text) <= 20 and -(1 << bits) <= int(text) < 1 << bits


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
