"""What a guest reads at a path. Source: EC2 User Guide, "Instance metadata categories".

Only what is true here is shown: no signatures of the identity document, no block devices.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from skywalk.metadata.role_credentials import RoleCredentials
from skywalk.plan.guests import Guest, GuestInterface

LATEST = "latest"
VERSIONS = (
    *("1.0", "2007-01-19", "2007-03-01", "2007-08-29", "2007-10-10", "2007-12-15", "2008-02-01", "2008-09-01"),
    *("2009-04-04", "2011-01-01", "2011-05-01", "2012-01-12", "2014-02-25", "2014-11-05", "2015-10-20", "2016-04-19"),
    *("2016-06-30", "2016-09-02", "2018-03-28", "2018-08-17", "2018-09-24", "2019-10-01", "2020-10-27", "2021-01-03"),
    *("2021-03-23", "2021-07-15", "2022-09-24", "2024-04-11"),
    LATEST,
)
"""All show the same; EC2 adds a date whenever it adds a category."""

TEXT = "text/plain"
BYTES = "application/octet-stream"

GetCredentials = Callable[[Guest], RoleCredentials]


@dataclass(frozen=True, slots=True)
class Document:
    """What is at a path."""

    content: bytes
    content_type: str = TEXT


Leaf = str | bytes | Callable[[], str]
"""Text, raw bytes, or text that is made only when somebody reads it (credentials)."""
Tree = Mapping[str, "Tree | Leaf | Listed"]


@dataclass(frozen=True, slots=True)
class Listed:
    """A place whose own text is not the list of what is below it."""

    text: str
    below: Tree


def document(guest: Guest, path: str, credentials: GetCredentials) -> Document | None:
    """What is at `path` (decoded, from the version on); None where nothing is. A final slash makes no difference:
    SDKs ask for `placement/availability-zone/`."""
    names = [name for name in path.split("/") if name]
    if not names:
        return Document("\n".join(VERSIONS).encode())
    if names[0] not in VERSIONS:
        return None
    found: Tree | Leaf | Listed | None = _tree(guest, credentials)
    for name in names[1:]:
        below = found.below if isinstance(found, Listed) else found
        found = below.get(name) if isinstance(below, Mapping) else None
    return None if found is None else _show(found)


def _show(found: Tree | Leaf | Listed) -> Document:
    if isinstance(found, Listed):
        return Document(found.text.encode())
    if isinstance(found, Mapping):
        return Document(_listing(found).encode())
    if isinstance(found, bytes):
        return Document(found, BYTES)
    return Document((found if isinstance(found, str) else found()).encode())


def _listing(tree: Tree) -> str:
    names = (f"{name}/" if isinstance(below, (Mapping, Listed)) else name for name, below in tree.items())
    return "\n".join(sorted(names))


def _tree(guest: Guest, credentials: GetCredentials) -> Tree:
    tree: dict[str, Tree | Leaf | Listed] = {
        "dynamic": {"instance-identity": {"document": lambda: _identity_document(guest)}},
        "meta-data": _metadata(guest, credentials),
    }
    if guest.user_data:
        tree["user-data"] = base64.b64decode(guest.user_data)
    return tree


def _metadata(guest: Guest, credentials: GetCredentials) -> Tree:
    primary = guest.interfaces[0]
    tree: dict[str, Tree | Leaf | Listed] = {
        "ami-id": guest.image_id,
        "ami-launch-index": str(guest.launch_index),
        "ami-manifest-path": "(unknown)",
        "hostname": guest.hostname,
        "instance-action": "none",
        "instance-id": guest.instance_id,
        "instance-life-cycle": "on-demand",
        "instance-type": guest.instance_type,
        "local-hostname": guest.hostname,
        "local-ipv4": str(primary.private_addresses[0]),
        "mac": primary.mac,
        "network": {"interfaces": {"macs": {one.mac: _interface(guest, one) for one in guest.interfaces}}},
        "placement": {
            "availability-zone": guest.availability_zone,
            "availability-zone-id": guest.availability_zone_id,
            "region": guest.region,
        },
        "profile": "default-hvm",
        "reservation-id": guest.reservation_id,
        "security-groups": "\n".join(primary.security_group_names),
        "services": {"domain": "amazonaws.com", "partition": "aws"},
        **_public_names(primary),
    }
    if guest.instance_profile_arn is not None:
        tree["iam"] = _iam(guest, credentials)
    if guest.key_name is not None:
        tree["public-keys"] = Listed(f"0={guest.key_name}", {"0": {"openssh-key": guest.public_key}})
    return tree


def _interface(guest: Guest, interface: GuestInterface) -> Tree:
    private = [str(address) for address in interface.private_addresses]
    tree: dict[str, Tree | Leaf | Listed] = {
        "device-number": str(interface.device_index),
        "interface-id": interface.network_interface_id,
        "local-hostname": guest.hostname,
        "local-ipv4s": "\n".join(private),
        "mac": interface.mac,
        "owner-id": guest.account_id,
        "security-group-ids": "\n".join(interface.security_group_ids),
        "security-groups": "\n".join(interface.security_group_names),
        "subnet-id": interface.subnet_id,
        "subnet-ipv4-cidr-block": interface.subnet_network,
        "vpc-id": interface.vpc_id,
        "vpc-ipv4-cidr-block": interface.vpc_networks[0],
        "vpc-ipv4-cidr-blocks": "\n".join(interface.vpc_networks),
    }
    if interface.public_addresses:
        associations = {str(public): str(own) for public, own in interface.public_addresses}
        tree["public-ipv4s"] = "\n".join(associations)
        tree["ipv4-associations"] = associations
    if interface.public_hostname is not None:
        tree["public-hostname"] = interface.public_hostname
    return tree


def _public_names(interface: GuestInterface) -> dict[str, Tree | Leaf | Listed]:
    names: dict[str, Tree | Leaf | Listed] = {}
    if interface.public_address is not None:
        names["public-ipv4"] = str(interface.public_address)
    if interface.public_hostname is not None:
        names["public-hostname"] = interface.public_hostname
    return names


def _iam(guest: Guest, credentials: GetCredentials) -> Tree:
    tree: dict[str, Tree | Leaf | Listed] = {"info": lambda: _profile_info(guest, credentials)}
    if guest.role_arn is not None:
        role_name = guest.role_arn.rpartition("/")[2]
        tree["security-credentials"] = {role_name: lambda: _role_credentials(credentials(guest))}
    return tree


def _profile_info(guest: Guest, credentials: GetCredentials) -> str:
    has_role = guest.role_arn is not None
    updated = credentials(guest).last_updated if has_role else datetime.fromisoformat(guest.launched_at)
    return _json(
        {
            "Code": "Success",
            "LastUpdated": _seconds(updated),
            "InstanceProfileArn": guest.instance_profile_arn,
            "InstanceProfileId": guest.instance_profile_id,
        }
    )


def _role_credentials(credentials: RoleCredentials) -> str:
    return _json(
        {
            "Code": "Success",
            "LastUpdated": _seconds(credentials.last_updated),
            "Type": "AWS-HMAC",
            "AccessKeyId": credentials.access_key_id,
            "SecretAccessKey": credentials.secret_access_key,
            "Token": credentials.session_token,
            "Expiration": _seconds(credentials.expiration),
        }
    )


def _identity_document(guest: Guest) -> str:
    return _json(
        {
            "accountId": guest.account_id,
            "architecture": guest.architecture,
            "availabilityZone": guest.availability_zone,
            "billingProducts": None,
            "devpayProductCodes": None,
            "marketplaceProductCodes": None,
            "imageId": guest.image_id,
            "instanceId": guest.instance_id,
            "instanceType": guest.instance_type,
            "kernelId": None,
            "pendingTime": _seconds(datetime.fromisoformat(guest.launched_at)),
            "privateIp": str(guest.interfaces[0].private_addresses[0]),
            "ramdiskId": None,
            "region": guest.region,
            "version": "2017-09-30",
        }
    )


def _json(fields: Mapping[str, str | None]) -> str:
    """JSON with the spaces that EC2 puts; some scripts cut it with sed."""
    return json.dumps(fields, indent=2, separators=(",", " : "))


def _seconds(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
