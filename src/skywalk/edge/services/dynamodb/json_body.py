"""A request's body, read in one way only: no member twice, no numbers that JSON does not have, no half characters
(`\\ud800` alone), which no UTF-8 can say again."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

from skywalk.edge.services.dynamodb import errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Object = dict[str, Any]

_MAY_BE_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


def parse_body(body: bytes) -> Object:
    """Raises AwsError SerializationException."""
    try:
        parsed = json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_no_constant)
        if _MAY_BE_HALF.search(body):
            json.dumps(parsed, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise errors.serialization("The body of the request is no JSON object, or has a member twice.") from None
    if not isinstance(parsed, dict):
        raise errors.serialization("The body of the request is no JSON object.")
    return parsed


def render_body(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def text(parent: Mapping[str, Any], member: str) -> str:
    """A text that must be there. Raises AwsError ValidationException, SerializationException."""
    found = optional_text(parent, member)
    if found is None:
        raise errors.missing(validation_name(member))
    return found


def optional_text(parent: Mapping[str, Any], member: str) -> str | None:
    found = parent.get(member)
    if found is not None and not isinstance(found, str):
        raise errors.serialization(f"{member} is no string.")
    return found


def mapping(parent: Mapping[str, Any], member: str) -> Object:
    """An object that must be there."""
    found = parent.get(member)
    if found is None:
        raise errors.missing(validation_name(member))
    if not isinstance(found, dict):
        raise errors.serialization(f"{member} is no object.")
    return found


def objects(parent: Mapping[str, Any], member: str) -> Sequence[Object]:
    """A list of objects that must be there."""
    found = parent.get(member)
    if found is None:
        raise errors.missing(validation_name(member))
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise errors.serialization(f"{member} is no list of objects.")
    return found


def validation_name(member: str) -> str:
    return member[:1].lower() + member[1:]


def _object(pairs: list[tuple[str, Any]]) -> Object:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a member is given twice")
    return made


def _no_constant(constant: str) -> NoReturn:
    raise ValueError(constant)
