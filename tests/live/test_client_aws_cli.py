"""The stock AWS CLI, as a person or a script types it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.live_region import IMAGE, S3, LiveRegion

pytestmark = pytest.mark.live

REFUSED, WRONG_USAGE = 255, 2
"""Exit statuses of the CLI's version 1."""


def aws(region: LiveRegion, *words: str) -> str:
    """What a command prints that succeeds, without the last line's end."""
    done = region.aws(*words)
    assert done.returncode == 0, f"{words}: {done.stderr}"
    return done.stdout.rstrip("\n")


def refusal(region: LiveRegion, *words: str, status: int = REFUSED) -> str:
    done = region.aws(*words)
    assert (done.returncode, done.stdout) == (status, ""), done
    return done.stderr.strip()


@pytest.fixture(scope="module")
def vpc(region: LiveRegion) -> str:
    named = "ResourceType=vpc,Tags=[{Key=Name,Value=typed},{Key=Team,Value=a b}]"
    words = ("create-vpc", "--cidr-block", "10.50.0.0/16", "--tag-specifications", named)
    return aws(region, "ec2", *words, "--query", "Vpc.VpcId", "--output", "text")


def test_a_network_is_made_shown_and_deleted(region: LiveRegion, vpc: str) -> None:
    def made(*words: str, query: str) -> str:
        return aws(region, "ec2", *words, "--query", query, "--output", "text")

    subnet = made(
        "create-subnet", "--vpc-id", vpc, "--cidr-block", "10.50.1.0/24", "--availability-zone", "us-east-1b",
        query="Subnet.SubnetId",
    )  # fmt: skip
    table = made("create-route-table", "--vpc-id", vpc, query="RouteTable.RouteTableId")
    association = made("associate-route-table", "--subnet-id", subnet, "--route-table-id", table, query="AssociationId")
    gateway = made("create-internet-gateway", query="InternetGateway.InternetGatewayId")
    assert aws(region, "ec2", "attach-internet-gateway", "--internet-gateway-id", gateway, "--vpc-id", vpc) == ""
    route = ("--route-table-id", table, "--destination-cidr-block", "0.0.0.0/0")
    assert json.loads(aws(region, "ec2", "create-route", *route, "--gateway-id", gateway)) == {"Return": True}
    endpoint = made(
        "create-vpc-endpoint", "--vpc-id", vpc, "--service-name", S3, "--route-table-ids", table,
        query="VpcEndpoint.[VpcEndpointId,State]",
    )  # fmt: skip
    endpoint_id, state = endpoint.split("\t")
    assert state == "available"

    routes = "RouteTables[].Routes[].[DestinationCidrBlock || DestinationPrefixListId, GatewayId, State]"
    shown = made("describe-route-tables", "--route-table-ids", table, query=routes)
    assert sorted(shown.splitlines()) == [
        f"0.0.0.0/0\t{gateway}\tactive",
        "10.50.0.0/16\tlocal\tactive",
        f"pl-63a5400a\t{endpoint_id}\tactive",
    ]

    aws(region, "ec2", "delete-vpc-endpoints", "--vpc-endpoint-ids", endpoint_id)
    aws(region, "ec2", "disassociate-route-table", "--association-id", association)
    aws(region, "ec2", "delete-subnet", "--subnet-id", subnet)
    assert refusal(region, "ec2", "describe-subnets", "--subnet-ids", subnet) == (
        "An error occurred (InvalidSubnetID.NotFound) when calling the DescribeSubnets operation: "
        f"The subnet ID '{subnet}' does not exist"
    )


