"""NetworkInterface."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address

from skywalk.resources.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    attachment_id: str
    instance_id: str
    device_index: int
    attached_at: datetime
    delete_on_termination: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkInterface(Resource):
    """`mac` is `02:…` in lower case; `public_address` one that AWS assigned at launch, for the interface's life."""

    vpc_id: str
    subnet_id: str
    availability_zone: str
    mac: str
    private_address: IPv4Address
    security_group_ids: tuple[str, ...]
    description: str = ""
    interface_type: str = "interface"
    requester_managed: bool = False
    source_dest_check: bool = True
    public_address: IPv4Address | None = None
    attachment: Attachment | None = None

    @property
    def references(self) -> tuple[str, ...]:
        return (str(self.public_address),) if self.public_address else ()
