"""The filters of DescribeNetworkInterfaces: what an interface has under each name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from skywalk.actions.network_interface_view import (
    REQUESTER,
    attachment_owner,
    attachment_status,
    has_host_names,
    interface_status,
    public_address_owner,
    show_groups,
)
from skywalk.resources.host_names import private_host_name, public_host_name
from skywalk.resources.regions import zone_id
from skywalk.values.clock import format_timestamp

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.describe import FilterValues
    from skywalk.resources.network_interface import Attachment, NetworkInterface, PublicAddress

INDEXED = (
    "subnet-id",
    "group-id",
    "attachment.instance-id",
    "attachment.attachment-id",
    "association.allocation-id",
    "association.association-id",
    "association.public-ip",
    "addresses.association.public-ip",
    "mac-address",
)
"""Filters by what an interface refers to: an index answers them."""


def network_interface_filters(call: Call) -> Mapping[str, FilterValues[NetworkInterface]]:
    return {
        **_own_filters(call),
        **_address_filters(call),
        **_attachment_filters(call),
    }


def _own_filters(call: Call) -> dict[str, FilterValues[NetworkInterface]]:
    return {
        "availability-zone": lambda eni: [eni.availability_zone],
        "availability-zone-id": lambda eni: [zone_id(eni.availability_zone)],
        "description": lambda eni: [eni.description],
        "group-id": lambda eni: eni.security_group_ids,
        "group-name": lambda eni: [group["GroupName"] for group in show_groups(call, eni.security_group_ids)],
        "interface-type": lambda eni: [eni.interface_type],
        "ipv6-addresses.ipv6-address": lambda eni: (),
        "mac-address": lambda eni: [eni.mac],
        "network-interface-id": lambda eni: [eni.id],
        "operator.managed": lambda eni: ["false"],
        "operator.principal": lambda eni: (),
        "owner-id": lambda eni: [eni.scope.account_id],
        "requester-id": lambda eni: [REQUESTER] if eni.requester_managed else (),
        "requester-managed": lambda eni: [_text(eni.requester_managed)],
        "source-dest-check": lambda eni: [_text(eni.source_dest_check)],
        "status": lambda eni: [interface_status(eni)],
        "subnet-id": lambda eni: [eni.subnet_id],
        "vpc-id": lambda eni: [eni.vpc_id],
    }


def _address_filters(call: Call) -> dict[str, FilterValues[NetworkInterface]]:
    """Those that begin with `association` ask for the primary address's, the others for any address's."""
    return {
        "addresses.association.owner-id": lambda eni: [public_address_owner(one, eni.scope) for one in _publics(eni)],
        "addresses.association.public-ip": lambda eni: [str(one.address) for one in _publics(eni)],
        "addresses.primary": lambda eni: [_text(place == 0) for place in range(len(eni.addresses))],
        "addresses.private-ip-address": _private_addresses,
        "association.allocation-id": lambda eni: _present(eni.public.allocation_id if eni.public else None),
        "association.association-id": lambda eni: _present(eni.public.association_id if eni.public else None),
        "association.ip-owner-id": lambda eni: [public_address_owner(eni.public, eni.scope)] if eni.public else (),
        "association.public-dns-name": lambda eni: (
            [public_host_name(eni.public.address, eni.scope.region)]
            if eni.public is not None and has_host_names(call, eni.vpc_id)
            else ()
        ),
        "association.public-ip": lambda eni: [str(eni.public.address)] if eni.public else (),
        "private-dns-name": lambda eni: (
            [private_host_name(eni.private_address, eni.scope.region)] if has_host_names(call, eni.vpc_id) else ()
        ),
        "private-ip-address": _private_addresses,
    }


def _attachment_filters(call: Call) -> dict[str, FilterValues[NetworkInterface]]:
    return {
        "attachment.attach-time": lambda eni: [format_timestamp(one.attached_at) for one in _attachments(eni)],
        "attachment.attachment-id": lambda eni: [one.attachment_id for one in _attachments(eni)],
        "attachment.delete-on-termination": lambda eni: [_text(one.delete_on_termination) for one in _attachments(eni)],
        "attachment.device-index": lambda eni: [str(one.device_index) for one in _attachments(eni)],
        "attachment.instance-id": lambda eni: _present(eni.instance_id),
        "attachment.instance-owner-id": lambda eni: [attachment_owner(eni) for _ in _attachments(eni)],
        "attachment.status": lambda eni: [attachment_status(call, eni) for _ in _attachments(eni)],
    }


def _private_addresses(eni: NetworkInterface) -> list[str]:
    return [str(one.address) for one in eni.addresses]


def _publics(eni: NetworkInterface) -> Iterator[PublicAddress]:
    return (one.public for one in eni.addresses if one.public is not None)


def _attachments(eni: NetworkInterface) -> tuple[Attachment, ...]:
    return () if eni.attachment is None else (eni.attachment,)


def _present(text: str | None) -> tuple[str, ...]:
    return (text,) if text else ()


def _text(value: bool) -> str:
    return "true" if value else "false"
