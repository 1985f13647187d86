"""Guests: the instances that run, and what their metadata service says of them."""

from __future__ import annotations

from dataclasses import dataclass

from skywalk.plan.origin import Origin
from skywalk.values.addresses import Address


@dataclass(frozen=True, slots=True, order=True)
class GuestInterface:
    """One interface as the metadata service shows it, under its MAC. `public_address` is that of the primary private
    one, `public_addresses` are all, each with its private one; `public_hostname` is None where the VPC has
    enableDnsHostnames off."""

    network_interface_id: str
    device_index: int
    mac: str
    private_addresses: tuple[Address, ...]
    public_address: Address | None
    public_addresses: tuple[tuple[Address, Address], ...]
    subnet_id: str
    subnet_network: str
    vpc_id: str
    vpc_networks: tuple[str, ...]
    security_group_ids: tuple[str, ...]
    security_group_names: tuple[str, ...]
    public_hostname: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Guest:
    """An instance. `user_data` is base64 text or empty; `role_arn` is that of its profile's role, if it has one.

    `public_key` is that of the key pair `key_name`, in OpenSSH's form. `launched_at` is ISO 8601;
    `metadata_tokens_required` is HttpTokens=required, `metadata_hop_limit` the IP TTL of the token's answer.
    """

    instance_id: str
    account_id: str
    region: str
    availability_zone: str
    availability_zone_id: str
    instance_type: str
    image_id: str
    architecture: str
    hostname: str
    domain: str
    resolver_addresses: tuple[Address, ...]
    reservation_id: str
    launch_index: int
    launched_at: str
    user_data: str
    instance_profile_arn: str | None
    instance_profile_id: str | None
    role_arn: str | None
    role_id: str | None
    metadata_enabled: bool
    metadata_tokens_required: bool
    metadata_hop_limit: int
    interfaces: tuple[GuestInterface, ...]
    origin: Origin
    key_name: str | None = None
    public_key: str = ""

    @property
    def key(self) -> str:
        return self.instance_id
