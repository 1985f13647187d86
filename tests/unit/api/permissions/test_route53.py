from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from skywalk.api.permissions.check import Check
from skywalk.api.permissions.route53 import resolver_checks, route53_checks
from skywalk.resources.resolver_endpoint import ResolverEndpoint, ResolverEndpointStatus
from skywalk.resources.store import Store
from skywalk.values.scope import Scope
from skywalk.values.tags import Tag

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
        (
            "ChangeResourceRecordSets",
            {"HostedZoneId": "Z1", "ChangeBatch": {"Changes": []}},
            [("route53:ChangeResourceRecordSets", ZONE)],
        ),
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
        assert shown(resolver_checks("Any", request, "us-east-1", ACCOUNT, Store())) == [("route53resolver:Any", arn)]


def test_a_new_resolver_endpoint_is_asked_about_all_that_its_interfaces_use() -> None:
    here = f"arn:aws:ec2:us-east-1:{ACCOUNT}:"
    request = {
        "SecurityGroupIds": ["sg-1", "sg-2"],
        "IpAddresses": [{"SubnetId": "subnet-1"}, {"SubnetId": "subnet-2"}, {"SubnetId": "subnet-1"}],
    }
    first, *others = shown(resolver_checks("CreateResolverEndpoint", request, "us-east-1", ACCOUNT, Store()))
    made = f"arn:aws:route53resolver:us-east-1:{ACCOUNT}:resolver-endpoint/*"
    assert first == ("route53resolver:CreateResolverEndpoint", made)
    assert [resource.removeprefix(here) for action, resource in others if action == "ec2:CreateNetworkInterface"] == [
        "subnet/subnet-1",
        "security-group/sg-1",
        "security-group/sg-2",
        "network-interface/*",
        "subnet/subnet-2",
    ]
    assert ("ec2:DescribeSubnets", "*") in others
    (listed,) = shown(resolver_checks("ListResolverEndpoints", {}, "us-east-1", ACCOUNT, Store()))
    assert listed == ("route53resolver:ListResolverEndpoints", "*")


def keys(action: str, **request: Any) -> list[dict[str, Any]]:
    return [dict(check.context) for check in route53_checks(action, request, ACCOUNT)]


def change(action: str, name: str, kind: str) -> dict[str, Any]:
    return {"Action": action, "ResourceRecordSet": {"Name": name, "Type": kind}}


def test_what_is_changed_in_a_zone() -> None:
    changes = [
        change("UPSERT", "WWW.Bank.Example.", "A"),
        change("UPSERT", "*.bank.example", "A"),
        change("DELETE", "_acme-challenge.bank.example", "TXT"),
    ]
    assert keys("ChangeResourceRecordSets", HostedZoneId="Z1", ChangeBatch={"Changes": changes}) == [
        {
            "route53:changeresourcerecordsetsactions": ("UPSERT", "DELETE"),
            "route53:changeresourcerecordsetsnormalizedrecordnames": (
                "www.bank.example",
                "\\052.bank.example",
                "_acme-challenge.bank.example",
            ),
            "route53:changeresourcerecordsetsrecordtypes": ("A", "TXT"),
        }
    ]
    bad = {"Changes": [change("CREATE", "Bank..Example.", "A")]}
    (found,) = keys("ChangeResourceRecordSets", HostedZoneId="Z1", ChangeBatch=bad)
    assert found["route53:changeresourcerecordsetsnormalizedrecordnames"] == ("bank..example",)


@pytest.mark.parametrize(
    "action",
    [
        "AssociateVPCWithHostedZone",
        "CreateHostedZone",
        "CreateVPCAssociationAuthorization",
        "DeleteVPCAssociationAuthorization",
        "DisassociateVPCFromHostedZone",
    ],
)
def test_the_vpc_that_a_request_names(action: str) -> None:
    vpc = {"VPCId": "vpc-1", "VPCRegion": "us-east-1"}
    named, *others = keys(action, HostedZoneId="Z1", VPC=vpc)
    assert named == {"route53:vpcs": "VPCId=vpc-1,VPCRegion=us-east-1"}
    assert others in ([], [{}])


def test_zones_by_vpc() -> None:
    named = {"VPCId": "vpc-1", "VPCRegion": "us-east-1"}
    assert keys("ListHostedZonesByVPC", **named) == [{"route53:vpcs": "VPCId=vpc-1,VPCRegion=us-east-1"}]
    assert keys("CreateHostedZone", Name="bank.example") == [{}, {}]


def test_tags_of_resolver_endpoints() -> None:
    tags = [{"Key": "Team", "Value": "blue"}]
    given, *_ = resolver_checks("CreateResolverEndpoint", {"Tags": tags}, "us-east-1", ACCOUNT, Store())
    assert dict(given.context) == {"aws:requesttag/team": "blue", "aws:tagkeys": ("Team",)}
    store = Store()
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    with store.transaction() as tx:
        tx.put(
            ResolverEndpoint(
                id="rslvr-in-1",
                scope=Scope(ACCOUNT, "us-east-1"),
                tags=(Tag("Team", "blue"),),
                vpc_id="vpc-1",
                name="",
                creator_request_id="one",
                security_group_ids=(),
                addresses=(),
                status=ResolverEndpointStatus.OPERATIONAL,
                created_at=moment,
                modified_at=moment,
            )
        )
    arn = f"arn:aws:route53resolver:us-east-1:{ACCOUNT}:resolver-endpoint/rslvr-in-1"
    (named,) = resolver_checks(
        "DeleteResolverEndpoint", {"ResolverEndpointId": "rslvr-in-1"}, "us-east-1", ACCOUNT, store
    )
    assert dict(named.context) == {"aws:resourcetag/team": "blue"}
    untag = {"ResourceArn": arn, "TagKeys": ["Team"]}
    (untagged,) = resolver_checks("UntagResource", untag, "us-east-1", ACCOUNT, store)
    assert dict(untagged.context) == {"aws:tagkeys": ("Team",), "aws:resourcetag/team": "blue"}
    (elsewhere,) = resolver_checks("UntagResource", untag, "us-east-1", "333333333333", store)
    assert "aws:resourcetag/team" not in elsewhere.context
