"""Requests through endpoints are in `skywalk log`, and `skywalk policy replay` tells the truth about them."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.live_region import LiveRegion, live_region
from support.waiting import wait_until

pytestmark = pytest.mark.live

ACCOUNT = "123456789012"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
ANYBODY = {**EVERYTHING, "Principal": "*"}
ONLY_TEXTS = {
    "Statement": [
        {
            "Sid": "OnlyTexts",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::logged/*.txt",
        }
    ]
}


@dataclass
class Home:
    """A region of its own, with a VPC that has a gateway endpoint for S3 and interface endpoints, and an instance."""

    region: LiveRegion
    instance: str
    s3: str
    sqs: str
    sts: str

    @property
    def session(self) -> str:
        return f"arn:aws:sts::{ACCOUNT}:assumed-role/logged/{self.instance}"

    def log(self, *options: str) -> list[dict[str, Any]]:
        said = self.region.run("log", "--json", *options).stdout
        return [json.loads(line) for line in said.splitlines()]

    def event(self, holds: Callable[[dict[str, Any]], bool], *options: str) -> dict[str, Any]:
        """The one event of which this holds, once it is in the log."""
        wait_until(lambda: any(holds(event) for event in self.log(*options)))
        (found,) = (event for event in self.log(*options) if holds(event))
        return found

    def replay(self, policy: Mapping[str, Any], endpoint: str = "") -> tuple[int, list[dict[str, Any]]]:
        done = self.region.run(
            *("policy", "replay", "--json", "--endpoint", endpoint or self.s3, "-"),
            input=json.dumps(policy),
            check=False,
        )
        assert not done.stderr, done.stderr
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    def set_policy(self, policy: Mapping[str, Any]) -> None:
        self.region.ec2.modify_vpc_endpoint(VpcEndpointId=self.s3, PolicyDocument=json.dumps(policy))

    def get(self, key: str) -> int | None:
        return self.region.call(self.instance, "s3", "get_object", Bucket="logged", Key=key).status


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    with live_region() as region:
        vpc = region.vpc()
        region.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        subnet = region.subnet(vpc)
        s3 = region.endpoint(vpc, region.table(vpc, subnet))
        group = region.ec2.create_security_group(VpcId=vpc, GroupName="all", Description="all")["GroupId"]
        rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
        region.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
        made = {}
        for service in ("sqs", "sts"):
            made[service] = region.ec2.create_vpc_endpoint(
                VpcId=vpc,
                VpcEndpointType="Interface",
                ServiceName=f"com.amazonaws.us-east-1.{service}",
                SubnetIds=[subnet],
                SecurityGroupIds=[group],
            )["VpcEndpoint"]["VpcEndpointId"]
        instance = region.instance(subnet, IamInstanceProfile=region.profile("logged", EVERYTHING))
        region.bucket("logged")
        for key in ("a.txt", "b.txt", "c.bin"):
            region.s3.put_object(Bucket="logged", Key=key, Body=b"hello")
        yield Home(region, instance, s3, **made)


def test_requests_through_a_gateway_endpoint(home: Home) -> None:
    assert home.get("a.txt") == 200
    event = home.event(
        lambda event: event.get("resources") == [{"ARN": "arn:aws:s3:::logged/a.txt", "accountId": ACCOUNT}]
    )
    assert (event["eventSource"], event["eventName"]) == ("s3.amazonaws.com", "GetObject")
    assert (event["eventType"], event["eventCategory"]) == ("AwsVpceEvent", "NetworkActivity")
    assert (event["vpcEndpointId"], event["vpcEndpointAccountId"], event["awsRegion"]) == (
        home.s3,
        ACCOUNT,
        "us-east-1",
    )
    assert event["userIdentity"]["arn"] == home.session
    assert event["sourceIPAddress"].startswith("10.0.1.")
    assert event["userAgent"].startswith("Boto3/")
    assert "errorCode" not in event
    assert event["additionalEventData"]["verdict"] == "allowed"
    assert event["additionalEventData"]["by"] == "identity_policies"
    home.set_policy({"Statement": [ANYBODY, {**ANYBODY, "Sid": "NoPut", "Effect": "Deny", "Action": "s3:PutObject"}]})
    put = home.region.call(home.instance, "s3", "put_object", Bucket="logged", Key="new.txt", Body="no")
    home.region.ec2.modify_vpc_endpoint(VpcEndpointId=home.s3, ResetPolicy=True)
    denied = home.event(lambda event: event["eventName"] == "PutObject", "--endpoint", home.s3, "--denied")
    assert (denied["errorCode"], denied["errorMessage"]) == ("VpceAccessDenied", put.message)
    told = denied["additionalEventData"]
    assert (told["verdict"], told["by"], told["statement"]) == ("denied", "endpoint_policy", "NoPut")
    assert told["questions"][0][0]["otherwise"]["verdict"] == "allowed"
    table = home.region.run("log", "--endpoint", home.s3, "--denied", "-n", "1").stdout
    assert table.split()[1:] == [
        *(f"{ACCOUNT}:assumed-role/logged/{home.instance}", "s3:PutObject", "arn:aws:s3:::logged/new.txt"),
        *("denied", "by", "endpoint", "policy", "(NoPut)"),
    ]


def test_requests_through_interface_endpoints_and_to_the_api_s_own_services(home: Home) -> None:
    made = home.region.call(home.instance, "sqs", "create_queue", QueueName="logged")
    assert made.status == 200, made
    event = home.event(lambda event: event["eventName"] == "CreateQueue", "--endpoint", home.sqs)
    assert event["resources"] == [{"ARN": f"arn:aws:sqs:us-east-1:{ACCOUNT}:logged", "accountId": ACCOUNT}]
    assert event["requestID"] == made.answer["ResponseMetadata"]["RequestId"]
    asked = home.region.call(home.instance, "sts", "get_caller_identity")
    assert asked.status == 200, asked
    event = home.event(lambda event: event["eventName"] == "GetCallerIdentity", "--endpoint", home.sts)
    assert event["requestID"] == asked.answer["ResponseMetadata"]["RequestId"]
    assert (event["eventSource"], event["userIdentity"]["arn"]) == ("sts.amazonaws.com", home.session)
    refused = home.region.call(
        home.instance, "sts", "assume_role", RoleArn=f"arn:aws:iam::{ACCOUNT}:role/logged", RoleSessionName="again"
    )
    assert refused.code == "AccessDenied"
    event = home.event(lambda event: event["eventName"] == "AssumeRole", "--endpoint", home.sts, "--denied")
    assert event["errorCode"] == "AccessDenied"


def test_what_is_refused_before_any_policy_is_asked(home: Home) -> None:
    program = (
        "import boto3, botocore\n"
        "s3 = boto3.client('s3', aws_access_key_id='AKIAIOSFODNN7EXAMPLE', aws_secret_access_key='wrong')\n"
        "try: s3.get_object(Bucket='logged', Key='unproven')\n"
        "except botocore.exceptions.ClientError as error: print(error.response['Error']['Code'])\n"
    )
    assert home.region.python(home.instance, program).strip() == "InvalidAccessKeyId"
    event = home.event(lambda event: event.get("errorCode") == "InvalidAccessKeyId", "--denied")
    assert event["userIdentity"] == {"type": "Unknown"}
    assert (event["additionalEventData"]["verdict"], event["eventName"]) == ("undecided", "GetObject")
    text = "\n".join(path.read_text() for path in (home.region.state_dir / "access-log").rglob("*.jsonl"))
    assert "Signature=" not in text
    assert "X-Amz-Security-Token" not in text


def test_a_replay_tells_what_a_policy_would_change(home: Home) -> None:
    home.set_policy({"Statement": [ANYBODY, {**ANYBODY, "Effect": "Deny", "Resource": "arn:aws:s3:::logged/b.txt"}]})
    before = {key: home.get(key) for key in ("a.txt", "b.txt", "c.bin")}
    assert before == {"a.txt": 200, "b.txt": 403, "c.bin": 200}
    home.event(lambda event: event["additionalEventData"].get("by") == "endpoint_policy" and "b.txt" in str(event))
    wait_until(lambda: any("c.bin" in str(event) for event in home.log("--endpoint", home.s3)))
    status, changes = home.replay(ONLY_TEXTS)
    assert status == 3
    told = {
        (change["was"], change["would_be"], change["resource"].rpartition("/")[2], change["statement"])
        for change in changes
        if change["action"] == "s3:GetObject"
    }
    assert told == {("denied", "allowed", "b.txt", "OnlyTexts"), ("allowed", "denied", "c.bin", None)}
    assert {change["principal"] for change in changes} == {home.session}
    home.set_policy(ONLY_TEXTS)
    assert {key: home.get(key) for key in before} == {"a.txt": 200, "b.txt": 200, "c.bin": 403}
    home.region.ec2.modify_vpc_endpoint(VpcEndpointId=home.s3, ResetPolicy=True)
    assert home.replay({"Statement": [ANYBODY]}, home.sqs) == (0, [])


def test_refused_replays(home: Home, tmp_path: Path) -> None:
    policy = tmp_path / "new.json"
    policy.write_text(json.dumps({"Statement": [{**ANYBODY, "Effect": "Maybe"}]}))
    bad = home.region.run("policy", "replay", "--endpoint", home.s3, str(policy), check=False)
    assert bad.returncode == 1
    assert "Statement[0].Effect" in bad.stderr
    policy.write_text(json.dumps(ONLY_TEXTS))
    unknown = home.region.run("policy", "replay", "--endpoint", "vpce-0123456789abcdef0", str(policy), check=False)
    assert unknown.returncode == 1
    assert "no request through vpce-0123456789abcdef0 is in the access log" in unknown.stderr


def test_following_until_interrupted(home: Home) -> None:
    command = home.region.command("log", "--json", "--follow", "-n", "0", "--endpoint", home.s3)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=home.region.process_environment
    ) as following:
        output = following.stdout
        assert output is not None
        # Until it has begun to follow, what is asked is none of what it is to tell.
        wait_until(lambda: home.get("a.txt") == 200 and select.select([output], [], [], 0.5)[0])
        assert json.loads(output.readline())["eventName"] == "GetObject"
        following.send_signal(signal.SIGINT)
        assert following.wait(60) == 130
        assert following.stderr is not None
        assert "Traceback" not in following.stderr.read()


def test_a_killed_worker_leaves_a_log_that_can_be_read_and_goes_on(home: Home) -> None:
    assert home.get("a.txt") == 200
    (worker,) = home.region.processes("skywalk.edge.worker")
    os.kill(worker, signal.SIGKILL)
    (file,) = (home.region.state_dir / "access-log" / home.s3).glob("edge-0.jsonl")
    with file.open("a") as torn:
        torn.write('{"as":0,"time":17')
    wait_until(lambda: home.region.processes("skywalk.edge.worker") not in ([], [worker]))
    wait_until(lambda: home.get("b.txt") == 200)
    b_txt = "arn:aws:s3:::logged/b.txt"
    wait_until(lambda: home.log("--endpoint", home.s3)[-1]["resources"][0]["ARN"] == b_txt)


def test_the_log_needs_no_daemon_and_goes_with_reset(home: Home) -> None:
    for _ in range(11):
        assert home.get("a.txt") == 200
    wait_until(lambda: len(home.log()) > 10)
    known = len(home.log())
    home.region.end_callers()
    home.region.run("down")
    assert len(home.log()) >= known
    folder = home.region.state_dir / "access-log"
    assert {path.stat().st_mode & 0o777 for path in (folder, *folder.iterdir())} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in folder.glob("*/*")} == {0o600}
    home.region.run("reset")
    assert not folder.exists()
