from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.network_acl_entries import (
    create_network_acl_entry,
    delete_network_acl_entry,
    replace_network_acl_entry,
)
from skywalk.actions.network_acls import create_network_acl, describe_network_acls
from skywalk.actions.shapes import ec2 as shapes
from skywalk.actions.vpcs import create_vpc
from support.region import OTHER_ACCOUNT, Client, Region

GONE = "acl-00000000000000000"
ALL = {"Protocol": "-1", "RuleAction": "allow", "Egress": False, "CidrBlock": "0.0.0.0/0"}


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def ec2(region: Region) -> Client:
    return region.client()


@pytest.fixture
def acl_id(ec2: Client) -> str:
    vpc_id = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return ec2(create_network_acl, VpcId=vpc_id)["NetworkAcl"]["NetworkAclId"]


def _own_entries(ec2: Client, acl_id: str) -> list[shapes.NetworkAclEntry]:
    [acl] = ec2(describe_network_acls, NetworkAclIds=[acl_id])["NetworkAcls"]
    return [entry for entry in acl["Entries"] if entry["RuleNumber"] != 32767]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"Protocol": "-1", "PortRange": {"From": 0, "To": 0}}, {"Protocol": "-1"}),
        ({"Protocol": "all"}, {"Protocol": "-1"}),
        (
            {"Protocol": "tcp", "PortRange": {"From": 1024, "To": 65535}},
            {"Protocol": "6", "PortRange": {"From": 1024, "To": 65535}},
        ),
        (
            {"Protocol": "17", "PortRange": {"From": 53, "To": 53}},
            {"Protocol": "17", "PortRange": {"From": 53, "To": 53}},
        ),
        (
            {"Protocol": "icmp", "IcmpTypeCode": {"Type": -1, "Code": -1}},
            {"Protocol": "1", "IcmpTypeCode": {"Type": -1, "Code": -1}},
        ),
        ({"Protocol": "050"}, {"Protocol": "50"}),
    ],
)
def test_protocols(ec2: Client, acl_id: str, asked: dict[str, Any], shown: dict[str, Any]) -> None:
    ec2(create_network_acl_entry, NetworkAclId=acl_id, RuleNumber=100, **{**ALL, **asked, "CidrBlock": "10.0.0.9/8"})
    assert _own_entries(ec2, acl_id) == [
        {"RuleNumber": 100, "Egress": False, "RuleAction": "allow", "CidrBlock": "10.0.0.0/8", **shown}
    ]


def test_an_ipv6_entry(ec2: Client, acl_id: str) -> None:
    entry = {name: value for name, value in ALL.items() if name != "CidrBlock"}
    ec2(create_network_acl_entry, NetworkAclId=acl_id, RuleNumber=1, **entry, Ipv6CidrBlock="::/0")
    assert [one.get("Ipv6CidrBlock") for one in _own_entries(ec2, acl_id)] == ["::/0"]


def test_a_number_is_taken_once_in_each_direction(ec2: Client, acl_id: str) -> None:
    ec2(create_network_acl_entry, NetworkAclId=acl_id, RuleNumber=100, **ALL)
    ec2(create_network_acl_entry, NetworkAclId=acl_id, RuleNumber=100, **{**ALL, "Egress": True})
    assert ec2.refusal(create_network_acl_entry, NetworkAclId=acl_id, RuleNumber=100, **ALL) == (
        "NetworkAclEntryAlreadyExists",
        "The network acl entry identified by 100 already exists.",
    )


def test_entries_are_shown_in_order(ec2: Client, acl_id: str) -> None:
    for number, egress in ((200, False), (100, False), (32766, True), (1, True)):
        ec2(create_network_acl_entry, NetworkAclId=acl_id, RuleNumber=number, **{**ALL, "Egress": egress})
    shown = [(one["Egress"], one["RuleNumber"]) for one in _own_entries(ec2, acl_id)]
    assert shown == [(True, 1), (True, 32766), (False, 100), (False, 200)]


def test_replacing_and_deleting(ec2: Client, acl_id: str) -> None:
    ec2(create_network_acl_entry, NetworkAclId=acl_id, RuleNumber=100, **ALL)
    ec2(replace_network_acl_entry, NetworkAclId=acl_id, RuleNumber=100, **{**ALL, "RuleAction": "deny"})
    assert [one["RuleAction"] for one in _own_entries(ec2, acl_id)] == ["deny"]
    missing = (
        "InvalidNetworkAclEntry.NotFound",
        f"no egress entry with number 100 in network acl {acl_id}",
    )
    request = {"NetworkAclId": acl_id, "RuleNumber": 100}
    assert ec2.refusal(replace_network_acl_entry, **request, **{**ALL, "Egress": True}) == missing
    assert ec2.refusal(delete_network_acl_entry, **request, Egress=True) == missing
    ec2(delete_network_acl_entry, **request, Egress=False)
    assert _own_entries(ec2, acl_id) == []


