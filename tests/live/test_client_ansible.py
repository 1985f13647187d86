"""Ansible's modules for AWS: a network is made, found unchanged, and taken away again."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from support.client_installations import install_ansible
from support.live_region import ROOT, LiveRegion

pytestmark = pytest.mark.live

PLAYBOOKS = ROOT / "tests/clients/ansible"
SECONDS = 600
RESULT = re.compile(r"^TASK \[(.+?)\] \**\n(?:\[.*\n)*(\w+): \[localhost\]", re.MULTILINE)
THE_NETWORK = [
    "the VPC",
    "the public subnet",
    "the private subnet",
    "the internet gateway",
    "the public route table",
    "the NAT gateway",
    "the private route table",
    "the security group",
    "the endpoint",
    "the interface endpoint",
    "the private zone",
    "the record",
]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install_ansible(tmp_path_factory.mktemp("clients"))


def play(region: LiveRegion, programs: Path, home: Path, playbook: str) -> dict[str, str]:
    """How each task of a playbook ended: `ok`, `changed`."""
    own = {
        "ANSIBLE_HOME": str(home),
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_NOCOLOR": "1",
        # Modules are handed to their Python as they are: no shell for each step, half the processes.
        "ANSIBLE_PIPELINING": "1",
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        [str(programs / "ansible-playbook"), playbook],
        cwd=PLAYBOOKS,
        env=os.environ | region.environment() | own,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(RESULT.findall(done.stdout))


def test_a_network_is_made_once_and_goes(region: LiveRegion, programs: Path, tmp_path: Path) -> None:
    of_others = allocations(region)
    assert play(region, programs, tmp_path, "present.yml") == dict.fromkeys(THE_NETWORK, "changed")
    (vpc,) = region.ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["ansible"]}])["Vpcs"]
    here = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    tables = region.ec2.describe_route_tables(Filters=[*here, {"Name": "tag:Name", "Values": ["private"]}])
    targets = [
        next(value for key, value in route.items() if key.endswith("GatewayId"))
        for route in (tables["RouteTables"][0]["Routes"])
    ]
    assert sorted(target.split("-")[0] for target in targets) == ["local", "local", "nat", "vpce"]

    assert play(region, programs, tmp_path, "present.yml") == dict.fromkeys(THE_NETWORK, "ok")

    outcomes = play(region, programs, tmp_path, "absent.yml")
    gone = {name: outcome for name, outcome in outcomes.items() if outcome == "changed"}
    assert len(gone) == len(THE_NETWORK)
    assert region.ec2.describe_vpcs(Filters=here)["Vpcs"] == []
    assert allocations(region) == of_others


def allocations(region: LiveRegion) -> set[str]:
    return {one["AllocationId"] for one in region.ec2.describe_addresses()["Addresses"]}
