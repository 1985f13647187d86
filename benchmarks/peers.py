"""A region beside moto's server, the emulator that most tests of AWS programs use: the same boto3 program, in one run.

    python benchmarks/peers.py [--vpcs 1000] [--per-round 50] [--starts 5] [--describes 5]

Rounds alternate between the two, so that a busy machine slows both alike. Creations are counted as the program sees
them, its own work included; a Describe call is timed from the request's first byte to the answer's last, and as a
whole, which is mostly boto3 reading it. They do not do the same work: moto_server keeps records in memory. Skywalk
checks signatures and policies, has each change on the disk before it answers, and answers CreateVpcEndpoint when the
kernel obeys. Memory is that of all of a server's processes, without the backends of S3 and DynamoDB, which start when
they are first asked for something.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from first_answer import answers, signed_headers
from support.live_region import LiveRegion, free_port, live_region

ASK_EVERY_SECONDS = 0.003
PATIENCE_SECONDS = 60.0
CREATED = ("CreateVpc", "CreateSubnet", "CreateRouteTable", "CreateVpcEndpoint")
DESCRIBED = ("describe_vpcs", "describe_subnets", "describe_route_tables", "describe_security_groups",
             "describe_network_acls", "describe_vpc_endpoints")  # fmt: skip

PROGRAM = """
import json, sys, time, boto3
from botocore.config import Config

ec2 = boto3.client("ec2", config=Config(retries={"total_max_attempts": 1}, read_timeout=120))
moments, vpcs, tables = {}, [], []
ec2.meta.events.register("before-send", lambda **_: moments.update(sent=time.perf_counter()))
ec2.meta.events.register("before-parse", lambda **_: moments.update(read=time.perf_counter()))

def create_vpc(number):
    vpcs.append(ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])

def create_subnet(number):
    ec2.create_subnet(VpcId=vpcs[number], CidrBlock="10.0.1.0/24")

def create_route_table(number):
    tables.append(ec2.create_route_table(VpcId=vpcs[number])["RouteTable"]["RouteTableId"])

def create_vpc_endpoint(number):
    ec2.create_vpc_endpoint(
        VpcId=vpcs[number], ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[tables[number]]
    )

ACTIONS = {"CreateVpc": create_vpc, "CreateSubnet": create_subnet, "CreateRouteTable": create_route_table,
           "CreateVpcEndpoint": create_vpc_endpoint}

def create(action, first, count):
    begun = time.perf_counter()
    for number in range(first, first + count):
        ACTIONS[action](number)
    return {"seconds": time.perf_counter() - begun}

def describe(method):
    begun = time.perf_counter()
    answer = getattr(ec2, method)()
    ended = time.perf_counter()
    [found] = [value for value in answer.values() if isinstance(value, list)]
    return {"whole": ended - begun, "answered": moments["read"] - moments["sent"], "count": len(found)}

for line in sys.stdin:
    task = json.loads(line)
    print(json.dumps(globals()[task.pop("do")](**task)), flush=True)
"""


class Server(Protocol):
    """One of the two; it is down after it was made."""

    name: str
    keys: dict[str, str]

    @property
    def port(self) -> int: ...

    def start(self) -> subprocess.Popen[bytes]: ...

    def stop(self) -> None: ...

    def pids(self) -> set[int]: ...


class Skywalk:
    name = "skywalk"

    def __init__(self, region: LiveRegion) -> None:
        self._region = region
        self.keys = region.environment()
        region.run("down")

    @property
    def port(self) -> int:
        return self._region.port

    def start(self) -> subprocess.Popen[bytes]:
        command = self._region.command("up", "--detach", "--port", str(self.port), "--quotas", "off")
        return quietly(command, self._region.process_environment)

    def stop(self) -> None:
        self._region.run("down")

    def pids(self) -> set[int]:
        return with_descendants({self._region.status()["pid"], *self._region.processes("skywalk")})


class MotoServer:
    name = "moto_server"

    def __init__(self) -> None:
        self.port = free_port()
        self.keys = {
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        self._process = quietly(command, dict(os.environ))
        return self._process

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE_SECONDS)
            self._process = None

    def pids(self) -> set[int]:
        return with_descendants({self._process.pid} if self._process else set())


def quietly(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def with_descendants(pids: set[int]) -> set[int]:
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended
            continue
    found = set(pids)
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


@dataclass(frozen=True)
class Memory:
    """Of all processes of a server, in MiB: what they share counted once, and what each has resident."""

    pss: float
    rss: float


def memory_of(server: Server) -> Memory:
    texts = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in server.pids()]
    return Memory(*(sum(map(int, re.findall(rf"^{name}: +(\d+) kB", "\n".join(texts), re.M))) / 1024
                    for name in ("Pss", "Rss")))  # fmt: skip


def until_answers(server: Server) -> float:
    """Starts a server; seconds until EC2's first answer."""
    headers = signed_headers(server.port, server.keys)
    begun = time.monotonic()
    process = server.start()
    while not answers(server.port, headers):
        if time.monotonic() - begun > PATIENCE_SECONDS or process.poll() not in (None, 0):
            raise SystemExit(f"{server.name} did not start")
        time.sleep(ASK_EVERY_SECONDS)
    seconds = time.monotonic() - begun
    if isinstance(server, Skywalk):
        process.wait(PATIENCE_SECONDS)  # the command ends, the region goes on
    return seconds


