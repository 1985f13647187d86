"""A guest for tests of the metadata service: `guest(role_arn=None, user_data="")`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from skywalk.plan.guests import Guest, GuestInterface
from skywalk.plan.origin import Origin
from skywalk.values.addresses import parse_address

INTERFACE = GuestInterface(
    network_interface_id="eni-0a",
    device_index=0,
    mac="02:00:0a:00:01:05",
    private_addresses=(parse_address("10.0.1.5"),),
    public_address=None,
    public_addresses=(),
    subnet_id="subnet-0a",
    subnet_network="10.0.1.0/24",
    vpc_id="vpc-0a",
    vpc_networks=("10.0.0.0/16", "10.9.0.0/16"),
    security_group_ids=("sg-0a", "sg-0b"),
    security_group_names=("default", "web"),
)

GUEST = Guest(
    instance_id="i-0123456789abcdef0",
    account_id="123456789012",
    region="us-east-1",
    availability_zone="us-east-1a",
    availability_zone_id="use1-az1",
    instance_type="t3.micro",
    image_id="ami-0a",
    architecture="x86_64",
    hostname="ip-10-0-1-5.ec2.internal",
    domain="ec2.internal",
    resolver_addresses=(parse_address("10.0.0.2"),),
    reservation_id="r-0a",
    launch_index=0,
    launched_at="2026-01-01T00:00:00.000Z",
    user_data="",
    instance_profile_arn="arn:aws:iam::123456789012:instance-profile/app",
    instance_profile_id="AIPAQ3EGRX5ZEXAMPLE00",
    role_arn="arn:aws:iam::123456789012:role/service/app",
    role_id="AROAQ3EGRX5ZEXAMPLE00",
    metadata_enabled=True,
    metadata_tokens_required=False,
    metadata_hop_limit=1,
    interfaces=(INTERFACE,),
    origin=Origin("i-0123456789abcdef0", "instance"),
)


def guest(**changes: Any) -> Guest:
    return replace(GUEST, **changes)


def interface(**changes: Any) -> GuestInterface:
    return replace(INTERFACE, **changes)
