"""What terraform-provider-aws asks of the API, as boto3 calls: the calls of each resource's create, read, update and
delete in their order, the states that it polls for, and the codes that it takes for "gone".

Source: the provider's code in internal/service/ec2 (vpc_.go, vpc_subnet.go, vpc_route_table.go, vpc_security_group.go,
vpc_nat_gateway.go, ec2_eip.go, vpc_endpoint.go, ec2_instance.go, status.go, wait.go, find.go). The provider itself is
not run here: it can be had from its registry alone.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.live_region import IMAGE, S3, LiveRegion
from support.terraform_polls import SECONDS, code_of, gone_or, passes_through, tagged
from support.waiting import wait_until

pytestmark = pytest.mark.live

DEFAULT_POLICY = {"Statement": [{"Action": "*", "Effect": "Allow", "Principal": "*", "Resource": "*"}]}


def by_id(resource_id: str) -> list[dict[str, Any]]:
    return [{"Name": "resource-id", "Values": [resource_id]}]


@pytest.fixture(scope="module")
def ec2(region: LiveRegion) -> Any:
    return region.ec2


@pytest.fixture(scope="module")
def vpc(ec2: Any) -> str:
    """aws_vpc with enable_dns_hostnames, as most modules have it."""
    made = ec2.create_vpc(
        CidrBlock="10.90.0.0/16",
        AmazonProvidedIpv6CidrBlock=False,
        InstanceTenancy="default",
        TagSpecifications=tagged("vpc", "terraform"),
    )["Vpc"]
    vpc_id: str = made["VpcId"]
    passes_through(lambda: ec2.describe_vpcs(VpcIds=[vpc_id])["Vpcs"][0]["State"], {"pending"}, "available")
    # DNS support is on unless the configuration says otherwise; host names are asked for and waited for.
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    assert attribute(ec2, vpc_id, "enableDnsHostnames") is True
    return vpc_id


def attribute(ec2: Any, vpc_id: str, name: str) -> bool:
    answer = ec2.describe_vpc_attribute(VpcId=vpc_id, Attribute=name)
    value: bool = answer[name[0].upper() + name[1:]]["Value"]
    return value


def test_vpc_is_read(ec2: Any, vpc: str) -> None:
    (shown,) = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]
    assert (shown["OwnerId"], shown["InstanceTenancy"], shown["IsDefault"]) == ("123456789012", "default", False)
    assert shown["DhcpOptionsId"].startswith("dopt-")
    assert attribute(ec2, vpc, "enableDnsSupport") is True
    assert attribute(ec2, vpc, "enableDnsHostnames") is True
    assert attribute(ec2, vpc, "enableNetworkAddressUsageMetrics") is False
    here = {"Name": "vpc-id", "Values": [vpc]}
    (acl,) = ec2.describe_network_acls(Filters=[{"Name": "default", "Values": ["true"]}, here])["NetworkAcls"]
    assert acl["NetworkAclId"].startswith("acl-")
    main = ec2.describe_route_tables(Filters=[{"Name": "association.main", "Values": ["true"]}, here])["RouteTables"]
    assert [one["Main"] for one in main[0]["Associations"]] == [True]
    groups = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["default"]}, here])
    assert len(groups["SecurityGroups"]) == 1
    assert shown["Tags"] == [{"Key": "Name", "Value": "terraform"}]


def test_vpc_is_deleted(ec2: Any) -> None:
    vpc_id = ec2.create_vpc(CidrBlock="10.91.0.0/16")["Vpc"]["VpcId"]
    ec2.delete_vpc(VpcId=vpc_id)
    assert code_of(ec2.describe_vpcs, VpcIds=[vpc_id]) == "InvalidVpcID.NotFound"
    assert code_of(ec2.delete_vpc, VpcId=vpc_id) == "InvalidVpcID.NotFound"
    assert code_of(ec2.describe_vpc_attribute, VpcId=vpc_id, Attribute="enableDnsSupport") == "InvalidVpcID.NotFound"


@pytest.fixture(scope="module")
def subnet(ec2: Any, vpc: str) -> str:
    made = ec2.create_subnet(
        VpcId=vpc, CidrBlock="10.90.1.0/24", AvailabilityZone="us-east-1a", TagSpecifications=tagged("subnet", "public")
    )["Subnet"]
    subnet_id: str = made["SubnetId"]
    passes_through(lambda: ec2.describe_subnets(SubnetIds=[subnet_id])["Subnets"][0]["State"], {"pending"}, "available")
    ec2.modify_subnet_attribute(SubnetId=subnet_id, MapPublicIpOnLaunch={"Value": True})
    return subnet_id


def test_subnet(ec2: Any, vpc: str, subnet: str) -> None:
    (shown,) = ec2.describe_subnets(SubnetIds=[subnet])["Subnets"]
    wanted = {
        "AssignIpv6AddressOnCreation": False,
        "AvailabilityZone": "us-east-1a",
        "CidrBlock": "10.90.1.0/24",
        "EnableDns64": False,
        "Ipv6Native": False,
        "MapPublicIpOnLaunch": True,
        "OwnerId": "123456789012",
        "PrivateDnsNameOptionsOnLaunch": {
            "HostnameType": "ip-name",
            "EnableResourceNameDnsARecord": False,
            "EnableResourceNameDnsAAAARecord": False,
        },
        "VpcId": vpc,
    }
    assert {key: shown.get(key) for key in wanted} == wanted
    assert shown["SubnetArn"] == f"arn:aws:ec2:us-east-1:123456789012:subnet/{subnet}"
    assert shown["AvailabilityZoneId"].startswith("use1-az")
    spare = ec2.create_subnet(VpcId=vpc, CidrBlock="10.90.99.0/24")["Subnet"]["SubnetId"]
    ec2.delete_subnet(SubnetId=spare)
    assert code_of(ec2.describe_subnets, SubnetIds=[spare]) == "InvalidSubnetID.NotFound"


@pytest.fixture(scope="module")
def gateway(ec2: Any, vpc: str) -> str:
    made = ec2.create_internet_gateway(TagSpecifications=tagged("internet-gateway", "terraform"))["InternetGateway"]
    gateway_id: str = made["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway_id, VpcId=vpc)

    def state() -> str:
        shown = ec2.describe_internet_gateways(InternetGatewayIds=[gateway_id])["InternetGateways"][0]
        found: str = shown["Attachments"][0]["State"]
        return found

    passes_through(state, {"attaching"}, "available")
    return gateway_id


def test_internet_gateway_goes(ec2: Any) -> None:
    gateway_id = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    assert code_of(ec2.detach_internet_gateway, InternetGatewayId=gateway_id, VpcId="vpc-00000000000000000") in (
        "Gateway.NotAttached",
        "InvalidVpcID.NotFound",
    )
    ec2.delete_internet_gateway(InternetGatewayId=gateway_id)
    missing = code_of(ec2.describe_internet_gateways, InternetGatewayIds=[gateway_id])
    assert missing == "InvalidInternetGatewayID.NotFound"
    assert code_of(ec2.delete_internet_gateway, InternetGatewayId=gateway_id) == "InvalidInternetGatewayID.NotFound"


@pytest.fixture(scope="module")
def table(ec2: Any, vpc: str, subnet: str, gateway: str) -> str:
    """aws_route_table, aws_route, aws_route_table_association."""
    made = ec2.create_route_table(
        VpcId=vpc, ClientToken="terraform-20261122", TagSpecifications=tagged("route-table", "public")
    )["RouteTable"]
    table_id: str = made["RouteTableId"]
    ec2.create_route(RouteTableId=table_id, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    wait_until(lambda: route_state(ec2, table_id, "0.0.0.0/0") == "active", SECONDS)
    made = ec2.associate_route_table(RouteTableId=table_id, SubnetId=subnet)
    found = [{"Name": "association.route-table-association-id", "Values": [made["AssociationId"]]}]

    def state() -> str:
        (shown,) = ec2.describe_route_tables(Filters=found)["RouteTables"]
        ours = (one for one in shown["Associations"] if one["RouteTableAssociationId"] == made["AssociationId"])
        state: str = next(ours)["AssociationState"]["State"]
        return state

    passes_through(state, {"associating"}, "associated")
    return table_id


def route_state(ec2: Any, table_id: str, destination: str) -> str | None:
    routes = ec2.describe_route_tables(RouteTableIds=[table_id])["RouteTables"][0]["Routes"]
    return next((route["State"] for route in routes if route.get("DestinationCidrBlock") == destination), None)


def test_route_table(ec2: Any, vpc: str, table: str, gateway: str) -> None:
    (shown,) = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    assert (shown["OwnerId"], shown["PropagatingVgws"]) == ("123456789012", [])
    # The provider ignores the local route, which it knows by its GatewayId.
    assert [(route["GatewayId"], route["Origin"]) for route in shown["Routes"]] == [
        ("local", "CreateRouteTable"),
        (gateway, "CreateRoute"),
    ]
    spare = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    assert code_of(ec2.delete_route, RouteTableId=spare, DestinationCidrBlock="0.0.0.0/0") == "InvalidRoute.NotFound"
    ec2.delete_route_table(RouteTableId=spare)
    assert code_of(ec2.describe_route_tables, RouteTableIds=[spare]) == "InvalidRouteTableID.NotFound"
    assert code_of(ec2.delete_route_table, RouteTableId=spare) == "InvalidRouteTableID.NotFound"
    gone = code_of(ec2.disassociate_route_table, AssociationId="rtbassoc-00000000000000000")
    assert gone == "InvalidAssociationID.NotFound"


def test_main_route_table_association(ec2: Any, vpc: str, table: str) -> None:
    """aws_main_route_table_association: replaced at creation, and back again at the end."""
    is_main = [{"Name": "association.main", "Values": ["true"]}, {"Name": "vpc-id", "Values": [vpc]}]
    (original,) = ec2.describe_route_tables(Filters=is_main)["RouteTables"]
    association = original["Associations"][0]["RouteTableAssociationId"]
    made = ec2.replace_route_table_association(AssociationId=association, RouteTableId=table)
    assert made["AssociationState"]["State"] in ("associating", "associated")
    (now,) = ec2.describe_route_tables(Filters=is_main)["RouteTables"]
    assert now["RouteTableId"] == table
    ec2.replace_route_table_association(AssociationId=made["NewAssociationId"], RouteTableId=original["RouteTableId"])
    (now,) = ec2.describe_route_tables(Filters=is_main)["RouteTables"]
    assert now["RouteTableId"] == original["RouteTableId"]


def test_security_group_with_rules_in_it(ec2: Any, vpc: str) -> None:
    """aws_security_group: the rule that lets everything out is revoked before the configured rules come."""
    group = ec2.create_security_group(
        GroupName="terraform-20261122", Description="Managed by Terraform", VpcId=vpc,
        TagSpecifications=tagged("security-group", "terraform"),
    )["GroupId"]  # fmt: skip
    all_out = {"IpProtocol": "-1", "FromPort": 0, "ToPort": 0, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[all_out])
    web = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[web | {"IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "within"}]}]
    )
    ec2.authorize_security_group_egress(
        GroupId=group, IpPermissions=[web | {"PrefixListIds": [{"PrefixListId": "pl-63a5400a"}]}]
    )
    (shown,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    assert shown["IpPermissions"][0]["IpRanges"] == [{"CidrIp": "10.0.0.0/8", "Description": "within"}]
    assert shown["IpPermissionsEgress"][0]["PrefixListIds"] == [{"PrefixListId": "pl-63a5400a"}]
    assert code_of(ec2.revoke_security_group_egress, GroupId=group, IpPermissions=[all_out]) == (
        "InvalidPermission.NotFound"
    )
    ec2.delete_security_group(GroupId=group)
    assert code_of(ec2.describe_security_groups, GroupIds=[group]) == "InvalidGroup.NotFound"
    assert code_of(ec2.delete_security_group, GroupId=group) == "InvalidGroup.NotFound"


def test_security_group_rules_of_their_own(ec2: Any, vpc: str) -> None:
    """aws_vpc_security_group_ingress_rule: a rule has an id, is read, modified and revoked by it."""
    group = ec2.create_security_group(GroupName="rules", Description="Managed by Terraform", VpcId=vpc)["GroupId"]
    (made,) = ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}],
        TagSpecifications=tagged("security-group-rule", "web"),
    )["SecurityGroupRules"]
    rule = made["SecurityGroupRuleId"]
    (shown,) = ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule])["SecurityGroupRules"]
    assert (shown["GroupId"], shown["CidrIpv4"], shown["IsEgress"]) == (group, "10.0.0.0/8", False)
    assert shown["Tags"] == [{"Key": "Name", "Value": "web"}]
    changed = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 81, "CidrIpv4": "10.0.0.0/8", "Description": "more"}
    ec2.modify_security_group_rules(
        GroupId=group, SecurityGroupRules=[{"SecurityGroupRuleId": rule, "SecurityGroupRule": changed}]
    )
    (shown,) = ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule])["SecurityGroupRules"]
    assert (shown["ToPort"], shown["Description"]) == (81, "more")
    ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule])
    gone = code_of(ec2.describe_security_group_rules, SecurityGroupRuleIds=[rule])
    assert gone == "InvalidSecurityGroupRuleId.NotFound"
    ec2.delete_security_group(GroupId=group)


def test_nat_gateway_with_its_address(ec2: Any, subnet: str, table: str) -> None:
    """aws_eip and aws_nat_gateway."""
    address = ec2.allocate_address(Domain="vpc", TagSpecifications=tagged("elastic-ip", "nat"))["AllocationId"]
    (shown,) = ec2.describe_addresses(AllocationIds=[address])["Addresses"]
    assert (shown["Domain"], shown["NetworkBorderGroup"], shown["PublicIpv4Pool"]) == ("vpc", "us-east-1", "amazon")
    made = ec2.create_nat_gateway(
        SubnetId=subnet, AllocationId=address, ConnectivityType="public", ClientToken="terraform-nat",
        TagSpecifications=tagged("natgateway", "terraform"),
    )["NatGateway"]  # fmt: skip
    nat = made["NatGatewayId"]

    def state() -> str:
        found: str = ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]["State"]
        return found

    assert made["State"] == "pending"
    passes_through(state, {"pending"}, "available")
    (shown,) = ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"]
    (own,) = shown["NatGatewayAddresses"]
    assert (own["AllocationId"], own["IsPrimary"], own["Status"]) == (address, True, "succeeded")
    assert {"AssociationId", "NetworkInterfaceId", "PrivateIp", "PublicIp"} <= own.keys()
    (shown,) = ec2.describe_addresses(AllocationIds=[address])["Addresses"]
    assert shown["NetworkInterfaceId"] == own["NetworkInterfaceId"]

    ec2.delete_nat_gateway(NatGatewayId=nat)
    passes_through(gone_or(state, "NatGatewayNotFound"), {"deleting"}, "deleted")
    ec2.release_address(AllocationId=address)
    assert code_of(ec2.describe_addresses, AllocationIds=[address]) == "InvalidAllocationID.NotFound"
    assert code_of(ec2.release_address, AllocationId=address) == "InvalidAllocationID.NotFound"
    assert code_of(ec2.describe_nat_gateways, NatGatewayIds=["nat-00000000000000000"]) == "NatGatewayNotFound"


def test_vpc_endpoint_with_an_association(ec2: Any, vpc: str, table: str) -> None:
    """aws_vpc_endpoint and aws_vpc_endpoint_route_table_association."""
    made = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName=S3, VpcEndpointType="Gateway", PrivateDnsEnabled=False, ClientToken="terraform-endpoint",
        TagSpecifications=tagged("vpc-endpoint", "terraform"),
    )["VpcEndpoint"]  # fmt: skip
    endpoint = made["VpcEndpointId"]

    def shown() -> Any:
        return ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"][0]

    def state() -> str | None:
        """The provider takes an endpoint that is still shown as deleted for gone."""
        found: str = shown()["State"].lower()
        return found if found != "deleted" else None

    passes_through(state, {"pending"}, "available")
    found = shown()
    assert (found["ServiceName"], found["VpcEndpointType"], found["OwnerId"]) == (S3, "Gateway", "123456789012")
    assert (found["RequesterManaged"], found["PrivateDnsEnabled"]) == (False, False)
    for nothing in ("DnsEntries", "Groups", "NetworkInterfaceIds", "RouteTableIds", "SubnetIds"):
        assert found.get(nothing, []) == [], nothing
    assert json.loads(found["PolicyDocument"])["Statement"] == DEFAULT_POLICY["Statement"]
    lists = ec2.describe_prefix_lists(Filters=[{"Name": "prefix-list-name", "Values": [S3]}])["PrefixLists"]
    assert lists[0]["PrefixListId"] == "pl-63a5400a"
    assert lists[0]["Cidrs"]

    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, AddRouteTableIds=[table])
    assert shown()["RouteTableIds"] == [table]
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PolicyDocument=json.dumps({"Version": "2008-10-17", **DENY_ALL}))
    assert json.loads(shown()["PolicyDocument"])["Statement"] == DENY_ALL["Statement"]
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, ResetPolicy=True)
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, RemoveRouteTableIds=[table])
    assert shown().get("RouteTableIds", []) == []

    assert ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])["Unsuccessful"] == []
    passes_through(gone_or(state, "InvalidVpcEndpointId.NotFound"), {"deleting", "available"}, None)
    again = ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])["Unsuccessful"]
    assert [item["Error"]["Code"] for item in again] == ["InvalidVpcEndpoint.NotFound"]


DENY_ALL: dict[str, Any] = {"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}


def test_instance(ec2: Any, subnet: str) -> None:
    """aws_instance: what its read asks for, each by a call of its own."""
    (image,) = ec2.describe_images(ImageIds=[IMAGE])["Images"]
    assert image["RootDeviceName"]
    launched = ec2.run_instances(
        ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnet, ClientToken="terraform-i",
        TagSpecifications=tagged("instance", "terraform"),
        MetadataOptions={"HttpEndpoint": "enabled", "HttpTokens": "required"},
    )["Instances"][0]  # fmt: skip
    instance = launched["InstanceId"]

    def shown() -> Any:
        return ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]

    def state() -> str:
        found: str = shown()["State"]["Name"]
        return found

    passes_through(state, {"pending"}, "running")
    found = shown()
    assert found["MetadataOptions"]["HttpTokens"] == "required"
    assert found["SourceDestCheck"] is True
    (type_,) = ec2.describe_instance_types(InstanceTypes=["t3.micro"])["InstanceTypes"]
    assert type_["BurstablePerformanceSupported"] is True
    for name, answer in (
        ("disableApiTermination", {"DisableApiTermination": {"Value": False}}),
        ("disableApiStop", {"DisableApiStop": {"Value": False}}),
        ("instanceInitiatedShutdownBehavior", {"InstanceInitiatedShutdownBehavior": {"Value": "stop"}}),
        ("userData", {"UserData": {}}),
    ):
        read = ec2.describe_instance_attribute(InstanceId=instance, Attribute=name)
        assert {key: read[key] for key in answer} == answer
    (credits_,) = ec2.describe_instance_credit_specifications(InstanceIds=[instance])["InstanceCreditSpecifications"]
    assert credits_["CpuCredits"] == "unlimited"
    ec2.describe_volumes(Filters=[{"Name": "attachment.instance-id", "Values": [instance]}])
    assert ec2.describe_tags(Filters=by_id(instance))["Tags"][0]["Value"] == "terraform"

    ec2.modify_instance_attribute(InstanceId=instance, SourceDestCheck={"Value": False})
    assert shown()["SourceDestCheck"] is False
    ec2.stop_instances(InstanceIds=[instance])
    passes_through(state, {"pending", "running", "shutting-down", "stopping"}, "stopped")
    ec2.modify_instance_attribute(InstanceId=instance, InstanceType={"Value": "t3.small"})
    ec2.start_instances(InstanceIds=[instance])
    passes_through(state, {"pending", "stopped"}, "running")
    assert shown()["InstanceType"] == "t3.small"
    ec2.modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": False})
    ec2.terminate_instances(InstanceIds=[instance])
    passes_through(state, {"pending", "running", "shutting-down", "stopped", "stopping"}, "terminated")
    missing = code_of(ec2.describe_instances, InstanceIds=["i-00000000000000000"])
    assert missing == "InvalidInstanceID.NotFound"
