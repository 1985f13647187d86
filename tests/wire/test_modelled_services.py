"""Stock boto3 against the ten services and the one embedded backend that they share."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support import edge_rows as rows
from support.modelled_region import ModelledRegion, modelled_region
from support.stock_clients import Keys

HERE = f"us-east-1:{rows.ACCOUNT}"
ROLE = f"arn:aws:iam::{rows.ACCOUNT}:role/runner"
TEMPLATE = """
Resources:
  Jobs: {Type: AWS::SQS::Queue, Properties: {QueueName: stack-jobs}}
  News:
    Type: AWS::SNS::Topic
    Properties: {TopicName: stack-news, Subscription: [{Protocol: sqs, Endpoint: !GetAtt Jobs.Arn}]}
  Limit: {Type: AWS::SSM::Parameter, Properties: {Name: /stack/limit, Type: String, Value: !Ref Jobs}}
  Lines: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /stack}}
Outputs: {Url: {Value: !Ref Jobs}}
"""


@pytest.fixture(scope="module")
def region() -> Iterator[ModelledRegion]:
    with modelled_region({}, rows.role("runner")) as running:
        yield running


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    answer: Any = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def test_a_queue_holds_messages(region: ModelledRegion) -> None:
    sqs = region.client("sqs")
    url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    assert url == f"https://sqs.us-east-1.amazonaws.com/{rows.ACCOUNT}/jobs"
    attributes = {"raw": {"DataType": "Binary", "BinaryValue": b"\0\1"}}
    sqs.send_message(QueueUrl=url, MessageBody="hello é", MessageAttributes=attributes)
    (message,) = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    assert (message["Body"], message["MessageAttributes"]["raw"]["BinaryValue"]) == ("hello é", b"\0\1")
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert refusal(sqs.get_queue_url, QueueName="none") == (400, "AWS.SimpleQueueService.NonExistentQueue")


def test_queues_of_two_regions_are_two(region: ModelledRegion) -> None:
    here, key = region.client("sqs"), rows.ACCESS_KEY
    others = Keys(key.access_key_id, key.secret_access_key, region="eu-west-1")
    there = others.client("sqs", endpoint_url=f"http://127.0.0.1:{region.port}")
    here.create_queue(QueueName="of-one-region")
    assert refusal(there.get_queue_url, QueueName="of-one-region")[0] == 400
    url = there.create_queue(QueueName="of-one-region")["QueueUrl"]
    assert url == f"https://sqs.eu-west-1.amazonaws.com/{rows.ACCOUNT}/of-one-region"
    attributes = there.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    assert attributes["QueueArn"] == f"arn:aws:sqs:eu-west-1:{rows.ACCOUNT}:of-one-region"
    there.delete_queue(QueueUrl=url)
    assert here.get_queue_url(QueueName="of-one-region")["QueueUrl"].startswith("https://sqs.us-east-1.")


def test_waiting_for_a_message(region: ModelledRegion) -> None:
    sqs = region.client("sqs")
    url = sqs.create_queue(QueueName="patient", Attributes={"ReceiveMessageWaitTimeSeconds": "1"})["QueueUrl"]
    for waiting in ({}, {"WaitTimeSeconds": 1}):
        began = time.monotonic()
        assert "Messages" not in sqs.receive_message(QueueUrl=url, **waiting)
        assert time.monotonic() - began >= 1
    began = time.monotonic()
    assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=0)
    sqs.send_message(QueueUrl=url, MessageBody="at last")
    assert sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"][0]["Body"] == "at last"
    assert time.monotonic() - began < 20
    assert refusal(sqs.receive_message, QueueUrl=url, WaitTimeSeconds=21) == (400, "InvalidParameterValue")


def test_a_topic_delivers_to_a_queue(region: ModelledRegion) -> None:
    sqs, sns = region.client("sqs"), region.client("sns")
    url = sqs.create_queue(QueueName="letters")["QueueUrl"]
    topic = sns.create_topic(Name="news")["TopicArn"]
    queue = f"arn:aws:sqs:{HERE}:letters"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    sns.publish(TopicArn=topic, Message="nobody is let in")
    sends = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    from_topic = {"Resource": queue, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Statement": {**sends, **from_topic}})})
    other = sns.create_topic(Name="rumours")["TopicArn"]
    sns.subscribe(TopicArn=other, Protocol="sqs", Endpoint=queue)
    sns.publish(TopicArn=other, Message="from another topic")
    sns.publish(TopicArn=topic, Message="it rains")
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"])["Message"] == "it rains"
    assert refusal(sns.publish, TopicArn="news", Message="x") == (400, "ValidationError")


def test_keys(region: ModelledRegion) -> None:
    kms = region.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/own", TargetKeyId=key)
    sealed = kms.encrypt(KeyId="alias/own", Plaintext=b"abc")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"abc"
    kms.disable_key(KeyId=key)
    assert refusal(kms.decrypt, CiphertextBlob=sealed) == (400, "DisabledException")
    assert refusal(kms.encrypt, KeyId=key, Plaintext=b"a") == (400, "DisabledException")
    kms.enable_key(KeyId=key)
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"abc"
    kms.schedule_key_deletion(KeyId=key)
    assert refusal(kms.generate_data_key, KeyId=key, KeySpec="AES_256") == (400, "KMSInvalidStateException")
    assert refusal(kms.describe_key, KeyId="alias/none") == (400, "NotFoundException")


def test_secrets_and_parameters(region: ModelledRegion) -> None:
    secrets, ssm = region.client("secretsmanager"), region.client("ssm")
    secrets.create_secret(Name="prod/db", SecretString="x")
    assert secrets.get_secret_value(SecretId="prod/db")["SecretString"] == "x"
    assert refusal(secrets.get_secret_value, SecretId="none") == (400, "ResourceNotFoundException")
    ssm.put_parameter(Name="/app/password", Value="hunter2", Type="SecureString")
    assert ssm.get_parameter(Name="/app/password", WithDecryption=True)["Parameter"]["Value"] == "hunter2"
    assert "hunter2" not in ssm.get_parameter(Name="/app/password")["Parameter"]["Value"]
    by_arn = f"arn:aws:ssm:{HERE}:parameter/app/password"
    assert ssm.get_parameters(Names=[by_arn], WithDecryption=True)["Parameters"][0]["Value"] == "hunter2"


def test_log_events(region: ModelledRegion) -> None:
    logs = region.client("logs")
    logs.create_log_group(logGroupName="/app")
    logs.create_log_stream(logGroupName="/app", logStreamName="one")
    now = int(time.time() * 1000)
    event = {"timestamp": now, "message": "it rains"}
    logs.put_log_events(logGroupName="/app", logStreamName="one", logEvents=[event])
    assert logs.get_log_events(logGroupName="/app", logStreamName="one")["events"][0]["message"] == "it rains"
    assert logs.filter_log_events(logGroupName="/app", filterPattern="rains")["events"][0]["timestamp"] == now


def test_repositories_without_images(region: ModelledRegion) -> None:
    ecr = region.client("ecr")
    made = ecr.create_repository(repositoryName="app")["repository"]
    assert made["repositoryArn"] == f"arn:aws:ecr:{HERE}:repository/app"
    assert ecr.list_images(repositoryName="app")["imageIds"] == []
    assert refusal(ecr.initiate_layer_upload, repositoryName="app") == (503, "ServiceUnavailableException")
    assert refusal(ecr.get_authorization_token) == (503, "ServiceUnavailableException")


def test_functions_that_are_not_run(region: ModelledRegion) -> None:
    functions = region.client("lambda")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("f.py", "def handle(event, context): return 1")
    made = {"Runtime": "python3.12", "Handler": "f.handle", "Code": {"ZipFile": packed.getvalue()}}
    no_role = refusal(functions.create_function, FunctionName="f", Role=ROLE + "x", **made)
    assert no_role == (400, "InvalidParameterValueException")
    functions.create_function(FunctionName="f", Role=ROLE, **made)
    functions.update_function_configuration(FunctionName="f", Timeout=9)
    assert functions.publish_version(FunctionName="f")["Version"] == "1"
    functions.create_alias(FunctionName="f", Name="PROD", FunctionVersion="1")
    found = functions.get_function(FunctionName=f"{rows.ACCOUNT}:function:f:PROD")["Configuration"]
    assert (found["FunctionName"], found["Timeout"]) == ("f", 9)
    assert refusal(functions.invoke, FunctionName="f") == (503, "ServiceUnavailableException")
    assert refusal(functions.get_function, FunctionName="none") == (404, "ResourceNotFoundException")


def test_a_stack_of_what_there_is(region: ModelledRegion) -> None:
    stacks = region.client("cloudformation")
    stacks.create_stack(StackName="app", TemplateBody=TEMPLATE)
    (stack,) = stacks.describe_stacks(StackName="app")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    url = stack["Outputs"][0]["OutputValue"]
    assert region.client("ssm").get_parameter(Name="/stack/limit")["Parameter"]["Value"] == url
    sends = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = {"Policy": json.dumps({"Statement": {**sends, "Resource": f"arn:aws:sqs:{HERE}:stack-jobs"}})}
    region.client("sqs").set_queue_attributes(QueueUrl=url, Attributes=policy)
    region.client("sns").publish(TopicArn=f"arn:aws:sns:{HERE}:stack-news", Message="from the stack")
    (message,) = region.client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert "from the stack" in message["Body"]
    stacks.delete_stack(StackName="app")
    assert refusal(region.client("sqs").get_queue_url, QueueName="stack-jobs")[0] == 400
    assert refusal(stacks.create_stack, StackName="b", TemplateBody="Resources: [") == (400, "ValidationError")
    bucket = json.dumps({"Resources": {"B": {"Type": "AWS::S3::Bucket"}}})
    assert refusal(stacks.create_stack, StackName="b", TemplateBody=bucket) == (503, "ServiceUnavailable")


def test_alarms_have_no_state_of_their_own(region: ModelledRegion) -> None:
    cloudwatch = region.client("cloudwatch")
    alarm = {
        "AlarmName": "much",
        "MetricName": "Sales",
        "Namespace": "Shop",
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 1.0,
        "Period": 60,
        "Statistic": "Sum",
    }
    cloudwatch.put_metric_alarm(**alarm)
    (found,) = cloudwatch.describe_alarms(AlarmNames=["much"])["MetricAlarms"]
    assert found["StateValue"] == "INSUFFICIENT_DATA"
    actions = [f"arn:aws:sns:{HERE}:news"]
    assert refusal(cloudwatch.put_metric_alarm, **alarm, AlarmActions=actions) == (503, "ServiceUnavailable")


def test_what_the_backend_stumbles_over(region: ModelledRegion) -> None:
    """What the model lets through and moto stumbles over is the client's mistake."""
    sns, secrets = region.client("sns"), region.client("secretsmanager")
    assert refusal(sns.get_topic_attributes, TopicArn="x") == (400, "ValidationError")
    assert refusal(region.client("kms").generate_random) == (400, "ValidationException")
    assert refusal(sns.list_topics, NextToken="x") == (400, "InvalidParameter")
    assert refusal(secrets.list_secrets, NextToken="x") == (400, "InvalidNextTokenException")
    assert refusal(secrets.list_secret_version_ids, SecretId="none") == (400, "ResourceNotFoundException")
    assert refusal(region.client("ssm").describe_parameters, NextToken="x") == (400, "InvalidNextToken")
    stacks = region.client("cloudformation")
    assert refusal(stacks.list_exports, NextToken="x") == (400, "ValidationError")
    for call in (stacks.delete_change_set, stacks.execute_change_set):
        assert refusal(call, StackName="none", ChangeSetName="none") == (404, "ChangeSetNotFound")


