"""A VPC to launch instances in, and the machine's part: `settle` moves states as reconciliation does.

home = Home(Region())
instance = home.launch(SubnetId=home.subnet_id)["Instances"][0]
home.settle()
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skywalk.actions.instances import describe_instances
from skywalk.actions.run_instances import run_instances
from skywalk.actions.security_groups import describe_security_groups
from skywalk.actions.subnets import create_subnet
from skywalk.actions.vpcs import create_vpc
from skywalk.compile.compiler import compile_plan
from skywalk.drivers.driver import ApplyReport
from skywalk.reconcile.status import write_states
from skywalk.resources.vpc import Vpc
from support.region import US_EAST_1, Region

IMAGE = "ami-0abcdef1234567890"


class Home:
    """One VPC, 10.0.0.0/16, with one subnet, 10.0.1.0/24 in the region's zone a."""

    def __init__(self, region: Region, name: str = US_EAST_1) -> None:
        self.region = region
        self.ec2 = region.client(region=name)
        self.vpc_id: str = self.ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnet_id = self.subnet("10.0.1.0/24")
        groups = self.ec2(describe_security_groups)["SecurityGroups"]
        self.default_group_id: str = groups[0]["GroupId"]

    def subnet(self, cidr_block: str, zone: str = "a", vpc_id: str | None = None) -> str:
        zone_name = f"{self.ec2.region}{zone}"
        request = {"VpcId": vpc_id or self.vpc_id, "CidrBlock": cidr_block, "AvailabilityZone": zone_name}
        subnet_id: str = self.ec2(create_subnet, **request)["Subnet"]["SubnetId"]
        return subnet_id

    def launch(self, **request: Any) -> dict[str, Any]:
        """One instance in the subnet, unless `request` says otherwise; RunInstances' answer."""
        return dict(self.ec2(run_instances, **self._whole(request)))

    def refusal(self, **request: Any) -> tuple[str, str]:
        """Code and message of the refusal of `launch`."""
        return self.ec2.refusal(run_instances, **self._whole(request))

    def _whole(self, request: dict[str, Any]) -> dict[str, Any]:
        where = {} if "NetworkInterfaces" in request else {"SubnetId": self.subnet_id}
        whole = {"ImageId": IMAGE, "MinCount": 1, "MaxCount": 1, **where, **request}
        return {name: value for name, value in whole.items() if value is not None}

    def instance(self, instance_id: str) -> dict[str, Any]:
        """The instance as DescribeInstances shows it."""
        reservations = self.ec2(describe_instances, InstanceIds=[instance_id])["Reservations"]
        return dict(reservations[0]["Instances"][0])

    def settle(self, failures: Mapping[str, str] | None = None) -> None:
        """What reconciliation does after a successful apply, or one with these failures by resource id."""
        for vpc in self.region.store.of_type(Vpc):
            snapshot = self.region.store.snapshot(vpc.id)
            assert snapshot is not None
            report = ApplyReport(failures or {})
            write_states(self.region.store, self.region.clock, vpc.id, compile_plan(snapshot), report)