class Client:
    """The boto3 program, in a process of its own."""

    def __init__(self, server: Server) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            env=os.environ | server.keys,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, do: str, **arguments: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps({"do": do, **arguments}), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("the client's program ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


@dataclass
class Subject:
    """A server with what was found out about it."""

    server: Server
    starts: list[float] = field(default_factory=list)
    memories: list[Memory] = field(default_factory=list)
    rates: dict[str, list[float]] = field(default_factory=dict)
    answered: dict[str, list[float]] = field(default_factory=dict)
    whole: dict[str, list[float]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def client(self) -> Iterator[Client]:
        client = Client(self.server)
        try:
            yield client
        finally:
            client.end()


def in_turn(subjects: Sequence[Subject], rounds: int) -> Iterator[tuple[int, Sequence[Subject]]]:
    """The subjects of each round; who begins alternates."""
    for number in range(rounds):
        yield number, subjects if number % 2 else subjects[::-1]


def measure_starts(subjects: Sequence[Subject], rounds: int) -> None:
    """The last start is the one that is used: its memory counts, and it goes on."""
    for number, order in in_turn(subjects, rounds):
        for subject in order:
            subject.starts.append(until_answers(subject.server))
            if number < rounds - 1:
                subject.server.stop()
            else:
                subject.memories.append(memory_of(subject.server))


def measure_creations(pairs: Sequence[tuple[Subject, Client]], rounds: int, count: int) -> None:
    clients = {subject.server.name: client for subject, client in pairs}
    for number, order in in_turn([subject for subject, _ in pairs], rounds):
        for action in CREATED:
            for subject in order:
                asked = clients[subject.server.name].ask("create", action=action, first=number * count, count=count)
                subject.rates.setdefault(action, []).append(count / asked["seconds"])


def measure_describes(pairs: Sequence[tuple[Subject, Client]], rounds: int) -> None:
    clients = {subject.server.name: client for subject, client in pairs}
    for _, order in in_turn([subject for subject, _ in pairs], rounds):
        for method in DESCRIBED:
            for subject in order:
                asked = clients[subject.server.name].ask("describe", method=method)
                subject.answered.setdefault(method, []).append(asked["answered"] * 1000)
                subject.whole.setdefault(method, []).append(asked["whole"] * 1000)
                subject.counts[method] = asked["count"]


def ratio(one: float, other: float) -> str:
    """Two figures, however small it is."""
    return f"{one / other:.2f}" if one / other >= 0.1 else f"{one / other:.2g}"


def report(subjects: Sequence[Subject], arguments: argparse.Namespace) -> None:
    peer = f"moto_server {version('moto')}"

    def row(what: str, figures: Sequence[float], form: str) -> None:
        one, other = figures
        print(f"| {what} | {one:{form}} | {other:{form}} | {ratio(one, other)} |")

    print(f"| start and memory | skywalk | {peer} | ratio |\n|---|---|---|---|")
    starts = [statistics.median(one.starts) for one in subjects]
    row(f"s to EC2's first answer, median of {arguments.starts}", starts, ".2f")
    for place, when in enumerate(("after the start", f"with {arguments.vpcs} VPCs", "when all were described")):
        row(f"MiB {when}, PSS", [one.memories[place].pss for one in subjects], ".0f")
        row(f"MiB {when}, RSS", [one.memories[place].rss for one in subjects], ".0f")
    print(f"\n| calls a second, {arguments.vpcs} of each | skywalk | {peer} | ratio |\n|---|---|---|---|")
    for action in CREATED:
        row(action, [statistics.median(one.rates[action]) for one in subjects], ".0f")
    print(f"\n| ms of a Describe call | resources | skywalk | {peer} | ratio |\n|---|---|---|---|---|")
    for method in DESCRIBED:
        name = "".join(part.capitalize() for part in method.split("_"))
        counted = " and ".join(dict.fromkeys(str(one.counts[method]) for one in subjects))
        answered = [statistics.median(one.answered[method]) for one in subjects]
        row(f"{name}, last byte | {counted}", answered, ".1f")
        row(f"{name}, read by boto3 | {counted}", [statistics.median(one.whole[method]) for one in subjects], ".1f")
    print("\n- ratio: skywalk's figure by moto_server's; better is less, but with calls a second more")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vpcs", type=int, default=1000)
    parser.add_argument("--per-round", type=int, default=50, help="resources of each kind that are made in a turn")
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--describes", type=int, default=5, help="calls of each kind")
    arguments = parser.parse_args()
    if arguments.vpcs < arguments.per_round:
        parser.error("--vpcs must be at least --per-round")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is taken down
    with ExitStack() as stack:
        region = stack.enter_context(live_region())
        ours, theirs = Subject(Skywalk(region)), Subject(MotoServer())
        stack.callback(theirs.server.stop)
        subjects = (ours, theirs)
        measure_starts(subjects, arguments.starts)
        pairs = [(subject, stack.enter_context(subject.client())) for subject in subjects]
        measure_creations(pairs, arguments.vpcs // arguments.per_round, arguments.per_round)
        for subject in subjects:
            subject.memories.append(memory_of(subject.server))
        measure_describes(pairs, arguments.describes)
        for subject in subjects:
            subject.memories.append(memory_of(subject.server))
        report(subjects, arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
