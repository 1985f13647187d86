"""Pass: the VPC's own names.

Source: VPC User Guide, "DNS attributes for your VPC"; EC2 User Guide, "EC2 instance hostname types".
"""

from __future__ import annotations

from skywalk.compile.live import live_instances, live_interfaces
from skywalk.compile.segments import resolver_addresses
from skywalk.plan.name_views import HostRecord, NameView
from skywalk.plan.origin import Origin
from skywalk.resources.host_names import internal_domain, private_host_name, public_host_name, resource_host_name
from skywalk.resources.snapshot import Snapshot


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
            name=private_host_name(eni.private_address, region),
            addresses=(eni.private_address,),
            origin=Origin(eni.id, "private host name"),
        )
        for eni, _ in live_interfaces(snapshot)
    ]
    rows += [
        HostRecord(
            # Inside its VPC a public host name leads to the private address.
            name=public_host_name(eni.public_address, region),
            addresses=(eni.private_address,),
            origin=Origin(eni.id, "public host name"),
        )
        for eni, _ in live_interfaces(snapshot)
        if eni.public_address is not None and snapshot.vpc.enable_dns_hostnames
    ]
    primary = {a.instance_id: eni for eni, a in live_interfaces(snapshot) if a.device_index == 0}
    rows += [
        HostRecord(
            name=resource_host_name(instance.id, region),
            addresses=(primary[instance.id].private_address,),
            origin=Origin(instance.id, "resource-based host name"),
        )
        for instance in live_instances(snapshot)
        if instance.id in primary and snapshot.subnets[instance.subnet_id].enable_resource_name_dns_a_record
    ]
    return tuple(sorted(rows, key=lambda row: row.key))
