"""What a request of any protocol can be refused with before its operation's own rules are looked at.

The codes are those of the JSON protocols; `forms` says what they are elsewhere.
"""

from __future__ import annotations

from skywalk.values.errors import AwsError


def unknown_operation(message: str = "") -> AwsError:
    return AwsError("UnknownOperationException", message, 404)


def serialization(message: str) -> AwsError:
    return AwsError("SerializationException", message, 400)


def cannot_be(value: object, kind: str) -> AwsError:
    """A value of a type that its member cannot have."""
    return serialization(f"{type_name(value)} cannot be converted to {kind}")


_TYPE_NAMES = {
    str: "STRING_VALUE",
    int: "NUMBER_VALUE",
    float: "DECIMAL_VALUE",
    list: "START_ARRAY",
    dict: "START_OBJECT",
}


def type_name(value: object) -> str:
    """As AWS's parsers of JSON name the types of what they read."""
    if isinstance(value, bool):
        return f"{str(value).upper()}_VALUE"
    return _TYPE_NAMES.get(type(value), "NULL_VALUE")
