from __future__ import annotations

from typing import Any

import pytest

from skywalk.api.permissions.check import Check
from skywalk.api.permissions.route53 import resolver_checks, route53_checks

ACCOUNT = "123456789012"
ZONE = "arn:aws:route53:::hostedzone/Z1"


def shown(checks: list[Check]) -> list[tuple[str, str]]:
    assert {check.account_id for check in checks} == {ACCOUNT}
    return [(check.action, check.resource) for check in checks]


@pytest.mark.parametrize(
    ("action", "request_", "expected"),
    [
        ("GetHostedZone", {"Id": "Z1"}, [("route53:GetHostedZone", ZONE)]),
        ("DeleteHostedZone", {"Id": "/hostedzone/Z1"}, [("route53:DeleteHostedZone", ZONE)]),
        ("ChangeResourceRecordSets", {"HostedZoneId": "Z1"}, [("route53:ChangeResourceRecordSets", ZONE)]),
        ("ListHostedZones", {}, [("route53:ListHostedZones", "*")]),
        ("ListHostedZonesByName", {"HostedZoneId": "Z1"}, [("route53:ListHostedZonesByName", "*")]),
        ("CreateHostedZone", {}, [("route53:CreateHostedZone", "*"), ("ec2:DescribeVpcs", "*")]),
        (
            "AssociateVPCWithHostedZone",
            {"HostedZoneId": "Z1"},
            [("route53:AssociateVPCWithHostedZone", ZONE), ("ec2:DescribeVpcs", "*")],
        ),
        ("GetChange", {"Id": "/change/C1"}, [("route53:GetChange", "arn:aws:route53:::change/C1")]),
        (
            "ChangeTagsForResource",
            {"ResourceType": "healthcheck", "ResourceId": "h"},
            [("route53:ChangeTagsForResource", "arn:aws:route53:::healthcheck/h")],
        ),
        (
            "ListTagsForResources",
            {"ResourceType": "hostedzone", "ResourceIds": ["Z1", "Z2"]},
            [
                ("route53:ListTagsForResources", ZONE),
                ("route53:ListTagsForResources", "arn:aws:route53:::hostedzone/Z2"),
            ],
        ),
    ],
)
def test_calls_of_route_53(action: str, request_: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert shown(route53_checks(action, request_, ACCOUNT)) == expected


def test_calls_of_the_resolver() -> None:
    arn = f"arn:aws:route53resolver:us-east-1:{ACCOUNT}:resolver-endpoint/rslvr-in-1"
    named = {"ResolverEndpointId": "rslvr-in-1"}
    for request in (named, {"ResourceArn": arn}):
        assert shown(resolver_checks("Any", request, "us-east-1", ACCOUNT)) == [("route53resolver:Any", arn)]
    made = shown(resolver_checks("CreateResolverEndpoint", {}, "us-east-1", ACCOUNT))
    assert made[0] == ("route53resolver:CreateResolverEndpoint", "*")
    assert ("ec2:CreateNetworkInterface", "*") in made
