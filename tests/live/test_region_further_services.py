"""Services of the shared embedded backend by interface endpoints and private DNS: what stock clients inside an instance
reach, what policies of endpoints allow, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from cryptography import x509

from support.live_region import REACHES_WITHIN, SILENT_FOR, LiveRegion
from support.waiting import wait_until

pytestmark = pytest.mark.live

SERVICES = (
    "acm-pca",
    "data-servicediscovery",
    "events",
    "glue",
    "kinesis-streams",
    "kinesis-streams-fips",
    "servicediscovery",
    "sqs",
    "states",
    "translate",
)
CLIENTS = """
import json, sys
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
settings = {"read_timeout": 60, "retries": {"total_max_attempts": 1}}
for line in sys.stdin:
    service, fips, operation, seconds, parameters = json.loads(line)
    try:
        config = Config(connect_timeout=seconds, use_fips_endpoint=fips, **settings)
        client = boto3.client(service, config=config)
        answer = getattr(client, operation)(**parameters)
        print(json.dumps(answer, default=lambda value: value.decode() if isinstance(value, bytes) else str(value)))
    except ClientError as error:
        told = error.response["Error"]
        print(json.dumps(f"{told['Code']}: {told['Message']}"))
    except Exception as error:
        print(json.dumps(f"{type(error).__name__}: {error}"))
