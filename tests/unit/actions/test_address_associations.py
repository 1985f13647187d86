from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.address_associations import associate_address, disassociate_address
from skywalk.actions.internet_gateways import detach_internet_gateway
from skywalk.actions.network_interface_attachments import attach_network_interface
from skywalk.resources.instance import InstanceState
from support.addressing import (
    elastic_address,
    internet_gateway,
    nat_gateway,
    new_interface,
    shown_address,
    shown_interface,
    shown_nat_gateway,
)
from support.launching import Home
from support.placed_targets import set_instance_state
from support.region import OTHER_ACCOUNT, OWNER, Region

NO_ASSOCIATION = "eipassoc-00000000000000000"
AUTH_FAILURE = ("AuthFailure", "You do not have permission to access the specified resource.")


@pytest.fixture
def home() -> Home:
    made = Home(Region())
    internet_gateway(made)
    return made


def running(home: Home, *, is_public: bool = False) -> str:
    interface = {"DeviceIndex": 0, "SubnetId": home.subnet_id, "AssociatePublicIpAddress": is_public}
    instance_id: str = home.launch(NetworkInterfaces=[interface])["Instances"][0]["InstanceId"]
    home.settle()
    return instance_id


def associate(home: Home, allocation_id: str, **target: Any) -> str:
    association_id: str = home.ec2(associate_address, AllocationId=allocation_id, **target)["AssociationId"]
    return association_id


def refusal(home: Home, **request: Any) -> tuple[str, str]:
    return home.ec2.refusal(associate_address, **request)


def test_with_an_instance(home: Home) -> None:
    instance, allocation = running(home), elastic_address(home)
    association = associate(home, allocation, InstanceId=instance)
    assert association.startswith("eipassoc-")
    address = shown_address(home, allocation)
    assert (address["AssociationId"], address["InstanceId"]) == (association, instance)
    shown = home.instance(instance)
    assert shown["PublicIpAddress"] == address["PublicIp"]
    assert shown["NetworkInterfaces"][0]["Association"]["IpOwnerId"] == OWNER
    home.ec2(disassociate_address, AssociationId=association)
    assert "PublicIpAddress" not in home.instance(instance)
    assert "AssociationId" not in shown_address(home, allocation)


def test_it_takes_the_place_of_the_assigned_address(home: Home) -> None:
    instance, allocation = running(home, is_public=True), elastic_address(home)
    assigned = home.instance(instance)["PublicIpAddress"]
    association = associate(home, allocation, InstanceId=instance)
    elastic = shown_address(home, allocation)["PublicIp"]
    assert home.instance(instance)["PublicIpAddress"] == elastic != assigned
    home.ec2(disassociate_address, AssociationId=association)
    another = home.instance(instance)["NetworkInterfaces"][0]["Association"]
    assert another["IpOwnerId"] == "amazon"
    assert another["PublicIp"] not in (elastic, assigned)


def test_an_instance_with_a_second_interface_is_given_no_other(home: Home) -> None:
    instance, allocation = running(home, is_public=True), elastic_address(home)
    home.ec2(attach_network_interface, InstanceId=instance, NetworkInterfaceId=new_interface(home), DeviceIndex=1)
    primary = home.instance(instance)["NetworkInterfaces"][0]["NetworkInterfaceId"]
    association = associate(home, allocation, NetworkInterfaceId=primary)
    home.ec2(disassociate_address, AssociationId=association)
    assert "PublicIpAddress" not in home.instance(instance)


def test_a_stopped_instance_is_given_no_other(home: Home) -> None:
    instance, allocation = running(home, is_public=True), elastic_address(home)
    association = associate(home, allocation, InstanceId=instance)
    set_instance_state(home.region, instance, InstanceState.STOPPED)
    home.ec2(disassociate_address, AssociationId=association)
    assert "PublicIpAddress" not in home.instance(instance)


def test_the_same_again_is_the_same(home: Home) -> None:
    instance, allocation = running(home), elastic_address(home)
    first = associate(home, allocation, InstanceId=instance)
    assert associate(home, allocation, InstanceId=instance, AllowReassociation=False) == first


def test_it_moves_unless_that_is_forbidden(home: Home) -> None:
    first, second, allocation = running(home), running(home), elastic_address(home)
    association = associate(home, allocation, InstanceId=first)
    assert refusal(home, AllocationId=allocation, InstanceId=second, AllowReassociation=False) == (
        "Resource.AlreadyAssociated",
        f"resource {allocation} is already associated with associate-id {association}",
    )
    moved = associate(home, allocation, InstanceId=second)
    assert moved != association
    assert "PublicIpAddress" not in home.instance(first)
    assert shown_address(home, allocation)["InstanceId"] == second
    assert home.ec2.refusal(disassociate_address, AssociationId=association)[0] == "InvalidAssociationID.NotFound"


def test_another_address_takes_its_place(home: Home) -> None:
    instance, first, second = running(home), elastic_address(home), elastic_address(home)
    associate(home, first, InstanceId=instance)
    associate(home, second, InstanceId=instance)
    assert "AssociationId" not in shown_address(home, first)
    assert home.instance(instance)["PublicIpAddress"] == shown_address(home, second)["PublicIp"]


