"""Services at interface endpoints, used by stock clients in a subnet from which nothing else can be reached: boto3, the
AWS CLI and the JavaScript SDK, by the services' ordinary names and by the endpoints' own."""

from __future__ import annotations

import base64
import io
import json
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.client_installations import NODE, install_javascript
from support.live_region import ROOT, SILENT_FOR, LiveRegion

pytestmark = pytest.mark.live

CLIENTS = ("boto3", "cli", "javascript")
BY_PRIVATE_DNS = (
    "monitoring", "cloudformation", "ec2", "elasticloadbalancing", "sns", "sqs", "sts", "kms", "secretsmanager", "ssm",
    "logs", "ecr.api", "lambda", "s3",
)  # fmt: skip
READ_BACK = {
    "cloudformation": "AWS::SQS::Queue",
    "dynamodb": "stored",
    "ec2": "tagged",
    "ecr.api": "",
    "kms": "plain",
    "lambda": "main.handle",
    "logs": ["it rains"],
    "monitoring": 2.5,
    "s3": "an object",
    "secretsmanager": "hush",
    "sns": "published",
    "sqs": "sent",
    "ssm": "7",
    "sts": "client-services",
}
NOT_FOR_THE_ROLE = {
    "cloudformation": ("DeleteStack", "AccessDenied"),
    "dynamodb": ("DeleteTable", "AccessDeniedException"),
    "ec2": ("DeleteVpc", "UnauthorizedOperation"),
    "ecr.api": ("DeleteRepository", "AccessDeniedException"),
    "kms": ("DisableKey", "AccessDeniedException"),
    "lambda": ("DeleteFunction", "AccessDeniedException"),
    "logs": ("DeleteLogGroup", "AccessDeniedException"),
    "monitoring": ("DeleteAlarms", "AccessDenied"),
    "s3": ("DeleteObject", "AccessDenied"),
    "secretsmanager": ("DeleteSecret", "AccessDeniedException"),
    "sns": ("DeleteTopic", "AuthorizationError"),
    "sqs": ("DeleteQueue", "AccessDenied"),
    "ssm": ("DeleteParameter", "AccessDeniedException"),
    "sts": ("AssumeRole", "AccessDenied"),
}
"""The operation that it tries all the same, and the code of AWS's refusal."""
ACTION_PREFIXES = {"ecr.api": "ecr", "monitoring": "cloudwatch"}
NOT_DONE = {
    "cloudformation": "AWS::EC2::VPC, whose service lives elsewhere",
    "ecr.api": "there is no registry to push images to or pull them from",
    "lambda": "does not do Invoke: functions are not run",
}
"""What nobody does here, and how that is said."""
S3_S_NAMES: dict[str, Any] = {"DnsOptions": {"PrivateDnsOnlyForInboundResolverEndpoint": False}}
"""Without a gateway endpoint, private DNS is for the VPC itself."""


@dataclass
class Network:
    """A VPC with one subnet, an instance in it, and an interface endpoint for each service."""

    region: LiveRegion
    programs: Path
    vpc: str
    instance: str
    endpoints: dict[str, Any]
    has_private_dns: bool = True

    @property
    def role(self) -> str:
        return f"arn:aws:iam::{self.region.account_id}:role/client-services"

    def set_private_dns(self, value: bool) -> None:
        if value != self.has_private_dns:
            for service in BY_PRIVATE_DNS:
                options = S3_S_NAMES if value and service == "s3" else {}
                endpoint_id = self.endpoints[service]["VpcEndpointId"]
                self.region.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_id, PrivateDnsEnabled=value, **options)
            self.region.wait()
        self.has_private_dns = value

    def url(self, service: str) -> str:
        """By an endpoint's own name; S3's has a label in front of it."""
        name = str(self.endpoints[service]["DnsEntries"][0]["DnsName"])
        return f"https://{name.replace('*.', 'bucket.')}"

    def use(self, client: str, prefix: str, urls: dict[str, str]) -> dict[str, dict[str, Any]]:
        """What all services come to, by a program of one client inside the instance."""
        command = {
            "boto3": (sys.executable, str(ROOT / "tests/clients/boto3/services.py")),
            "cli": (sys.executable, str(ROOT / "tests/clients/aws_cli/services.py")),
            "javascript": (str(NODE), str(self.programs / "services.mjs")),
        }[client]
        # Without the first, Python's clients call S3 in us-east-1 by its legacy global name, which is never private.
        settings = ("env", "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT=regional", "AWS_MAX_ATTEMPTS=1")
        done = self.region.exec(
            self.instance, *settings, *command, prefix, json.dumps(urls), self.vpc, self.role, zipped()
        )
        assert done.returncode == 0, done.stderr
        told: dict[str, dict[str, Any]] = json.loads(done.stdout)
        return told


def zipped() -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("main.py", "def handle(event, context):\n    return event\n")
    return base64.b64encode(packed.getvalue()).decode()


