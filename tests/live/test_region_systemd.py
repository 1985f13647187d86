"""The unit of `packaging/` under a real systemd: start, restart, death, stop."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.live_region import IMAGE, ROOT, free_port
from support.systemd import SYSTEMD, Machine, NoSystemd, systemd
from support.waiting import wait_until

pytestmark = pytest.mark.live

UNIT = "skywalk.service"
STATE_DIR = "/var/lib/skywalk"
SECONDS = 180
_EXEC_START = "ExecStart=/usr/local/bin/skywalk up"

# As a user would after `eval "$(skywalk env)"`.
LAUNCH = f"""
eval "$({{skywalk}} env)"
vpc=$({{aws}} ec2 create-vpc --cidr-block 10.0.0.0/16 --query Vpc.VpcId --output text)
subnet=$({{aws}} ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.1.0/24 --query Subnet.SubnetId --output text)
{{aws}} ec2 run-instances --image-id {IMAGE} --instance-type t3.micro --subnet-id $subnet \\
    --query 'Instances[0].InstanceId' --output text
"""


@pytest.fixture
def machine() -> Iterator[Machine]:
    text = (ROOT / "packaging" / UNIT).read_text()
    assert _EXEC_START in text
    program = f"{sys.executable} -P -m skywalk"
    unit = text.replace(_EXEC_START, f"ExecStart={program} up --port {free_port()}")
    with ExitStack() as stack:
        try:
            if not SYSTEMD.exists():
                raise NoSystemd("there is none")
            found = stack.enter_context(systemd({UNIT: unit}, {**os.environ, "SKYWALK_STATE_DIR": STATE_DIR}))
        except NoSystemd as lacking:
            pytest.skip(f"no systemd can run here: {lacking}")
        yield found


def test_a_region_as_a_unit(machine: Machine) -> None:
    program = (sys.executable, "-P", "-m", "skywalk")
    aws = str(Path(sys.executable).with_name("aws"))
    machine.run("systemctl", "start", UNIT)
    assert machine.shows(UNIT, "ActiveState") == "active"
    assert machine.shows(UNIT, "StatusText").startswith("us-east-1 at http://127.0.0.1:")
    instance = machine.run("bash", "-ec", LAUNCH.format(skywalk=shlex.join(program), aws=aws))
    machine.run(*program, "wait")
    machine.run(*program, "exec", "--detach", instance, "--", "sh", "-c", "echo $$ > /root/sleeper; exec sleep 600")
    kept = ("sh", "-c", "kill -0 $(cat /root/sleeper) && echo lives")
    wait_until(lambda: machine.run(*program, "exec", instance, "--", *kept, check=False) == "lives")

    first = machine.shows(UNIT, "MainPID")
    machine.run("systemctl", "restart", UNIT)
    second = machine.shows(UNIT, "MainPID")
    assert second not in ("0", first)
    assert machine.run(*program, "exec", instance, "--", *kept) == "lives"

    machine.run("kill", "-9", second)
    wait_until(lambda: machine.shows(UNIT, "MainPID") not in ("0", second), SECONDS)
    wait_until(lambda: machine.shows(UNIT, "ActiveState") == "active", SECONDS)
    assert machine.run(*program, "exec", instance, "--", *kept) == "lives"

    machine.run("systemctl", "stop", UNIT)
    assert machine.shows(UNIT, "Result") == "success"
    assert "skywalk" not in machine.run("ps", "-eo", "args")
    assert machine.run("ip", "netns") == ""
    assert machine.run("ls", "/run/netns") == ""
