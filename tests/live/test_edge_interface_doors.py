"""Doors of interface endpoints: an address is its endpoint's, and what becomes of one disturbs no other."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from skywalk.plan.places import Place
from support import edge_rows as rows
from support.edge_connections import CUT, OpenConnection
from support.edge_region import Daemon, EdgeRegion, edge_region, run

pytestmark = pytest.mark.live

PUBLIC = "s3.us-east-1.amazonaws.com"
OWN = f"{rows.S3_INTERFACE_ID}-abcdefgh.s3.us-east-1.vpce.amazonaws.com"
DEVICE, CLIENT = "n-vpc", "10.79.0.2"
ONE, OTHER, STS, NOBODYS = "10.0.1.5", "10.0.2.5", "10.0.1.6", "10.0.1.7"
IN_ONE_ZONE = rows.s3_interface(rows.FULL_ACCESS, ONE)
IN_TWO_ZONES = rows.s3_interface(rows.FULL_ACCESS, ONE, OTHER, zones=("a", "b"))


@pytest.fixture(scope="module")
def running() -> Iterator[EdgeRegion]:
    with edge_region("swli", workers=2) as region:
        done = region.run_client("aws", "s3api", "create-bucket", "--bucket", "documents")
        assert done.returncode == 0, done.stderr
        names = region.namespaces
        # A link of their own, beside the gateway endpoint's.
        run("ip", "-n", names.client, "link", "add", "n0", "type", "veth", "peer", "name", DEVICE, "netns", names.door)
        run("ip", "-n", names.client, "addr", "add", f"{CLIENT}/30", "dev", "n0")
        run("ip", "-n", names.client, "link", "set", "n0", "up")
        run("ip", "-n", names.door, "addr", "add", "10.79.0.1/30", "dev", DEVICE)
        run("ip", "-n", names.door, "link", "set", DEVICE, "up")
        for address in (ONE, OTHER, STS, NOBODYS):
            run("ip", "-n", names.door, "addr", "add", f"{address}/32", "dev", "lo")
            run("ip", "-n", names.client, "route", "add", f"{address}/32", "via", "10.79.0.1")
        for endpoint_id in (rows.S3_INTERFACE_ID, rows.STS_ENDPOINT_ID):
            region.daemon.put(Place(endpoint_id, f"/run/netns/{names.door}", DEVICE))
        yield region


@pytest.fixture
def region(running: EdgeRegion) -> EdgeRegion:
    running.daemon.put(IN_ONE_ZONE, rows.sts_interface(STS), rows.bucket("documents"))
    running.namespaces.set_address(ONE)
    return running


@pytest.fixture
def connection(region: EdgeRegion) -> Iterator[OpenConnection]:
    connection = OpenConnection(region)
    assert connection.ask() == "200"
    yield connection
    connection.close()


def curl(region: EdgeRegion, address: str, server_name: str, host: str = "", port: int = 443) -> str:
    """What a request to an address is answered, or curl's exit code; the TLS name and the host may differ."""
    scheme = "https" if port == 443 else "http"
    target = f"{scheme}://{server_name}:{port}/documents/k"
    done = region.run_client(
        *("curl", "-sS", "-m", "60", "--resolve", f"{server_name}:{port}:{address}"),
        *(("-H", f"Host: {host}") if host else ()),
        target,
    )
    code = done.stdout.decode().partition("<Code>")[2].partition("</Code>")[0]
    return code if done.returncode == 0 else f"curl {done.returncode}"


def test_every_address_is_its_own_endpoint_s(region: EdgeRegion) -> None:
    assert curl(region, ONE, PUBLIC) == "AccessDenied"  # S3's word for a stranger
    assert curl(region, ONE, f"documents.bucket.{OWN}") == "AccessDenied"
    assert curl(region, ONE, PUBLIC, port=80) == "AccessDenied"
    # Nobody answers for STS in this test; that the request got as far is what counts.
    assert curl(region, STS, "sts.us-east-1.amazonaws.com") == "ServiceUnavailable"
    assert (
        curl(region, STS, f"{rows.STS_ENDPOINT_ID}-abcdefgh.sts.us-east-1.vpce.amazonaws.com") == "ServiceUnavailable"
    )
    assert curl(region, STS, "sts.us-east-1.amazonaws.com", port=80) == "curl 7"
    for address in (OTHER, NOBODYS):
        assert curl(region, address, PUBLIC) == "curl 7"


