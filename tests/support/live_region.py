"""A region of a test's own, on the real kernel, spoken to by stock clients as a user would.

with live_region() as region:
    vpc = region.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    region.run("wait")
    assert region.exec(instance_id, "curl", "-sS", url).returncode == 0
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from skywalk.cli.control_client import ControlClient
from skywalk.cli.env import client_environment
from skywalk.config import Paths

ROOT = Path(__file__).parent.parent.parent
IMAGE = "ami-0abcdef1234567890"
COMMAND_SECONDS = 60


@dataclass
class LiveRegion:
    """One region, its state directory and port; clients are those of the default account."""

    state_dir: Path
    port: int
    account_id: str = "123456789012"
    binaries: Path = field(default_factory=lambda: Path(sys.executable).parent)

    def run(self, *arguments: str, check: bool = True, **named: Any) -> subprocess.CompletedProcess[str]:
        """A command of the command line: `run("up", "--detach")`."""
        command = [sys.executable, "-m", "skywalk", *arguments]
        environment = os.environ | {"SKYWALK_STATE_DIR": str(self.state_dir), "PYTHONPATH": str(ROOT / "src")}
        return subprocess.run(
            command, capture_output=True, text=True, check=check, timeout=COMMAND_SECONDS, env=environment, **named
        )

    def up(self, *options: str) -> None:
        started = self.run("up", "--detach", "--port", str(self.port), *options, check=False)
        assert started.returncode == 0, started.stdout + started.stderr + self.logs()

    def logs(self) -> str:
        """The ends of the logs of all processes, for a test that fails."""
        texts = [f"{log.name}:\n{log.read_text()[-2000:]}" for log in sorted(self.state_dir.glob("*.log"))]
        return "\n".join(texts)

    def exec(self, instance_id: str, *command: str, check: bool = False) -> subprocess.CompletedProcess[str]:
        """Runs a command inside an instance; output as the program wrote it."""
        return self.run("exec", instance_id, "--", *command, check=check)

    def python(self, instance_id: str, program: str, check: bool = True) -> str:
        """Runs a Python program inside an instance; answers what it printed."""
        done = self.exec(instance_id, sys.executable, "-c", program)
        assert not check or done.returncode == 0, done.stderr
        return done.stdout

    def wait(self) -> None:
        self.run("wait")

    @property
    def paths(self) -> Paths:
        return Paths(self.state_dir)

    @property
    def control(self) -> ControlClient:
        return ControlClient(self.paths.control_socket)

    def environment(self, account_id: str | None = None) -> dict[str, str]:
        """What `skywalk env` exports."""
        return client_environment(self.control, account_id or self.account_id)

    def client(self, service: str, account_id: str | None = None, region: str = "us-east-1") -> Any:
        """A stock boto3 client of an account's root."""
        variables = self.environment(account_id)
        session = boto3.Session(
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
            region_name=region,
        )
        config = Config(retries={"max_attempts": 1, "mode": "standard"})
        return session.client(service, endpoint_url=variables["AWS_ENDPOINT_URL"], config=config)

    @cached_property
    def ec2(self) -> Any:
        return self.client("ec2")

    @cached_property
    def iam(self) -> Any:
        return self.client("iam")

    @cached_property
    def s3(self) -> Any:
        return self.client("s3")

    def aws(self, *arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """The stock AWS CLI, outside the instances."""
        variables = os.environ | self.environment() | {"AWS_PAGER": "", "AWS_CONFIG_FILE": "/dev/null"}
        return subprocess.run(
            [str(self.binaries / "aws"), *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
            env=variables | dict(environment or {}),
        )

    def subnet(self, vpc_id: str, cidr: str = "10.0.1.0/24", zone: str = "us-east-1a") -> str:
        subnet = self.ec2.create_subnet(VpcId=vpc_id, CidrBlock=cidr, AvailabilityZone=zone)["Subnet"]
        return str(subnet["SubnetId"])

    def instance(self, subnet_id: str, **options: Any) -> str:
        """An instance that takes `exec`."""
        launched = self.ec2.run_instances(
            ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnet_id, **options
        )
        instance_id = str(launched["Instances"][0]["InstanceId"])
        self.wait()
        return instance_id


def free_port() -> int:
    """A port on loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def live_region(*, started: bool = True) -> Iterator[LiveRegion]:
    """A region that is gone at the end, whatever happens."""
    state_dir = Path(tempfile.mkdtemp(prefix="skywalk-test-"))
    region = LiveRegion(state_dir, free_port())
    try:
        if started:
            region.up()
        yield region
    finally:
        region.run("reset", check=False)
        shutil.rmtree(state_dir, ignore_errors=True)