@pytest.mark.parametrize(
    ("asked", "code", "message"),
    [
        (
            {"RuleNumber": 0},
            "InvalidParameterValue",
            "Value (0) for parameter ruleNumber is invalid. The rule number must be between 1 and 32766.",
        ),
        (
            {"RuleNumber": 32767},
            "InvalidParameterValue",
            "Value (32767) for parameter ruleNumber is invalid. The rule number must be between 1 and 32766.",
        ),
        (
            {"RuleAction": "reject"},
            "InvalidParameterValue",
            "Value (reject) for parameter ruleAction is invalid. Unknown action.",
        ),
        (
            {"Protocol": "quic"},
            "InvalidParameterValue",
            "Invalid value 'quic' for IP protocol. Unknown protocol.",
        ),
        ({"Protocol": "256"}, "InvalidParameterValue", "Invalid value '256' for IP protocol. Unknown protocol."),
        ({"Protocol": "6"}, "MissingParameter", "The request must contain the parameter portRange.from"),
        (
            {"Protocol": "6", "PortRange": {"From": 1}},
            "MissingParameter",
            "The request must contain the parameter portRange.to",
        ),
        (
            {"Protocol": "6", "PortRange": {"From": 2, "To": 1}},
            "InvalidParameterValue",
            "Invalid TCP/UDP port range (2:1)",
        ),
        (
            {"Protocol": "6", "PortRange": {"From": 2, "To": 65536}},
            "InvalidParameterValue",
            "Invalid TCP/UDP port range (2:65536)",
        ),
        ({"Protocol": "1"}, "MissingParameter", "The request must contain the parameter icmpTypeCode.type"),
        (
            {"Protocol": "58", "IcmpTypeCode": {"Type": 1}},
            "MissingParameter",
            "The request must contain the parameter icmpTypeCode.code",
        ),
        (
            {"Protocol": "1", "IcmpTypeCode": {"Type": 256, "Code": 0}},
            "InvalidParameterValue",
            "ICMP type (256) out of range",
        ),
        (
            {"CidrBlock": "::/0"},
            "InvalidParameterValue",
            "Value (::/0) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
        ),
        (
            {"CidrBlock": None},
            "MissingParameter",
            "The request must contain exactly one of cidrBlock, ipv6CidrBlock",
        ),
        (
            {"Ipv6CidrBlock": "::/0"},
            "InvalidParameterCombination",
            "The request must contain exactly one of cidrBlock, ipv6CidrBlock",
        ),
        (
            {"CidrBlock": None, "Ipv6CidrBlock": "10.0.0.0/8"},
            "InvalidParameterValue",
            "Value (10.0.0.0/8) for parameter ipv6CidrBlock is invalid. This is not a valid CIDR block.",
        ),
        ({"NetworkAclId": GONE}, "InvalidNetworkAclID.NotFound", f"The networkAcl ID '{GONE}' does not exist"),
        ({"NetworkAclId": "acl-1"}, "InvalidNetworkAclId.Malformed", 'Invalid id: "acl-1" (expecting "acl-...")'),
    ],
)
def test_refusals(ec2: Client, acl_id: str, asked: dict[str, Any], code: str, message: str) -> None:
    request = {"NetworkAclId": acl_id, "RuleNumber": 100, **ALL, **asked}
    request = {name: value for name, value in request.items() if value is not None}
    assert ec2.refusal(create_network_acl_entry, **request) == (code, message)
    assert ec2.refusal(replace_network_acl_entry, **request) == (code, message)


def test_the_last_entry_cannot_be_deleted(ec2: Client, acl_id: str) -> None:
    assert ec2.refusal(delete_network_acl_entry, NetworkAclId=acl_id, RuleNumber=32767, Egress=True)[0] == (
        "InvalidParameterValue"
    )


def test_entries_of_another_account(region: Region, ec2: Client, acl_id: str) -> None:
    stranger = region.client(OTHER_ACCOUNT)
    unknown = ("InvalidNetworkAclID.NotFound", f"The networkAcl ID '{acl_id}' does not exist")
    assert stranger.refusal(create_network_acl_entry, NetworkAclId=acl_id, RuleNumber=1, **ALL) == unknown
    assert stranger.refusal(delete_network_acl_entry, NetworkAclId=acl_id, RuleNumber=1, Egress=True) == unknown
