from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from skywalk.actions.network_interfaces import delete_network_interface, describe_network_interfaces
from skywalk.actions.resolver_endpoints import (
    associate_resolver_endpoint_ip_address,
    create_resolver_endpoint,
    delete_resolver_endpoint,
    disassociate_resolver_endpoint_ip_address,
    get_resolver_endpoint,
    list_resolver_endpoint_ip_addresses,
    list_resolver_endpoints,
    update_resolver_endpoint,
)
from skywalk.actions.security_groups import describe_security_groups
from skywalk.actions.subnets import create_subnet
from skywalk.actions.vpcs import create_vpc
from support.region import OTHER_ACCOUNT, Client, Region

NONE = ("ResourceNotFoundException", "Resolver endpoint with ID 'rslvr-in-0' does not exist.")


def wishes(client: Client, **more: Any) -> dict[str, Any]:
    """A VPC with two subnets, as CreateResolverEndpoint takes them."""
    vpc_id = client(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        client(create_subnet, VpcId=vpc_id, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"] for number in (1, 2)
    ]
    groups = client(describe_security_groups, Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["SecurityGroups"]
    return {
        "CreatorRequestId": vpc_id,
        "SecurityGroupIds": [groups[0]["GroupId"]],
        "Direction": "INBOUND",
        "IpAddresses": [{"SubnetId": subnets[0]}, {"SubnetId": subnets[1], "Ip": "10.0.2.53"}],
        **more,
    }


def make(client: Client, **more: Any) -> dict[str, Any]:
    return dict(client(create_resolver_endpoint, **wishes(client, **more))["ResolverEndpoint"])


@pytest.fixture
def client() -> Client:
    return Region().client()


def addresses(client: Client, endpoint_id: str) -> list[dict[str, Any]]:
    found: Iterable[Any] = client(list_resolver_endpoint_ip_addresses, ResolverEndpointId=endpoint_id)["IpAddresses"]
    return list(found)


def test_an_endpoint_is_made_with_its_interfaces(client: Client) -> None:
    asked = wishes(client, Name="names", Protocols=["Do53"], ResolverEndpointType="IPV4", Dns64Enabled=False)
    made = client(create_resolver_endpoint, **asked)["ResolverEndpoint"]
    assert made["Status"] == "CREATING"
    assert (made["Name"], made["Protocols"], made["ResolverEndpointType"]) == ("names", ["Do53"], "IPV4")
    assert made["CreationTime"] == made["ModificationTime"] == "2026-01-01T00:00:00.000Z"
    shown = addresses(client, made["Id"])
    assert [(one["Ip"], one["Status"]) for one in shown] == [("10.0.2.53", "CREATING"), ("10.0.1.4", "CREATING")]
    of_vpc = [{"Name": "vpc-id", "Values": [made["HostVPCId"]]}]
    interfaces = client(describe_network_interfaces, Filters=of_vpc)["NetworkInterfaces"]
    assert [(one["PrivateIpAddress"], one["Description"], one["Status"]) for one in interfaces] == [
        (one["Ip"], f"Route 53 Resolver: {made['Id']}:{one['IpId']}", "in-use") for one in shown
    ]
    assert client.refusal(delete_network_interface, NetworkInterfaceId=interfaces[0]["NetworkInterfaceId"])[0] in (
        "InvalidParameterValue",
        "OperationNotPermitted",
    )


@pytest.mark.parametrize(
    ("more", "code", "text"),
    [
        ({"Direction": "OUTBOUND"}, "UnsupportedOperation", "Resolver endpoints of the direction OUTBOUND are not"),
        ({"ResolverEndpointType": "IPV6"}, "UnsupportedOperation", "Resolver endpoints of other types than IPV4"),
        ({"Protocols": ["DoH"]}, "UnsupportedOperation", "Resolver endpoints speak no other protocol than Do53."),
        ({"OutpostArn": "arn:"}, "UnsupportedOperation", "The parameter OutpostArn is not supported."),
        ({"SecurityGroupIds": []}, "InvalidParameterException", "The request must name at least one security group."),
        ({"SecurityGroupIds": ["sg-0"]}, "ResourceNotFoundException", "The security group 'sg-0' does not exist in"),
        (
            {"IpAddresses": [{"SubnetId": "subnet-0"}] * 2},
            "ResourceNotFoundException",
            "The subnet 'subnet-0' does not exist.",
        ),
        ({"IpAddresses": [{"SubnetId": "subnet-0"}] * 7}, "LimitExceededException", "A resolver endpoint has at most"),
        (
            {"IpAddresses": [{"SubnetId": "subnet-0", "Ipv6": "2001:db8::1"}] * 2},
            "UnsupportedOperation",
            "IPv6 addresses of resolver endpoints are not supported.",
        ),
    ],
)
def test_what_no_endpoint_is_made_of(client: Client, more: dict[str, Any], code: str, text: str) -> None:
    told, message = client.refusal(create_resolver_endpoint, **wishes(client, **more))
    assert told == code
    assert message.startswith(text)


def test_addresses_that_cannot_be_had(client: Client) -> None:
    asked = wishes(client)
    subnet = asked["IpAddresses"][0]["SubnetId"]

    def refusal(*texts: str) -> tuple[str, str]:
        wished = [{"SubnetId": subnet, "Ip": text} for text in texts]
        return client.refusal(create_resolver_endpoint, **{**asked, "IpAddresses": wished})

    assert refusal("10.0.1.53", "10.0.1.53") == (
        "InvalidParameterException",
        "The IP addresses of a resolver endpoint must differ.",
    )
    assert refusal("10.0.1.53", "10.0.9.9") == (
        "InvalidParameterException",
        "Address 10.0.9.9 does not fall within the subnet's address range",
    )
    other = wishes(client)["IpAddresses"][0]
    assert client.refusal(create_resolver_endpoint, **{**asked, "IpAddresses": [asked["IpAddresses"][0], other]}) == (
        "InvalidParameterException",
        "All subnets of a resolver endpoint must belong to the same VPC.",
    )


def test_a_full_subnet_has_no_address_for_an_endpoint(client: Client) -> None:
    asked = wishes(client)
    small = client(create_subnet, VpcId=asked["CreatorRequestId"], CidrBlock="10.0.3.0/28")["Subnet"]["SubnetId"]
    make_many = {**asked, "IpAddresses": [{"SubnetId": small}] * 6}
    client(create_resolver_endpoint, **{**make_many, "CreatorRequestId": "1"})
    assert client.refusal(create_resolver_endpoint, **{**make_many, "CreatorRequestId": "2"}) == (
        "InvalidParameterException",
        "The specified subnet does not have enough free addresses to satisfy the request.",
    )


def test_a_request_that_comes_again_is_refused_and_so_is_a_fifth_endpoint(client: Client) -> None:
    asked = wishes(client)
    client(create_resolver_endpoint, **asked)
    assert client.refusal(create_resolver_endpoint, **asked) == (
        "ResourceExistsException",
        f"Resolver endpoint with creator request ID '{asked['CreatorRequestId']}' already exists.",
    )
    for _ in range(3):
        make(client)
    assert client.refusal(create_resolver_endpoint, **wishes(client)) == (
        "LimitExceededException",
        "An account has at most 4 resolver endpoints in a region.",
    )


def test_endpoints_are_listed_filtered_and_paged(client: Client) -> None:
    made = [make(client, Name=name) for name in ("a", "b", "c")]
    first = client(list_resolver_endpoints, MaxResults=2)
    assert [one["Name"] for one in first["ResolverEndpoints"]] == ["a", "b"]
    rest = client(list_resolver_endpoints, NextToken=first["NextToken"])
    assert [one["Name"] for one in rest["ResolverEndpoints"]] == ["c"]
    for name, value in (
        ("Name", "b"),
        ("HostVPCId", made[1]["HostVPCId"]),
        ("CreatorRequestId", made[1]["CreatorRequestId"]),
        ("SecurityGroupIds", made[1]["SecurityGroupIds"][0]),
    ):
        found = client(list_resolver_endpoints, Filters=[{"Name": name, "Values": [value]}])["ResolverEndpoints"]
        assert [one["Name"] for one in found] == ["b"], name
    for name, value in (("Direction", "INBOUND"), ("Status", "CREATING"), ("IpAddressCount", "2")):
        found = client(list_resolver_endpoints, Filters=[{"Name": name, "Values": [value]}])["ResolverEndpoints"]
        assert len(found) == 3, name
    assert client.refusal(list_resolver_endpoints, Filters=[{"Name": "Colour", "Values": ["red"]}]) == (
        "InvalidParameterException",
        "The filter 'Colour' is invalid.",
    )
    assert client.refusal(list_resolver_endpoints, NextToken="x") == (
        "InvalidNextTokenException",
        "The value of NextToken is not valid.",
    )


def test_an_endpoint_is_renamed(client: Client) -> None:
    made = make(client)
    changed = client(update_resolver_endpoint, ResolverEndpointId=made["Id"], Name="other")["ResolverEndpoint"]
    assert changed["Name"] == "other"
    named = {"ResolverEndpointId": made["Id"]}
    assert client.refusal(update_resolver_endpoint, **named, Dns64Enabled=True) == (
        "UnsupportedOperation",
        "The parameter Dns64Enabled is not supported.",
    )
    addresses_to_change = [{"IpId": "rni-0", "Ipv6": "2001:db8::1"}]
    assert client.refusal(update_resolver_endpoint, **named, UpdateIpAddresses=addresses_to_change) == (
        "UnsupportedOperation",
        "The parameter UpdateIpAddresses is not supported.",
    )


def test_addresses_come_and_go_and_two_stay(client: Client) -> None:
    made = make(client)
    named = {"ResolverEndpointId": made["Id"]}
    first, second = addresses(client, made["Id"])
    asked = {"SubnetId": first["SubnetId"], "Ip": "10.0.2.99"}
    grown = client(associate_resolver_endpoint_ip_address, **named, IpAddress=asked)["ResolverEndpoint"]
    assert (grown["IpAddressCount"], grown["Status"]) == (3, "UPDATING")
    assert client.refusal(associate_resolver_endpoint_ip_address, **named, IpAddress=asked) == (
        "ResourceExistsException",
        f"The IP address 10.0.2.99 belongs to {made['Id']} already.",
    )
    client(disassociate_resolver_endpoint_ip_address, **named, IpAddress={"Ip": first["Ip"]})
    assert [one["Ip"] for one in addresses(client, made["Id"])] == [second["Ip"], "10.0.2.99"]
    last = {"IpId": second["IpId"]}
    assert client.refusal(disassociate_resolver_endpoint_ip_address, **named, IpAddress=last) == (
        "InvalidRequestException",
        "A resolver endpoint has at least 2 IP addresses.",
    )
    assert client.refusal(disassociate_resolver_endpoint_ip_address, **named, IpAddress={"Ip": first["Ip"]}) == (
        "ResourceNotFoundException",
        f"{made['Id']} has no such IP address.",
    )
    assert client.refusal(disassociate_resolver_endpoint_ip_address, **named, IpAddress={}) == (
        "InvalidParameterException",
        "The request must name an IP address or its ID.",
    )
    assert client.refusal(associate_resolver_endpoint_ip_address, **named, IpAddress={"Ip": "10.0.1.1"}) == (
        "InvalidParameterException",
        "The request must name the subnet of the IP address.",
    )
    for _ in range(4):
        client(associate_resolver_endpoint_ip_address, **named, IpAddress={"SubnetId": first["SubnetId"]})
    assert client.refusal(
        associate_resolver_endpoint_ip_address, **named, IpAddress={"SubnetId": first["SubnetId"]}
    ) == ("LimitExceededException", "A resolver endpoint has at most 6 IP addresses.")


def test_a_deleted_endpoint_takes_no_changes(client: Client) -> None:
    made = make(client)
    named = {"ResolverEndpointId": made["Id"]}
    assert client(delete_resolver_endpoint, **named)["ResolverEndpoint"]["Status"] == "DELETING"
    deleting = ("InvalidRequestException", f"Resolver endpoint with ID '{made['Id']}' is being deleted.")
    asked = {"SubnetId": addresses(client, made["Id"])[0]["SubnetId"], "Ip": "10.0.2.99"}
    assert client.refusal(associate_resolver_endpoint_ip_address, **named, IpAddress=asked) == deleting
    assert client.refusal(disassociate_resolver_endpoint_ip_address, **named, IpAddress=asked) == deleting
    assert client.refusal(update_resolver_endpoint, **named, Name="other") == deleting
    assert client.refusal(delete_resolver_endpoint, **named) == deleting


def test_there_is_no_such_endpoint(client: Client) -> None:
    named = {"ResolverEndpointId": "rslvr-in-0"}
    for action, more in (
        (get_resolver_endpoint, {}),
        (update_resolver_endpoint, {"Name": "x"}),
        (delete_resolver_endpoint, {}),
        (list_resolver_endpoint_ip_addresses, {}),
        (associate_resolver_endpoint_ip_address, {"IpAddress": {}}),
        (disassociate_resolver_endpoint_ip_address, {"IpAddress": {}}),
    ):
        assert client.refusal(action, **named, **more) == NONE
    made = make(client)
    other = client.world.client(OTHER_ACCOUNT)
    assert other.refusal(get_resolver_endpoint, ResolverEndpointId=made["Id"])[0] == "ResourceNotFoundException"
    token = client.refusal(list_resolver_endpoint_ip_addresses, ResolverEndpointId=made["Id"], NextToken="9")
    assert token[0] == "InvalidNextTokenException"
    page = client(list_resolver_endpoint_ip_addresses, ResolverEndpointId=made["Id"], MaxResults=1)
    assert (len(page["IpAddresses"]), page["NextToken"], page["MaxResults"]) == (1, "1", 1)