def test_with_one_of_several_private_addresses(home: Home) -> None:
    eni, allocation = new_interface(home, SecondaryPrivateIpAddressCount=1), elastic_address(home)
    associate(home, allocation, NetworkInterfaceId=eni, PrivateIpAddress="10.0.1.5")
    associate(home, allocation, NetworkInterfaceId=eni, PrivateIpAddress="10.0.1.4")
    shown = shown_interface(home, eni)["PrivateIpAddresses"]
    assert ["Association" in one for one in shown] == [True, False]
    assert shown_address(home, allocation)["PrivateIpAddress"] == "10.0.1.4"
    assert refusal(home, AllocationId=allocation, NetworkInterfaceId=eni, PrivateIpAddress="10.0.1.9") == (
        "InvalidParameterValue",
        f"The private address 10.0.1.9 is not assigned to network interface {eni}.",
    )


def test_an_instance_with_several_interfaces(home: Home) -> None:
    instance, eni, allocation = running(home), new_interface(home), elastic_address(home)
    home.ec2(attach_network_interface, InstanceId=instance, NetworkInterfaceId=eni, DeviceIndex=1)
    assert refusal(home, AllocationId=allocation, InstanceId=instance) == (
        "InvalidInstanceID",
        f"There are multiple interfaces attached to instance '{instance}'. "
        "Please specify an interface ID for the operation instead.",
    )
    associate(home, allocation, NetworkInterfaceId=eni)
    assert shown_address(home, allocation)["InstanceId"] == instance
    assert "PublicIpAddress" not in home.instance(instance), "that is the primary interface's"


@pytest.mark.parametrize("state", list(InstanceState))
def test_states_of_instances(home: Home, state: InstanceState) -> None:
    instance, allocation = running(home), elastic_address(home)
    set_instance_state(home.region, instance, state)
    if state in (InstanceState.RUNNING, InstanceState.STOPPING, InstanceState.STOPPED):
        associate(home, allocation, InstanceId=instance)
    else:
        assert refusal(home, AllocationId=allocation, InstanceId=instance) == (
            "InvalidInstanceID",
            f"The {state.value} instance '{instance}' is not in a valid state for this operation.",
        )


def test_there_must_be_an_internet_gateway() -> None:
    home = Home(Region())
    allocation, eni = elastic_address(home), new_interface(home)
    assert refusal(home, AllocationId=allocation, NetworkInterfaceId=eni) == (
        "Gateway.NotAttached",
        f"Network {home.vpc_id} is not attached to any internet gateway",
    )
    gateway = internet_gateway(home)
    association = associate(home, allocation, NetworkInterfaceId=eni)
    detach = {"InternetGatewayId": gateway, "VpcId": home.vpc_id}
    assert home.ec2.refusal(detach_internet_gateway, **detach) == (
        "DependencyViolation",
        f"Network {home.vpc_id} has some mapped public address(es). "
        "Please unmap those public address(es) before detaching the gateway.",
    )
    home.ec2(disassociate_address, AssociationId=association)
    home.ec2(detach_internet_gateway, **detach)


def test_requests_that_name_too_much_or_too_little(home: Home) -> None:
    instance, allocation = running(home), elastic_address(home)
    public = shown_address(home, allocation)["PublicIp"]
    assert refusal(home, AllocationId=allocation) == (
        "MissingParameter",
        "Either an instance ID or a network interface ID must be specified.",
    )
    assert refusal(home, AllocationId=allocation, InstanceId=instance, NetworkInterfaceId=new_interface(home)) == (
        "InvalidParameterCombination",
        "You may specify an instance ID or a network interface ID, but not both.",
    )
    assert refusal(home, PublicIp=public, InstanceId=instance) == (
        "InvalidParameterCombination",
        "You must specify an allocation id when mapping an address to a VPC instance",
    )
    assert refusal(home, InstanceId=instance) == (
        "MissingParameter",
        "The request must contain the parameter AllocationId",
    )
    assert refusal(home, AllocationId="eipalloc-00000000000000000", InstanceId=instance)[0] == (
        "InvalidAllocationID.NotFound"
    )
    assert refusal(home, AllocationId=allocation, InstanceId="i-00000000000000000")[0] == "InvalidInstanceID.NotFound"


def test_disassociations_that_cannot_be(home: Home) -> None:
    allocation = elastic_address(home)
    association = associate(home, allocation, NetworkInterfaceId=new_interface(home))
    public = shown_address(home, allocation)["PublicIp"]
    not_found = ("InvalidAssociationID.NotFound", f"The association ID '{NO_ASSOCIATION}' does not exist")
    assert home.ec2.refusal(disassociate_address, AssociationId=NO_ASSOCIATION) == not_found
    others = home.region.client(OTHER_ACCOUNT)
    assert others.refusal(disassociate_address, AssociationId=association)[0] == "InvalidAssociationID.NotFound"
    assert home.ec2.refusal(disassociate_address, PublicIp=public) == (
        "InvalidParameterValue",
        "You must specify an association id when unmapping an address from a VPC instance",
    )
    assert home.ec2.refusal(disassociate_address, PublicIp="198.18.0.9")[0] == "InvalidAddress.NotFound"
    assert home.ec2.refusal(disassociate_address) == (
        "MissingParameter",
        "The request must contain the parameter AssociationId",
    )


def test_the_address_of_a_nat_gateway_stays(home: Home) -> None:
    allocation, other = elastic_address(home), elastic_address(home)
    nat = nat_gateway(home, AllocationId=allocation)
    shown = shown_nat_gateway(home, nat)["NatGatewayAddresses"][0]
    assert home.ec2.refusal(disassociate_address, AssociationId=shown["AssociationId"]) == AUTH_FAILURE
    assert refusal(home, AllocationId=allocation, NetworkInterfaceId=new_interface(home)) == AUTH_FAILURE
    assert refusal(home, AllocationId=other, NetworkInterfaceId=shown["NetworkInterfaceId"]) == AUTH_FAILURE
