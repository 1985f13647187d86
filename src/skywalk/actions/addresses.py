"""AllocateAddress, ReleaseAddress, DescribeAddresses, DescribeAddressesAttribute: Elastic IP addresses.

Addresses are from the region's public pool, drawn by chance or wished. There are no reverse DNS records: no address
has a domain name. Source: API Reference; texts of refusals from answers quoted in public reports. Unconfirmed: the
answers to a wished address that cannot be had, and to a Domain or an Attribute that is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from skywalk.actions.describe import FilterValues, matching, page
from skywalk.actions.elastic_addresses import (
    Association,
    association_of,
    check_border_group,
    existing_public_addresses,
    named_address,
)
from skywalk.actions.existing import ELASTIC_ADDRESS, all_existing, named_or_all
from skywalk.actions.managed_interfaces import refuse_managed_addresses
from skywalk.actions.public_addresses import draw_public_addresses, is_public_address_taken
from skywalk.actions.tag_specifications import show_tags, specified_tags
from skywalk.actions.unsupported import refuse_parameters
from skywalk.resources.allocate import PUBLIC_POOL
from skywalk.resources.elastic_address import ElasticAddress
from skywalk.values.errors import AwsError, invalid_parameter_value, unsupported_operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.views import Sight

_DOMAIN = "vpc"
_POOL = "amazon"
_BY_PUBLIC_IP = "You must specify an allocation id when releasing a VPC elastic IP address"


def allocate_address(call: Call, request: ec2.AllocateAddressRequest) -> ec2.AllocateAddressResult:
    """Raises InsufficientAddressCapacity, InvalidAddress.NotFound for a wished address that cannot be had."""
    refuse_parameters(request, ("CustomerOwnedIpv4Pool", "IpamPoolId"))
    check_border_group(call, request.get("NetworkBorderGroup"))
    if request.get("PublicIpv4Pool", _POOL) != _POOL:
        raise unsupported_operation("There is no public IPv4 pool but Amazon's.")
    if request.get("Domain", _DOMAIN) != _DOMAIN:
        raise invalid_parameter_value(f"Value ({request['Domain']}) for parameter domain is invalid.")
    address = ElasticAddress(
        id=call.mint("eipalloc"),
        scope=call.scope,
        tags=specified_tags(request.get("TagSpecifications"), ELASTIC_ADDRESS.resource_type),
        address=_wished(call, request["Address"]) if request.get("Address") else draw_public_addresses(call, 1)[0],
    )
    call.tx.put(address)
    return {
        "AllocationId": address.id,
        "PublicIp": str(address.address),
        "PublicIpv4Pool": _POOL,
        "NetworkBorderGroup": call.region,
        "Domain": _DOMAIN,
    }


def _wished(call: Call, text: str) -> IPv4Address:
    """One of the pool that nobody has."""
    try:
        address = IPv4Address(text)
    except ValueError:
        raise invalid_parameter_value(f"Value ({text}) for parameter address is invalid.") from None
    outside = address not in PUBLIC_POOL or address in (PUBLIC_POOL.network_address, PUBLIC_POOL.broadcast_address)
    if outside or is_public_address_taken(call, address):
        raise AwsError("InvalidAddress.NotFound", f"Address '{text}' not found.")
    return address


def release_address(call: Call, request: ec2.ReleaseAddressRequest) -> None:
    """An address that leads somewhere is kept. Raises InvalidIPAddress.InUse, InvalidAllocationID.NotFound."""
    check_border_group(call, request.get("NetworkBorderGroup"))
    address = named_address(call, request)
    if address is None:
        raise invalid_parameter_value(_BY_PUBLIC_IP)
    association = association_of(call, address)
    if association is not None:
        refuse_managed_addresses(association.eni)
        raise AwsError("InvalidIPAddress.InUse", f"Address {address.address} is in use.")
    call.tx.remove(address.id)


def describe_addresses(call: Call, request: ec2.DescribeAddressesRequest) -> ec2.DescribeAddressesResult:
    """All in one answer, as AWS gives them. Raises InvalidAllocationID.NotFound, InvalidAddress.NotFound."""
    found = _named_or_all(call, request)
    found = matching(found, request.get("Filters"), _filters(call), lambda address: address.tags)
    return {"Addresses": call.views(_show, found)}


def _named_or_all(call: Call, request: ec2.DescribeAddressesRequest) -> Sequence[ElasticAddress]:
    """Those named either way, or all."""
    ids, texts = request.get("AllocationIds") or [], request.get("PublicIps") or []
    if not ids and not texts:
        return named_or_all(call, ELASTIC_ADDRESS, None, request.get("Filters"), ("public-ip",))
    named = [*all_existing(call, ELASTIC_ADDRESS, ids), *existing_public_addresses(call, texts)]
    return list({address.id: address for address in named}.values())


def _filters(call: Call) -> Mapping[str, FilterValues[ElasticAddress]]:
    def of_association(value: Callable[[Association], str | None]) -> FilterValues[ElasticAddress]:
        def values(address: ElasticAddress) -> tuple[str, ...]:
            association = association_of(call, address)
            text = None if association is None else value(association)
            return () if text is None else (text,)

        return values

    return {
        "allocation-id": lambda address: [address.id],
        "association-id": of_association(lambda one: one.association_id),
        "domain": lambda address: [_DOMAIN],
        "instance-id": of_association(lambda one: one.eni.instance_id),
        "network-border-group": lambda address: [address.scope.region],
        "network-interface-id": of_association(lambda one: one.eni.id),
        "network-interface-owner-id": of_association(lambda one: one.eni.scope.account_id),
        "private-ip-address": of_association(lambda one: str(one.private.address)),
        "public-ip": lambda address: [str(address.address)],
    }


def _show(sight: Sight, address: ElasticAddress) -> ec2.Address:
    shown: ec2.Address = {
        "AllocationId": address.id,
        "PublicIp": str(address.address),
        "PublicIpv4Pool": _POOL,
        "NetworkBorderGroup": address.scope.region,
        "Domain": _DOMAIN,
        "Tags": show_tags(address.tags),
    }
    association = association_of(sight, address)
    if association is not None:
        eni = association.eni
        shown["AssociationId"] = association.association_id
        shown["NetworkInterfaceId"] = eni.id
        shown["NetworkInterfaceOwnerId"] = eni.scope.account_id
        shown["PrivateIpAddress"] = str(association.private.address)
        if eni.instance_id is not None:
            shown["InstanceId"] = eni.instance_id
    return shown


def describe_addresses_attribute(
    call: Call, request: ec2.DescribeAddressesAttributeRequest
) -> ec2.DescribeAddressesAttributeResult:
    """The domain names of addresses, of which none has one."""
    if request.get("Attribute", "domain-name") != "domain-name":
        raise invalid_parameter_value(f"Value ({request['Attribute']}) for parameter attribute is invalid.")
    found = named_or_all(call, ELASTIC_ADDRESS, request.get("AllocationIds"))
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"), limits=(1, 1000))
    result: ec2.DescribeAddressesAttributeResult = {
        "Addresses": [{"PublicIp": str(address.address), "AllocationId": address.id} for address in shown]
    }
    if token is not None:
        result["NextToken"] = token
    return result
