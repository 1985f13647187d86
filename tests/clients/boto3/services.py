"""boto3 inside an instance, with nothing but what the instance gives it: role, region, resolver, trust.

Arguments: a prefix of names, URLs of services (JSON, none for their ordinary names), the VPC, a role's ARN. Prints by
service what was read back of what was written, and how the role and what nobody does here were refused.
"""

from __future__ import annotations

import datetime
import io
import json
import sys
import zipfile
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

PREFIX, URLS, VPC, ROLE = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3], sys.argv[4]
PATIENCE = Config(connect_timeout=30, read_timeout=60, retries={"total_max_attempts": 1})
told: dict[str, dict[str, Any]] = {}


def client(name: str, service: str | None = None) -> Any:
    """`service`: its name as an endpoint service, if that is another."""
    return boto3.client(name, endpoint_url=URLS.get(service or name), config=PATIENCE)


def tell(service: str, what: str, call: Callable[[], Any]) -> None:
    try:
        answer = call()
    except ClientError as error:
        refusal = error.response["Error"]
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        answer = {"code": refusal["Code"], "status": status, "message": refusal["Message"]}
    except BotoCoreError as error:
        answer = {"network": type(error).__name__}
    except LookupError as error:
        answer = {"missing": str(error)}
    told.setdefault(service, {})[what] = answer


def zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("main.py", "def handle(event, context):\n    return event\n")
    return packed.getvalue()


def monitoring() -> None:
    cloudwatch = client("cloudwatch", "monitoring")
    now = datetime.datetime.now(datetime.UTC)

    def used() -> Any:
        sale = {"MetricName": "Sales", "Value": 2.5, "Timestamp": now}
        cloudwatch.put_metric_data(Namespace=PREFIX, MetricData=[sale])
        around = {"StartTime": now - datetime.timedelta(hours=1), "EndTime": now + datetime.timedelta(hours=1)}
        found = cloudwatch.get_metric_statistics(
            Namespace=PREFIX, MetricName="Sales", Period=7200, Statistics=["Sum"], **around
        )
        return sum(point["Sum"] for point in found["Datapoints"])

    tell("monitoring", "read", used)
    tell("monitoring", "refused", lambda: cloudwatch.delete_alarms(AlarmNames=[PREFIX]))


def cloudformation() -> None:
    stacks = client("cloudformation")

    def template(kind: str, **properties: str) -> str:
        return json.dumps({"Resources": {"Made": {"Type": kind, "Properties": properties}}})

    def used() -> Any:
        body = template("AWS::SQS::Queue", QueueName=f"{PREFIX}-of-stack")
        stacks.create_stack(StackName=PREFIX, TemplateBody=body)
        (resource,) = stacks.describe_stack_resources(StackName=PREFIX)["StackResources"]
        return resource["ResourceType"]

    tell("cloudformation", "read", used)
    tell("cloudformation", "refused", lambda: stacks.delete_stack(StackName=PREFIX))
    vpc = template("AWS::EC2::VPC", CidrBlock="10.9.0.0/16")
    tell("cloudformation", "not done", lambda: stacks.create_stack(StackName=f"{PREFIX}-vpc", TemplateBody=vpc))


def ec2() -> None:
    network = client("ec2")

    def used() -> Any:
        network.create_tags(Resources=[VPC], Tags=[{"Key": PREFIX, "Value": "tagged"}])
        found = network.describe_tags(Filters=[{"Name": "key", "Values": [PREFIX]}])
        return found["Tags"][0]["Value"]

    tell("ec2", "read", used)
    tell("ec2", "refused", lambda: network.delete_vpc(VpcId=VPC))


def load_balancing() -> None:
    tell("elasticloadbalancing", "refused", client("elbv2", "elasticloadbalancing").describe_load_balancers)


def sns_and_sqs() -> None:
    topics, queues = client("sns"), client("sqs")
    made: dict[str, str] = {}

    def queue_used() -> Any:
        url = made["url"] = queues.create_queue(QueueName=PREFIX)["QueueUrl"]
        queues.send_message(QueueUrl=url, MessageBody="sent")
        (message,) = queues.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
        queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return message["Body"]

    def topic_used() -> Any:
        topic = made["topic"] = topics.create_topic(Name=PREFIX)["TopicArn"]
        queue = topic.replace(":sns:", ":sqs:")
        sends = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
        from_topic = {"Resource": queue, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}
        policy = json.dumps({"Statement": [{**sends, **from_topic}]})
        queues.set_queue_attributes(QueueUrl=made["url"], Attributes={"Policy": policy})
        topics.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
        topics.publish(TopicArn=topic, Message="published")
        (message,) = queues.receive_message(QueueUrl=made["url"], WaitTimeSeconds=5)["Messages"]
        return json.loads(message["Body"])["Message"]

    tell("sqs", "read", queue_used)
    tell("sns", "read", topic_used)
    tell("sns", "refused", lambda: topics.delete_topic(TopicArn=made["topic"]))
    tell("sqs", "refused", lambda: queues.delete_queue(QueueUrl=made["url"]))


