"""AssociateAddress, DisassociateAddress: where an Elastic IP address leads.

An associated address takes the place of one that AWS assigned; when it leaves, a running instance gets another one
assigned. Source: API Reference (reassociation is automatic unless AllowReassociation is false; the operation is
idempotent); EC2 User Guide, "Elastic IP addresses"; texts of refusals from answers quoted in public reports.
Unconfirmed: the texts for a missing or second target and for an address that the interface does not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.actions.elastic_addresses import (
    Association,
    association_of,
    elastic_public,
    existing_association,
    existing_public_addresses,
    named_address,
)
from skywalk.actions.existing import INSTANCE, NETWORK_INTERFACE, existing
from skywalk.actions.interface_limits import check_single_interface
from skywalk.actions.managed_interfaces import refuse_managed_addresses
from skywalk.actions.private_addresses import parse_address_parameter
from skywalk.actions.public_addresses import draw_public_addresses
from skywalk.resources.elastic_address import ElasticAddress
from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.internet_gateway import InternetGateway
from skywalk.resources.network_interface import NetworkInterface, PrivateAddress, PublicAddress
from skywalk.values.errors import AwsError, invalid_parameter_value, missing_parameter

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

_BY_PUBLIC_IP = "You must specify an allocation id when mapping an address to a VPC instance"
_PASSING = (InstanceState.PENDING, InstanceState.SHUTTING_DOWN, InstanceState.TERMINATED)


def associate_address(call: Call, request: ec2.AssociateAddressRequest) -> ec2.AssociateAddressResult:
    """Raises Resource.AlreadyAssociated where reassociation is not allowed, Gateway.NotAttached where the VPC has no
    internet gateway."""
    address = named_address(call, request)
    if address is None:
        raise AwsError("InvalidParameterCombination", _BY_PUBLIC_IP)
    eni = _target(call, request)
    refuse_managed_addresses(eni)
    private = _private_address(eni, request.get("PrivateIpAddress"))
    if not call.tx.of_vpc(InternetGateway, eni.vpc_id):
        raise AwsError("Gateway.NotAttached", f"Network {eni.vpc_id} is not attached to any internet gateway")
    present = association_of(call, address)
    if present is not None:
        if (present.eni.id, present.private.address) == (eni.id, private.address):
            return {"AssociationId": present.association_id}
        _check_may_move(address, present, is_allowed=request.get("AllowReassociation", True))
        _take_away(call, present)
    return {"AssociationId": _associate(call, address, eni.id, private)}


def _associate(call: Call, address: ElasticAddress, network_interface_id: str, private: PrivateAddress) -> str:
    public = elastic_public(call, address)
    eni = existing(call, NETWORK_INTERFACE, network_interface_id)
    call.tx.put(eni.with_public(private.address, public))
    return public.association_id or ""


def _target(call: Call, request: ec2.AssociateAddressRequest) -> NetworkInterface:
    instance_id, eni_id = request.get("InstanceId"), request.get("NetworkInterfaceId")
    if instance_id and eni_id:
        raise AwsError(
            "InvalidParameterCombination", "You may specify an instance ID or a network interface ID, but not both."
        )
    if eni_id:
        return existing(call, NETWORK_INTERFACE, eni_id)
    if instance_id:
        return _only_interface(call, instance_id)
    raise AwsError("MissingParameter", "Either an instance ID or a network interface ID must be specified.")


def _only_interface(call: Call, instance_id: str) -> NetworkInterface:
    instance = existing(call, INSTANCE, instance_id)
    if instance.state in _PASSING:
        raise AwsError(
            "InvalidInstanceID",
            f"The {instance.state.value} instance '{instance.id}' is not in a valid state for this operation.",
        )
    interfaces = call.tx.referring(NetworkInterface, instance.id)
    check_single_interface(instance.id, len(interfaces))
    return interfaces[0]


def _private_address(eni: NetworkInterface, text: str | None) -> PrivateAddress:
    """The interface's own address of this text, the primary one without any."""
    if not text:
        return eni.addresses[0]
    address = parse_address_parameter(text)
    for one in eni.addresses:
        if one.address == address:
            return one
    raise invalid_parameter_value(f"The private address {text} is not assigned to network interface {eni.id}.")


def _check_may_move(address: ElasticAddress, present: Association, *, is_allowed: bool) -> None:
    refuse_managed_addresses(present.eni)
    if not is_allowed:
        raise AwsError(
            "Resource.AlreadyAssociated",
            f"resource {address.id} is already associated with associate-id {present.association_id}",
        )


def disassociate_address(call: Call, request: ec2.DisassociateAddressRequest) -> None:
    """Raises InvalidAssociationID.NotFound, AuthFailure for the address of a NAT gateway."""
    association_id = request.get("AssociationId")
    if not association_id:
        raise _no_association_id(call, request.get("PublicIp"))
    association = existing_association(call, association_id)
    refuse_managed_addresses(association.eni)
    _take_away(call, association)


def _no_association_id(call: Call, public_ip: str | None) -> AwsError:
    if not public_ip:
        return missing_parameter("AssociationId")
    existing_public_addresses(call, [public_ip])
    return invalid_parameter_value("You must specify an association id when unmapping an address from a VPC instance")


def _take_away(call: Call, association: Association) -> None:
    eni, address = association.eni, association.private.address
    public = None
    if address == eni.private_address and _is_given_another(call, eni):
        public = PublicAddress(address=draw_public_addresses(call, 1)[0])
    call.tx.put(eni.with_public(address, public))


def _is_given_another(call: Call, eni: NetworkInterface) -> bool:
    """Whether AWS assigns an address now: to a running instance whose launch asked for one, if it has one interface
    alone. A stopped one gets it when it starts."""
    instance = None if eni.instance_id is None else call.tx.get(Instance, eni.instance_id)
    if instance is None or instance.state is not InstanceState.RUNNING or not instance.assigns_public_address:
        return False
    return len(call.tx.referring(NetworkInterface, instance.id)) == 1
