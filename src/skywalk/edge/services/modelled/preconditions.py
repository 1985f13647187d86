"""What AWS refuses that its models do not say, and that moto would stumble over or keep for ever: one secret that has a
tag without a key, or one stack that has a name that XML cannot carry, and nothing can be listed any more.

Unconfirmed: the words, and the codes of tags and of characters.
Source: API References of KMS (GenerateRandom), Secrets Manager (GetRandomPassword, Tag); XML 1.0, "Characters".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.protocols.forms import is_of_xml
from skywalk.edge.services.modelled.service_models import JSON
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.edge.services.modelled.protocols.understood import Understood

_EXCLUSIONS = ("ExcludeLowercase", "ExcludeNumbers", "ExcludePunctuation", "ExcludeUppercase")


def check_preconditions(service: str, understood: Understood, code: str) -> None:
    """`code`: the service's for a constraint that is not met. May complete parameters. Raises AwsError."""
    if JSON not in understood.model.protocols:
        _check_characters(understood.parameters, code)
    if service == "kms":
        _check_random_bytes(understood)
    elif service == "secretsmanager":
        _check_password(understood)
        _check_tags(understood.parameters)


def _check_characters(parameters: dict[str, Any], code: str) -> None:
    for path, text in _texts(parameters, ""):
        if not is_of_xml(text):
            constraint = "Member must not have characters that XML cannot carry"
            raise AwsError(
                code, f"1 validation error detected: Value at '{path}' failed to satisfy constraint: {constraint}", 400
            )


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            own = name[:1].lower() + name[1:]
            yield path, name
            yield from _texts(inner, f"{path}.{own}" if path else own)
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _texts(inner, f"{path}.{number}.member")


def _check_random_bytes(understood: Understood) -> None:
    if understood.operation.name == "GenerateRandom" and understood.parameters.get("NumberOfBytes") is None:
        raise AwsError("ValidationException", "NumberOfBytes is required.", 400)


def _check_password(understood: Understood) -> None:
    parameters = understood.parameters
    if understood.operation.name == "GetRandomPassword" and all(parameters.get(one) for one in _EXCLUSIONS):
        message = "The password cannot be generated: every type of character is excluded."
        raise AwsError("InvalidParameterException", message, 400)


def _check_tags(parameters: dict[str, Any]) -> None:
    """A tag may have no value, and none is then an empty one."""
    for tag in parameters.get("Tags") or ():
        if tag.get("Key") is None:
            raise AwsError("InvalidParameterException", "A tag must have a key.", 400)
        if tag.get("Value") is None:
            tag["Value"] = ""
