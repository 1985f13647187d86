"""Kills and foreign changes at random moments, between and within random changes through the API; then the question
whether all is as it should be.

A *moment* is counted in what the region does: its writes to the store and the namespaces that it makes and removes. So
a kill can be within a commit or an apply, and a seed leads to much the same run again.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from skywalk.drivers.linux.netns import NamespaceFolder, inside
from skywalk.resources.vpc import Vpc
from support.chaos_data import DataLedger
from support.kernel_state import kernel, kernel_afresh, stored
from support.kill_at_event import kill_at_event
from support.live_region import Conversation, LiveRegion
from support.mutations import Refused
from support.traffic_mutations import TrafficMutations
from support.waiting import wait_until

MENDED_WITHIN = 120
"""Seconds, on a machine that has much else to do; a change by hand alone is mended in a fraction of one."""

MOST_EVENTS = 25

DAEMON, EDGE, LOCAL, BACKEND, INIT, LAUNCHER = "daemon", "edge", "local services", "backend", "init", "launcher"
_VICTIMS = (DAEMON, DAEMON, DAEMON, EDGE, LOCAL, BACKEND, INIT, INIT, LAUNCHER)
_MODULES = {
    EDGE: "skywalk.edge.worker",
    LOCAL: "skywalk.local_services",
    BACKEND: "skywalk.backends.moto_server",
}

_CREATED: Mapping[str, Callable[[dict[str, Any]], tuple[str, str]]] = {
    "create_vpc": lambda answer: ("vpc", answer["Vpc"]["VpcId"]),
    "create_subnet": lambda answer: ("subnet", answer["Subnet"]["SubnetId"]),
    "create_route_table": lambda answer: ("route table", answer["RouteTable"]["RouteTableId"]),
    "create_security_group": lambda answer: ("group", answer["GroupId"]),
    "create_vpc_endpoint": lambda answer: ("endpoint", answer["VpcEndpoint"]["VpcEndpointId"]),
    "create_network_acl": lambda answer: ("acl", answer["NetworkAcl"]["NetworkAclId"]),
    "create_network_interface": lambda answer: ("interface", answer["NetworkInterface"]["NetworkInterfaceId"]),
    "run_instances": lambda answer: ("instance", answer["Instances"][0]["InstanceId"]),
}
_DELETED: Mapping[str, Callable[[dict[str, Any]], str]] = {
    "delete_vpc": lambda request: str(request["VpcId"]),
    "delete_subnet": lambda request: str(request["SubnetId"]),
    "delete_route_table": lambda request: str(request["RouteTableId"]),
    "delete_security_group": lambda request: str(request["GroupId"]),
    "delete_vpc_endpoints": lambda request: str(request["VpcEndpointIds"][0]),
    "delete_network_acl": lambda request: str(request["NetworkAclId"]),
    "delete_network_interface": lambda request: str(request["NetworkInterfaceId"]),
    "terminate_instances": lambda request: str(request["InstanceIds"][0]),
}
_FOREIGN = (
    "ip link del {link}",
    "ip link set {link} down",
    "ip link set {link} down; ip link set {link} up",
    "ip link set lo down",
    "ip route flush table 10",
    "ip route flush table main",
    "ip route add 192.0.2.0/24 dev lo table 10",
    "ip rule del priority 10",
    "ip rule add priority 3 lookup 7",
    "ip addr flush dev lo",
    "nft delete table ip skywalk",
    "nft flush chain ip skywalk out_of_groups",
    "nft insert rule ip skywalk out_of_groups drop",
    "nft flush map ip skywalk route_table",
    "nft add table inet other",
)

_KEEPING = """
import http.client, sys
connection = None
for _ in sys.stdin:
    try:
        if connection is None:
            connection = http.client.HTTPConnection("chaos-witness.s3.us-east-1.amazonaws.com", timeout=20)
            connection.connect()
        port = connection.sock.getsockname()[1]
        connection.request("GET", "/a.txt")
        answer = connection.getresponse()
        answer.read()
        if answer.will_close:
            connection.close()
        if connection.sock is None:
            connection = None
        print(answer.status, port)
    except (OSError, http.client.HTTPException, AttributeError) as error:
        connection = None
        print(0, type(error).__name__)