def test_no_request_spoils_those_that_come_after_it(region: ModelledRegion) -> None:
    secrets, stacks = region.client("secretsmanager"), region.client("cloudformation")
    secrets.create_secret(Name="tagged", SecretString="x", Tags=[{"Key": "team"}])
    no_key = [{"Value": "x"}]
    assert refusal(secrets.tag_resource, SecretId="tagged", Tags=no_key) == (400, "InvalidParameterException")
    keyless = {"Name": "keyless", "SecretString": "x", "Tags": no_key}
    assert refusal(secrets.create_secret, **keyless) == (400, "InvalidParameterException")
    for key in ("all", "tag-key", "tag-value"):
        secrets.list_secrets(Filters=[{"Key": key, "Values": ["team"]}])
    assert secrets.describe_secret(SecretId="tagged")["Tags"] == [{"Key": "team", "Value": ""}]
    template = "Resources: {Lines: {Type: AWS::Logs::LogGroup}}"
    assert refusal(stacks.create_stack, StackName="\0", TemplateBody=template) == (400, "ValidationError")
    assert refusal(stacks.describe_stacks, StackName="\0") == (400, "ValidationError")
    assert "\0" not in {stack["StackName"] for stack in stacks.describe_stacks()["Stacks"]}


def test_everything_outlives_the_backend(region: ModelledRegion) -> None:
    kms, sqs = region.client("kms"), region.client("sqs")
    url = sqs.create_queue(QueueName="lasting")["QueueUrl"]
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    sealed = kms.encrypt(KeyId=key, Plaintext=b"abc")["CiphertextBlob"]
    region.kill_backend()
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"abc"
    assert sqs.get_queue_url(QueueName="lasting")["QueueUrl"] == url