def sts() -> None:
    tokens = client("sts")
    tell("sts", "read", lambda: tokens.get_caller_identity()["Arn"].split("/")[1])
    tell("sts", "refused", lambda: tokens.assume_role(RoleArn=ROLE, RoleSessionName=PREFIX))


def kms() -> None:
    keys = client("kms")
    made: dict[str, str] = {}

    def used() -> Any:
        key = made["key"] = keys.create_key()["KeyMetadata"]["KeyId"]
        sealed = keys.encrypt(KeyId=key, Plaintext=b"plain")["CiphertextBlob"]
        return keys.decrypt(CiphertextBlob=sealed)["Plaintext"].decode()

    tell("kms", "read", used)
    tell("kms", "refused", lambda: keys.disable_key(KeyId=made["key"]))


def secretsmanager() -> None:
    secrets = client("secretsmanager")

    def used() -> Any:
        secrets.create_secret(Name=PREFIX, SecretString="hush")
        return secrets.get_secret_value(SecretId=PREFIX)["SecretString"]

    tell("secretsmanager", "read", used)
    tell("secretsmanager", "refused", lambda: secrets.delete_secret(SecretId=PREFIX))


def ssm() -> None:
    parameters = client("ssm")

    def used() -> Any:
        parameters.put_parameter(Name=f"/{PREFIX}/limit", Value="7", Type="String")
        return parameters.get_parameter(Name=f"/{PREFIX}/limit")["Parameter"]["Value"]

    tell("ssm", "read", used)
    tell("ssm", "refused", lambda: parameters.delete_parameter(Name=f"/{PREFIX}/limit"))


def logs() -> None:
    log = client("logs")

    def used() -> Any:
        stream = {"logGroupName": PREFIX, "logStreamName": "first"}
        log.create_log_group(logGroupName=PREFIX)
        log.create_log_stream(**stream)
        moment = int(datetime.datetime.now().timestamp() * 1000)
        log.put_log_events(**stream, logEvents=[{"timestamp": moment, "message": "it rains"}])
        return [event["message"] for event in log.get_log_events(**stream)["events"]]

    tell("logs", "read", used)
    tell("logs", "refused", lambda: log.delete_log_group(logGroupName=PREFIX))


def ecr() -> None:
    images = client("ecr", "ecr.api")

    def used() -> Any:
        images.create_repository(repositoryName=PREFIX)
        (found,) = images.describe_repositories(repositoryNames=[PREFIX])["repositories"]
        return found["repositoryName"].removeprefix(PREFIX)

    layer = {"repositoryName": PREFIX, "layerDigest": f"sha256:{'0' * 64}"}
    tell("ecr.api", "read", used)
    tell("ecr.api", "refused", lambda: images.delete_repository(repositoryName=PREFIX))
    tell("ecr.api", "not done", lambda: images.get_download_url_for_layer(**layer))


def functions() -> None:
    lambda_ = client("lambda")

    def used() -> Any:
        lambda_.create_function(
            FunctionName=PREFIX, Runtime="python3.12", Handler="main.handle", Role=ROLE, Code={"ZipFile": zipped()}
        )
        return lambda_.get_function_configuration(FunctionName=PREFIX)["Handler"]

    tell("lambda", "read", used)
    tell("lambda", "refused", lambda: lambda_.delete_function(FunctionName=PREFIX))
    tell("lambda", "not done", lambda: lambda_.invoke(FunctionName=PREFIX, Payload=b"{}"))


def dynamodb() -> None:
    tables = client("dynamodb")
    key = {"id": {"S": "first"}}

    def used() -> Any:
        tables.create_table(
            TableName=PREFIX,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        )
        tables.put_item(TableName=PREFIX, Item={**key, "text": {"S": "stored"}})
        return tables.get_item(TableName=PREFIX, Key=key)["Item"]["text"]["S"]

    tell("dynamodb", "read", used)
    tell("dynamodb", "refused", lambda: tables.delete_table(TableName=PREFIX))


def s3() -> None:
    buckets = client("s3")

    def used() -> Any:
        buckets.create_bucket(Bucket=PREFIX)
        buckets.put_object(Bucket=PREFIX, Key="a/b c.txt", Body=b"an object")
        return buckets.get_object(Bucket=PREFIX, Key="a/b c.txt")["Body"].read().decode()

    tell("s3", "read", used)
    tell("s3", "refused", lambda: buckets.delete_object(Bucket=PREFIX, Key="a/b c.txt"))


if __name__ == "__main__":
    for use in (
        monitoring, cloudformation, ec2, load_balancing, sns_and_sqs, sts, kms, secretsmanager, ssm, logs, ecr,
        functions, dynamodb, s3,
    ):  # fmt: skip
        use()
    print(json.dumps(told))
