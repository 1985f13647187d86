"""The status for people."""

from __future__ import annotations

from typing import Any

from skywalk.cli.status import render_status

STATUS: dict[str, Any] = {
    "running": True,
    "region": "us-east-1",
    "endpoint_url": "http://127.0.0.1:4599",
    "state_dir": "/var/lib/skywalk",
    "pid": 71,
    "converged": True,
    "revision": 12,
    "behind": [],
    "failures": {},
    "processes": {"resolver": True, "edge 0": True},
    "silent": [],
    "troubles": {},
    "resources": {"accounts": 1, "VPCs": 2, "instances": 3, "endpoints": 0},
}


def test_a_region_at_rest() -> None:
    assert render_status(STATUS).splitlines() == [
        "region      us-east-1 at http://127.0.0.1:4599",
        "state       /var/lib/skywalk (daemon 71)",
        "converged   yes, revision 12",
        "resolver    runs",
        "edge 0      runs",
        "resources   accounts 1, VPCs 2, instances 3, endpoints 0",
    ]


def test_a_region_that_ends_says_so() -> None:
    assert render_status(STATUS | {"ending": True}).splitlines()[2] == "ending      it is being taken down"


def test_what_is_not_right_is_named() -> None:
    ill = STATUS | {
        "converged": False,
        "behind": ["vpc-1"],
        "failures": {"i-1": "its init did not start"},
        "processes": {"resolver": False},
    }
    lines = render_status(ill).splitlines()
    assert "converged   not yet, revision 12" in lines
    assert "behind      vpc-1" in lines
    assert "failing     i-1: its init did not start" in lines
    assert "resolver    starting" in lines


def test_failures_are_told_one_in_a_line_and_not_without_end() -> None:
    texts = [f"vpce-{number:02}: edge: port 443: in use" for number in range(12)]
    ill = STATUS | {"failures": {"vpc-1": "; ".join(texts)}, "failing": {"vpc-1": texts}}
    lines = render_status(ill).splitlines()
    start = lines.index("failing     vpc-1:")
    assert lines[start + 1] == "            vpce-00: edge: port 443: in use"
    assert lines[start + 10 : start + 13] == [
        "            vpce-09: edge: port 443: in use",
        "            and 2 more; all by: skywalk status --json",
        "resolver    runs",
    ]


def test_lines_keep_within_the_terminal() -> None:
    text = "vpce-0123456789abcdef0: edge: 10.0.1.147 port 443: Address already in use; 10.0.1.147 port 80: in use"
    lines = render_status(STATUS | {"failures": {"vpc-0123456789abcdef0": text}}, width=80).splitlines()
    assert lines[3:6] == [
        "failing     vpc-0123456789abcdef0: vpce-0123456789abcdef0: edge: 10.0.1.147 port",
        "              443: Address already in use; 10.0.1.147 port 80: in use",
        "resolver    runs",
    ]


def test_what_does_not_answer_and_what_the_daemon_lacks_are_named() -> None:
    ill = STATUS | {"silent": ["edge 0", "backend s3"], "troubles": {"store": "database or disk is full"}}
    assert render_status(ill).splitlines()[3:7] == [
        "store       database or disk is full",
        "resolver    runs",
        "edge 0      does not answer; killed and started again if that goes on",
        "backend s3  does not answer; killed and started again if that goes on",
    ]
