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
    try:
        root = ElementTree.fromstring(answer.body)  # noqa: S314 (a backend wrote it)
    except ElementTree.ParseError:
        raise internal_failure() from None
    return {
        name: value
        for element in root.iter()
        if (name := _child(element, _NAMES))
        for value in [_child(element, _VALUES)]
    }


def _child(element: ElementTree.Element, names: tuple[str, ...]) -> str:
    for child in element:
        if child.tag.rpartition("}")[2] in names:
            return child.text or ""
    return ""