"""
_READ = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::chaos-witness/*"}


class Broken(AssertionError):
    """Something is not as it should be; the text says what, and what was done before."""


@dataclass
class Ledger:
    """What was acknowledged. What was asked for and not answered may be there or not."""

    created: dict[str, str] = field(default_factory=dict)
    """Kind by id, of what must be there."""
    deleted: set[str] = field(default_factory=set)
    """What must not."""
    policies: dict[str, str] = field(default_factory=dict)
    """By endpoint, the text that was set last."""
    stopped: set[str] = field(default_factory=set)
    """Instances that were ever asked to stop; all others run."""

    def note(self, action: str, request: dict[str, Any], answer: dict[str, Any]) -> None:
        if action in _CREATED:
            kind, resource_id = _CREATED[action](answer)
            self.created[resource_id] = kind
        elif action in _DELETED:
            resource_id = _DELETED[action](request)
            if self.created.pop(resource_id, None) is not None:
                self.deleted.add(resource_id)
            self.policies.pop(resource_id, None)
        elif action == "modify_vpc_endpoint":
            self.policies.pop(request["VpcEndpointId"], None)
            if "PolicyDocument" in request:
                self.policies[request["VpcEndpointId"]] = request["PolicyDocument"]

    def doubt(self, action: str, request: dict[str, Any]) -> str | None:
        """What was asked for was not answered; answers the id of what may be gone."""
        if action == "modify_vpc_endpoint":
            self.policies.pop(request["VpcEndpointId"], None)
        if action not in _DELETED:
            return None
        resource_id = _DELETED[action](request)
        self.created.pop(resource_id, None)
        self.policies.pop(resource_id, None)
        return resource_id


class Unanswered(Exception):
    """The daemon went away in the middle of a call."""


class Chaos:
    """One region under attack. Everything random is drawn from the seed."""

    def __init__(self, region: LiveRegion, seed: int, copy: Path, say: Callable[[str], None] = print) -> None:
        self.region = region
        self.kills: dict[str, int] = {}
        self.foreign: dict[str, int] = {}
        self.calls = {"answered": 0, "refused": 0, "unanswered": 0}
        self._random = random.Random(seed)
        self._copy = copy
        self._say = say
        self._ledger = Ledger()
        self._history: list[str] = []
        self._mutations = TrafficMutations(seed, self._perform, most_vpcs=3, most_instances=3)
        self.data = DataLedger(region, random.Random(seed))
        self._witness: Conversation | None = None
        self._witness_vpc = self._witness_instance = ""
        self._port = 0

    # -- the witness: an instance with a connection that is kept open ------------------------------------------------

    def prepare(self) -> None:
        region = self.region
        self._witness_vpc = region.vpc("10.9.0.0/16")
        subnet = region.subnet(self._witness_vpc, "10.9.1.0/24")
        region.endpoint(self._witness_vpc, region.table(self._witness_vpc, subnet))
        self._witness_instance = region.instance(subnet)
        region.bucket("chaos-witness", {"Statement": [_READ]})
        region.s3.put_object(Bucket="chaos-witness", Key="a.txt", Body=b"here")
        self.data.prepare()
        for _ in range(12):
            self._mutations.step()
        self._ask()

    def _ask(self) -> bool:
        """A request over the kept connection; whether it was the same connection as the last time."""
        if self._witness is None or not self._witness.is_running:
            self.end_witness()
            self._witness = self.region.start(self._witness_instance, _KEEPING)
        found: list[str] = []

        def is_answered() -> bool:
            assert self._witness is not None
            self._witness.say()
            found[:] = self._witness.hear().split()
            return found[0] == "200"

        try:
            wait_until(is_answered, MENDED_WITHIN)
        except (TimeoutError, AssertionError, BrokenPipeError) as failure:
            raise self._broken(f"the witness is not answered: {found} {failure}") from None
        former, self._port = self._port, int(found[1])
        return former == self._port

    def end_witness(self) -> None:
        if self._witness is not None:
            self._witness.end()
            self._witness = None

    # -- one round ---------------------------------------------------------------------------------------------------

    def round(self) -> None:
        """Some kills, with changes around them and some by hand; then everything is looked at."""
        victims = [self._random.choice(_VICTIMS) for _ in range(self._random.randint(2, 5))]
        keeps = not {EDGE, INIT} & set(victims)
        for victim in victims:
            self._kill_within_changes(victim)
        for _ in range(self._random.choice((0, 1, 2, 3))):
            keeps = self._change_by_hand() and keeps
        while not self._is_daemon_alive():
            if self._random.random() < 0.3:
                self._kill_while_starting()
            else:
                self.region.up()
        self.check()
        if not self._ask() and keeps:
            raise self._broken("a connection was cut that needed nothing of what was killed")

    def _kill_within_changes(self, victim: str) -> None:
        count = self._random.randint(1, MOST_EVENTS)
        steps = self._random.randint(1, 5)
        process = self._open(victim)
        if process is None:
            return
        self._note(f"kill {victim} at event {count}")
        self.kills[victim] = self.kills.get(victim, 0) + 1
        folders = self._backend_folders() if victim == BACKEND else [self.region.state_dir, *self._namespace_folders()]
        with kill_at_event(process, count, folders):
            if self._is_daemon_alive():
                with suppress(Unanswered):
                    for _ in range(steps):
                        self.data.step()
                        self._mutations.step()
                        self.data.step()

    def _kill_while_starting(self) -> None:
        count = self._random.randint(1, MOST_EVENTS)
        self._note(f"kill {DAEMON} at event {count} of its start")
        self.kills["starting daemon"] = self.kills.get("starting daemon", 0) + 1
        command = self.region.command("up", "--detach", "--port", str(self.region.port), "--quotas", "off")
        quiet, environment = subprocess.DEVNULL, self.region.process_environment
        with subprocess.Popen(command, stdout=quiet, stderr=quiet, env=environment) as starting:
            wait_until(lambda: self._is_daemon_alive() or starting.poll() is not None, MENDED_WITHIN)
            process = self._open(DAEMON)
            if process is not None:
                folders = self._namespace_folders() if (self.region.paths.run_dir / "netns").is_dir() else []
                with kill_at_event(process, count, [self.region.state_dir, *folders]):
                    starting.wait()

    def _open(self, victim: str) -> int | None:
        """A descriptor of it, if it runs."""
        pid = self._find(victim)
        with suppress(ProcessLookupError):
            return os.pidfd_open(pid) if pid is not None else None
        return None

    def _find(self, victim: str) -> int | None:
        if victim == DAEMON:
            return self._daemon() if self._is_daemon_alive() else None
        if victim == INIT:
            records = sorted((self.region.paths.run_dir / "guests").glob("*.json"))
            pids = [int(record.read_text().split('"pid": ')[1].split(",")[0]) for record in records]
        elif victim == LAUNCHER:
            pids = _children(self._daemon(), "launch_process")
        else:
            pids = self.region.processes(_MODULES[victim])
        return self._random.choice(sorted(pids)) if pids else None

    def _daemon(self) -> int:
        """Its id; the last one when it has ended."""
        pids = self.region.processes("skywalk.app")
        return pids[0] if pids else -1

    def _is_daemon_alive(self) -> bool:
        return self._daemon() != -1

    def _namespace_folders(self) -> list[Path]:
        folder = self.region.paths.run_dir / "netns"
        return [folder, *(each for each in folder.iterdir() if each.is_dir())]

    def _backend_folders(self) -> list[Path]:
        return [folder for folder in (self.region.state_dir / "backends").glob("*") if folder.is_dir()]

    def _change_by_hand(self) -> bool:
        """Whether connections outlive it."""
        place = self._random.choice([one for one in self._places() if one.name != "internet"])
        if self._random.random() < 0.2:
            self._note(f"remove namespace {place.parent.name}/{place.name}")
            self.foreign["namespace"] = self.foreign.get("namespace", 0) + 1
            NamespaceFolder(place.parent.parent).remove(place.parent.name, place.name)
            return place.name.startswith("i-")
        command = self._random.choice(_FOREIGN)
        with ExitStack() as there:
            try:
                there.enter_context(inside(place))
            except OSError:  # it is being made or removed: there is nothing to change
                return True
            self._change_inside(place, command)
        return True

    def _owners(self) -> set[str]:
        """Who has a folder of namespaces."""
        return {path.name for path in self._namespace_folders()[1:]}

    def _places(self) -> list[Path]:
        found: list[Path] = []
        for folder in sorted(self._namespace_folders()[1:]):
            with suppress(FileNotFoundError):  # it has gone meanwhile
                found += sorted(folder.iterdir())
        return found

    def _change_inside(self, place: Path, command: str) -> None:
        """In its network namespace."""
        kind = " ".join(command.split(" ")[:3])
        links = [name for name in _links() if name != "lo"]
        text = command.format(link=self._random.choice(sorted(links) or ["lo"]))
        self._note(f"in {place.parent.name}/{place.name}: {text}")
        self.foreign[kind] = self.foreign.get(kind, 0) + 1
        for line in text.split("; "):
            subprocess.run(line.split(), check=False, capture_output=True)

    # -- what must hold ----------------------------------------------------------------------------------------------

    def check(self) -> None:
        waited = self.region.run("wait", check=False)
        if waited.returncode != 0:
            raise self._broken(f"it does not converge: {waited.stderr}")
        self._check_acknowledged()
        self._check_whole()
        with stored(self.region, self._copy) as store:
            vpc_ids = [vpc.id for vpc in store.of_type(Vpc)]
            fresh = kernel_afresh(store, vpc_ids)
        self._until("the kernel is not what a fresh apply makes", lambda: kernel(self.region, vpc_ids) == fresh)
        self._until("namespaces are left over", lambda: self._owners() - {"internet"} == set(vpc_ids))
        self._until("something fails", lambda: self.region.status()["failures"] == {})
        self._until("an instance does not run", self._do_instances_run)

    def _check_acknowledged(self) -> None:
        there = self._described()
        if lost := {one: kind for one, kind in self._ledger.created.items() if one not in there[kind]}:
            raise self._broken(f"acknowledged and not there: {lost}")
        endpoints = {one["VpcEndpointId"]: one for one in self.region.ec2.describe_vpc_endpoints()["VpcEndpoints"]}
        for endpoint_id, policy in self._ledger.policies.items():
            if json.loads(endpoints[endpoint_id]["PolicyDocument"]) != json.loads(policy):
                raise self._broken(f"{endpoint_id} has not the policy that was set last")
        if faults := self.data.find_faults():
            raise self._broken(f"acknowledged by a backend and not so: {faults}")
        undead = self._ledger.deleted & set().union(*there.values())
        if undead:
            shown = [endpoints.get(one, one) for one in undead]
            raise self._broken(f"deleted and still there: {shown} {self.region.status()}")

    def _described(self) -> dict[str, set[str]]:
        ec2 = self.region.ec2
        endpoints = ec2.describe_vpc_endpoints()["VpcEndpoints"]
        return {
            "vpc": {one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"]},
            "subnet": {one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]},
            "route table": {one["RouteTableId"] for one in ec2.describe_route_tables()["RouteTables"]},
            "group": {one["GroupId"] for one in ec2.describe_security_groups()["SecurityGroups"]},
            "acl": {one["NetworkAclId"] for one in ec2.describe_network_acls()["NetworkAcls"]},
            "interface": {one["NetworkInterfaceId"] for one in ec2.describe_network_interfaces()["NetworkInterfaces"]},
            "endpoint": {one["VpcEndpointId"] for one in endpoints if one["State"] != "deleted"},
            "instance": {one["InstanceId"] for one in self._instances() if one["State"]["Name"] != "terminated"},
        }

    def _instances(self) -> list[dict[str, Any]]:
        reservations = self.region.ec2.describe_instances()["Reservations"]
        return [instance for reservation in reservations for instance in reservation["Instances"]]

    def _check_whole(self) -> None:
        """What one call makes is there with all its parts."""
        ec2 = self.region.ec2
        vpcs = {one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"]}
        main = [{"Name": "association.main", "Values": ["true"]}]
        default = [{"Name": "group-name", "Values": ["default"]}]
        parts = {
            "main route table": {one["VpcId"] for one in ec2.describe_route_tables(Filters=main)["RouteTables"]},
            "default group": {one["VpcId"] for one in ec2.describe_security_groups(Filters=default)["SecurityGroups"]},
            "network ACL": {one["VpcId"] for one in ec2.describe_network_acls()["NetworkAcls"] if one["IsDefault"]},
        }
        for part, having in parts.items():
            if having != vpcs:
                raise self._broken(f"VPCs without their {part}, or the other way round: {having ^ vpcs}")
        for instance in self._instances():
            if instance["State"]["Name"] == "running" and not instance["NetworkInterfaces"]:
                raise self._broken(f"{instance['InstanceId']} has no interface")

    def _do_instances_run(self) -> bool:
        running = {one["InstanceId"] for one in self._instances() if one["State"]["Name"] == "running"}
        states = {one["InstanceId"]: one["State"]["Name"] for one in self._instances()}
        for instance_id, kind in self._ledger.created.items():
            if kind == "instance" and instance_id not in self._ledger.stopped and states[instance_id] != "running":
                return False
        passing = {one["InstanceId"] for one in self._instances() if one["State"]["Name"] in ("pending", "stopping")}
        records = {path.stem for path in (self.region.paths.run_dir / "guests").glob("*.json")}
        return not passing and running == records and self._witness_instance in running

    def _until(self, words: str, holds: Callable[[], bool]) -> None:
        try:
            wait_until(holds, MENDED_WITHIN)
        except TimeoutError:
            raise self._broken(words) from None

    def check_nothing_is_left(self) -> None:
        """After `down`."""
        self._until("something is left after down", lambda: not self._left_over())

    def _left_over(self) -> list[str]:
        run_dir = str(self.region.paths.run_dir)
        mounts = [line for line in Path("/proc/self/mounts").read_text().splitlines() if run_dir in line]
        modules = ("skywalk.app", *_MODULES.values())
        processes = [f"{module} {pid}" for module in modules for pid in self.region.processes(module)]
        folders = [run_dir] if self.region.paths.run_dir.exists() else []
        return [*mounts, *processes, *folders]

    # -- calls and words ---------------------------------------------------------------------------------------------

    def _perform(self, action: str, request: dict[str, Any]) -> dict[str, Any]:
        if action == "stop_instances":
            self._ledger.stopped.update(request["InstanceIds"])
        try:
            answer: dict[str, Any] = getattr(self.region.ec2, action)(**request)
        except ClientError as refusal:
            self.calls["refused"] += 1
            raise Refused(refusal.response["Error"]["Code"]) from None
        except BotoCoreError as failure:
            self.calls["unanswered"] += 1
            gone = self._ledger.doubt(action, request)
            if gone is not None:
                self._mutations.forget(gone)
            self._note(f"{action} was not answered: {type(failure).__name__}")
            raise Unanswered(action) from None
        self.calls["answered"] += 1
        self._ledger.note(action, request, answer)
        self._history.append(f"{action} {request}")
        return answer

    def _note(self, text: str) -> None:
        self._history.append(text)
        self._say(text)

    def _broken(self, words: str) -> Broken:
        last = "\n  ".join(self._history[-80:])
        return Broken(f"{words}\nbefore:\n  {last}\n{self.region.logs()}")


def _links() -> list[str]:
    listed = subprocess.run(("ip", "-o", "link"), check=True, capture_output=True, text=True).stdout
    return [line.split(": ")[1].split("@")[0] for line in listed.splitlines()]


def _children(pid: int, word: str) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == pid and word.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found
