"""Pass: guests."""

from __future__ import annotations

from skywalk.compile.dhcp import domain_of, name_servers
from skywalk.compile.live import instance_interfaces, live_instances
from skywalk.plan.guests import Guest, GuestInterface
from skywalk.plan.origin import Origin
from skywalk.resources.host_names import public_host_name
from skywalk.resources.images import architecture_of
from skywalk.resources.instance import Instance
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.regions import zone_id
from skywalk.resources.role import InstanceProfile, Role
from skywalk.resources.snapshot import Snapshot
from skywalk.values.clock import format_timestamp


def compile_guests(snapshot: Snapshot) -> tuple[Guest, ...]:
    return tuple(_guest(instance, snapshot) for instance in live_instances(snapshot))


def _guest(instance: Instance, snapshot: Snapshot) -> Guest:
    profile, role = _profile_and_role(instance, snapshot)
    options = instance.metadata_options
    return Guest(
        instance_id=instance.id,
        account_id=instance.scope.account_id,
        region=instance.scope.region,
        availability_zone=instance.availability_zone,
        availability_zone_id=zone_id(instance.availability_zone),
        instance_type=instance.instance_type,
        image_id=instance.image_id,
        architecture=architecture_of(instance.image_id),
        hostname=instance.private_dns_name,
        domain=domain_of(snapshot),
        resolver_addresses=name_servers(snapshot),
        reservation_id=instance.reservation_id,
        launch_index=instance.launch_index,
        launched_at=format_timestamp(instance.launched_at),
        user_data=instance.user_data,
        instance_profile_arn=profile.id if profile else None,
        instance_profile_id=profile.unique_id if profile else None,
        role_arn=role.id if role else None,
        role_id=role.unique_id if role else None,
        metadata_enabled=options.http_endpoint == "enabled",
        metadata_tokens_required=options.http_tokens == "required",
        metadata_hop_limit=options.http_put_response_hop_limit,
        interfaces=_interfaces(instance, snapshot),
        origin=Origin(instance.id, "instance"),
        key_name=instance.key_name,
        public_key=instance.public_key,
    )


def _profile_and_role(instance: Instance, snapshot: Snapshot) -> tuple[InstanceProfile | None, Role | None]:
    """The profile that it was given, not another one of the same name, and its role, if that trusts EC2."""
    profile = snapshot.instance_profiles.get(instance.instance_profile_arn or "")
    if profile is None or profile.unique_id != instance.instance_profile_id:
        return None, None
    role = snapshot.roles.get(profile.role_arn or "")
    return profile, role if role is not None and role.trusts_ec2 else None


def _interfaces(instance: Instance, snapshot: Snapshot) -> tuple[GuestInterface, ...]:
    own = [(live.device_index, live.eni) for live in instance_interfaces(snapshot) if live.host_id == instance.id]
    return tuple(_interface(eni, index, snapshot) for index, eni in sorted(own, key=lambda pair: pair[0]))


def _interface(eni: NetworkInterface, device_index: int, snapshot: Snapshot) -> GuestInterface:
    groups = [snapshot.security_groups[group_id] for group_id in eni.security_group_ids]
    return GuestInterface(
        network_interface_id=eni.id,
        device_index=device_index,
        mac=eni.mac,
        private_addresses=tuple(one.address for one in eni.addresses),
        public_address=eni.public_address,
        public_addresses=tuple((one.public.address, one.address) for one in eni.addresses if one.public is not None),
        subnet_id=eni.subnet_id,
        subnet_network=str(snapshot.subnets[eni.subnet_id].network),
        vpc_id=eni.vpc_id,
        vpc_networks=tuple(str(network) for network in snapshot.vpc.networks),
        security_group_ids=tuple(group.id for group in groups),
        security_group_names=tuple(group.name for group in groups),
        public_hostname=_public_hostname(eni, snapshot),
    )


def _public_hostname(eni: NetworkInterface, snapshot: Snapshot) -> str | None:
    if eni.public_address is None or not snapshot.vpc.enable_dns_hostnames:
        return None
    return public_host_name(eni.public_address, eni.scope.region)
