"""Pass: the VPC's own names.

Source: VPC User Guide, "DNS attributes for your VPC"; EC2 User Guide, "EC2 instance hostname types".
"""

from __future__ import annotations

from skywalk.compile.live import live_instances, live_interfaces
from skywalk.compile.segments import resolver_addresses
from skywalk.plan.name_views import HostRecord, NameView
from skywalk.plan.origin import Origin
from skywalk.resources.snapshot import Snapshot
from skywalk.values.addresses import Address


def internal_domain(region: str) -> str:
    return "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"


def host_name(address: Address, region: str) -> str:
    """`ip-10-0-0-5.ec2.internal`"""
    return f"ip-{str(address).replace('.', '-')}.{internal_domain(region)}"


def compile_name_view(snapshot: Snapshot) -> NameView:
    vpc = snapshot.vpc
    return NameView(
        vpc_id=vpc.id,
        resolver_addresses=resolver_addresses(snapshot),
        answering=vpc.enable_dns_support,
        domain=internal_domain(vpc.scope.region),
        networks=vpc.networks,
        hosts=_hosts(snapshot),
        origin=Origin(vpc.id, "names of the VPC"),
    )


def _hosts(snapshot: Snapshot) -> tuple[HostRecord, ...]:
    region = snapshot.vpc.scope.region
    rows = [
        HostRecord(
            name=host_name(eni.private_address, region),
            addresses=(eni.private_address,),
            origin=Origin(eni.id, "private host name"),
        )
        for eni, _ in live_interfaces(snapshot)
    ]
    primary = {a.instance_id: eni for eni, a in live_interfaces(snapshot) if a.device_index == 0}
    rows += [
        HostRecord(
            name=f"{instance.id}.{internal_domain(region)}",
            addresses=(primary[instance.id].private_address,),
            origin=Origin(instance.id, "resource-based host name"),
        )
        for instance in live_instances(snapshot)
        if instance.id in primary and snapshot.subnets[instance.subnet_id].enable_resource_name_dns_a_record
    ]
    return tuple(sorted(rows, key=lambda row: row.key))
