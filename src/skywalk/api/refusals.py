"""The words in which each protocol refuses a request that it cannot read.

Sources: EC2 API Reference, "Error codes"; answers of AWS quoted in public reports (`UnknownParameter`,
`InvalidAction`, `NoSuchVersion`, `MalformedInput`, IAM's sentence on names). What EC2 says of a wrong type, and how
IAM and STS treat an unknown parameter (they may ignore it), is unconfirmed; here it is an error, so that a
misspelt parameter is never silently without effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from skywalk.values.errors import AwsError, invalid_parameter_value, missing_parameter

if TYPE_CHECKING:
    from skywalk.api.constraints import Violation
    from skywalk.api.model import ServiceModel

_ECHO_LENGTH = 255
# IAM does not print these patterns; it describes them.
_IAM_SENTENCES = {
    r"[\w+=,.@-]+": "It must contain only alphanumeric characters and/or the following: +=,.@_-",
    r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)": (
        "It must begin and end with / and contain only alphanumeric characters and/or / characters."
    ),
}


class Refusals(Protocol):
    """One constructor per reason. A *key* is a parameter's whole name on the wire (`Filter.1.Name`)."""

    def missing_action(self) -> AwsError: ...

    def unknown_action(self, action: str) -> AwsError: ...

    def unknown_version(self, action: str, version: str | None) -> AwsError: ...

    def unknown_parameter(self, key: str) -> AwsError: ...

    def wrong_value(self, key: str, value: str, expected: str) -> AwsError: ...

    def violations(self, found: list[Violation]) -> AwsError: ...

    def malformed(self, reason: str) -> AwsError: ...


class Ec2Refusals:
    """EC2's words."""

    def missing_action(self) -> AwsError:
        return AwsError("MissingAction", "The request is missing an action or a required parameter.")

    def unknown_action(self, action: str) -> AwsError:
        return AwsError("InvalidAction", f"The action {_echo(action)} is not valid for this web service.")

    def unknown_version(self, action: str, version: str | None) -> AwsError:
        del action
        if version is None:
            return missing_parameter("Version")
        text = f"The requested version ({_echo(version)}) of service AmazonEC2 does not exist"
        return AwsError("NoSuchVersion", text)

    def unknown_parameter(self, key: str) -> AwsError:
        return AwsError("UnknownParameter", f"The parameter {_echo(key)} is not recognized")

    def wrong_value(self, key: str, value: str, expected: str) -> AwsError:
        return invalid_parameter_value(_wrong_value(key, value, expected))

    def violations(self, found: list[Violation]) -> AwsError:
        # EC2's tables have no bounds: the only violation is absence, and EC2 names one parameter at a time.
        return missing_parameter(found[0].key)

    def malformed(self, reason: str) -> AwsError:
        return AwsError("MalformedQueryString", reason)


class QueryRefusals:
    """The words of IAM, STS and other services of the plain query protocol."""

    def __init__(self, service: str, version: str) -> None:
        self._service = service
        self._version = version

    def missing_action(self) -> AwsError:
        return AwsError("MissingAction", "The request is missing an action or a required parameter.")

    def unknown_action(self, action: str) -> AwsError:
        return self.unknown_version(action, self._version)

    def unknown_version(self, action: str, version: str | None) -> AwsError:
        asked = "NO_VERSION_SPECIFIED" if version is None else _echo(version)
        return AwsError("InvalidAction", f"Could not find operation {_echo(action)} for version {asked}")

    def unknown_parameter(self, key: str) -> AwsError:
        return AwsError("ValidationError", f"The parameter {_echo(key)} is not recognized")

    def wrong_value(self, key: str, value: str, expected: str) -> AwsError:
        return AwsError("ValidationError", _wrong_value(key, value, expected))

    def violations(self, found: list[Violation]) -> AwsError:
        if self._service == "iam":
            for violation in found:
                if violation.pattern in _IAM_SENTENCES:
                    sentence = _IAM_SENTENCES[violation.pattern]
                    text = f"The specified value for {violation.path} is invalid. {sentence}"
                    return AwsError("ValidationError", text)
        return AwsError("ValidationError", _all_described(found))

    def malformed(self, reason: str) -> AwsError:
        return AwsError("MalformedInput", reason)


class RestXmlRefusals:
    """Route 53's words. Source: answers of AWS quoted in public reports, for violations; the others are unconfirmed."""

    def missing_action(self) -> AwsError:
        return self.unknown_action("")

    def unknown_action(self, action: str) -> AwsError:
        return AwsError("UnknownOperationException", f"There is no operation {_echo(action)}.", 404)

    def unknown_version(self, action: str, version: str | None) -> AwsError:
        del version
        return self.unknown_action(action)

    def unknown_parameter(self, key: str) -> AwsError:
        return self._invalid(f"Unexpected element or parameter {_echo(key)}")

    def wrong_value(self, key: str, value: str, expected: str) -> AwsError:
        return self._invalid(_wrong_value(key, value, expected))

    def violations(self, found: list[Violation]) -> AwsError:
        return self._invalid(_all_described(found))

    def malformed(self, reason: str) -> AwsError:
        return self._invalid(f"Invalid XML ; {reason}")

    def _invalid(self, text: str) -> AwsError:
        return AwsError("InvalidInput", text)


class JsonRefusals:
    """The words of JSON protocols. Source: common errors of such services; those of single values are unconfirmed."""

    def missing_action(self) -> AwsError:
        return self.unknown_action("")

    def unknown_action(self, action: str) -> AwsError:
        del action
        return AwsError("UnknownOperationException", "")

    def unknown_version(self, action: str, version: str | None) -> AwsError:
        del version
        return self.unknown_action(action)

    def unknown_parameter(self, key: str) -> AwsError:
        return AwsError("ValidationException", f"The parameter {_echo(key)} is not recognized")

    def wrong_value(self, key: str, value: str, expected: str) -> AwsError:
        return AwsError("SerializationException", _wrong_value(key, value, expected))

    def violations(self, found: list[Violation]) -> AwsError:
        return AwsError("ValidationException", _all_described(found))

    def malformed(self, reason: str) -> AwsError:
        return AwsError("SerializationException", reason)


def refusals_of(model: ServiceModel) -> Refusals:
    """The words of a service's protocol."""
    if model.protocol == "ec2":
        return Ec2Refusals()
    if model.protocol == "rest-xml":
        return RestXmlRefusals()
    return JsonRefusals() if model.protocol == "json" else QueryRefusals(model.name, model.version)


def _all_described(found: list[Violation]) -> str:
    plural = "" if len(found) == 1 else "s"
    each = "; ".join(_described(violation) for violation in found)
    return f"{len(found)} validation error{plural} detected: {each}"


def _described(violation: Violation) -> str:
    value = "null" if violation.value is None else f"'{_echo(violation.value)}'"
    return f"Value {value} at '{_echo(violation.path)}' failed to satisfy constraint: {violation.constraint}"


def _wrong_value(key: str, value: str, expected: str) -> str:
    return f"Value ({_echo(value)}) for parameter {_echo(key)} is invalid. Expected {expected}."


def _echo(text: str) -> str:
    """What a client sent, short enough to be sent back."""
    return text if len(text) <= _ECHO_LENGTH else text[:_ECHO_LENGTH] + "…"
