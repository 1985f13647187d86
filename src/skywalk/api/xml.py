"""Results to XML, exactly as AWS's clients parse it back.

Every shape is compiled once, at its first use, into a writer; what is written often, into a faster one (`forms`).
Writers take texts over as they are and collect them beside, so that one look over all of them tells whether any needs
escaping. Seldom one does: then the whole is written once more, with each text escaped.

What a result must not contain (a member that the operation lacks, a value of another type, a time without a zone)
raises ShapeError: an answer is never silently incomplete.

A Constant is written once and kept, for each place that it stands at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from skywalk.api.forms import USES_BEFORE_GENERATED, FormMember, Write, generate_writer
from skywalk.api.model import List, Map, Member, Scalar, ShapeError, Structure, load_service
from skywalk.api.scalars import scalar_writer
from skywalk.values.constant import Constant

if TYPE_CHECKING:
    from skywalk.api.model import Kind, ServiceModel

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

# A carriage return is written as a reference, since parsers turn a bare one into a line feed. Characters that XML
# 1.0 cannot carry even as references become U+FFFD.
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_CONTROLS = "".join(map(chr, range(0x20))).translate({ord(char): None for char in "\t\n"})
_NONCHARACTERS = "\ufffe\uffff"
_SPECIAL = re.compile(f"[&<>{_CONTROLS}\ud800-\udfff{_NONCHARACTERS}]")
_SPECIAL_BYTES = f"&<>{_CONTROLS}".encode()


def escape(text: str) -> str:
    """The text as it stands between tags."""
    return _SPECIAL.sub(lambda found: _ESCAPES.get(found.group(), "\ufffd"), text)


def serialize(service: str, action: str, result: Mapping[str, Any], request_id: str) -> bytes:
    """The body of a successful answer. Raises ShapeError where the result does not fit the operation's output."""
    model = load_service(service)
    operation = model.operation(action)
    written = _finished(_result_writer(service, action), result)
    before, after = f'{DECLARATION}<{action}Response xmlns="{model.namespace}">', f"</{action}Response>"
    if model.protocol == "ec2":
        before += f"<requestId>{escape(request_id)}</requestId>"
    else:
        opening, closing = _tags(operation.wrapper or "")
        before += opening
        metadata = f"<ResponseMetadata><RequestId>{escape(request_id)}</RequestId></ResponseMetadata>"
        after = f"{closing}{metadata}{after}"
        if operation.wrapper is None:
            written = ""
    return f"{before}{written}{after}".encode()


def _finished(write: Write, value: Any) -> str:
    """A value as it stands in an answer, escaped."""
    texts: list[str] = []
    written = write(value, texts)
    return written if _is_plain("".join(texts)) else write(value, None)


def _is_plain(text: str) -> bool:
    """Whether nothing in a long text needs escaping; ten times faster than searching for it by expression."""
    if text.isascii():
        return len(text.encode().translate(None, _SPECIAL_BYTES)) == len(text)
    try:
        data = text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    if len(data.translate(None, _SPECIAL_BYTES)) != len(data):
        return False
    return not any(char in text for char in _NONCHARACTERS)


@cache
def _result_writer(service: str, action: str) -> Write:
    model = load_service(service)
    output = model.operation(action).output
    if output is not None:
        return _compiler(service).writer(output, "")
    # EC2 answers `true` where an operation has no output of its own; the models leave that out.
    nothing = "<return>true</return>" if model.protocol == "ec2" else ""

    def write_nothing(result: Any, texts: list[str] | None) -> str:
        del texts
        if result:
            raise ShapeError(f"{action} has no output, so not {', '.join(result)}")
        return nothing

    return write_nothing


@cache
def _compiler(service: str) -> _Compiler:
    return _Compiler(load_service(service))


