"""What tests of addresses need besides instances: interfaces, Elastic IP addresses, an internet gateway, NAT gateways.

internet_gateway(home)
allocation = elastic_address(home)
nat = nat_gateway(home, AllocationId=allocation)
"""

from __future__ import annotations

from typing import Any

from skywalk.actions.addresses import allocate_address, describe_addresses
from skywalk.actions.internet_gateways import attach_internet_gateway, create_internet_gateway
from skywalk.actions.nat_gateways import create_nat_gateway, describe_nat_gateways
from skywalk.actions.network_interfaces import create_network_interface, describe_network_interfaces
from support.launching import Home


def internet_gateway(home: Home) -> str:
    """One that the home's VPC has."""
    gateway_id: str = home.ec2(create_internet_gateway)["InternetGateway"]["InternetGatewayId"]
    home.ec2(attach_internet_gateway, InternetGatewayId=gateway_id, VpcId=home.vpc_id)
    return gateway_id


def elastic_address(home: Home, **request: Any) -> str:
    """The allocation's id."""
    allocation_id: str = home.ec2(allocate_address, **request)["AllocationId"]
    return allocation_id


def shown_address(home: Home, allocation_id: str) -> dict[str, Any]:
    return dict(home.ec2(describe_addresses, AllocationIds=[allocation_id])["Addresses"][0])


def new_interface(home: Home, **request: Any) -> str:
    """A free interface in the home's subnet, unless `request` says otherwise; its id."""
    made = home.ec2(create_network_interface, **{"SubnetId": home.subnet_id, **request})["NetworkInterface"]
    network_interface_id: str = made["NetworkInterfaceId"]
    return network_interface_id


def shown_interface(home: Home, network_interface_id: str) -> dict[str, Any]:
    found = home.ec2(describe_network_interfaces, NetworkInterfaceIds=[network_interface_id])
    return dict(found["NetworkInterfaces"][0])


def nat_gateway(home: Home, **request: Any) -> str:
    """A gateway in the home's subnet, before reconciliation has made it; its id."""
    made = home.ec2(create_nat_gateway, **{"SubnetId": home.subnet_id, **request})["NatGateway"]
    nat_gateway_id: str = made["NatGatewayId"]
    return nat_gateway_id


def shown_nat_gateway(home: Home, nat_gateway_id: str) -> dict[str, Any]:
    return dict(home.ec2(describe_nat_gateways, NatGatewayIds=[nat_gateway_id])["NatGateways"][0])
