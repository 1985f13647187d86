"""Names that can be written in several ways, written in one before anything is decided: what a backend reads in them is
then what was decided on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.readings import queue_url
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from skywalk.edge.services.modelled.access import Asker
    from skywalk.edge.services.modelled.protocols.understood import Understood

_FUNCTION = re.compile(r"[a-zA-Z0-9-_]+(?::(?:\$LATEST|[a-zA-Z0-9-_]+))?")
_PARTIAL_FUNCTION = re.compile(r"([0-9]{12}):function:([a-zA-Z0-9-_]+(?::(?:\$LATEST|[a-zA-Z0-9-_]+))?)")
_PARAMETER = re.compile(r"arn:[^:]+:ssm:([^:]*):([^:]*):parameter(/.+)")


def write_plainly(service: str, understood: Understood, asker: Asker) -> None:
    """Raises AwsError for names that cannot be read in one way only."""
    rewrite = _REWRITING.get(service)
    if rewrite is not None:
        rewrite(understood, understood.parameters, asker)


def _queue(understood: Understood, parameters: dict[str, Any], asker: Asker) -> None:
    """In the query protocol, a request for a queue may be sent to the queue's URL instead of naming it."""
    shape = understood.operation.input
    if shape is None or "QueueUrl" not in shape.members:
        return
    given = parameters.get("QueueUrl") or understood.queue_path
    if not isinstance(given, str) or not given:
        return
    found = queue_url(given, asker)
    if found is None:
        raise AwsError("InvalidAddress", f"The address {given} is not valid for this endpoint.", 404)
    name, account_id = found
    host = f"sqs.{asker.region}.amazonaws.com"
    parameters["QueueUrl"] = f"https://{host}/{account_id or asker.account_id}/{name}"


def _function(_understood: Understood, parameters: dict[str, Any], asker: Asker) -> None:
    given = parameters.get("FunctionName")
    if not isinstance(given, str) or given.startswith("arn:") or _FUNCTION.fullmatch(given):
        return
    partial = _PARTIAL_FUNCTION.fullmatch(given)
    if partial is None:
        text = f"Value '{given}' at 'functionName' failed to satisfy constraint: Member must be the name of a function"
        raise AwsError("ValidationException", f"1 validation error detected: {text}", 400)
    parameters["FunctionName"] = f"arn:aws:lambda:{asker.region}:{partial[1]}:function:{partial[2]}"


def _parameter(_understood: Understood, parameters: dict[str, Any], asker: Asker) -> None:
    """The account's own parameters go by their names."""
    for member in ("Name", "Names"):
        given = parameters.get(member)
        if isinstance(given, str):
            parameters[member] = _own_name(given, asker)
        elif isinstance(given, list):
            parameters[member] = [_own_name(one, asker) if isinstance(one, str) else one for one in given]


def _own_name(given: str, asker: Asker) -> str:
    matched = _PARAMETER.fullmatch(given)
    if matched is None or matched.groups()[:2] != (asker.region, asker.account_id):
        return given
    name: str = matched[3]
    return name if name.count("/") > 1 else name.removeprefix("/")


def _bus(_understood: Understood, parameters: dict[str, Any], asker: Asker) -> None:
    """The account's own buses go by their names."""
    for one in (parameters, *(parameters.get("Entries") or ())):
        given = one.get("EventBusName") if isinstance(one, dict) else None
        prefix = f"arn:aws:events:{asker.region}:{asker.account_id}:event-bus/"
        if isinstance(given, str) and given.startswith(prefix):
            one["EventBusName"] = given.removeprefix(prefix)


_REWRITING: Mapping[str, Callable[[Understood, dict[str, Any], Asker], None]] = {
    "events": _bus,
    "lambda": _function,
    "sqs": _queue,
    "ssm": _parameter,
}
