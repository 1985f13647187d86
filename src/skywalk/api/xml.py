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
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from skywalk.api.forms import USES_BEFORE_GENERATED, Write, WriteValues, generate_writer
from skywalk.api.model import List, Map, Scalar, ShapeError, Structure, load_service
from skywalk.api.scalars import scalar_writer
from skywalk.values.constant import Constant
from skywalk.values.template import Blank, Filled

if TYPE_CHECKING:
    from skywalk.api.model import Kind, ServiceModel, Shape

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
    before, after = f'{DECLARATION}<{action}Response xmlns="{model.namespace}">', f"</{action}Response>"
    if model.protocol == "ec2":
        before += f"<requestId>{escape(request_id)}</requestId>"
    elif model.protocol == "query":
        opening, closing = _tags(operation.wrapper or "")
        before += opening
        metadata = f"<ResponseMetadata><RequestId>{escape(request_id)}</RequestId></ResponseMetadata>"
        after = f"{closing}{metadata}{after}"
    return "".join([before, *_result_parts(service, action, result), after]).encode()


def _result_parts(service: str, action: str, result: Mapping[str, Any]) -> list[str]:
    """What stands in an answer, in parts: what is long is copied once."""
    model = load_service(service)
    operation = model.operation(action)
    if operation.output is not None:
        parts = _compiler(service).parts(operation.output, result)
        return parts if model.protocol != "query" or operation.wrapper is not None else []
    if result:
        raise ShapeError(f"{action} has no output, so not {', '.join(result)}")
    # EC2 answers `true` where an operation has no output of its own; the models leave that out.
    return ["<return>true</return>"] if model.protocol == "ec2" else []


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
def _compiler(service: str) -> _Compiler:
    return _Compiler(load_service(service))


class _Compiler:
    """Makes and keeps the writers of one service's output shapes."""

    def __init__(self, model: ServiceModel) -> None:
        self._model = model
        self._writers: dict[tuple[str, str], Write] = {}

    def shape(self, name: str) -> Shape:
        return self._model.output_shape(name)

    def parts(self, shape_name: str, value: Mapping[str, Any]) -> list[str]:
        """What stands inside a structure, escaped, with the items of its lists one by one."""
        texts: list[str] = []
        parts = self._parts(shape_name, value, texts)
        return parts if _is_plain("".join(texts)) else self._parts(shape_name, value, None)

    def _parts(self, shape_name: str, value: Mapping[str, Any], texts: list[str] | None) -> list[str]:
        structure = self.shape(shape_name)
        assert isinstance(structure, Structure)
        parts: list[str] = []
        for name, found in value.items():
            member = structure.members.get(name)
            if member is None:
                raise ShapeError(f"{shape_name} has no member {name!r}")
            shape = self.shape(member.shape)
            if isinstance(shape, List) and shape.item and isinstance(found, (list, tuple)):
                before, after = _tags(member.wire_name)
                write_item = self.writer(shape.member, shape.item)
                parts += (before, *[write_item(item, texts) for item in found], after)
            elif found is not None:
                parts.append(self.writer(member.shape, member.wire_name)(found, texts))
        return parts

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
        shape = self.shape(shape_name)
        if isinstance(shape, Structure):
            return self._structure(shape_name, shape, tag)
        if isinstance(shape, List):
            return self._list(shape_name, shape, tag)
        if isinstance(shape, Map):
            return self._map(shape_name, shape, tag)
        return _scalar(shape.kind, tag)

    def _structure(self, shape_name: str, shape: Structure, tag: str) -> Write:
        before, after = _tags(tag)
        writers = {member.name: self.writer(member.shape, member.wire_name) for member in shape.members.values()}
        forms: dict[tuple[str, ...], WriteValues] = {}
        uses: Counter[tuple[str, ...]] = Counter()

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
            if form is None:
                uses[names] += 1
                if names and uses[names] == USES_BEFORE_GENERATED:
                    with_blanks = {name: Blank(place) for place, name in enumerate(names)}
                    forms[names] = generate_writer(self, shape_name, tag, with_blanks, len(names))
            elif texts is not None:
                try:
                    return form(value.values(), texts)
                except TypeError:
                    pass
            return write_generally(value, texts)

        def write_filled(value: Filled, texts: list[str] | None) -> str:
            pattern = value.pattern
            form = pattern.writers.get(write)
            if form is None:
                pattern.uses += 1
                if pattern.uses >= USES_BEFORE_GENERATED:
                    pattern.writers[write] = generate_writer(self, shape_name, tag, pattern.members, pattern.count)
            elif texts is not None:
                try:
                    written: str = form(value.values_given, texts)
                except TypeError:
                    pass
                else:
                    return written
            return write_members(value.members, texts)

        def write(value: Any, texts: list[str] | None) -> str:
            kind = type(value)
            if kind is dict:
                return write_members(value, texts)
            if kind is Filled and value.written is None:
                return write_filled(value, texts)
            if kind is Constant or kind is Filled:
                written: str | None = value.written.get(write)
                if written is None:
                    write_now = write_members if kind is Constant else write_filled
                    written = value.written[write] = _finished(write_now, value)
                return written
            if isinstance(value, dict):
                return write_members(value, texts)
            raise ShapeError(f"{value!r} is no {shape_name}")

        return write

    def _list(self, shape_name: str, shape: List, tag: str) -> Write:
        member = self.shape(shape.member)
        write_one_by_one = self._list_of_any(shape_name, shape, tag)
        if not isinstance(member, Scalar) or member.kind != "string":
            return write_one_by_one
        before, after = _tags("" if shape.item is None else tag)
        opening, closing = _tags(shape.item or tag)
        before, between, after = before + opening, closing + opening, closing + after

        def write(value: Any, texts: list[str] | None) -> str:
            if texts is not None and value and isinstance(value, (list, tuple)):
                try:
                    written = f"{before}{between.join(value)}{after}"
                except TypeError:
                    return write_one_by_one(value, texts)
                texts += value
                return written
            return write_one_by_one(value, texts)

        return write

    def _list_of_any(self, shape_name: str, shape: List, tag: str) -> Write:
        # A flat list has no element of its own: its name stands around each item.
        before, after = _tags("" if shape.item is None else tag)
        write_item = self.writer(shape.member, shape.item or tag)

        def write_items(items: Iterable[Any], texts: list[str] | None) -> list[str]:
            return [
                (item.__class__ is Constant and item.written.get(write_item)) or write_item(item, texts)
                for item in items
            ]

        def write(value: Any, texts: list[str] | None) -> str:
            if not isinstance(value, (list, tuple)):
                raise ShapeError(f"{value!r} is no {shape_name}")
            if len(value) == 1:
                return f"{before}{write_item(value[0], texts)}{after}"
            return f"{before}{''.join(write_items(value, texts))}{after}"

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