def test_an_interface_endpoint_with_a_security_group(region: LiveRegion, vpc: str) -> None:
    subnet = region.subnet(vpc, "10.50.2.0/24")
    named = ("--group-name", "metrics", "--description", "metrics", "--vpc-id", vpc)
    group = aws(region, "ec2", "create-security-group", *named, "--query", "GroupId", "--output", "text")
    made = aws(
        region, "ec2", "create-vpc-endpoint", "--vpc-id", vpc, "--vpc-endpoint-type", "Interface",
        "--service-name", "com.amazonaws.us-east-1.monitoring", "--subnet-ids", subnet, "--security-group-ids", group,
        "--subnet-configurations", f"SubnetId={subnet},Ipv4=10.50.2.50", "--output", "text",
        "--query", "VpcEndpoint.[VpcEndpointId,State,Groups[0].GroupName]",
    )  # fmt: skip
    endpoint, state, name = made.split("\t")
    assert (state, name) == ("pending", "metrics")
    region.wait()
    shown = ("ec2", "describe-vpc-endpoints", "--vpc-endpoint-ids", endpoint, "--output", "text")
    assert aws(region, *shown, "--query", "VpcEndpoints[].State") == "available"
    interfaces = aws(region, *shown, "--query", "VpcEndpoints[].NetworkInterfaceIds[]").split()
    address = ("ec2", "describe-network-interfaces", "--query", "NetworkInterfaces[].[PrivateIpAddress,InterfaceType]")
    told = aws(region, *address, "--network-interface-ids", *interfaces, "--output", "text")
    assert told == "10.50.2.50\tvpc_endpoint"
    assert refusal(region, "ec2", "modify-vpc-endpoint", "--vpc-endpoint-id", endpoint, "--private-dns-enabled") == (
        "An error occurred (InvalidParameter) when calling the ModifyVpcEndpoint operation: Enabling private DNS "
        f"requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for {vpc}"
    )
    services = ("ec2", "describe-vpc-endpoint-services", "--service-names", "com.amazonaws.us-east-1.monitoring")
    names = aws(region, *services, "--query", "ServiceDetails[].PrivateDnsNames[].PrivateDnsName", "--output", "text")
    assert names.split()[0] == "monitoring.us-east-1.amazonaws.com"
    assert json.loads(aws(region, "ec2", "delete-vpc-endpoints", "--vpc-endpoint-ids", endpoint)) == {
        "Unsuccessful": []
    }
    aws(region, "ec2", "delete-security-group", "--group-id", group)
    aws(region, "ec2", "delete-subnet", "--subnet-id", subnet)


def test_output_as_json_text_and_table(region: LiveRegion, vpc: str) -> None:
    words = ("ec2", "describe-vpcs", "--vpc-ids", vpc)
    (shown,) = json.loads(aws(region, *words))["Vpcs"]
    assert (shown["VpcId"], shown["CidrBlock"], shown["IsDefault"]) == (vpc, "10.50.0.0/16", False)
    text = aws(region, *words, "--output", "text").splitlines()
    assert text[0].split("\t")[:2] == ["VPCS", "10.50.0.0/16"]
    assert "TAGS\tTeam\ta b" in text
    table = aws(region, *words, "--output", "table", "--query", "Vpcs[].{Id:VpcId,State:State}")
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if "|" in line]
    assert cells == [["DescribeVpcs"], ["Id", "State"], [vpc, "available"]]


def test_security_groups_by_the_short_options(region: LiveRegion, vpc: str) -> None:
    named = ("--group-name", "typed", "--description", "typed by hand", "--vpc-id", vpc)
    group = aws(region, "ec2", "create-security-group", *named, "--query", "GroupId", "--output", "text")
    rule = ("--group-id", group, "--protocol", "tcp", "--port", "8000-8080", "--cidr", "10.0.0.0/8")
    aws(region, "ec2", "authorize-security-group-ingress", *rule)
    peers = "IpProtocol=tcp,FromPort=443,ToPort=443,PrefixListIds=[{PrefixListId=pl-63a5400a,Description=S3}]"
    aws(region, "ec2", "authorize-security-group-egress", "--group-id", group, "--ip-permissions", peers)
    of_group = f"Name=group-id,Values={group}"
    listed = aws(
        region, "ec2", "describe-security-group-rules", "--filters", of_group, "--output", "text",
        "--query", "sort_by(SecurityGroupRules, &to_string(FromPort))[].[IsEgress,IpProtocol,FromPort,ToPort,"
        "CidrIpv4 || PrefixListId,Description]",
    )  # fmt: skip
    assert listed.splitlines() == [
        "True\t-1\t-1\t-1\t0.0.0.0/0\tNone",
        "True\ttcp\t443\t443\tpl-63a5400a\tS3",
        "False\ttcp\t8000\t8080\t10.0.0.0/8\tNone",
    ]
    again = refusal(region, "ec2", "authorize-security-group-ingress", *rule)
    assert again.startswith("An error occurred (InvalidPermission.Duplicate) when calling the")
    aws(region, "ec2", "revoke-security-group-ingress", *rule)
    assert region.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"] == []


