"""Tell how far requests of each modelled service are mapped to actions on resources.

    python tools/report_request_mapping.py [SERVICE …]

A line for each service, by its name as an endpoint service, and the sum of all: how many operations it has; how many
have an action that the Service Authorization Reference knows; of how many the resource is known: those whose parameters
name one of the action's types of resources, and those whose action has none. What is left is asked for on every
resource of a type, or on `*`. FIPS variants are as the services that they are of.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

from skywalk.edge.services.modelled.access import action_of, is_by_path, is_told
from skywalk.edge.services.modelled.general_access import bindings_of
from skywalk.edge.services.modelled.service_models import Operation, service_model
from skywalk.policy.authorization_reference import action_entry
from skywalk.values.modelled_services import modelled_services


class Coverage(NamedTuple):
    operations: int
    with_action: int
    with_resource: int


def coverage_of(service: str) -> Coverage:
    known = modelled_services()[service]
    told = [
        (
            _has_action(service, known.signing_name, operation),
            _has_resource(service, known.signing_name, folder, operation),
        )
        for folder in known.models
        for operation in _operations(folder)
    ]
    return Coverage(len(told), sum(action for action, _ in told), sum(resource for _, resource in told))


def services() -> list[str]:
    return sorted(name for name in modelled_services() if not name.endswith("-fips"))


def whole() -> Coverage:
    found = [coverage_of(service) for service in services()]
    return Coverage(*(sum(column) for column in zip(*found, strict=True)))


def _operations(folder: str) -> Iterator[Operation]:
    model = service_model(folder)
    for name in model.operation_names:
        found = model.operation(name)
        if found is not None:
            yield found


def _has_action(service: str, signing_name: str, operation: Operation) -> bool:
    prefix, action = action_of(service, signing_name, operation)
    return action_entry(prefix, action) is not None or is_told(service, operation)


def _has_resource(service: str, signing_name: str, folder: str, operation: Operation) -> bool:
    prefix, action = action_of(service, signing_name, operation)
    if is_told(service, operation) or is_by_path(service, operation.name):
        return True
    bindings = bindings_of(prefix, action, folder, operation.name)
    if bindings is None:
        return False
    kinds = (*bindings[0], *bindings[1])
    return not kinds or any(one.holders or any(one.sources) or one.is_constant for one in kinds)


def _columns(found: Coverage) -> str:
    return f"{found.operations:10} {found.with_action:8} {found.with_resource:8}"


def main(names: list[str]) -> None:
    print(f"{'service':40} {'operations':>10} {'action':>8} {'resource':>8}")
    for name in names or services():
        print(f"{name:40} {_columns(coverage_of(name))}")
    if not names:
        print(f"{'all':40} {_columns(whole())}")


if __name__ == "__main__":
    main(sys.argv[1:])
