"""The processes that carry traffic: two edge workers obey together, and one that is killed comes back."""

from __future__ import annotations

import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.live_region import S3, live_region
from support.waiting import wait_until

pytestmark = pytest.mark.live

ANYTHING = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
FRESH_CONNECTIONS = """
import http.client, sys
for _ in sys.stdin:
    found = set()
    for _ in range(8):
        connection = http.client.HTTPConnection(HOST, timeout=60)
        connection.request("GET", "/a.txt")
        found.add(connection.getresponse().status)
        connection.close()
    print(sorted(found))
"""


@pytest.mark.parametrize("kind", ["Gateway", "Interface"])
def test_two_workers_obey_together_and_a_killed_one_comes_back(kind: str) -> None:
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
        if kind == "Gateway":
            endpoint, host = region.endpoint(vpc, region.table(vpc, subnet)), "two-workers.s3.us-east-1.amazonaws.com"
        else:
            made = region.ec2.create_vpc_endpoint(
                VpcId=vpc, VpcEndpointType=kind, ServiceName=S3, SubnetIds=[subnet], PrivateDnsEnabled=False
            )["VpcEndpoint"]
            endpoint, host = made["VpcEndpointId"], made["DnsEntries"][0]["DnsName"].replace("*", "two-workers.bucket")
        instance = region.instance(subnet)

        def set_effect(effect: str) -> None:
            policy = json.dumps({"Statement": [{**ANYTHING, "Effect": effect}]})
            region.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PolicyDocument=policy)

        with region.start(instance, FRESH_CONNECTIONS.replace("HOST", repr(host))) as program:
            for effect, expected in [("Deny", "[403]"), ("Allow", "[200]")] * 5:
                set_effect(effect)
                program.say()
                assert program.hear() == expected

            os.kill(workers[0], signal.SIGKILL)
            wait_until(lambda: len(set(region.processes("skywalk.edge.worker")) - {workers[0]}) == 2)
            wait_until(lambda: region.status()["converged"])
            set_effect("Deny")
            program.say()
            assert program.hear() == "[403]"

            local = region.processes("skywalk.local_services")
            os.kill(local[0], signal.SIGKILL)
            wait_until(lambda: set(region.processes("skywalk.local_services")) - set(local))
            wait_until(lambda: region.status()["converged"])
            set_effect("Allow")
            program.say()
            assert program.hear() == "[200]"


def test_processes_that_somebody_stopped_are_replaced_and_all_goes_on() -> None:
    with live_region() as region:
        vpc = region.vpc()
        subnet = region.subnet(vpc)
        profile = region.profile("reader", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
        instance = region.instance(subnet, IamInstanceProfile=profile)
        region.endpoint(vpc, region.table(vpc, subnet))
        region.bucket("shelf")
        assert region.call(instance, "s3", "put_object", Bucket="shelf", Key="a", Body="b").status == 200
        modules = {
            "edge 0": "skywalk.edge.worker",
            "resolver": "skywalk.local_services",
            "backend s3": "skywalk.backends.moto_server",
        }
        former = {name: region.processes(module)[0] for name, module in modules.items()}
        for pid in former.values():
            os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: set(region.status()["silent"]) == set(former))
        with ThreadPoolExecutor() as both:  # before they are replaced
            telling = both.submit(region.run, "status")
            examining = both.submit(region.run, "doctor", "--port", str(region.port), check=False)
        told, examined = telling.result().stdout, examining.result()
        assert all(f"{name:<11} does not answer" in told for name in former)
        assert examined.returncode == 1
        assert "edge 0        does not answer" in examined.stdout
        wait_until(lambda: not any(pid in region.processes("skywalk.") for pid in former.values()))
        wait_until(lambda: region.status()["ready"])
        status = region.status()
        assert {name: count for name, count in status["killed"].items() if count} == dict.fromkeys(former, 1)
        assert status["restarts"] == {"edge 0": 1, "resolver": 1}
        log = (region.state_dir / "skywalk.log").read_text()
        assert "edge 0 has not answered for 20 seconds; it is killed and started again" in log
        metrics = str(region.fetch(f"http://127.0.0.1:{region.port}/_skywalk/metrics").answer)
        assert 'skywalk_process_killed_total{process="edge 0"} 1' in metrics

        def reads() -> bool:
            found = region.call(instance, "s3", "get_object", Bucket="shelf", Key="a")
            return found.answer is not None and found.answer["Body"] == "b"

        wait_until(reads)
        assert region.processes("skywalk.edge.worker") != [former["edge 0"]]


def test_a_daemon_that_was_stopped_itself_blames_nobody() -> None:
    """As a machine that was suspended: the others were stopped for longer, and answer when all go on."""
    with live_region() as region:
        daemon, (worker,) = region.status()["pid"], region.processes("skywalk.edge.worker")
        for pid in (daemon, worker):
            os.kill(pid, signal.SIGSTOP)
        time.sleep(25)  # longer than any process may be silent
        for pid in (daemon, worker):
            os.kill(pid, signal.SIGCONT)
        wait_until(lambda: region.status()["ready"])
        assert region.processes("skywalk.edge.worker") == [worker]
        assert set(region.status()["killed"].values()) == {0}