def test_pages_by_size_by_count_and_from_a_token(region: LiveRegion) -> None:
    vpc = region.vpc("10.51.0.0/16")
    made = {region.subnet(vpc, f"10.51.{third}.0/24") for third in range(7)}
    words = ("ec2", "describe-subnets", "--filters", f"Name=vpc-id,Values={vpc}")

    def ids(*more: str) -> tuple[list[str], str | None]:
        answer = json.loads(aws(region, *words, *more))
        return [subnet["SubnetId"] for subnet in answer["Subnets"]], answer.get("NextToken")

    first, token = ids("--max-items", "3")
    assert token is not None
    second, token = ids("--max-items", "3", "--page-size", "5", "--starting-token", token)
    assert token is not None
    third, token = ids("--starting-token", token)
    assert (len(first), len(second), len(third), token) == (3, 3, 1, None)
    assert {*first, *second, *third} == made
    # The service's own page and token, with nothing of the CLI's between.
    page, token = ids("--no-paginate", "--max-results", "5")
    assert len(page) == 5
    assert token is not None
    assert ids("--no-paginate", "--next-token", token)[0] == [*first, *second, *third][5:]


def test_refusals_and_wrong_usage_have_their_exit_statuses(region: LiveRegion, vpc: str) -> None:
    assert refusal(region, "ec2", "create-vpc", "--cidr-block", "10.0.0.0/16", "--dry-run") == (
        "An error occurred (DryRunOperation) when calling the CreateVpc operation: "
        "Request would have succeeded, but DryRun flag is set."
    )
    assert refusal(region, "ec2", "delete-vpc", "--vpc-id", "vpc-12345678") == (
        "An error occurred (InvalidVpcID.NotFound) when calling the DeleteVpc operation: "
        "The vpc ID 'vpc-12345678' does not exist"
    )
    assert refusal(region, "ec2", "create-subnet", "--vpc-id", vpc, "--cidr-block", "10.99.0.0/24") == (
        "An error occurred (InvalidSubnet.Range) when calling the CreateSubnet operation: "
        "The CIDR '10.99.0.0/24' is invalid."
    )
    stranger = {"AWS_SECRET_ACCESS_KEY": "not the secret of that key"}
    done = region.aws("ec2", "describe-vpcs", environment=stranger)
    assert (done.returncode, done.stdout) == (REFUSED, "")
    assert "(SignatureDoesNotMatch)" in done.stderr
    assert "the following arguments are required: --vpc-id" in refusal(region, "ec2", "delete-vpc", status=WRONG_USAGE)


@contextmanager
def waiting(region: LiveRegion, *words: str) -> Iterator[None]:
    """The CLI waits while the block runs, and has met its state when it ends: it polls every 15 seconds."""
    command = [str(region.binaries / "aws"), "ec2", "wait", *words]
    environment = region.process_environment | region.environment()
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield
            said = process.communicate(timeout=180)[1]
        finally:
            process.kill()
    assert (process.returncode, said) == (0, "")


def test_waiters_meet_their_states(region: LiveRegion) -> None:
    vpc = aws(region, "ec2", "create-vpc", "--cidr-block", "10.52.0.0/16", "--query", "Vpc.VpcId", "--output", "text")
    aws(region, "ec2", "wait", "vpc-available", "--vpc-ids", vpc)
    subnet = region.subnet(vpc, "10.52.1.0/24")
    launch = ("--image-id", IMAGE, "--instance-type", "t3.micro", "--count", "2", "--subnet-id", subnet)
    ids = "Instances[].InstanceId"
    one, other = aws(region, "ec2", "run-instances", *launch, "--query", ids, "--output", "text").split()
    with waiting(region, "instance-running", "--instance-ids", one, other):
        state = "Reservations[].Instances[].State.Name"
        words = ("describe-instances", "--instance-ids", one, "--query", state, "--output", "text")
        assert aws(region, "ec2", *words) in ("pending", "running")
    aws(region, "ec2", "wait", "instance-status-ok", "--instance-ids", one)
    aws(region, "ec2", "terminate-instances", "--instance-ids", one, other)
    region.wait()
    aws(region, "ec2", "wait", "instance-terminated", "--instance-ids", one, other)
    failed = refusal(region, "ec2", "wait", "instance-running", "--instance-ids", one)
    assert "Waiter InstanceRunning failed: Waiter encountered a terminal failure state" in failed


