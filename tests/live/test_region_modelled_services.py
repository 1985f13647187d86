"""The services that are understood by models, from inside an instance by private DNS and at the API's port: boto3 and
the AWS CLI as they come."""

from __future__ import annotations

import base64
import json
from typing import Any

import boto3
import pytest
from botocore.config import Config

from support.live_region import LiveRegion

pytestmark = pytest.mark.live

SERVICES = ("sqs", "sns", "monitoring", "kms", "secretsmanager", "ssm", "logs", "ecr.api", "lambda", "cloudformation")
STACK = {
    "Resources": {
        "Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "stack-jobs"}},
        "Limit": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Name": "/stack/limit", "Type": "String", "Value": "7"},
        },
    }
}

CLIENTS = """
import json, sys
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
config = Config(connect_timeout=2, read_timeout=30, retries={"total_max_attempts": 1})
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
        self._clients = region.start(self.id, CLIENTS)

    def ask(self, service: str, operation: str, url: str | None = None, **parameters: Any) -> Any:
        """The answer to a boto3 client inside, or a sentence."""
        self._clients.say(json.dumps([service, url, operation, parameters]))
        return json.loads(self._clients.hear())

    def aws(self, *arguments: str) -> Any:
        """What the AWS CLI inside prints, read as JSON."""
        done = self.region.exec(self.id, "aws", *arguments, "--region", "us-east-1", "--output", "json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else {}


@pytest.fixture(scope="module")
def instance(region: LiveRegion) -> Instance:
    return Instance(region)


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
    instance.ask("sns", "subscribe", TopicArn=topic, Protocol="sqs", Endpoint=queue)
    instance.ask("sns", "publish", TopicArn=topic, Message="it rains")
    # By the endpoint's own name, with the queue's URL as it was told.
    own = f"https://{instance.endpoints['sqs']['DnsEntries'][0]['DnsName']}"
    (message,) = instance.ask("sqs", "receive_message", url=own, QueueUrl=url, WaitTimeSeconds=5)["Messages"]
    assert json.loads(message["Body"])["Message"] == "it rains"
    # And outside, in the same account.
    queues = outside(instance.region, "sqs").list_queues(QueueNamePrefix="letters")["QueueUrls"]
    assert queues == [url]


def test_every_service_answers_inside(instance: Instance) -> None:
    account = instance.region.account_id
    instance.ask("cloudwatch", "put_metric_data", Namespace="Shop", MetricData=[{"MetricName": "Sales", "Value": 2}])
    assert instance.ask("cloudwatch", "list_metrics", Namespace="Shop")["Metrics"][0]["MetricName"] == "Sales"
    key = instance.ask("kms", "create_key")["KeyMetadata"]["Arn"]
    assert key.startswith(f"arn:aws:kms:us-east-1:{account}:key/")
    assert instance.ask("secretsmanager", "create_secret", Name="db", SecretString="x")["Name"] == "db"
    instance.ask("ssm", "put_parameter", Name="/app/limit", Value="7", Type="String")
    assert instance.ask("ssm", "get_parameter", Name="/app/limit")["Parameter"]["Value"] == "7"
    instance.ask("logs", "create_log_group", logGroupName="/app")
    assert instance.ask("logs", "describe_log_groups")["logGroups"][0]["logGroupName"] == "/app"
    repository = instance.ask("ecr", "create_repository", repositoryName="app")["repository"]
    assert repository["repositoryArn"] == f"arn:aws:ecr:us-east-1:{account}:repository/app"
    assert instance.ask("lambda", "list_functions")["Functions"] == []
    instance.ask("cloudformation", "create_stack", StackName="app", TemplateBody=json.dumps(STACK))
    assert instance.ask("ssm", "get_parameter", Name="/stack/limit")["Parameter"]["Value"] == "7"


def test_the_command_line_inside(instance: Instance) -> None:
    # Without it, version 1 of the command line asks for queue.amazonaws.com, which private DNS has not, as at AWS.
    named = ("--endpoint-url", "https://sqs.us-east-1.amazonaws.com")
    url = instance.aws("sqs", "create-queue", "--queue-name", "by-hand", *named)["QueueUrl"]
    instance.aws("sqs", "send-message", "--queue-url", url, "--message-body", "hello", *named)
    (message,) = instance.aws("sqs", "receive-message", "--queue-url", url, *named)["Messages"]
    assert message["Body"] == "hello"
    instance.aws("cloudwatch", "put-metric-data", "--namespace", "Cli", "--metric-name", "m", "--value", "1")
    (metric,) = instance.aws("cloudwatch", "list-metrics", "--namespace", "Cli")["Metrics"]
    assert metric["MetricName"] == "m"
    key = instance.aws("kms", "create-key")["KeyMetadata"]["KeyId"]
    sealed = instance.aws("kms", "encrypt", "--key-id", key, "--plaintext", "abc")
    assert base64.b64decode(sealed["CiphertextBlob"]).startswith(key.encode())
    instance.aws("ssm", "put-parameter", "--name", "/by/hand", "--value", "v", "--type", "String")
    assert instance.aws("ssm", "get-parameter", "--name", "/by/hand")["Parameter"]["Value"] == "v"
    assert "StackSummaries" in instance.aws("cloudformation", "list-stacks")


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
