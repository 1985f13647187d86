"""What skywalk does not carry yet is refused by name, never taken in silence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from skywalk.values.errors import unsupported_operation


def refuse_parameters(request: Mapping[str, object], names: Iterable[str]) -> None:
    """Raises UnsupportedOperation where one of the parameters asks for something.

    False and `{"Value": False}` ask for nothing: clients send them for what a resource does not have.
    """
    for name in names:
        value = request.get(name)
        if isinstance(value, Mapping) and value.keys() <= {"Value"}:
            value = value.get("Value")
        if value is not None and value is not False:
            raise unsupported_operation(f"The parameter {name} is not supported.")
