"""Services at interface endpoints, used by stock clients inside an instance, by their own names and by public ones."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from support.live_region import REACHES_WITHIN, SILENT_FOR, LiveRegion
from support.waiting import wait_until

pytestmark = pytest.mark.live

EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}

CLIENTS = """
import json, sys
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
for line in sys.stdin:
    service, url, operation, seconds, parameters = json.loads(line)
    config = Config(connect_timeout=seconds, read_timeout=60, retries={"total_max_attempts": 1})
    try:
        client = boto3.client(service, endpoint_url=url, config=config)
        answer = getattr(client, operation)(**parameters)
        if "Body" in answer:
            answer["Body"] = answer["Body"].read().decode()
        print(json.dumps(answer, default=str))
    except ClientError as error:
        told = error.response["Error"]
        print(json.dumps(f"{told['Code']}: {told['Message']}"))
    except Exception as error:
        print(json.dumps(type(error).__name__))
"""

KEPT = """
import http.client, sys
connection = http.client.HTTPSConnection(HOST, timeout=60)
connection.auto_open = 0
connection.connect()
for line in sys.stdin:
    try:
        connection.request("GET", "/")
        answer = connection.getresponse()
        answer.read()
        print(answer.status)
    except Exception as error:
        print(type(error).__name__)
"""
CUT = ("ConnectionResetError", "SSLEOFError")


@dataclass
class Network:
    """A VPC with a subnet in each of two zones, an instance, and endpoints that all of it may use."""

    region: LiveRegion
    vpc: str
    subnets: list[str]
    group: str
    instance: str
    endpoints: dict[str, dict[str, Any]] = field(default_factory=dict)

    def endpoint(self, service: str, **request: Any) -> str:
        """The id of a new endpoint in both zones."""
        made = self.region.ec2.create_vpc_endpoint(
            VpcId=self.vpc,
            VpcEndpointType="Interface",
            ServiceName=f"com.amazonaws.us-east-1.{service}",
            SubnetIds=self.subnets,
            SecurityGroupIds=[self.group],
            **{"PrivateDnsEnabled": False, **request},
        )["VpcEndpoint"]
        self.region.wait()
        self.endpoints[service] = made
        return str(made["VpcEndpointId"])

    def name(self, service: str, zone: int = 0) -> str:
        """An own name: the regional one, or a zone's. Of S3's the part that all have in common."""
        return str(self.endpoints[service]["DnsEntries"][zone]["DnsName"]).removeprefix("*.")

    def ask(
        self, service: str, url: str | None, operation: str, *, seconds: float = REACHES_WITHIN, **parameters: Any
    ) -> Any:
        """The answer to a boto3 client inside the instance, or a sentence."""
        if self.instance not in self.region._callers:
            self.region._callers[self.instance] = self.region.start(self.instance, CLIENTS)
        client = self.region._callers[self.instance]
        client.say(json.dumps([service, url, operation, seconds, parameters]))
        return json.loads(client.hear())

    def is_out_of_reach(self, service: str, url: str | None, operation: str, **parameters: Any) -> bool:
        told = self.ask(service, url, operation, seconds=SILENT_FOR, **parameters)
        return told in ("ConnectTimeoutError", "EndpointConnectionError")

    def curl(self, *arguments: str) -> str:
        """The body of an answer, or what curl says."""
        done = self.region.exec(self.instance, "curl", "-sS", "-m", "60", *arguments)
        return done.stdout or done.stderr


@pytest.fixture(scope="module")
def network(region: LiveRegion) -> Network:
    vpc = region.vpc()
    region.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnets = [region.subnet(vpc, "10.0.1.0/24"), region.subnet(vpc, "10.0.2.0/24", "us-east-1b")]
    group = region.ec2.create_security_group(VpcId=vpc, GroupName="endpoints", Description="endpoints")["GroupId"]
    everywhere = [{"CidrIp": "10.0.0.0/16"}]
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": everywhere}
    region.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    profile = region.profile("interface-services", EVERYTHING)
    instance = region.instance(subnets[0], IamInstanceProfile=profile)
    found = Network(region, vpc, subnets, group, instance)
    found.endpoint("s3")
    found.endpoint("sts")
    return found


def denied_unless(bucket: str, condition: Mapping[str, Any]) -> dict[str, Any]:
    resource = f"arn:aws:s3:::{bucket}/*"
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": resource}
    return {"Statement": [{**statement, "Condition": {"StringNotEquals": condition}}]}


def test_s3_by_the_endpoint_s_own_names(network: Network) -> None:
    region = network.region
    region.bucket("own-names")
    for number, place in enumerate((network.name("s3"), network.name("s3", 1), network.name("s3", 2))):
        url = f"https://bucket.{place}"
        network.ask("s3", url, "put_object", Bucket="own-names", Key=f"k{number}", Body=place)
        assert network.ask("s3", url, "get_object", Bucket="own-names", Key=f"k{number}")["Body"] == place
    path_style = region.exec(
        network.instance,
        *("aws", "s3", "cp", "s3://own-names/k0", "-", "--endpoint-url", f"https://bucket.{network.name('s3')}"),
        *("--region", "us-east-1"),
    )
    assert path_style.stdout == network.name("s3"), path_style.stderr


def test_policies_see_the_endpoint(network: Network) -> None:
    region, endpoint_id = network.region, str(network.endpoints["s3"]["VpcEndpointId"])
    address = region.ec2.describe_instances(InstanceIds=[network.instance])["Reservations"][0]["Instances"][0]
    region.bucket("guarded")
    region.s3.put_object(Bucket="guarded", Key="k", Body=b"hello")
    url = f"https://bucket.{network.name('s3')}"
    for condition in (
        {"aws:SourceVpce": endpoint_id},
        {"aws:SourceVpc": network.vpc},
        {"aws:VpcSourceIp": address["PrivateIpAddress"]},
    ):
        region.s3.put_bucket_policy(Bucket="guarded", Policy=json.dumps(denied_unless("guarded", condition)))
        assert network.ask("s3", url, "get_object", Bucket="guarded", Key="k")["Body"] == "hello", condition
        other = {key: "10.9.9.9" if "Ip" in key else "vpc-1" for key in condition}
        region.s3.put_bucket_policy(Bucket="guarded", Policy=json.dumps(denied_unless("guarded", other)))
        assert network.ask("s3", url, "get_object", Bucket="guarded", Key="k").startswith("AccessDenied: "), condition
    region.s3.delete_bucket_policy(Bucket="guarded")
    only_lists = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "*"}]}
    region.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_id, PolicyDocument=json.dumps(only_lists))
    try:
        refused = network.ask("s3", url, "get_object", Bucket="guarded", Key="k")
        assert refused.startswith("AccessDenied: "), refused
        assert refused.endswith("because no VPC endpoint policy allows the s3:GetObject action"), refused
        assert network.ask("s3", url, "list_objects_v2", Bucket="guarded")["KeyCount"] == 1
    finally:
        region.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_id, ResetPolicy=True)


def test_dynamodb_by_its_endpoint_s_name(network: Network) -> None:
    network.endpoint("dynamodb")
    url = f"https://{network.name('dynamodb')}"
    schema: dict[str, Any] = {
        "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    network.ask("dynamodb", url, "create_table", TableName="interfaces", **schema)
    network.ask("dynamodb", url, "put_item", TableName="interfaces", Item={"k": {"S": "a"}})
    found = network.ask("dynamodb", url, "get_item", TableName="interfaces", Key={"k": {"S": "a"}})
    assert found["Item"] == {"k": {"S": "a"}}
    assert network.is_out_of_reach("dynamodb", None, "list_tables")


def test_calls_of_the_region_s_own_api(network: Network) -> None:
    region = network.region
    session = network.ask("sts", f"https://{network.name('sts')}", "get_caller_identity")["Arn"]
    assert session.endswith(f"assumed-role/interface-services/{network.instance}")
    endpoint_id = network.endpoint("ec2", PrivateDnsEnabled=True)
    only_here = {"StringEquals": {"aws:SourceVpce": endpoint_id}}
    _set_policy(region, {**EVERYTHING, "Condition": only_here})
    vpcs = [network.vpc]
    for url in (None, f"https://{network.name('ec2')}"):  # by private DNS, and by its own name
        found = network.ask("ec2", url, "describe_vpcs", VpcIds=vpcs)
        assert found["Vpcs"][0]["VpcId"] == network.vpc
    aws = region.exec(network.instance, "aws", "ec2", "describe-vpcs", "--vpc-ids", *vpcs, "--region", "us-east-1")
    assert json.loads(aws.stdout)["Vpcs"][0]["VpcId"] == network.vpc
    only_here["StringEquals"]["aws:SourceVpce"] = "vpce-0123456789abcdef0"
    _set_policy(region, {**EVERYTHING, "Condition": only_here})
    refused = network.ask("ec2", None, "describe_vpcs", VpcIds=vpcs)
    assert refused.startswith("UnauthorizedOperation: ")
    _set_policy(region, EVERYTHING)


def _set_policy(region: LiveRegion, statement: Mapping[str, Any]) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    region.iam.put_role_policy(RoleName="interface-services", PolicyName="own", PolicyDocument=policy)


def test_load_balancers_are_refused_by_name(network: Network) -> None:
    network.endpoint("elasticloadbalancing", PrivateDnsEnabled=True)
    refused = network.ask("elbv2", None, "describe_load_balancers")
    assert refused.startswith("InvalidAction: "), refused


def test_an_endpoint_serves_its_own_service_alone(network: Network) -> None:
    sts, s3 = network.name("sts"), network.name("s3")
    refused = network.ask("iam", f"https://{sts}", "list_users")
    assert refused == "SignatureDoesNotMatch: Credential should be scoped to correct service: 'sts'.", refused
    assert network.ask("sqs", f"https://{sts}", "list_queues").startswith(("SignatureDoesNotMatch", "403")), "JSON"
    keys = network.region.environment()
    as_sts = ("--aws-sigv4", "aws:amz:us-east-1:sts", "--user")
    user = f"{keys['AWS_ACCESS_KEY_ID']}:{keys['AWS_SECRET_ACCESS_KEY']}"
    wrong_scope = network.curl(*as_sts, user, "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD", f"https://bucket.{s3}/")
    assert "<Code>AuthorizationHeaderMalformed</Code>" in wrong_scope
    assert "<Code>InvalidRequest</Code>" in network.curl("-H", "Host: s3.us-east-1.amazonaws.com", f"https://{sts}/")
    assert "<Code>InvalidURI</Code>" in network.curl("-H", f"Host: {sts}", f"https://bucket.{s3}/")
    public = "https://s3.us-east-1.amazonaws.com/"
    at_sts = network.curl("--connect-to", f"s3.us-east-1.amazonaws.com:443:{sts}:443", public)
    assert "no alternative certificate subject name matches" in at_sts
    at_s3 = network.curl("--connect-to", f"s3.us-east-1.amazonaws.com:443:bucket.{s3}:443", public)
    assert "<Code>AccessDenied</Code>" in at_s3


def test_private_dns_makes_s3_s_regional_name_private(network: Network) -> None:
    region, endpoint_id = network.region, str(network.endpoints["s3"]["VpcEndpointId"])
    region.bucket("private-names")
    region.s3.put_object(Bucket="private-names", Key="k", Body=b"hello")
    url = "https://s3.us-east-1.amazonaws.com"
    ask: dict[str, Any] = {"Bucket": "private-names", "Key": "k"}
    assert network.is_out_of_reach("s3", url, "get_object", **ask)
    region.ec2.modify_vpc_endpoint(
        VpcEndpointId=endpoint_id,
        PrivateDnsEnabled=True,
        DnsOptions={"PrivateDnsOnlyForInboundResolverEndpoint": False},
    )
    region.wait()
    assert network.ask("s3", url, "get_object", **ask)["Body"] == "hello"
    legacy = "https://s3.amazonaws.com"
    assert network.is_out_of_reach("s3", legacy, "get_object", **ask), "the global name is never private"
    assert "<Code>InvalidURI</Code>" in network.curl("-H", "Host: s3.amazonaws.com", f"{url}/")
    region.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_id, PrivateDnsEnabled=False)
    region.wait()


def test_a_link_that_somebody_takes_away_comes_back_with_its_doors(network: Network) -> None:
    region = network.region
    namespace = region.paths.run_dir / "netns" / network.vpc / "endpoints"
    host = f"https://{network.name('sts')}/"
    assert region.get(network.instance, host).status == 403
    within = ("nsenter", f"--net={namespace}", "ip")
    links = subprocess.run((*within, "-o", "link"), capture_output=True, text=True, check=True).stdout
    (device,) = re.findall(r"(n-\w+)@", links)
    subprocess.run((*within, "link", "delete", device), check=True)
    wait_until(lambda: region.get(network.instance, host, 5).status == 403)


def test_a_zone_and_then_the_endpoint_go(network: Network) -> None:
    region = network.region
    endpoint_id = network.endpoint("sts")
    hosts = [network.name("sts", 1), network.name("sts", 2)]
    programs = [region.start(network.instance, KEPT.replace("HOST", repr(host))) for host in hosts]

    def ask(number: int) -> str:
        programs[number].say()
        return programs[number].hear()

    try:
        assert [ask(0), ask(1)] == ["403", "403"]
        region.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_id, RemoveSubnetIds=[network.subnets[1]])
        region.wait()
        assert ask(1) in CUT
        assert ask(0) == "403"
        region.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint_id])
        region.wait()
        assert ask(0) in CUT
    finally:
        for program in programs:
            program.end()
