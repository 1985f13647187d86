"""A region of a test's own, on the real kernel, spoken to by stock clients as a user would.

with live_region() as region:
    vpc = region.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    region.run("wait")
    assert region.exec(instance_id, "curl", "-sS", url).returncode == 0
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from botocore.config import Config

from skywalk.cli.control_client import ControlClient, RegionNotRunning
from skywalk.cli.env import client_environment
from skywalk.config import Paths
from support.stock_clients import Keys
from support.waiting import wait_until
from support.warm_aws import STOCK, warm_aws

ROOT = Path(__file__).parent.parent.parent
IMAGE = "ami-0abcdef1234567890"
COMMAND_SECONDS = 180
TEST_PORTS = (20000, 32000)
"""From and up to; below those that the kernel gives to connections."""

S3 = "com.amazonaws.us-east-1.s3"
REACHES_WITHIN = 30.0
"""How long a client inside an instance tries, where somebody answers: on a busy machine after a while."""
SILENT_FOR = 1.0
"""How long where nobody is to answer."""

SETTINGS = ("env", f"AWS_METADATA_SERVICE_TIMEOUT={REACHES_WITHIN:.0f}")
"""Before a stock client inside an instance, which waits for one second else."""

TRUST_OF_INSTANCES = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}

CALL_PROGRAM = """
import json, sys, boto3, botocore.exceptions
from botocore.config import Config
for line in sys.stdin:
    task = json.loads(line)
    config = Config(connect_timeout=task["seconds"], read_timeout=60, retries={"total_max_attempts": 1})
    try:
        answer = getattr(boto3.client(task["service"], config=config), task["operation"])(**task["parameters"])
        if "Body" in answer:
            answer["Body"] = answer["Body"].read().decode()
        told = {"answer": answer, "status": answer["ResponseMetadata"]["HTTPStatusCode"]}
    except botocore.exceptions.ClientError as error:
        told = {"code": error.response["Error"]["Code"], "message": error.response["Error"]["Message"],
                "status": error.response["ResponseMetadata"]["HTTPStatusCode"]}
    except botocore.exceptions.BotoCoreError as error:
        told = {"network": type(error).__name__}
    print(json.dumps(told, default=str))