def test_what_cannot_be_read_is_refused_in_the_form_of_the_service(region: EdgeRegion) -> None:
    def answer(address: str, name: str) -> str:
        resolved = ("--resolve", f"{name}:443:{address}")
        return region.run_client("curl", "-sS", "-i", *resolved, "-H", "no name: x", f"https://{name}/").stdout.decode()

    assert answer(STS, "sts.us-east-1.amazonaws.com").startswith("HTTP/1.1 400")
    assert "<ErrorResponse><Error><Type>Sender</Type><Code>MalformedInput</Code>" in answer(
        STS, "sts.us-east-1.amazonaws.com"
    )
    assert "<Error><Code>InvalidRequest</Code>" in answer(ONE, PUBLIC)


def test_names_of_others_are_refused(region: EdgeRegion) -> None:
    assert curl(region, ONE, "sts.us-east-1.amazonaws.com") == "curl 60", "no certificate of another service"
    assert curl(region, STS, PUBLIC) == "curl 60"
    assert curl(region, ONE, PUBLIC, "sts.us-east-1.amazonaws.com") == "InvalidURI"
    assert curl(region, ONE, PUBLIC, OWN.replace("abcdefgh", "hgfedcba")) == "InvalidURI"
    assert curl(region, ONE, f"bucket.{OWN}", PUBLIC) == "AccessDenied", "both are its own"
    assert curl(region, STS, "sts.us-east-1.amazonaws.com", PUBLIC) == "InvalidRequest"
    elsewhere = f"{rows.SQS_ENDPOINT_ID}-abcdefgh.sts.us-east-1.vpce.amazonaws.com"
    assert curl(region, STS, elsewhere, "sts.us-east-1.amazonaws.com") == "InvalidRequest", (
        "another endpoint's TLS name"
    )


def test_the_source_and_the_endpoint_are_known_from_the_connection(region: EdgeRegion) -> None:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetBucketLocation", "Resource": "*"}
    # Without the URL the client would use the global name, which is never private.
    ask = ("aws", "s3api", "get-bucket-location", "--bucket", "documents", "--endpoint-url", f"https://{PUBLIC}")
    for key, ours in (
        ("aws:SourceVpce", rows.S3_INTERFACE_ID),
        ("aws:SourceVpc", rows.VPC_ID),
        ("aws:VpcSourceIp", CLIENT),
    ):
        denied = {"Statement": {**statement, "Condition": {"StringEquals": {key: ours}}}}
        region.daemon.put(rows.bucket("documents", json.dumps(denied)))
        assert b"explicit deny in a resource-based policy" in region.run_client(*ask).stderr, key
        denied = {"Statement": {**statement, "Condition": {"StringNotEquals": {key: ours}}}}
        region.daemon.put(rows.bucket("documents", json.dumps(denied)))
        assert region.run_client(*ask).returncode == 0, key


def test_a_zone_comes_and_goes_and_the_other_s_connections_stay(region: EdgeRegion, connection: OpenConnection) -> None:
    region.daemon.put(IN_TWO_ZONES)
    assert connection.ask() == "200"
    zonal = OWN.replace("abcdefgh", "abcdefgh-us-east-1b")
    assert curl(region, OTHER, f"documents.bucket.{zonal}") == "AccessDenied", "the certificate has the new zone's name"
    region.namespaces.set_address(OTHER)
    there = OpenConnection(region)
    assert there.ask() == "200"
    region.daemon.put(IN_ONE_ZONE)
    assert there.ask() in CUT
    there.close()
    assert connection.ask() == "200"
    assert curl(region, OTHER, PUBLIC) == "curl 7"


def test_an_endpoint_that_goes_cuts_its_own_connections_alone(region: EdgeRegion, connection: OpenConnection) -> None:
    region.daemon.remove(rows.sts_interface())
    assert curl(region, STS, "sts.us-east-1.amazonaws.com") == "curl 7"
    assert connection.ask() == "200"
    region.daemon.remove(IN_ONE_ZONE)
    assert connection.ask() in CUT
    assert curl(region, ONE, PUBLIC) == "curl 7"
    region.daemon.put(IN_ONE_ZONE)
    assert curl(region, ONE, PUBLIC) == "AccessDenied"


def test_a_second_daemon_disturbs_nothing_that_is_equal(region: EdgeRegion, connection: OpenConnection) -> None:
    kept = region.daemon.rows()
    region.daemon.die()
    assert connection.ask() == "200"
    region.daemon = Daemon(region.backend)
    region.daemon.put(*kept)
    region.daemon.connect(*region.worker_sockets)
    assert connection.ask() == "200"


def test_a_policy_governs_the_next_request_of_an_open_connection(
    region: EdgeRegion, connection: OpenConnection
) -> None:
    nothing = {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}
    region.daemon.put(rows.s3_interface(json.dumps(nothing), ONE))
    assert connection.ask() == "403"
    region.daemon.put(IN_ONE_ZONE)
    assert connection.ask() == "200"
