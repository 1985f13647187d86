"""Answers of the edge's own, where no backend is asked or its answer is changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from skywalk.edge.services.modelled.answers import translated
from skywalk.edge.services.modelled.call import BackendAnswer
from skywalk.edge.services.modelled.refusals import internal_failure
from skywalk.edge.services.modelled.service_models import JSON, QUERY, REST_JSON

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.services.modelled.call import ModelledCall

_PLAIN = (JSON, REST_JSON)
_NAMES, _VALUES = ("key", "Name"), ("value", "Value")


def own_answer(call: ModelledCall, result: Mapping[str, Any], status: int = 200) -> BackendAnswer:
    """As the backend would have answered it."""
    protocol = call.backend_protocol(call.understood)
    body = json.dumps(result).encode()
    if protocol in _PLAIN:
        return BackendAnswer(status, {"content-type": "application/json"}, b"" if status == 204 else body)
    status, headers, content = translated(call.understood, status, [], body, call.request_id)
    return BackendAnswer(status, dict(headers), content)


def result_of(call: ModelledCall, answer: BackendAnswer) -> dict[str, Any]:
    """What is in an answer in JSON. Raises AwsError."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        raise internal_failure() from None
    if not isinstance(found, dict):
        raise internal_failure()
    return found


def attributes_of(call: ModelledCall, answer: BackendAnswer) -> dict[str, str]:
    """The attributes of a queue or topic. Raises AwsError."""
    if call.backend_protocol(call.understood) != QUERY:
        return dict(result_of(call, answer).get("Attributes") or {})
    attributes = {_child(element, _NAMES): _child(element, _VALUES) for element in _root(answer).iter()}
    return {name: value for name, value in attributes.items() if name}


def texts_of(answer: BackendAnswer, name: str) -> list[str]:
    """Those of all elements of this name. Raises AwsError."""
    return [element.text or "" for element in _root(answer).iter() if _name(element) == name]


def _root(answer: BackendAnswer) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(answer.body)  # noqa: S314 (a backend wrote it)
    except ElementTree.ParseError:
        raise internal_failure() from None


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _child(element: ElementTree.Element, names: tuple[str, ...]) -> str:
    for child in element:
        if _name(child) in names:
            return child.text or ""
    return ""
