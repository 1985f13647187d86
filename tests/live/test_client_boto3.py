"""boto3's resources, waiters and paginators, as scripts use them. Its plain client is in every other live test."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError, WaiterError

from skywalk.api.dispatch import EC2, IAM, ROUTE53, ROUTE53_RESOLVER
from support.live_region import IMAGE, TRUST_OF_INSTANCES, LiveRegion

pytestmark = pytest.mark.live

OFTEN = {"Delay": 1, "MaxAttempts": 180}
SERVED = {"ec2": EC2, "iam": IAM, "route53": ROUTE53, "route53resolver": ROUTE53_RESOLVER}
SEVERAL = 7
"""More than the five that are the smallest page."""


@pytest.fixture(scope="module")
def session(region: LiveRegion) -> boto3.Session:
    variables = region.environment()
    return boto3.Session(
        variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"], region_name=variables["AWS_DEFAULT_REGION"]
    )


@pytest.fixture(scope="module")
def ec2(region: LiveRegion, session: boto3.Session) -> Any:
    return session.resource("ec2", endpoint_url=region.environment()["AWS_ENDPOINT_URL"])


def named(kind: str, name: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]


def test_a_network_of_resources(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.60.0.0/16", TagSpecifications=named("vpc", "objects"))
    vpc.wait_until_available()
    assert (vpc.cidr_block, vpc.is_default, vpc.tags) == ("10.60.0.0/16", False, [{"Key": "Name", "Value": "objects"}])
    assert [found.id for found in ec2.vpcs.filter(Filters=[{"Name": "tag:Name", "Values": ["objects"]}])] == [vpc.id]

    subnets = {vpc.create_subnet(CidrBlock=f"10.60.{third}.0/24").id for third in range(SEVERAL)}
    assert {subnet.id for subnet in vpc.subnets.all()} == subnets
    assert [len(page) for page in vpc.subnets.page_size(5).pages()] == [5, 2]
    assert len(list(vpc.subnets.limit(3))) == 3
    subnet = next(iter(vpc.subnets.filter(Filters=[{"Name": "cidr", "Values": ["10.60.0.0/24"]}])))
    assert subnet.vpc.id == vpc.id

    gateway = ec2.create_internet_gateway()
    vpc.attach_internet_gateway(InternetGatewayId=gateway.id)
    assert [found.id for found in vpc.internet_gateways.all()] == [gateway.id]
    table = vpc.create_route_table()
    association = table.associate_with_subnet(SubnetId=subnet.id)
    route = table.create_route(DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway.id)
    table.reload()
    assert [(one.destination_cidr_block, one.gateway_id, one.state) for one in table.routes][1:] == [
        (route.destination_cidr_block, gateway.id, "active")
    ]
    main = next(iter(vpc.route_tables.filter(Filters=[{"Name": "association.main", "Values": ["true"]}])))
    assert [attribute.main for attribute in main.associations] == [True]
    association.replace_subnet(RouteTableId=main.id)
    main.reload()
    assert subnet.id in [one.subnet_id for one in main.associations]

    vpc.modify_attribute(EnableDnsHostnames={"Value": True})
    assert vpc.describe_attribute(Attribute="enableDnsHostnames")["EnableDnsHostnames"] == {"Value": True}

    route.delete()
    table.delete()
    gateway.detach_from_vpc(VpcId=vpc.id)
    gateway.delete()
    for subnet in vpc.subnets.all():
        subnet.delete()
    vpc.delete()
    with pytest.raises(ClientError, match=r"InvalidVpcID\.NotFound"):
        vpc.reload()


def test_an_instance_and_its_groups_as_resources(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.61.0.0/16")
    subnet = vpc.create_subnet(CidrBlock="10.61.1.0/24")
    group = vpc.create_security_group(GroupName="objects", Description="of objects")
    group.authorize_ingress(IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="10.0.0.0/8")
    (permission,) = group.ip_permissions
    assert (permission["FromPort"], permission["IpRanges"]) == (22, [{"CidrIp": "10.0.0.0/8"}])

    (instance,) = ec2.create_instances(
        ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnet.id, SecurityGroupIds=[group.id],
        TagSpecifications=named("instance", "object"),
    )  # fmt: skip
    assert instance.state["Name"] == "pending"
    instance.meta.client.get_waiter("instance_running").wait(InstanceIds=[instance.id], WaiterConfig=OFTEN)
    instance.reload()
    assert (instance.state["Name"], instance.tags) == ("running", [{"Key": "Name", "Value": "object"}])
    assert (instance.vpc.id, instance.subnet.id, instance.image.id) == (vpc.id, subnet.id, IMAGE)
    (interface,) = instance.network_interfaces
    assert interface.private_ip_address == instance.private_ip_address
    assert [one["GroupId"] for one in interface.groups] == [group.id]
    assert [one.id for one in subnet.network_interfaces.all()] == [interface.id]
    assert [one.id for one in vpc.instances.filter(Filters=[{"Name": "tag:Name", "Values": ["obj*"]}])] == [instance.id]

    instance.stop()
    instance.meta.client.get_waiter("instance_stopped").wait(InstanceIds=[instance.id], WaiterConfig=OFTEN)
    instance.start()
    instance.meta.client.get_waiter("instance_running").wait(InstanceIds=[instance.id], WaiterConfig=OFTEN)
    instance.terminate()
    instance.meta.client.get_waiter("instance_terminated").wait(InstanceIds=[instance.id], WaiterConfig=OFTEN)
    instance.reload()
    assert (instance.state["Name"], instance.state_transition_reason[:14]) == ("terminated", "User initiated")
    group.delete()
    subnet.delete()
    vpc.delete()


def test_objects_and_roles_as_resources(region: LiveRegion, session: boto3.Session) -> None:
    url = region.environment()["AWS_ENDPOINT_URL"]
    bucket = session.resource("s3", endpoint_url=url).create_bucket(Bucket="boto3-objects")
    for name in ("a/1", "a/2", "b/1"):
        bucket.put_object(Key=name, Body=name.encode())
    assert [found.key for found in bucket.objects.filter(Prefix="a/")] == ["a/1", "a/2"]
    assert bucket.Object("b/1").get()["Body"].read() == b"b/1"
    bucket.objects.all().delete()
    assert list(bucket.objects.all()) == []

    iam = session.resource("iam", endpoint_url=url)
    role = iam.create_role(RoleName="boto3-role", AssumeRolePolicyDocument=json.dumps(TRUST_OF_INSTANCES))
    role.Policy("own").put(
        PolicyDocument='{"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}'
    )
    assert [policy.name for policy in role.policies.all()] == ["own"]
    assert role.assume_role_policy_document == TRUST_OF_INSTANCES
    profile = iam.create_instance_profile(InstanceProfileName="boto3-role")
    profile.add_role(RoleName="boto3-role")
    assert [one.name for one in role.instance_profiles.all()] == ["boto3-role"]


def private_zone(names: Any, name: str, vpc_id: str) -> str:
    place = {"VPCRegion": "us-east-1", "VPCId": vpc_id}
    zone: str = names.create_hosted_zone(Name=name, CallerReference=name, VPC=place)["HostedZone"]["Id"]
    return zone


def records(zone_name: str, count: int) -> dict[str, Any]:
    """A batch of changes that makes some."""
    value = {"Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.0.0.1"}]}
    sets = [{"Name": f"{number}.{zone_name}", **value} for number in range(count)]
    return {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": one} for one in sets]}


# Waiters


class World:
    """What the waiters below wait for, made when the first of them asks."""

    def __init__(self, region: LiveRegion) -> None:
        self.region, self.ec2, self.iam = region, region.ec2, region.iam
        self.vpc = region.vpc("10.62.0.0/16")
        self.subnet = region.subnet(self.vpc, "10.62.1.0/24")

    def instance(self, state: str) -> dict[str, Any]:
        """An instance on its way to a state."""
        launch = {"ImageId": IMAGE, "MinCount": 1, "MaxCount": 1, "SubnetId": self.subnet}
        ids = [self.ec2.run_instances(**launch)["Instances"][0]["InstanceId"]]
        if state == "stopped":
            self.region.wait()
            self.ec2.stop_instances(InstanceIds=ids)
        if state == "terminated":
            self.ec2.terminate_instances(InstanceIds=ids)
        return {"InstanceIds": ids}

    def gateway(self) -> dict[str, Any]:
        return {"InternetGatewayIds": [self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]]}

    def interface(self) -> dict[str, Any]:
        made = self.ec2.create_network_interface(SubnetId=self.subnet)["NetworkInterface"]
        return {"NetworkInterfaceIds": [made["NetworkInterfaceId"]]}

    def nat_gateway(self, *, deleted: bool) -> dict[str, Any]:
        made = self.ec2.create_nat_gateway(SubnetId=self.subnet, ConnectivityType="private")["NatGateway"]
        ids = [made["NatGatewayId"]]
        if deleted:
            self.ec2.delete_nat_gateway(NatGatewayId=ids[0])
        return {"NatGatewayIds": ids}

    def key_pair(self) -> dict[str, Any]:
        self.ec2.create_key_pair(KeyName="waited-for")
        return {"KeyNames": ["waited-for"]}

    def group(self) -> dict[str, Any]:
        made = self.ec2.create_security_group(GroupName="waited-for", Description="d", VpcId=self.vpc)
        return {"GroupIds": [made["GroupId"]]}

    def peering(self, *, deleted: bool) -> dict[str, Any]:
        peer = self.region.vpc("10.63.0.0/16")
        made = self.ec2.create_vpc_peering_connection(VpcId=self.vpc, PeerVpcId=peer)["VpcPeeringConnection"]
        ids = [made["VpcPeeringConnectionId"]]
        if deleted:
            self.ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=ids[0])
        return {"VpcPeeringConnectionIds": ids}

    def record_set(self) -> dict[str, Any]:
        names = self.region.client("route53")
        zone = private_zone(names, "waited-for.internal", self.vpc)
        batch = records("waited-for.internal", 1)
        return {"Id": names.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)["ChangeInfo"]["Id"]}

    def role(self) -> dict[str, Any]:
        self.iam.create_role(RoleName="waited-for", AssumeRolePolicyDocument=json.dumps(TRUST_OF_INSTANCES))
        return {"RoleName": "waited-for"}

    def instance_profile(self) -> dict[str, Any]:
        self.iam.create_instance_profile(InstanceProfileName="waited-for")
        return {"InstanceProfileName": "waited-for"}

    def user(self) -> dict[str, Any]:
        self.iam.create_user(UserName="waited-for")
        return {"UserName": "waited-for"}

    def policy(self) -> dict[str, Any]:
        document = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'
        made = self.iam.create_policy(PolicyName="waited-for", PolicyDocument=document)
        return {"PolicyArn": made["Policy"]["Arn"]}


WAITED_FOR: Mapping[str, Callable[[World], dict[str, Any]]] = {
    "image_available": lambda world: {"ImageIds": [IMAGE]},
    "image_exists": lambda world: {"ImageIds": [IMAGE]},
    "instance_exists": lambda world: world.instance("pending"),
    "instance_profile_exists": World.instance_profile,
    "instance_running": lambda world: world.instance("running"),
    "instance_status_ok": lambda world: world.instance("running"),
    "instance_stopped": lambda world: world.instance("stopped"),
    "instance_terminated": lambda world: world.instance("terminated"),
    "internet_gateway_exists": World.gateway,
    "key_pair_exists": World.key_pair,
    "nat_gateway_available": lambda world: world.nat_gateway(deleted=False),
    "nat_gateway_deleted": lambda world: world.nat_gateway(deleted=True),
    "network_interface_available": World.interface,
    "policy_exists": World.policy,
    "resource_record_sets_changed": World.record_set,
    "role_exists": World.role,
    "security_group_exists": World.group,
    "subnet_available": lambda world: {"SubnetIds": [world.subnet]},
    "system_status_ok": lambda world: world.instance("running"),
    "user_exists": World.user,
    "volume_deleted": lambda world: {"VolumeIds": ["vol-00000000000000000"]},
    "vpc_available": lambda world: {"VpcIds": [world.vpc]},
    "vpc_exists": lambda world: {"VpcIds": [world.vpc]},
    "vpc_peering_connection_deleted": lambda world: world.peering(deleted=True),
    "vpc_peering_connection_exists": lambda world: world.peering(deleted=False),
}


@pytest.fixture(scope="module")
def world(region: LiveRegion) -> World:
    return World(region)


NEVER_MET = {"volume_available", "volume_in_use"}
"""There are no volumes."""


def waiters_of_what_is_served(region: LiveRegion) -> Iterator[tuple[Any, str]]:
    for service, table in SERVED.items():
        client, served = region.client(service), {xform_name(action) for action in table}
        for name in client.waiter_names:
            if xform_name(client.get_waiter(name).config.operation) in served:
                yield client, name


def test_every_waiter_meets_its_state(region: LiveRegion, world: World) -> None:
    waiters = [(client, name) for client, name in waiters_of_what_is_served(region) if name not in NEVER_MET]
    assert {name for _, name in waiters} == set(WAITED_FOR), "say in WAITED_FOR what each waits for"

    def wait(client: Any, name: str) -> str | None:
        try:
            client.get_waiter(name).wait(**WAITED_FOR[name](world), WaiterConfig=OFTEN)
        except (WaiterError, ClientError) as failure:
            return f"{name}: {failure}"
        return None

    with ThreadPoolExecutor(len(waiters)) as pool:
        assert list(filter(None, pool.map(wait, *zip(*waiters, strict=True)))) == []


def test_a_waiter_gives_up_where_its_state_cannot_come(region: LiveRegion, world: World) -> None:
    ended = world.instance("terminated")
    region.wait()
    with pytest.raises(WaiterError, match="terminal failure state"):
        region.ec2.get_waiter("instance_running").wait(**ended, WaiterConfig=OFTEN)
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        region.ec2.get_waiter("vpc_exists").wait(
            VpcIds=["vpc-00000000000000000"], WaiterConfig={"Delay": 1, "MaxAttempts": 2}
        )


# Paginators

NEEDED: Mapping[str, dict[str, str]] = {
    "describe_stale_security_groups": {"VpcId": "the VPC"},
    "get_group": {"GroupName": "paged"},
    "get_managed_prefix_list_associations": {"PrefixListId": "the list"},
    "get_managed_prefix_list_entries": {"PrefixListId": "the list"},
    "get_security_groups_for_vpc": {"VpcId": "the VPC"},
    "list_access_keys": {"UserName": "paged"},
    "list_attached_group_policies": {"GroupName": "paged"},
    "list_attached_role_policies": {"RoleName": "paged"},
    "list_attached_user_policies": {"UserName": "paged"},
    "list_entities_for_policy": {"PolicyArn": "arn:aws:iam::123456789012:policy/paged"},
    "list_group_policies": {"GroupName": "paged"},
    "list_groups_for_user": {"UserName": "paged"},
    "list_instance_profile_tags": {"InstanceProfileName": "paged"},
    "list_instance_profiles_for_role": {"RoleName": "paged"},
    "list_policy_tags": {"PolicyArn": "arn:aws:iam::123456789012:policy/paged"},
    "list_policy_versions": {"PolicyArn": "arn:aws:iam::123456789012:policy/paged"},
    "list_resolver_endpoint_ip_addresses": {"ResolverEndpointId": "the resolver"},
    "list_resource_record_sets": {"HostedZoneId": "the zone"},
    "list_role_policies": {"RoleName": "paged"},
    "list_role_tags": {"RoleName": "paged"},
    "list_tags_for_resource": {"ResourceArn": "the resolver's ARN"},
    "list_user_policies": {"UserName": "paged"},
    "list_user_tags": {"UserName": "paged"},
    "list_vpc_association_authorizations": {"HostedZoneId": "the zone"},
}
"""What an action must be told besides the page."""

BY_PARAMETER: Mapping[str, dict[str, Any]] = {"list_vpc_association_authorizations": {"MaxResults": "5"}}
"""Those whose paginator does not know the parameter for the size of a page."""

FEWER_THAN_A_PAGE = {
    "describe_images",
    "describe_instance_credit_specifications",
    "describe_instance_status",
    "describe_prefix_lists",
    "describe_stale_security_groups",
    "describe_volumes",
    "describe_vpc_classic_link_dns_support",
    "list_access_keys",
    "list_account_aliases",
    "list_mfa_devices",
    "list_policy_versions",
    "list_resolver_endpoints",
    "list_signing_certificates",
    "list_ssh_public_keys",
    "list_virtual_mfa_devices",
}
"""Those of which nobody has several here."""


def paginators_of_what_is_served(region: LiveRegion) -> Iterator[tuple[str, Any]]:
    for service, table in SERVED.items():
        client = region.client(service)
        for name in sorted(map(xform_name, table)):
            if client.can_paginate(name):
                yield name, client.get_paginator(name)


@pytest.fixture(scope="module")
def several(region: LiveRegion) -> dict[str, str]:
    """Several of everything that has a page. Answers the ids that NEEDED names."""
    ec2, iam = region.ec2, region.iam
    vpcs = [region.vpc(f"10.{second}.0.0/16") for second in range(70, 70 + SEVERAL)]
    subnets = [region.subnet(vpcs[0], f"10.70.{third}.0/24") for third in range(SEVERAL)]
    tables = [region.table(vpcs[0]) for _ in range(SEVERAL)]
    for table in tables:
        region.endpoint(vpcs[0], table)
    gateways = [region.internet_gateway(vpc) for vpc in vpcs]
    for peer in vpcs[1:]:
        ec2.create_vpc_peering_connection(VpcId=vpcs[0], PeerVpcId=peer)
    entries = [{"Cidr": f"10.{second}.0.0/16"} for second in range(SEVERAL)]
    lists = {"AddressFamily": "IPv4", "MaxEntries": SEVERAL, "Entries": entries}
    the_list, *_ = [
        ec2.create_managed_prefix_list(PrefixListName=f"paged{number}", **lists)["PrefixList"]["PrefixListId"]
        for number in range(SEVERAL)
    ]
    region.wait()
    for number in range(SEVERAL):
        ec2.create_route(RouteTableId=tables[number], DestinationPrefixListId=the_list, GatewayId=gateways[0])
        ec2.create_network_acl(VpcId=vpcs[0])
        ec2.create_nat_gateway(SubnetId=subnets[0], ConnectivityType="private")
        ec2.create_network_interface(SubnetId=subnets[1])
        ec2.allocate_address(Domain="vpc")
        ec2.create_security_group(GroupName=f"paged{number}", Description="d", VpcId=vpcs[0])
        ec2.create_dhcp_options(DhcpConfigurations=[{"Key": "domain-name", "Values": [f"paged{number}"]}])
    several_identities(iam)
    told = several_names(region, vpcs, subnets)
    launch = {"ImageId": IMAGE, "MinCount": SEVERAL, "MaxCount": SEVERAL, "SubnetId": subnets[0]}
    ec2.run_instances(**launch, IamInstanceProfile={"Name": "paged"})
    ec2.create_tags(Resources=subnets, Tags=[{"Key": "Name", "Value": "paged"}])
    region.wait()
    return {"the VPC": vpcs[0], "the list": the_list} | told


def several_names(region: LiveRegion, vpcs: list[str], subnets: list[str]) -> dict[str, str]:
    names, resolver = region.client("route53"), region.client("route53resolver")
    zones = [private_zone(names, f"paged{number}.internal", vpcs[0]) for number in range(SEVERAL)]
    names.change_resource_record_sets(HostedZoneId=zones[0], ChangeBatch=records("paged0.internal", SEVERAL))
    for vpc in vpcs[1:]:
        names.create_vpc_association_authorization(HostedZoneId=zones[0], VPC={"VPCRegion": "us-east-1", "VPCId": vpc})
    group = region.ec2.create_security_group(GroupName="resolver", Description="d", VpcId=vpcs[0])["GroupId"]
    endpoint = resolver.create_resolver_endpoint(
        CreatorRequestId="paged",
        Direction="INBOUND",
        SecurityGroupIds=[group],
        IpAddresses=[{"SubnetId": subnet} for subnet in subnets[:6]],
        Tags=[{"Key": str(number), "Value": ""} for number in range(SEVERAL)],
    )["ResolverEndpoint"]
    return {"the zone": zones[0], "the resolver": endpoint["Id"], "the resolver's ARN": endpoint["Arn"]}


def several_identities(iam: Any) -> None:
    document = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'
    trust, tags = json.dumps(TRUST_OF_INSTANCES), [{"Key": str(n), "Value": ""} for n in range(SEVERAL)]
    numbers = ["", *map(str, range(1, SEVERAL))]
    for number in numbers:
        iam.create_policy(PolicyName=f"paged{number}", PolicyDocument=document, Tags=tags)
        iam.create_role(RoleName=f"paged{number}", AssumeRolePolicyDocument=trust, Tags=tags)
        iam.create_user(UserName=f"paged{number}", Tags=tags)
        iam.create_group(GroupName=f"paged{number}")
        iam.create_instance_profile(InstanceProfileName=f"paged{number}", Tags=tags)
    for number in numbers:
        iam.add_user_to_group(GroupName="paged", UserName=f"paged{number}")
        if number:
            iam.add_user_to_group(GroupName=f"paged{number}", UserName="paged")
        iam.add_role_to_instance_profile(InstanceProfileName=f"paged{number}", RoleName="paged")
        iam.attach_user_policy(UserName="paged", PolicyArn=f"arn:aws:iam::123456789012:policy/paged{number}")
        iam.attach_group_policy(GroupName="paged", PolicyArn=f"arn:aws:iam::123456789012:policy/paged{number}")
        iam.attach_role_policy(RoleName=f"paged{number}", PolicyArn="arn:aws:iam::123456789012:policy/paged")
        iam.attach_role_policy(RoleName="paged", PolicyArn=f"arn:aws:iam::123456789012:policy/paged{number}")
        for call, whose in (
            (iam.put_role_policy, {"RoleName": "paged"}),
            (iam.put_user_policy, {"UserName": "paged"}),
            (iam.put_group_policy, {"GroupName": "paged"}),
        ):
            call(**whose, PolicyName=f"own{number}", PolicyDocument=document)


def listed(pages: Any, paginator: Any) -> list[str]:
    """What pages list, each thing as text, in one order: an answer may have several lists."""
    found = []
    for page in pages:
        for key in paginator.result_keys:
            items = key.search(page) or []
            # A page of instances may end within a reservation.
            things = [one for item in items for one in item["Instances"]] if "Reservations" in page else items
            found += [json.dumps(thing, sort_keys=True, default=str) for thing in things]
    return sorted(found)


def test_every_paginator_has_everything_once(region: LiveRegion, several: dict[str, str]) -> None:
    region.wait()
    wrong = []
    for name, paginator in paginators_of_what_is_served(region):
        needed = {key: several.get(value, value) for key, value in NEEDED.get(name, {}).items()}
        in_pages = BY_PARAMETER.get(name, {"PaginationConfig": {"PageSize": 5}})
        for _ in range(3):  # what another story has deleted may be forgotten between two listings
            pages = list(paginator.paginate(**needed, **in_pages))
            found = listed(pages, paginator)
            is_whole = found == listed(paginator.paginate(**needed), paginator) and len(set(found)) == len(found)
            if is_whole:
                break
        if not is_whole:
            wrong.append(f"{name}: {len(pages)} pages have not what one has")
        if name not in FEWER_THAN_A_PAGE and len(pages) < 2:
            wrong.append(f"{name}: {len(found)} are no more than a page; make more of them")
    assert not wrong, "\n".join(wrong)
