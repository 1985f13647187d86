"""The catalogue of AWS's services with interface endpoints, as it is in `interface_services.json`.

The services that `every` region has, and those of one region `only`; `public_only` are others with public names. A
service's host name is its own in its region, the labels the other way round (`ecr.api` → `api.ecr.us-east-1…`), unless
`names` has others. Those of the services in `unconfirmed_names` are unconfirmed: the rest is in botocore's endpoint
data (`tools/generate_interface_services.py`) or in the services' guides (`documented_names`). Unconfirmed too is which
services a region lacks, that the global ones have theirs in us-east-1, the endpoint names of services that are not
`com.amazonaws` ones, which other services have names in `api.aws`, take plain HTTP or have no policies, and which have
no private names besides those of `without_private_names`. `legacy_names` are further ones, which lead to a service in
public and never by private DNS; those without a region are us-east-1's. Version 1 of the AWS CLI calls them.
Source: PrivateLink Guide, "AWS services that integrate with AWS PrivateLink"; botocore's endpoint data.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("interface_services.json")
HTTP, HTTPS = 80, 443
_OF_AMAZON = "com.amazonaws."
_DOMAINS = {"aws.api": "api.aws", "api.aws": "api.aws", "aws.sagemaker": "sagemaker.aws"}
"""Of the services whose names do not begin with com.amazonaws, and are not in amazonaws.com."""


@dataclass(frozen=True, slots=True)
class InterfaceService:
    """In texts `{region}` stands for a region. `name` is `com.amazonaws.{region}.ecr.api`, `service` the same without
    what all have in common (`ecr.api`); `names` are host names, `*.` in front for all names below, `has_private_names`
    says whether private DNS makes them its own. `only_region` is the one region that has it."""

    name: str
    service: str
    only_region: str | None
    names: tuple[str, ...]
    has_private_names: bool
    supports_policy: bool
    ports: tuple[int, ...]
    is_confirmed: bool
    legacy_names: tuple[str, ...] = ()


def reversed_labels(service: str) -> str:
    """Host names have the labels of a service's name the other way round: `ecr.api` → `api.ecr`."""
    return ".".join(reversed(service.split(".")))


@cache
def interface_services() -> tuple[InterfaceService, ...]:
    data = _data()
    found = [_interface_service(data, name, None) for name in data["every"]]
    found += [_interface_service(data, name, region) for region, names in data["only"].items() for name in names]
    return tuple(found)


@cache
def services_in_public_only() -> tuple[InterfaceService, ...]:
    """Services that have public names and no endpoints."""
    data = _data()
    return tuple(_interface_service(data, f"{_OF_AMAZON}{{region}}.{name}", None) for name in data["public_only"])


def usual_names(name: str) -> tuple[str, ...]:
    """The host names that a service has by its own."""
    prefix = ".".join(name.split(".")[:2])
    label = reversed_labels(_short(name).removeprefix(f"{prefix}."))
    domain = _DOMAINS.get(prefix)
    if domain == "sagemaker.aws":
        return (f"{label}.{{region}}.{domain}", f"*.{label}.{{region}}.{domain}")
    return (f"{label}.{{region}}.{domain or 'amazonaws.com'}",)


def _interface_service(data: dict[str, Any], name: str, only_region: str | None) -> InterfaceService:
    if only_region is not None:
        name = name.replace(f".{only_region}.", ".{region}.")
    service = _short(name)
    default_ports = (HTTP, HTTPS) if service in data["plain_http"] else (HTTPS,)
    return InterfaceService(
        name=name,
        service=service,
        only_region=only_region,
        names=tuple(data["names"].get(service) or usual_names(name)),
        has_private_names=service not in data["without_private_names"],
        supports_policy=service not in data["without_policy"],
        ports=tuple(data["ports"].get(service, default_ports)),
        is_confirmed=service not in data["unconfirmed_names"],
        legacy_names=tuple(data["legacy_names"].get(service, ())),
    )


def _short(name: str) -> str:
    """`com.amazonaws.{region}.ecr.api` → `ecr.api`, `aws.api.{region}.freetier` → `aws.api.freetier`."""
    return name.removeprefix(_OF_AMAZON).replace("{region}.", "")


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(DATA.read_text())
    return loaded