"""


@dataclass(frozen=True)
class Outcome:
    """How a call from inside an instance ended: with an answer, with a refusal, or on the network."""

    answer: Any = None
    status: int | None = None
    code: str | None = None
    message: str | None = None
    network: str | None = None


@dataclass
class LiveRegion:
    """One region, its state directory and port; clients are those of the default account."""

    state_dir: Path
    port: int
    account_id: str = "123456789012"
    binaries: Path = field(default_factory=lambda: Path(sys.executable).parent)
    _callers: dict[str, Conversation] = field(default_factory=dict, repr=False)
    """By instance: programs that make calls, since a fresh one needs half a second to load boto3."""

    def run(self, *arguments: str, check: bool = True, **named: Any) -> subprocess.CompletedProcess[str]:
        """A command of the command line: `run("up", "--detach")`."""
        return subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            check=check,
            timeout=COMMAND_SECONDS,
            env=self.process_environment,
            **named,
        )

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "skywalk", *arguments]

    @property
    def process_environment(self) -> dict[str, str]:
        return os.environ | {"SKYWALK_STATE_DIR": str(self.state_dir), "PYTHONPATH": str(ROOT / "src")}

    def up(self, *options: str) -> None:
        """Without quotas, unless they are asked for: many stories share a region."""
        quotas = () if "--quotas" in options else ("--quotas", "off")
        started = self.run("up", "--detach", "--port", str(self.port), *quotas, *options, check=False)
        assert started.returncode == 0, started.stdout + started.stderr + self.logs()

    def kill_daemon(self) -> None:
        """Returns when it has ended, however long that takes."""
        daemon = self.status()["pid"]
        os.kill(daemon, signal.SIGKILL)
        wait_until(lambda: has_ended(daemon))

    def logs(self) -> str:
        """The ends of the logs of all processes, for a test that fails."""
        texts = [f"{log.name}:\n{log.read_text()[-2000:]}" for log in sorted(self.state_dir.glob("*.log"))]
        return "\n".join(texts)

    def exec(self, instance_id: str, *command: str, check: bool = False) -> subprocess.CompletedProcess[str]:
        """Runs a command inside an instance; output as the program wrote it."""
        return self.run("exec", instance_id, "--", *SETTINGS, *command, check=check)

    def python(self, instance_id: str, program: str, check: bool = True) -> str:
        """Runs a Python program inside an instance; answers what it printed."""
        done = self.exec(instance_id, sys.executable, "-c", program)
        assert not check or done.returncode == 0, done.stderr
        return done.stdout

    def start(self, instance_id: str, program: str) -> Conversation:
        """Starts a Python program inside an instance, to talk to while it runs."""
        return Conversation(
            self.command("exec", instance_id, "--", *SETTINGS, sys.executable, "-uc", program), self.process_environment
        )

    def call(
        self, instance_id: str, service: str, operation: str, *, seconds: float = REACHES_WITHIN, **parameters: Any
    ) -> Outcome:
        """A call by a stock boto3 client inside an instance, with the credentials of its role; `seconds` are those that
        it tries to connect for."""
        caller = self._callers.get(instance_id)
        if caller is not None and not caller.is_running:
            caller.end()
            caller = None
        if caller is None:
            caller = self._callers[instance_id] = self.start(instance_id, CALL_PROGRAM)
        task = {"service": service, "operation": operation, "parameters": parameters, "seconds": seconds}
        caller.say(json.dumps(task))
        return Outcome(**json.loads(caller.hear()))

    def end_callers(self) -> None:
        for caller in self._callers.values():
            caller.end()

    def get(self, instance_id: str, url: str, seconds: float = REACHES_WITHIN) -> Outcome:
        """An unsigned GET by curl inside an instance."""
        done = self.exec(instance_id, "curl", "-sS", "-m", str(seconds), "-w", "\n%{http_code}", url)
        if done.returncode != 0:
            return Outcome(network=done.stderr.strip())
        body, _, status = done.stdout.rpartition("\n")
        return Outcome(answer=body, status=int(status))

    @staticmethod
    def fetch(url: str) -> Outcome:
        """An unsigned GET from outside the instances."""
        try:
            with urllib.request.urlopen(url, timeout=COMMAND_SECONDS) as answer:
                return Outcome(answer=answer.read().decode(), status=answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return Outcome(answer=error.read().decode(), status=error.code)

    def wait(self) -> None:
        """As `skywalk wait`, without a process."""
        self.control.ask("wait", timeout_seconds=COMMAND_SECONDS)

    def status(self) -> dict[str, Any]:
        """As `skywalk status --json` tells it."""
        try:
            found: dict[str, Any] = self.control.ask("status", timeout_seconds=COMMAND_SECONDS)
        except RegionNotRunning:
            found = json.loads(self.run("status", "--json", check=False).stdout)
        return found

    def processes(self, module: str) -> list[int]:
        """Ids of this region's processes that run a module (`skywalk.edge.worker`)."""
        wanted = [module.encode(), str(self.state_dir).encode()]
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                command = (folder / "cmdline").read_bytes()
                if all(part in command for part in wanted):
                    found.append(int(folder.name))
        return found

    @property
    def paths(self) -> Paths:
        return Paths(self.state_dir)

    @property
    def control(self) -> ControlClient:
        return ControlClient(self.paths.control_socket)

    def environment(self, account_id: str | None = None) -> dict[str, str]:
        """What `skywalk env` exports."""
        return client_environment(self.control, account_id or self.account_id)

    def client(self, service: str, account_id: str | None = None, region: str = "us-east-1", **config: Any) -> Any:
        """A stock boto3 client of an account's root; `config` is what `botocore.config.Config` takes."""
        variables = self.environment(account_id)
        keys = Keys(variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"], region=region)
        settings = Config(retries={"max_attempts": 1, "mode": "standard"}).merge(Config(**config))
        return keys.client(service, endpoint_url=variables["AWS_ENDPOINT_URL"], config=settings)

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
        stock = self.binaries / "aws"
        return subprocess.run(
            [str(warm_aws() if stock == STOCK else stock), *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
            env=variables | dict(environment or {}),
        )

    def vpc(self, cidr: str = "10.0.0.0/16") -> str:
        return str(self.ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"])

    def subnet(self, vpc_id: str, cidr: str = "10.0.1.0/24", zone: str = "us-east-1a") -> str:
        subnet = self.ec2.create_subnet(VpcId=vpc_id, CidrBlock=cidr, AvailabilityZone=zone)["Subnet"]
        return str(subnet["SubnetId"])

    def table(self, vpc_id: str, *subnet_ids: str) -> str:
        """A route table of these subnets."""
        table = str(self.ec2.create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"])
        for subnet_id in subnet_ids:
            self.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet_id)
        return table

    def internet_gateway(self, vpc_id: str, *table_ids: str) -> str:
        """An attached gateway that is the default route of these tables."""
        gateway = str(self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"])
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc_id)
        for table in table_ids:
            self.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        return gateway

    def endpoint(self, vpc_id: str, *table_ids: str, policy: Mapping[str, Any] | None = None) -> str:
        """A gateway endpoint for S3."""
        options = {} if policy is None else {"PolicyDocument": json.dumps(policy)}
        made = self.ec2.create_vpc_endpoint(VpcId=vpc_id, ServiceName=S3, RouteTableIds=list(table_ids), **options)
        return str(made["VpcEndpoint"]["VpcEndpointId"])

    def instance(self, subnet_id: str, *, public: bool = False, groups: Sequence[str] = (), **options: Any) -> str:
        """An instance that takes `exec`."""
        interface: dict[str, Any] = {"DeviceIndex": 0, "SubnetId": subnet_id, "AssociatePublicIpAddress": public}
        if groups:
            interface["Groups"] = list(groups)
        launched = self.ec2.run_instances(
            ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, NetworkInterfaces=[interface], **options
        )
        instance_id = str(launched["Instances"][0]["InstanceId"])
        self.wait()
        return instance_id

    def bucket(self, name: str, policy: Mapping[str, Any] | None = None) -> str:
        """A bucket of the default account."""
        self.s3.create_bucket(Bucket=name)
        if policy is not None:
            self.s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
        return name

    def profile(self, name: str, *statements: Mapping[str, Any]) -> dict[str, str]:
        """The IamInstanceProfile of a new role that may do what the statements say."""
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST_OF_INSTANCES))
        if statements:
            policy = {"Version": "2012-10-17", "Statement": list(statements)}
            self.iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(policy))
        self.iam.create_instance_profile(InstanceProfileName=name)
        self.iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
        return {"Name": name}


