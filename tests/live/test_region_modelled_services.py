"""The services that are understood by models, from inside an instance by private DNS: what they do for each other, what
is refused, and what an endpoint's policy decides."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from support.live_region import LiveRegion

pytestmark = pytest.mark.live

SERVICES = ("sqs", "sns", "ecr.api", "lambda", "cloudformation")
CLIENTS = """
import json, sys
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
config = Config(connect_timeout=30, read_timeout=60, retries={"total_max_attempts": 1})
for line in sys.stdin:
    service, url, operation, parameters = json.loads(line)
    try:
        client = boto3.client(service, endpoint_url=url, config=config)
        print(json.dumps(getattr(client, operation)(**parameters), default=str))
    except ClientError as error:
        told = error.response["Error"]
        print(json.dumps(f"{told['Code']}: {told['Message']}"))
    except Exception as error:
        print(json.dumps(type(error).__name__))
"""


class Instance:
    """An instance in a VPC whose endpoints take private names."""

    def __init__(self, region: LiveRegion) -> None:
        self.region = region
        vpc = region.vpc()
        region.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        subnet = region.subnet(vpc, "10.0.1.0/24")
        group = region.ec2.create_security_group(VpcId=vpc, GroupName="endpoints", Description="endpoints")["GroupId"]
        https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
        region.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[https])
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        self.id = region.instance(subnet, IamInstanceProfile=region.profile("modelled", everything))
        self.endpoints: dict[str, Any] = {}
        for service in SERVICES:
            self.endpoints[service] = region.ec2.create_vpc_endpoint(
                VpcId=vpc,
                VpcEndpointType="Interface",
                ServiceName=f"com.amazonaws.us-east-1.{service}",
                SubnetIds=[subnet],
                SecurityGroupIds=[group],
                PrivateDnsEnabled=True,
            )["VpcEndpoint"]
        region.wait()
        self.clients = region.start(self.id, CLIENTS)

    def ask(self, service: str, operation: str, url: str | None = None, **parameters: Any) -> Any:
        """The answer to a boto3 client inside, or a sentence."""
        self.clients.say(json.dumps([service, url, operation, parameters]))
        return json.loads(self.clients.hear())


@pytest.fixture(scope="module")
def instance(region: LiveRegion) -> Iterator[Instance]:
    made = Instance(region)
    yield made
    made.clients.end()


def outside(region: LiveRegion, service: str) -> Any:
    """A stock client of the account's root at the API's port."""
    given = region.environment()
    return boto3.client(
        service,
        region_name="us-east-1",
        endpoint_url=given["AWS_ENDPOINT_URL"],
        aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_a_topic_delivers_to_a_queue(instance: Instance) -> None:
    url = instance.ask("sqs", "create_queue", QueueName="letters")["QueueUrl"]
    assert url == f"https://sqs.us-east-1.amazonaws.com/{instance.region.account_id}/letters"
    topic = instance.ask("sns", "create_topic", Name="news")["TopicArn"]
    queue = topic.replace(":sns:", ":sqs:").replace("news", "letters")
    sends = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    from_topic = {"Resource": queue, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}
    policy = json.dumps({"Statement": {**sends, **from_topic}})
    instance.ask("sqs", "set_queue_attributes", QueueUrl=url, Attributes={"Policy": policy})
    instance.ask("sns", "subscribe", TopicArn=topic, Protocol="sqs", Endpoint=queue)
    instance.ask("sns", "publish", TopicArn=topic, Message="it rains")
    # By the endpoint's own name, with the queue's URL as it was told.
    own = f"https://{instance.endpoints['sqs']['DnsEntries'][0]['DnsName']}"
    (message,) = instance.ask("sqs", "receive_message", url=own, QueueUrl=url, WaitTimeSeconds=5)["Messages"]
    assert json.loads(message["Body"])["Message"] == "it rains"
    # And outside, in the same account.
    queues = outside(instance.region, "sqs").list_queues(QueueNamePrefix="letters")["QueueUrls"]
    assert queues == [url]


def test_the_stream_of_a_table_is_where_the_table_is(region: LiveRegion) -> None:
    dynamodb, streams = outside(region, "dynamodb"), outside(region, "dynamodbstreams")
    made = dynamodb.create_table(
        TableName="with-stream",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    arn = made["TableDescription"]["LatestStreamArn"]
    dynamodb.put_item(TableName="with-stream", Item={"id": {"S": "1"}})
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
    (record,) = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    assert (record["eventName"], record["dynamodb"]["Keys"]) == ("INSERT", {"id": {"S": "1"}})


def test_what_is_only_pretended_elsewhere_is_refused_in_words(instance: Instance) -> None:
    assert instance.ask("lambda", "invoke", FunctionName="f").endswith("does not do Invoke: functions are not run.")
    refused = instance.ask("ecr", "get_authorization_token")
    assert "there is no registry to push images to or pull them from" in refused
    template = json.dumps({"Resources": {"B": {"Type": "AWS::S3::Bucket"}}})
    refused = instance.ask("cloudformation", "create_stack", StackName="s3", TemplateBody=template)
    assert refused.startswith("ServiceUnavailable: ")
    assert "AWS::S3::Bucket, whose service lives elsewhere" in refused


def test_an_endpoint_policy_decides_on_actions_and_resources(instance: Instance) -> None:
    region, endpoint_id = instance.region, instance.endpoints["sqs"]["VpcEndpointId"]
    url = {name: instance.ask("sqs", "create_queue", QueueName=name)["QueueUrl"] for name in ("open", "closed")}
    arn = f"arn:aws:sqs:us-east-1:{region.account_id}:open"
    only_open = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    region.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_id, PolicyDocument=json.dumps({"Statement": [only_open]}))
    try:
        assert "MessageId" in instance.ask("sqs", "send_message", QueueUrl=url["open"], MessageBody="x")
        for operation, parameters in (
            ("send_message", {"QueueUrl": url["closed"], "MessageBody": "x"}),
            ("receive_message", {"QueueUrl": url["open"]}),
        ):
            refused = instance.ask("sqs", operation, **parameters)
            assert refused.startswith("AccessDenied: "), refused
            assert "because no VPC endpoint policy allows the sqs:" in refused
        # Outside there is no endpoint, and no policy of one.
        assert "MessageId" in outside(region, "sqs").send_message(QueueUrl=url["closed"], MessageBody="x")
    finally:
        region.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_id, ResetPolicy=True)
