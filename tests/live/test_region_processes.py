"""The processes that carry traffic: two edge workers obey together, and one that is killed comes back."""

from __future__ import annotations

import json
import os
import signal

import pytest

from support.live_region import live_region
from support.waiting import wait_until

pytestmark = pytest.mark.live

ANYTHING = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
FRESH_CONNECTIONS = """
import http.client, sys
for _ in sys.stdin:
    found = set()
    for _ in range(8):
        connection = http.client.HTTPConnection("two-workers.s3.us-east-1.amazonaws.com", timeout=2)
        connection.request("GET", "/a.txt")
        found.add(connection.getresponse().status)
        connection.close()
    print(sorted(found))
"""


def test_two_workers_obey_together_and_a_killed_one_comes_back() -> None:
    """Each connection may meet either worker: after a policy change no answer may be the old one's."""
    with live_region(started=False) as region:
        region.state_dir.joinpath("config.toml").write_text("edge_workers = 2\n")
        region.up()
        workers = region.processes("skywalk.edge.worker")
        assert len(workers) == 2
        region.bucket("two-workers", {"Statement": [{**ANYTHING, "Resource": "arn:aws:s3:::two-workers/*"}]})
        region.s3.put_object(Bucket="two-workers", Key="a.txt", Body=b"hello")
        vpc = region.vpc()
        subnet = region.subnet(vpc)
        endpoint = region.endpoint(vpc, region.table(vpc, subnet))
        instance = region.instance(subnet)

        def set_effect(effect: str) -> None:
            policy = json.dumps({"Statement": [{**ANYTHING, "Effect": effect}]})
            region.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PolicyDocument=policy)

        with region.start(instance, FRESH_CONNECTIONS) as program:
            for effect, expected in [("Deny", "[403]"), ("Allow", "[200]")] * 5:
                set_effect(effect)
                program.say()
                assert program.hear() == expected

            os.kill(workers[0], signal.SIGKILL)
            wait_until(lambda: len(set(region.processes("skywalk.edge.worker")) - {workers[0]}) == 2, 20)
            wait_until(lambda: region.status()["converged"], 20)
            set_effect("Deny")
            program.say()
            assert program.hear() == "[403]"

            local = region.processes("skywalk.local_services")
            os.kill(local[0], signal.SIGKILL)
            wait_until(lambda: set(region.processes("skywalk.local_services")) - set(local), 20)
            wait_until(lambda: region.status()["converged"], 20)
            set_effect("Allow")
            program.say()
            assert program.hear() == "[200]"