class Conversation:
    """A program inside an instance: what it prints is read line by line, and lines are said to it."""

    def __init__(self, command: list[str], environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )

    def __enter__(self) -> Conversation:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()

    def hear(self) -> str:
        """The next line. Fails with what the program said of its end."""
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        line = self._process.stdout.readline()
        assert line, self._process.stderr.read()
        return line.strip()

    def say(self, line: str = "") -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()


def has_ended(process_id: int) -> bool:
    """Whether nothing of a process is left but its status, which somebody may still read."""
    place = Path(f"/proc/{process_id}")
    try:
        # The first of several threads may have ended before the others.
        return (place / "stat").read_text().rpartition(") ")[2][0] in "ZX" and len(os.listdir(place / "task")) == 1
    except OSError:
        return True


def free_port() -> int:
    """A port on loopback that nothing listens on, and that neither other tests nor programs' own connections get."""
    for port in random.sample(range(*TEST_PORTS), 1000):
        # Its name tells other processes of the tests that the port is given away, until this one ends.
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0skywalk-test-port-{port}")
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        claim.detach()
        return port
    raise RuntimeError("no port is free")


@contextmanager
def live_region(*, started: bool = True, made: Callable[[Path, int], LiveRegion] = LiveRegion) -> Iterator[LiveRegion]:
    """A region that is gone at the end, whatever happens; `made` may give a kind of its own."""
    state_dir = Path(tempfile.mkdtemp(prefix="skywalk-test-"))
    region = made(state_dir, free_port())
    try:
        if started:
            region.up()
        yield region
    finally:
        region.end_callers()
        region.run("reset", check=False)
        shutil.rmtree(state_dir, ignore_errors=True)