class _Compiler:
    """Makes and keeps the writers of one service's output shapes."""

    def __init__(self, model: ServiceModel) -> None:
        self._model = model
        self._writers: dict[tuple[str, str], Write] = {}

    def writer(self, shape_name: str, tag: str) -> Write:
        """The writer of an element of this shape, or of what stands inside it where the tag is empty."""
        key = (shape_name, tag)
        if key not in self._writers:

            def write_later(value: Any, texts: list[str] | None) -> str:
                return self._writers[key](value, texts)

            # A shape that contains itself finds this entry while it is compiled.
            self._writers[key] = write_later
            self._writers[key] = self._compile(shape_name, tag)
        return self._writers[key]

    def _compile(self, shape_name: str, tag: str) -> Write:
        shape = self._model.output_shape(shape_name)
        if isinstance(shape, Structure):
            return self._structure(shape_name, shape, tag)
        if isinstance(shape, List):
            return self._list(shape_name, shape, tag)
        if isinstance(shape, Map):
            return self._map(shape_name, shape, tag)
        return _scalar(shape.kind, tag)

    def _structure(self, shape_name: str, shape: Structure, tag: str) -> Write:
        before, after = _tags(tag)
        members = shape.members.values()
        writers = {member.name: self.writer(member.shape, member.wire_name) for member in members}
        forms: dict[tuple[str, ...], Write] = {}
        uses: dict[tuple[str, ...], int] = {}

        def write_generally(value: Mapping[str, Any], texts: list[str] | None) -> str:
            parts = [before]
            for name, member in value.items():
                if name not in writers:
                    raise ShapeError(f"{shape_name} has no member {name!r}")
                if member is not None:
                    parts.append(writers[name](member, texts))
            parts.append(after)
            return "".join(parts)

        def write_members(value: Mapping[str, Any], texts: list[str] | None) -> str:
            names = tuple(value)
            form = forms.get(names)
            if form is not None:
                return form(value, texts)
            written = write_generally(value, texts)
            uses[names] = uses.get(names, 0) + 1
            if names and uses[names] >= USES_BEFORE_GENERATED:
                of_form = [self._form_member(shape.members[name], writers[name]) for name in names]
                forms[names] = generate_writer(before, of_form, after, write_generally)
            return written

        def write(value: Any, texts: list[str] | None) -> str:
            if value.__class__ is Constant:
                written: str | None = value.written.get(write)
                if written is None:
                    written = value.written[write] = _finished(write_members, value)
                return written
            if isinstance(value, dict):
                return write_members(value, texts)
            raise ShapeError(f"{value!r} is no {shape_name}")

        return write

    def _form_member(self, member: Member, write: Write) -> FormMember:
        shape = self._model.output_shape(member.shape)
        kind = shape.kind if isinstance(shape, Scalar) else None
        return FormMember(*_tags(member.wire_name), kind, write)

    def _list(self, shape_name: str, shape: List, tag: str) -> Write:
        # A flat list has no element of its own: its name stands around each item.
        before, after = _tags("" if shape.item is None else tag)
        write_item = self.writer(shape.member, shape.item or tag)

        def write(value: Any, texts: list[str] | None) -> str:
            if not isinstance(value, (list, tuple)):
                raise ShapeError(f"{value!r} is no {shape_name}")
            return f"{before}{''.join([write_item(item, texts) for item in value])}{after}"

        return write

    def _map(self, shape_name: str, shape: Map, tag: str) -> Write:
        before, after = _tags("" if shape.entry is None else tag)
        opening, closing = _tags(shape.entry or tag)
        write_key = self.writer(shape.key.shape, shape.key.wire_name)
        write_value = self.writer(shape.value.shape, shape.value.wire_name)

        def write(value: Any, texts: list[str] | None) -> str:
            if not isinstance(value, dict):
                raise ShapeError(f"{value!r} is no {shape_name}")
            entries = [
                f"{opening}{write_key(name, texts)}{write_value(item, texts)}{closing}" for name, item in value.items()
            ]
            return f"{before}{''.join(entries)}{after}"

        return write


def _tags(name: str) -> tuple[str, str]:
    return (f"<{name}>", f"</{name}>") if name else ("", "")


def _scalar(kind: Kind, tag: str) -> Write:
    before, after = _tags(tag)
    write_text = scalar_writer(kind)
    is_free = kind == "string"

    def write(value: Any, texts: list[str] | None) -> str:
        try:
            text = write_text(value)
        except TypeError as error:
            raise ShapeError(str(error)) from None
        if is_free:
            if texts is None:
                text = escape(text)
            else:
                texts.append(text)
        return f"{before}{text}{after}"

    return write
