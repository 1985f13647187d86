"""Finding Elastic IP addresses, and what they are associated with: the interface that names the allocation.

Source: EC2 API Reference, "Error codes"; texts from answers quoted in public reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skywalk.actions.existing import ELASTIC_ADDRESS, existing
from skywalk.resources.elastic_address import ElasticAddress
from skywalk.resources.network_interface import NetworkInterface, PrivateAddress, PublicAddress
from skywalk.values.errors import AwsError, invalid_parameter_value, missing_parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.actions.call import Call
    from skywalk.resources.views import Sight


@dataclass(frozen=True, slots=True)
class Association:
    """An Elastic IP address leads to this address of this interface."""

    association_id: str
    eni: NetworkInterface
    private: PrivateAddress


def association_of(sight: Sight, address: ElasticAddress) -> Association | None:
    """None where the address leads nowhere."""
    return _association(sight, address.id)


def elastic_public(call: Call, address: ElasticAddress) -> PublicAddress:
    """The address as an interface has it, by a new association."""
    return PublicAddress(address=address.address, allocation_id=address.id, association_id=call.mint("eipassoc"))


def existing_association(call: Call, association_id: str) -> Association:
    """The caller's association of this id. Raises InvalidAssociationID.NotFound."""
    found = _association(call, association_id)
    if found is None or found.eni.scope != call.scope:
        raise AwsError("InvalidAssociationID.NotFound", f"The association ID '{association_id}' does not exist")
    return found


def _association(sight: Sight, reference: str) -> Association | None:
    """By the id of the association or of the allocation."""
    for eni in sight.tx.referring(NetworkInterface, reference):
        for one in eni.addresses:
            public = one.public
            if public is not None and reference in (public.association_id, public.allocation_id):
                return Association(public.association_id or "", eni, one)
    return None


def named_address(call: Call, request: Mapping[str, object]) -> ElasticAddress | None:
    """The address whose allocation a request names; None for a public address of the caller's.

    In a VPC a public address alone is not enough: callers refuse it, each in words of its own. Raises
    InvalidAllocationID.NotFound, InvalidAddress.NotFound, InvalidParameterCombination for both, MissingParameter.
    """
    allocation_id, public_ip = request.get("AllocationId"), request.get("PublicIp")
    if allocation_id and public_ip:
        raise AwsError(
            "InvalidParameterCombination", "You may specify public IP or allocation id, but not both in the same call"
        )
    if allocation_id:
        return existing(call, ELASTIC_ADDRESS, str(allocation_id))
    if not public_ip:
        raise missing_parameter("AllocationId")
    existing_public_addresses(call, [str(public_ip)])
    return None


def existing_public_addresses(call: Call, texts: Sequence[str]) -> list[ElasticAddress]:
    """The caller's Elastic IP addresses of these public addresses, each once. Raises InvalidAddress.NotFound."""
    found: dict[str, ElasticAddress] = {}
    for text in texts:
        own = [one for one in call.tx.referring(ElasticAddress, text) if one.scope == call.scope]
        if not own:
            raise AwsError("InvalidAddress.NotFound", f"Address '{text}' not found.")
        found[own[0].id] = own[0]
    return list(found.values())


def check_border_group(call: Call, name: str | None) -> None:
    """A region's addresses are announced from the region itself alone."""
    if name is not None and name != call.region:
        raise invalid_parameter_value(f"Value ({name}) for parameter networkBorderGroup is invalid.")