"""
PASSES_TO_STATES = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}


class Place:
    """An instance in a VPC with endpoints that take private names."""

    def __init__(self, region: LiveRegion) -> None:
        self.region = region
        vpc = region.vpc()
        region.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        subnet = region.subnet(vpc, "10.0.1.0/24")
        self.group = region.ec2.create_security_group(VpcId=vpc, GroupName="doors", Description="doors")["GroupId"]
        https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
        self.https = {"GroupId": self.group, "IpPermissions": [https]}
        region.ec2.authorize_security_group_ingress(**self.https)
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        self.instance = region.instance(subnet, IamInstanceProfile=region.profile("further", everything))
        self.endpoints: dict[str, str] = {
            service: region.ec2.create_vpc_endpoint(
                VpcId=vpc,
                VpcEndpointType="Interface",
                ServiceName=f"com.amazonaws.us-east-1.{service}",
                SubnetIds=[subnet],
                SecurityGroupIds=[self.group],
                PrivateDnsEnabled=True,
            )["VpcEndpoint"]["VpcEndpointId"]
            for service in SERVICES
        }
        region.wait()
        self.clients = region.start(self.instance, CLIENTS)

    def ask(
        self, service: str, operation: str, *, fips: bool = False, seconds: float = REACHES_WITHIN, **parameters: Any
    ) -> Any:
        """The answer to a boto3 client inside, or a sentence."""
        self.clients.say(json.dumps([service, fips, operation, seconds, parameters]))
        return json.loads(self.clients.hear())

    def arn(self, service: str, name: str) -> str:
        return f"arn:aws:{service}:us-east-1:{self.region.account_id}:{name}"

    def restrict(self, service: str, action: str, *resources: str) -> None:
        """The endpoint's policy allows an action on these alone."""
        allow = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": list(resources)}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        self.region.ec2.modify_vpc_endpoint(VpcEndpointId=self.endpoints[service], PolicyDocument=policy)

    def free(self, service: str) -> None:
        self.region.ec2.modify_vpc_endpoint(VpcEndpointId=self.endpoints[service], ResetPolicy=True)

    def event(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first in the log of which this holds, once it is there."""
        found: list[dict[str, Any]] = []

        def is_there() -> bool:
            said = self.region.run("log", "--json").stdout
            found.extend(event for event in map(json.loads, said.splitlines()) if holds(event))
            return bool(found)

        wait_until(is_there)
        return found[0]


@pytest.fixture(scope="module")
def place(region: LiveRegion) -> Iterator[Place]:
    made = Place(region)
    yield made
    made.clients.end()


def records_of(place: Place, stream: str) -> list[str]:
    shards = place.ask("kinesis", "list_shards", StreamName=stream)["Shards"]
    asked: dict[str, Any] = {"StreamName": stream, "ShardIteratorType": "TRIM_HORIZON"}
    iterators = [place.ask("kinesis", "get_shard_iterator", ShardId=shard["ShardId"], **asked) for shard in shards]
    found = [place.ask("kinesis", "get_records", ShardIterator=one["ShardIterator"]) for one in iterators]
    return [record["Data"] for one in found for record in one["Records"]]


def test_records_of_a_stream(place: Place) -> None:
    place.ask("kinesis", "create_stream", StreamName="orders", ShardCount=2)
    put = place.ask("kinesis", "put_record", StreamName="orders", Data="first", PartitionKey="a")
    assert put["ShardId"].startswith("shardId-")
    # By its ARN, stock clients call a name with the account in front, for data and for control.
    arn = place.arn("kinesis", "stream/orders")
    put = place.ask("kinesis", "put_record", StreamARN=arn, Data="second", PartitionKey="b")
    assert put["ShardId"].startswith("shardId-"), put
    summary = place.ask("kinesis", "describe_stream_summary", StreamARN=arn)["StreamDescriptionSummary"]
    assert (summary["StreamName"], summary["OpenShardCount"]) == ("orders", 2)
    assert sorted(records_of(place, "orders")) == ["first", "second"]
    aws = place.region.exec(
        place.instance,
        *("aws", "kinesis", "describe-stream-summary", "--stream-name", "orders", "--region", "us-east-1"),
        *("--query", "StreamDescriptionSummary.StreamARN", "--output", "text"),
    )
    assert aws.stdout.strip() == arn, aws.stderr


def test_an_endpoint_policy_allows_one_stream(place: Place) -> None:
    for name in ("open", "closed"):
        place.ask("kinesis", "create_stream", StreamName=name, ShardCount=1)
    place.restrict("kinesis-streams", "kinesis:PutRecord", place.arn("kinesis", "stream/open"))
    record: dict[str, Any] = {"Data": "x", "PartitionKey": "k"}
    closed = place.arn("kinesis", "stream/closed")
    by_name: dict[str, Any] = {"StreamName": "closed"}
    by_arn: dict[str, Any] = {"StreamARN": closed}
    try:
        assert "SequenceNumber" in place.ask("kinesis", "put_record", StreamName="open", **record)
        for asked in (by_name, by_arn):
            refused = place.ask("kinesis", "put_record", **asked, **record)
            assert refused.startswith("AccessDeniedException: User: arn:aws:sts::"), refused
            words = (
                f"is not authorized to perform: kinesis:PutRecord on resource: {closed} because no VPC endpoint policy"
            )
            assert refused.endswith(f"{words} allows the kinesis:PutRecord action"), refused
        # The other endpoint has a policy of its own, and leads to the same streams.
        assert "SequenceNumber" in place.ask("kinesis", "put_record", fips=True, StreamName="closed", **record)
    finally:
        place.free("kinesis-streams")
    assert records_of(place, "closed") == ["x"]
    event = place.event(
        lambda event: event.get("vpcEndpointId") == place.endpoints["kinesis-streams"] and "errorCode" in event
    )
    assert (event["eventSource"], event["eventName"]) == ("kinesis.amazonaws.com", "PutRecord")
    assert event["errorCode"] == "VpceAccessDenied"
    assert [one["ARN"] for one in event["resources"]] == [closed]
    by_fips = place.event(lambda event: event.get("vpcEndpointId") == place.endpoints["kinesis-streams-fips"])
    assert by_fips["eventName"] == "PutRecord"
    assert by_fips["additionalEventData"]["verdict"] == "allowed"


def test_tables_of_the_data_catalog(place: Place) -> None:
    place.ask("glue", "create_database", DatabaseInput={"Name": "sales"})
    columns = {"Columns": [{"Name": "day", "Type": "date"}]}
    for name in ("open", "closed"):
        table = {"Name": name, "StorageDescriptor": columns}
        assert "ResponseMetadata" in place.ask("glue", "create_table", DatabaseName="sales", TableInput=table)
    resources = [place.arn("glue", end) for end in ("catalog", "database/sales", "table/sales/open")]
    place.restrict("glue", "glue:GetTable", *resources)
    try:
        table = place.ask("glue", "get_table", DatabaseName="sales", Name="open")["Table"]
        assert (table["DatabaseName"], table["StorageDescriptor"]["Columns"]) == ("sales", columns["Columns"])
        refused = place.ask("glue", "get_table", DatabaseName="sales", Name="closed")
        assert place.arn("glue", "table/sales/closed") in refused
        assert refused.endswith("because no VPC endpoint policy allows the glue:GetTable action"), refused
    finally:
        place.free("glue")
    aws = place.region.exec(
        place.instance,
        *("aws", "glue", "get-tables", "--database-name", "sales", "--region", "us-east-1"),
        *("--query", "sort(TableList[].Name)", "--output", "text"),
    )
    assert aws.stdout.split() == ["closed", "open"], aws.stderr


def test_events_reach_a_queue_whose_policy_lets_them_in(place: Place) -> None:
    url = place.ask("sqs", "create_queue", QueueName="shipped")["QueueUrl"]
    queue = place.arn("sqs", "shipped")
    pattern = json.dumps({"source": ["shop"]})
    rule = place.ask("events", "put_rule", Name="to-shipped", EventPattern=pattern)["RuleArn"]
    targets = [{"Id": "1", "Arn": queue}]
    assert place.ask("events", "put_targets", Rule="to-shipped", Targets=targets)["FailedEntryCount"] == 0

    def put(number: int) -> None:
        entry = {"Source": "shop", "DetailType": "order", "Detail": json.dumps({"number": number})}
        assert place.ask("events", "put_events", Entries=[entry])["FailedEntryCount"] == 0

    put(1)
    sends = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    by_rule = {**sends, "Resource": queue, "Condition": {"ArnEquals": {"aws:SourceArn": rule}}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [by_rule]})
    place.ask("sqs", "set_queue_attributes", QueueUrl=url, Attributes={"Policy": policy})
    put(2)
    (message,) = place.ask("sqs", "receive_message", QueueUrl=url, WaitTimeSeconds=5, MaxNumberOfMessages=10)[
        "Messages"
    ]
    event = json.loads(message["Body"])
    assert (event["source"], event["detail-type"], event["detail"]) == ("shop", "order", {"number": 2})


def test_state_machines_are_kept_and_not_run(place: Place) -> None:
    trust = json.dumps({"Version": "2012-10-17", "Statement": [PASSES_TO_STATES]})
    role = place.region.iam.create_role(RoleName="states", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    made = place.ask("stepfunctions", "create_state_machine", name="m", definition=definition, roleArn=role)
    arn = made["stateMachineArn"]
    assert place.ask("stepfunctions", "describe_state_machine", stateMachineArn=arn)["definition"] == definition
    refused = place.ask("stepfunctions", "start_execution", stateMachineArn=arn)
    assert refused.endswith("does not do StartExecution: no state machine is run."), refused
    assert refused.startswith("ServiceUnavailable")


def test_instances_are_discovered_at_the_data_plane_s_endpoint(place: Place) -> None:
    operation = place.ask("servicediscovery", "create_http_namespace", Name="shop")["OperationId"]
    found = place.ask("servicediscovery", "get_operation", OperationId=operation)["Operation"]
    namespace = found["Targets"]["NAMESPACE"]
    service = place.ask("servicediscovery", "create_service", Name="web", NamespaceId=namespace)["Service"]["Id"]
    address = {"AWS_INSTANCE_IPV4": "10.0.1.9"}
    place.ask("servicediscovery", "register_instance", ServiceId=service, InstanceId="one", Attributes=address)
    discovered = place.ask("servicediscovery", "discover_instances", NamespaceName="shop", ServiceName="web")
    (instance,) = discovered["Instances"]
    assert (instance["InstanceId"], instance["Attributes"]) == ("one", address)
    event = place.event(lambda event: event.get("eventName") == "DiscoverInstances")
    assert event["vpcEndpointId"] == place.endpoints["data-servicediscovery"]
    event = place.event(lambda event: event.get("eventName") == "RegisterInstance")
    assert event["vpcEndpointId"] == place.endpoints["servicediscovery"]


def test_an_authority_s_certificate(place: Place) -> None:
    settings = {"KeyAlgorithm": "RSA_2048", "SigningAlgorithm": "SHA256WITHRSA", "Subject": {"CommonName": "Shop"}}
    arn = place.ask(
        "acm-pca",
        "create_certificate_authority",
        CertificateAuthorityType="ROOT",
        CertificateAuthorityConfiguration=settings,
    )["CertificateAuthorityArn"]
    csr = place.ask("acm-pca", "get_certificate_authority_csr", CertificateAuthorityArn=arn)["Csr"]
    issued = place.ask(
        "acm-pca",
        "issue_certificate",
        CertificateAuthorityArn=arn,
        Csr=csr,
        SigningAlgorithm="SHA256WITHRSA",
        TemplateArn="arn:aws:acm-pca:::template/RootCACertificate/V1",
        Validity={"Type": "DAYS", "Value": 10},
    )["CertificateArn"]
    told = place.ask("acm-pca", "get_certificate", CertificateAuthorityArn=arn, CertificateArn=issued)
    certificate = x509.load_pem_x509_certificate(told["Certificate"].encode())
    certificate.verify_directly_issued_by(certificate)
    assert certificate.subject.rfc4514_string() == "CN=Shop"


def test_an_endpoint_of_a_service_that_is_not_served(place: Place) -> None:
    refused = place.ask("translate", "list_terminologies")
    assert refused.startswith("ServiceUnavailable"), refused
    assert "translate" in refused
    assert "backend" in refused


def test_no_rule_for_https_no_answer(place: Place) -> None:
    assert "StreamNames" in place.ask("kinesis", "list_streams")
    place.region.ec2.revoke_security_group_ingress(**place.https)
    place.region.wait()
    try:
        assert place.ask("kinesis", "list_streams", seconds=SILENT_FOR).startswith("ConnectTimeoutError")
    finally:
        place.region.ec2.authorize_security_group_ingress(**place.https)
        place.region.wait()
    assert "StreamNames" in place.ask("kinesis", "list_streams")


def test_outside_there_are_the_same_streams(place: Place) -> None:
    place.ask("kinesis", "create_stream", StreamName="outside", ShardCount=1)
    given = place.region.environment()
    client = boto3.client(
        "kinesis",
        region_name="us-east-1",
        endpoint_url=given["AWS_ENDPOINT_URL"],
        aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
    )
    arn = client.describe_stream_summary(StreamName="outside")["StreamDescriptionSummary"]["StreamARN"]
    assert arn == place.arn("kinesis", "stream/outside")
