"""NetworkInterface with its addresses."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from ipaddress import IPv4Address

from skywalk.resources.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAddress:
    """`allocation_id` and `association_id` are those of an Elastic IP address; None where AWS assigned the address at
    launch, until the instance stops."""

    address: IPv4Address
    allocation_id: str | None = None
    association_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateAddress:
    """One address of an interface, and the public one that leads to it."""

    address: IPv4Address
    public: PublicAddress | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """To an instance, or to what manages the interface (`instance_id` is None then)."""

    attachment_id: str
    instance_id: str | None
    device_index: int
    attached_at: datetime
    delete_on_termination: bool


class ReturningAttachment(Attachment):
    """That of an interface that is not back on the machine (`returning`). It is shown and never stored."""

    __slots__ = ()

    @classmethod
    def of(cls, attachment: Attachment) -> ReturningAttachment:
        return cls(**{one.name: getattr(attachment, one.name) for one in fields(attachment)})


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkInterface(Resource):
    """`mac` is `02:…` in lower case; `addresses` has the primary one first. `managed_by` is the id of the resource
    that the interface belongs to (a NAT gateway); its owner cannot change such an interface."""

    vpc_id: str
    subnet_id: str
    availability_zone: str
    mac: str
    addresses: tuple[PrivateAddress, ...]
    security_group_ids: tuple[str, ...]
    description: str = ""
    interface_type: str = "interface"
    managed_by: str | None = None
    source_dest_check: bool = True
    attachment: Attachment | None = None

    @property
    def private_address(self) -> IPv4Address:
        return self.addresses[0].address

    @property
    def public(self) -> PublicAddress | None:
        """The public address of the primary one."""
        return self.addresses[0].public

    @property
    def public_address(self) -> IPv4Address | None:
        return self.public.address if self.public else None

    @property
    def requester_managed(self) -> bool:
        return self.managed_by is not None

    @property
    def instance_id(self) -> str | None:
        return self.attachment.instance_id if self.attachment else None

    @property
    def references(self) -> tuple[str, ...]:
        publics = [one.public for one in self.addresses if one.public is not None]
        return (
            self.subnet_id,
            self.mac,
            *dict.fromkeys(self.security_group_ids),
            *(str(public.address) for public in publics),
            *(public.allocation_id for public in publics if public.allocation_id),
            *(public.association_id for public in publics if public.association_id),
            *((self.managed_by,) if self.managed_by else ()),
            *((self.attachment.attachment_id,) if self.attachment else ()),
            *((self.instance_id,) if self.instance_id else ()),
        )

    def with_public(self, address: IPv4Address, public: PublicAddress | None) -> NetworkInterface:
        """The interface with another public address, or none, for one of its private ones."""
        changed = (replace(one, public=public) if one.address == address else one for one in self.addresses)
        return replace(self, addresses=tuple(changed))

    def without_assigned_address(self) -> NetworkInterface:
        """Without the public address that AWS assigned: Elastic IP addresses stay."""
        kept = (
            replace(one, public=None) if one.public is not None and one.public.allocation_id is None else one
            for one in self.addresses
        )
        return replace(self, addresses=tuple(kept))
