"""Doors: which endpoint a socket is, what a change of rows does to open connections, and what outlives the daemon."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator

import pytest

from skywalk.plan.places import Place
from support import edge_rows as rows
from support.edge_connections import CUT, OpenConnection
from support.edge_region import PUBLIC_ADDRESS, Daemon, EdgeRegion, edge_region, run

pytestmark = pytest.mark.live

HOST = "s3.us-east-1.amazonaws.com"


@pytest.fixture
def region() -> Iterator[EdgeRegion]:
    with edge_region("swld", workers=2) as region:
        create(region)
        yield region


def create(region: EdgeRegion) -> None:
    done = region.run_client("aws", "s3api", "create-bucket", "--bucket", "documents")
    assert done.returncode == 0, done.stderr


@pytest.fixture
def connection(region: EdgeRegion) -> Iterator[OpenConnection]:
    connection = OpenConnection(region)
    assert connection.ask() == "200"
    yield connection
    connection.close()


def test_a_policy_change_governs_the_next_request_of_an_open_connection(
    region: EdgeRegion, connection: OpenConnection
) -> None:
    nothing = {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}
    region.daemon.put(rows.endpoint(json.dumps(nothing)))
    assert connection.ask() == "403"
    region.daemon.put(rows.endpoint())
    assert connection.ask() == "200"


def test_deleting_the_endpoint_cuts_its_connections_and_its_door(
    region: EdgeRegion, connection: OpenConnection
) -> None:
    plain = OpenConnection(region, "http")
    assert plain.ask() == "200"
    region.daemon.remove(rows.endpoint())
    assert plain.ask() == "ConnectionResetError"
    assert connection.ask() in CUT
    plain.close()
    done = region.run_client("curl", "-sS", f"https://{HOST}/")
    assert done.returncode == 7
    region.daemon.put(rows.endpoint())
    assert b"AccessDenied" in region.run_client("curl", "-sS", f"https://{HOST}/").stdout


def test_a_second_daemon_disturbs_nothing_that_is_equal(region: EdgeRegion, connection: OpenConnection) -> None:
    kept = region.daemon.rows()
    region.daemon.die()
    assert connection.ask() == "200"
    region.daemon = Daemon(region.backend)
    region.daemon.put(*kept)
    region.daemon.connect(*region.worker_sockets)
    assert connection.ask() == "200"
    region.daemon.remove(rows.endpoint())
    assert connection.ask() in CUT


def test_two_endpoints_at_one_place_obey_each_its_own_policy(region: EdgeRegion) -> None:
    """A second link into the door's namespace, with a prefix of its own."""
    names = region.namespaces
    run("ip", "-n", names.client, "link", "add", "door1", "type", "veth", "peer", "name", "gwep2", "netns", names.door)
    run("ip", "-n", names.client, "addr", "add", "10.79.0.2/30", "dev", "door1")
    run("ip", "-n", names.client, "link", "set", "door1", "up")
    run("ip", "-n", names.door, "addr", "add", "10.79.0.1/30", "dev", "gwep2")
    run("ip", "-n", names.door, "link", "set", "gwep2", "up")
    run("ip", "-n", names.client, "route", "add", "52.217.9.9/32", "via", "10.79.0.1")
    second = rows.endpoint(endpoint_id="vpce-0dddddddddddddddd")
    region.daemon.put(second, Place(second.vpc_endpoint_id, f"/run/netns/{names.door}", "gwep2"))
    nothing = {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}
    region.daemon.put(rows.endpoint(json.dumps(nothing)))
    program = f"aws s3api get-bucket-location --bucket documents --endpoint-url https://{HOST}"
    assert b"VPC endpoint policy" in region.run_client(*program.split()).stderr
    names.set_address("52.217.9.9")
    assert region.run_client(*program.split()).returncode == 0


def test_public_addresses_have_no_endpoint_and_serve_all_services(region: EdgeRegion) -> None:
    only_here = {
        "Statement": {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:GetBucketLocation",
            "Resource": "arn:aws:s3:::documents",
            "Condition": {"StringNotEquals": {"aws:SourceVpce": rows.ENDPOINT_ID}},
        }
    }
    region.daemon.put(rows.bucket("documents", json.dumps(only_here)))
    ask = ("aws", "s3api", "get-bucket-location", "--bucket", "documents")
    assert region.run_client(*ask).returncode == 0
    region.namespaces.set_address(PUBLIC_ADDRESS)
    refused = region.run_client(*ask).stderr
    assert b"with an explicit deny in a resource-based policy" in refused
    # Nobody answers for STS in this test; that the request got as far is what counts.
    done = region.run_client("curl", "-sS", "https://sts.us-east-1.amazonaws.com/")
    assert b"<Code>ServiceUnavailable</Code>" in done.stdout
    unknown = region.run_client("curl", "-sS", "-H", "Host: bank.example", f"https://{HOST}/")
    assert b"<Code>InvalidURI</Code>" in unknown.stdout


def test_a_door_that_cannot_be_opened_is_told_and_the_others_stay(
    region: EdgeRegion, connection: OpenConnection
) -> None:
    second = rows.endpoint(endpoint_id="vpce-0dddddddddddddddd")
    absent = Place(second.vpc_endpoint_id, "/run/netns/swld-absent", "gwep")
    for _ in range(2):  # it stays told for as long as it is so
        region.daemon.put(second, absent)
        reason = region.daemon.failing[second.vpc_endpoint_id]
        assert re.match(r"port 443: .*/swld-absent: No such file or directory; port 80: ", reason)
    assert connection.ask() == "200"
    region.daemon.put(rows.bucket("documents"), rows.endpoint())
    region.daemon.remove(second, absent)
    assert region.daemon.failing == {}


def test_both_workers_get_connections_and_the_rest_go_on_without_one(region: EdgeRegion) -> None:
    def accepted() -> list[int]:
        shown = subprocess.run(
            ["ip", "netns", "exec", region.namespaces.door, "ss", "-Htnp", "state", "established"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        return [shown.count(f"pid={worker.pid},") for worker in region.workers]

    connections = [OpenConnection(region) for _ in range(12)]
    assert [connection.ask() for connection in connections] == ["200"] * 12
    while not all(accepted()) and len(connections) < 40:  # the kernel chooses who gets one
        connections.append(OpenConnection(region))
        assert connections[-1].ask() == "200"
    assert all(accepted())
    region.workers[0].terminate()
    region.workers[0].wait(60)
    fresh = [OpenConnection(region) for _ in range(4)]
    assert [connection.ask() for connection in fresh] == ["200"] * 4
    for connection in (*connections, *fresh):
        connection.close()


def test_no_process_stays_in_a_namespace_and_migration_is_on(region: EdgeRegion) -> None:
    home = subprocess.run(["readlink", "/proc/self/ns/net"], capture_output=True, check=True).stdout
    for worker in region.workers:
        for task in subprocess.run(
            ["sh", "-c", f"readlink /proc/{worker.pid}/task/*/ns/net"], capture_output=True, check=True
        ).stdout.splitlines():
            assert task == home.strip()
    setting = subprocess.run(
        ["ip", "netns", "exec", region.namespaces.door, "cat", "/proc/sys/net/ipv4/tcp_migrate_req"],
        capture_output=True,
        check=True,
    )
    assert setting.stdout == b"1\n"
