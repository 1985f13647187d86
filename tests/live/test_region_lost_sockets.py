"""A process that is back and cannot have a socket that it had: its states, status and wait tell, and all heals."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from skywalk.drivers.linux.netns import inside
from support.live_region import LiveRegion, live_region
from support.waiting import wait_until

pytestmark = pytest.mark.live

SECONDS = 60
IP_FREEBIND = 15  # linux/in.h
SQS, SNS = "com.amazonaws.us-east-1.sqs", "com.amazonaws.us-east-1.sns"


class Squatter:
    """Takes an address and port in a namespace as soon as whoever has it lets go, and keeps it."""

    def __init__(self, region: LiveRegion, vpc: str, namespace: str, kind: socket.SocketKind, at: tuple[str, int]):
        self._path = region.paths.run_dir / "netns" / vpc / namespace
        self._kind, self._at = kind, at
        self._taken, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._take)
        self._thread.start()

    def has_it(self) -> bool:
        return self._taken.is_set()

    def leave(self) -> None:
        self._ended.set()
        self._thread.join()

    def _take(self) -> None:
        with inside(self._path), socket.socket(socket.AF_INET, self._kind) as taken:
            taken.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
            while not self._ended.is_set():
                try:
                    taken.bind(self._at)
                except OSError:
                    self._ended.wait(0.0005)
                else:
                    self._taken.set()
                    self._ended.wait()


@contextmanager
def squatting(
    region: LiveRegion, vpc: str, namespace: str, kind: socket.SocketKind, at: tuple[str, int], module: str
) -> Iterator[None]:
    """The processes of a module are killed and started again, and find a socket of theirs taken."""
    squatter = Squatter(region, vpc, namespace, kind, at)
    try:
        for process in region.processes(module):
            os.kill(process, signal.SIGKILL)
        wait_until(squatter.has_it, SECONDS)
        yield
    finally:
        squatter.leave()


def endpoint(region: LiveRegion, endpoint_id: str) -> dict[str, Any]:
    return dict(region.ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint_id])["VpcEndpoints"][0])


def make(region: LiveRegion, vpc: str, subnet: str, service: str) -> str:
    made = region.ec2.create_vpc_endpoint(
        VpcId=vpc, VpcEndpointType="Interface", ServiceName=service, SubnetIds=[subnet], PrivateDnsEnabled=False
    )["VpcEndpoint"]
    wait_until(lambda: endpoint(region, made["VpcEndpointId"])["State"] == "available", SECONDS)
    return str(made["VpcEndpointId"])


def test_a_door_that_is_lost_fails_its_endpoint_alone_until_it_is_back() -> None:
    with live_region() as region:
        vpc = region.vpc()
        subnet = region.subnet(vpc)
        lost = make(region, vpc, subnet, SQS)
        ids = endpoint(region, lost)["NetworkInterfaceIds"]
        address = region.ec2.describe_network_interfaces(NetworkInterfaceIds=ids)["NetworkInterfaces"][0][
            "PrivateIpAddress"
        ]
        with squatting(region, vpc, "endpoints", socket.SOCK_STREAM, (address, 443), "skywalk.edge.worker"):
            reason = f"edge: {address} port 443: Address already in use"
            wait_until(lambda: endpoint(region, lost).get("LastError", {}).get("Message") == reason, SECONDS)
            assert endpoint(region, lost)["State"] == "failed"
            wait_until(lambda: region.status()["failing"] == {vpc: [f"{lost}: {reason}"]}, SECONDS)
            status = region.status()
            assert (status["converged"], status["ready"]) == (False, False)
            assert status["failing"] == {vpc: [f"{lost}: {reason}"]}
            assert status["reasons"] == [f"{vpc} is not as it should be: {lost}: {reason}"]
            told = region.run("wait", check=False)
            assert told.returncode == 1
            assert told.stderr == f"skywalk: {vpc} is not as it should be: {lost}: {reason}\n"
            other = make(region, vpc, subnet, SNS)  # it becomes available all the same
        wait_until(lambda: endpoint(region, lost)["State"] == "available", SECONDS)
        region.wait()
        assert region.status()["failures"] == {}
        assert endpoint(region, other)["State"] == "available"


@pytest.mark.parametrize(
    ("kind", "at", "words"),
    [
        (socket.SOCK_DGRAM, ("10.0.0.2", 53), "10.0.0.2 UDP port 53"),
        (socket.SOCK_STREAM, ("169.254.169.254", 80), "169.254.169.254 TCP port 80"),
    ],
)
def test_a_resolver_or_metadata_that_is_lost_is_told_until_it_is_back(
    kind: socket.SocketKind, at: tuple[str, int], words: str
) -> None:
    with live_region() as region:
        vpc = region.vpc()
        instance = region.instance(region.subnet(vpc))
        with squatting(region, vpc, "router", kind, at, "skywalk.local_services"):
            reason = f"resolver: resolver: {words}: Address already in use"
            wait_until(lambda: region.status()["failing"] == {vpc: [reason]}, SECONDS)
            assert region.run("wait", check=False).stderr == f"skywalk: {vpc} is not as it should be: {reason}\n"
        region.wait()
        found = json.loads(region.run("status", "--json").stdout)
        assert (found["converged"], found["failures"]) == (True, {})
        assert region.exec(instance, "getent", "hosts", "s3.us-east-1.amazonaws.com").returncode == 0
