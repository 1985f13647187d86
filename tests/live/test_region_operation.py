"""A region that is watched: its metrics as Prometheus reads them, whether it is ready, and what its logs hold."""

from __future__ import annotations

import json
import os
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from support.live_region import LiveRegion, live_region
from support.waiting import wait_until

pytestmark = pytest.mark.live

Numbers = dict[str, dict[tuple[str, ...], float]]


@pytest.fixture(scope="module")
def region() -> Iterator[LiveRegion]:
    with live_region(started=False) as found:
        found.up("--log-format", "json", "--log-level", "debug")
        yield found


def answer(region: LiveRegion, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{region.port}/_skywalk/{path}", timeout=60) as found:
            return found.status, found.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def numbers(region: LiveRegion) -> Numbers:
    status, text = answer(region, "metrics")
    assert status == 200, text
    found: Numbers = {}
    for sample in (sample for family in text_string_to_metric_families(text) for sample in family.samples):
        found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def test_what_the_region_does_is_counted(region: LiveRegion) -> None:
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    region.endpoint(vpc, region.table(vpc, subnet))
    profile = region.profile("watched", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    instance = region.instance(subnet, IamInstanceProfile=profile)
    region.bucket("watched")
    assert region.call(instance, "s3", "put_object", Bucket="watched", Key="a", Body="a").status == 200
    assert region.get(instance, "https://watched.s3.us-east-1.amazonaws.com/a").status == 403
    region.wait()
    found: Numbers = {}

    def is_told_by_all() -> bool:
        """What a process counts is left out where it does not tell within a second."""
        found.update(numbers(region))
        of_edge, of_resolver = found["skywalk_edge_requests_total"], found["skywalk_resolver_queries_total"]
        return ("edge 0", "s3", "denied", "403") in of_edge and ("NOERROR",) in of_resolver

    wait_until(is_told_by_all)
    assert found["skywalk_api_requests_total"]["ec2", "CreateVpc", "OK"] == 1
    assert found["skywalk_api_request_duration_seconds_count"]["ec2", "RunInstances"] == 1
    assert found["skywalk_resources"]["Instance",] == 1
    assert found["skywalk_vpcs"] == {("converged",): 2, ("pending",): 0, ("failed",): 0}
    assert found["skywalk_edge_requests_total"]["edge 0", "s3", "forwarded", "200"] >= 1
    assert found["skywalk_edge_requests_total"]["edge 0", "s3", "denied", "403"] == 1
    assert found["skywalk_edge_requests_total"]["daemon", "s3", "forwarded", "200"] >= 1
    assert found["skywalk_resolver_queries_total"]["NOERROR",] >= 1
    assert found["skywalk_store_commit_duration_seconds_count"][()] >= 5
    assert found["skywalk_apply_duration_seconds_count"][()] >= 1
    assert found["skywalk_backend_up"] == {("s3",): 1, ("dynamodb",): 0, ("modelled",): 0}
    memory = found["skywalk_process_resident_memory_bytes"]
    assert memory.keys() == {("daemon",), ("resolver",), ("edge 0",), ("backend s3",)}
    assert all(10 << 20 < size < 1 << 30 for size in memory.values())


def test_a_worker_that_is_gone_is_told_until_it_is_back(region: LiveRegion) -> None:
    region.wait()
    assert answer(region, "ready") == (200, '{"ready": true, "reasons": []}\n')
    before = numbers(region)["skywalk_process_restarts_total"]["edge 0",]
    (edge,) = region.processes("skywalk.edge.worker")
    os.kill(edge, signal.SIGSTOP)
    try:
        status, text = answer(region, "metrics")  # it does not tell in time, and nobody waits for it
        assert (status, 'process="edge 0",service' in text) == (200, False)
    finally:
        os.kill(edge, signal.SIGKILL)
    wait_until(lambda: numbers(region)["skywalk_process_restarts_total"]["edge 0",] == before + 1)
    wait_until(lambda: answer(region, "ready")[0] == 200)
    assert answer(region, "health") == (200, '{"status": "ok"}\n')


def test_no_secret_is_in_any_log(region: LiveRegion) -> None:
    s3, sts, iam = region.client("s3"), region.client("sts"), region.iam
    s3.create_bucket(Bucket="secret-keeper")
    s3.put_object(Bucket="secret-keeper", Key="k", Body=b"body-of-an-object")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "secret-keeper", "Key": "k"})
    assert region.fetch(url).answer == "body-of-an-object"
    assert region.fetch(url[:-4] + "0000").status == 403
    session = sts.get_session_token()["Credentials"]
    iam.create_user(UserName="keeper")
    key = iam.create_access_key(UserName="keeper")["AccessKey"]
    region.run(
        "account",
        "add",
        "222233334444",
        "--access-key-id",
        "AKIAEXAMPLEEXAMPLE77",
        "--secret-access-key",
        "s3cr3t-of-the-other",
    )
    root = region.environment()
    secrets = [
        root["AWS_SECRET_ACCESS_KEY"],
        session["SecretAccessKey"],
        session["SessionToken"],
        key["SecretAccessKey"],
        "s3cr3t-of-the-other",
        "body-of-an-object",
        url.rpartition("=")[2],
        (region.state_dir / "region.key").read_bytes().hex(),
    ]
    logs = [*region.state_dir.glob("*.log*"), *region.state_dir.glob("backends/*/log*")]
    assert len(logs) >= 4
    said = "".join(log.read_text() for log in logs)
    assert [secret for secret in secrets if secret in said] == []
    assert "X-Amz-Signature" not in said
    lines: list[dict[str, Any]] = [json.loads(line) for line in said.splitlines()]
    assert {line["process"] for line in lines} >= {"daemon", "edge 0", "resolver", "backend s3"}
    assert all({"time", "level", "process", "logger", "message"} <= line.keys() for line in lines)
    assert any(line.get("action") == "CreateAccessKey" and line["code"] == "OK" for line in lines)