@pytest.fixture(scope="module")
def network(region: LiveRegion, tmp_path_factory: pytest.TempPathFactory) -> Network:
    programs = install_javascript(tmp_path_factory.mktemp("clients"))
    vpc = region.vpc("10.42.0.0/16")
    region.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnet = region.subnet(vpc, "10.42.1.0/24")
    group = region.ec2.create_security_group(VpcId=vpc, GroupName="endpoints", Description="endpoints")["GroupId"]
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.42.0.0/16"}]}
    region.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[https])
    denied = [f"{ACTION_PREFIXES.get(service, service)}:{name}" for service, (name, _) in NOT_FOR_THE_ROLE.items()]
    profile = region.profile(
        "client-services",
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": denied, "Resource": "*"},
    )
    endpoints = {}
    for service in (*BY_PRIVATE_DNS, "dynamodb"):
        # Of DynamoDB's name there is no private form: its ordinary name leads through a gateway endpoint.
        options = S3_S_NAMES if service == "s3" else {}
        endpoints[service] = region.ec2.create_vpc_endpoint(
            VpcId=vpc,
            VpcEndpointType="Interface",
            ServiceName=f"com.amazonaws.us-east-1.{service}",
            SubnetIds=[subnet],
            SecurityGroupIds=[group],
            PrivateDnsEnabled=service in BY_PRIVATE_DNS,
            **options,
        )["VpcEndpoint"]
    region.ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName="com.amazonaws.us-east-1.dynamodb", RouteTableIds=[region.table(vpc, subnet)]
    )
    instance = region.instance(subnet, IamInstanceProfile=profile)
    return Network(region, programs, vpc, instance, endpoints)


def check(told: dict[str, dict[str, Any]], *, has_status: bool) -> None:
    assert {service: found["read"] for service, found in told.items() if "read" in found} == READ_BACK
    refused = {service: found["refused"] for service, found in told.items()}
    codes = {service: answer.get("code", answer) for service, answer in refused.items()}
    assert codes == {service: code for service, (_, code) in NOT_FOR_THE_ROLE.items()} | {
        "elasticloadbalancing": "InvalidAction"
    }
    for service, (name, _) in NOT_FOR_THE_ROLE.items():
        if service != "ec2":  # whose refusals name no action in plain words
            action = f"{ACTION_PREFIXES.get(service, service)}:{name}"
            assert action.lower() in refused[service]["message"].lower()  # SQS and SNS write theirs otherwise
    not_done = {service: found["not done"] for service, found in told.items() if "not done" in found}
    assert not_done.keys() == NOT_DONE.keys()
    for service, answer in not_done.items():
        assert NOT_DONE[service] in answer["message"], answer
        assert not has_status or answer["status"] == 503


@pytest.mark.parametrize("client", CLIENTS)
def test_every_service_by_its_ordinary_name(network: Network, client: str) -> None:
    network.set_private_dns(True)
    check(network.use(client, f"{client}-ordinary", {}), has_status=client != "cli")


@pytest.mark.parametrize("client", CLIENTS)
def test_every_service_by_its_endpoint_s_own_name(network: Network, client: str) -> None:
    network.set_private_dns(False)
    urls = {service: network.url(service) for service in network.endpoints}
    check(network.use(client, f"{client}-own", urls), has_status=client != "cli")


def test_ordinary_names_lead_nowhere_without_private_dns(network: Network) -> None:
    network.set_private_dns(False)
    for service in ("monitoring", "sqs"):
        outcome = network.region.get(network.instance, f"https://{service}.us-east-1.amazonaws.com/", SILENT_FOR)
        assert "timed out" in str(outcome.network).lower(), outcome


def test_legacy_names_are_never_private(network: Network) -> None:
    """Version 1 of the AWS CLI, unless it is told otherwise, calls one."""
    network.set_private_dns(True)
    legacy = ("aws", "sqs", "list-queues", "--region", "us-east-1", "--cli-connect-timeout", "1")
    done = network.region.exec(network.instance, "env", "AWS_MAX_ATTEMPTS=1", *legacy)
    assert 'Connect timeout on endpoint URL: "https://queue.amazonaws.com/"' in done.stderr, done


def test_legacy_names_are_served_in_public(region: LiveRegion, network: Network) -> None:
    vpc = region.vpc("10.43.0.0/16")
    subnet = region.subnet(vpc, "10.43.1.0/24")
    region.internet_gateway(vpc, region.table(vpc, subnet))
    profile = {"Name": network.role.rpartition("/")[2]}
    instance = region.instance(subnet, public=True, IamInstanceProfile=profile)
    words = ("aws", "sqs", "create-queue", "--queue-name", "by-legacy-name", "--output", "text")
    made = region.exec(instance, *words, "--region", "us-east-1", "--debug")
    assert made.stdout.strip().endswith(f"/{region.account_id}/by-legacy-name"), made.stderr[-2000:]
    assert "https://queue.amazonaws.com:443" in made.stderr
    west = region.exec(instance, *words, "--region", "us-west-2", "--debug")
    assert west.stdout.strip().startswith("https://sqs.us-west-2.amazonaws.com/"), west.stderr[-2000:]
    assert "https://us-west-2.queue.amazonaws.com:443" in west.stderr