def test_input_from_a_file(region: LiveRegion, vpc: str, tmp_path: Path) -> None:
    request: dict[str, Any] = {
        "VpcId": vpc,
        "CidrBlock": "10.50.77.0/24",
        "TagSpecifications": [{"ResourceType": "subnet", "Tags": [{"Key": "Name", "Value": "Zürich, 東京"}]}],
    }
    (tmp_path / "request.json").write_text(json.dumps(request))
    made = json.loads(aws(region, "ec2", "create-subnet", "--cli-input-json", f"file://{tmp_path}/request.json"))
    assert made["Subnet"]["Tags"] == [{"Key": "Name", "Value": "Zürich, 東京"}]
    subnet = made["Subnet"]["SubnetId"]
    found = "Name=tag:Name,Values=Zürich*"
    words = ("describe-subnets", "--filters", found, "--query", "Subnets[].SubnetId", "--output", "text")
    assert aws(region, "ec2", *words) == subnet
    aws(region, "ec2", "create-tags", "--resources", subnet, "--tags", "Key=Stage,Value=test", "Key=Name,Value=")
    tags = ("describe-tags", "--filters", f"Name=resource-id,Values={subnet}", "--query", "Tags[].[Key,Value]")
    assert json.loads(aws(region, "ec2", *tags)) == [["Name", ""], ["Stage", "test"]]


def test_roles_by_the_cli(region: LiveRegion, tmp_path: Path) -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": region.account_id}, "Action": "sts:AssumeRole"}],
    }
    (tmp_path / "trust.json").write_text(json.dumps(trust))
    document = f"file://{tmp_path}/trust.json"
    words = ("create-role", "--role-name", "typed", "--assume-role-policy-document", document)
    arn = aws(region, "iam", *words, "--query", "Role.Arn", "--output", "text")
    aws(region, "iam", "wait", "role-exists", "--role-name", "typed")
    shown = json.loads(aws(region, "iam", "get-role", "--role-name", "typed"))
    assert shown["Role"]["AssumeRolePolicyDocument"] == trust
    session = ("assume-role", "--role-arn", arn, "--role-session-name", "me", "--query", "AssumedRoleUser.Arn")
    assert aws(region, "sts", *session, "--output", "text") == f"arn:aws:sts::{region.account_id}:assumed-role/typed/me"
    aws(region, "iam", "delete-role", "--role-name", "typed")
    assert refusal(region, "iam", "get-role", "--role-name", "typed") == (
        "An error occurred (NoSuchEntity) when calling the GetRole operation: The role with name typed cannot be found."
    )


def test_a_private_zone_with_its_records(region: LiveRegion, vpc: str) -> None:
    named = f"VPCRegion=us-east-1,VPCId={vpc}"
    words = ("create-hosted-zone", "--name", "typed.internal", "--vpc", named, "--caller-reference", "typed")
    zone_id = aws(region, "route53", *words, "--query", "HostedZone.Id", "--output", "text")
    records = {"Name": "a.typed.internal", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.50.0.9"}]}
    batch = json.dumps({"Changes": [{"Action": "UPSERT", "ResourceRecordSet": records}]})
    change = ("change-resource-record-sets", "--hosted-zone-id", zone_id, "--change-batch", batch)
    change_id = aws(region, "route53", *change, "--query", "ChangeInfo.Id", "--output", "text")
    aws(region, "route53", "wait", "resource-record-sets-changed", "--id", change_id)
    listing = ("list-resource-record-sets", "--hosted-zone-id", zone_id, "--page-size", "1")
    asked = ("--query", "ResourceRecordSets[?Type=='A'].ResourceRecords[].Value", "--output", "text")
    assert aws(region, "route53", *listing, *asked) == "10.50.0.9"
    assert "(HostedZoneNotEmpty)" in refusal(region, "route53", "delete-hosted-zone", "--id", zone_id)
    zones = ("list-hosted-zones-by-vpc", "--vpc-id", vpc, "--vpc-region", "us-east-1")
    shown = aws(region, "route53", *zones, "--query", "HostedZoneSummaries[].Name", "--output", "text")
    assert shown == "typed.internal."
