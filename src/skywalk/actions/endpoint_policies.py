"""The policies that endpoints are given.

Source: PrivateLink Guide, "Control access to VPC endpoints using endpoint policies"; the default texts from examples of
answers. Unconfirmed: the refusal of a policy for a service that has none, and that an empty policy is as none.
"""

from __future__ import annotations

import json
from typing import Any

from skywalk.policy.endpoint_rules import accept_endpoint_policy
from skywalk.policy.errors import PolicyError
from skywalk.resources.action_mapping import is_mapped
from skywalk.resources.endpoint_services import GATEWAY, EndpointService
from skywalk.values.errors import AwsError, invalid_parameter, unsupported_operation

DEFAULT_POLICY = '{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'
"""Full access, in the text that DescribeVpcEndpoints shows for gateway endpoints."""

_LINES = ('"Action": "*"', '"Effect": "Allow"', '"Principal": "*"', '"Resource": "*"')
DEFAULT_INTERFACE_POLICY = "\n".join(
    ("{", '  "Statement": [', "    {", ", \n".join(f"      {line}" for line in _LINES), "    }", "  ]", "}")
)
"""The same, as it is shown for interface endpoints."""

_FULL_ACCESS = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


def default_policy(service: EndpointService) -> str:
    return DEFAULT_POLICY if service.endpoint_type == GATEWAY else DEFAULT_INTERFACE_POLICY


def checked_policy(text: str | None, service: EndpointService) -> str:
    """The policy as it was written; the default for none.

    Raises InvalidPolicyDocument, InvalidParameter for a service without policies, UnsupportedOperation for one without
    a model of its requests.
    """
    if not text:
        return default_policy(service)
    if not service.supports_policy:
        raise invalid_parameter(f"The VPC endpoint service {service.name} does not support endpoint policies.")
    try:
        accept_endpoint_policy(text)
    except PolicyError as error:
        raise AwsError("InvalidPolicyDocument", str(error)) from None
    if not is_mapped(service.service) and not _is_full_access(json.loads(text)):
        raise unsupported_operation(
            f"Endpoint policies other than full access are not supported for {service.name}: there is no model of its "
            "requests."
        )
    return text


def _is_full_access(document: dict[str, Any]) -> bool:
    """Whether a valid document is one statement that allows everything to everybody."""
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    plain = [{name: _plain(value) for name, value in one.items() if name != "Sid"} for one in statements]
    return plain == [_FULL_ACCESS]


def _plain(value: Any) -> Any:
    """`*` for every way to write it: `["*"]`, `{"AWS": "*"}`, `{"AWS": ["*"]}`."""
    if isinstance(value, dict) and value.keys() == {"AWS"}:
        value = value["AWS"]
    return "*" if value == ["*"] else value
