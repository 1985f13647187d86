"""The AWS CLI inside an instance, many commands in one process: each goes the way of `aws` from its words to its exit.

Arguments: a prefix of names, URLs of services (JSON, none for their ordinary names), the VPC, a role's ARN. Prints by
service what was read back of what was written, and how the role and what nobody does here were refused.
"""

from __future__ import annotations

import base64
import contextlib
import datetime
import importlib
import io
import json
import re
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

PREFIX, URLS, VPC, ROLE = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3], sys.argv[4]
REGION = "us-east-1"
PATIENCE = ("--cli-connect-timeout", "30", "--cli-read-timeout", "60", "--region", REGION, "--output", "json")
REFUSAL = re.compile(r"An error occurred \((\w+)\) when calling the (\w+) operation[^:]*: (.*)", re.DOTALL)
SERVICES = {"cloudwatch": "monitoring", "ecr": "ecr.api", "elbv2": "elasticloadbalancing", "s3api": "s3"}
"""As endpoint services, where the CLI has another name."""
ALWAYS_BY_URL = {"sqs": f"https://sqs.{REGION}.amazonaws.com"}
"""Version 1 of the CLI calls it by a legacy name, which is never private."""

# By its name: it has no types.
driver = importlib.import_module("awscli.clidriver").create_clidriver()
told: dict[str, dict[str, Any]] = {}


class Refused(Exception):
    """What a command wrote to stderr when it failed."""


def aws(*words: str) -> Any:
    """What a command prints, read as JSON. Raises Refused."""
    service = SERVICES.get(words[0], words[0])
    url = URLS.get(service) or ALWAYS_BY_URL.get(service)
    by_url = () if url is None else ("--endpoint-url", url)
    printed, said = io.TextIOWrapper(io.BytesIO()), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(said):
        status = driver.main([*words, *PATIENCE, *by_url])
    if status != 0:
        raise Refused(said.getvalue().strip())
    printed.seek(0)
    return json.loads(printed.read() or "null")


def tell(service: str, what: str, call: Callable[[], Any]) -> None:
    try:
        answer = call()
    except Refused as refused:
        found = REFUSAL.fullmatch(str(refused))
        answer = {"network": str(refused)} if found is None else {"code": found[1], "message": found[3]}
    except LookupError as error:
        answer = {"missing": str(error)}
    told.setdefault(service, {})[what] = answer


def monitoring() -> None:
    now = datetime.datetime.now(datetime.UTC)
    start, end = ((now + datetime.timedelta(hours=hours)).isoformat() for hours in (-1, 1))

    def used() -> Any:
        metric = ("--namespace", PREFIX, "--metric-name", "Sales")
        aws("cloudwatch", "put-metric-data", *metric, "--value", "2.5")
        around = ("--start-time", start, "--end-time", end, "--period", "7200", "--statistics", "Sum")
        return sum(point["Sum"] for point in aws("cloudwatch", "get-metric-statistics", *metric, *around)["Datapoints"])

    tell("monitoring", "read", used)
    tell("monitoring", "refused", lambda: aws("cloudwatch", "delete-alarms", "--alarm-names", PREFIX))


def cloudformation() -> None:
    def create(name: str, kind: str, **properties: str) -> Any:
        template = json.dumps({"Resources": {"Made": {"Type": kind, "Properties": properties}}})
        return aws("cloudformation", "create-stack", "--stack-name", name, "--template-body", template)

    def used() -> Any:
        create(PREFIX, "AWS::SQS::Queue", QueueName=f"{PREFIX}-of-stack")
        found = aws("cloudformation", "describe-stack-resources", "--stack-name", PREFIX)
        return found["StackResources"][0]["ResourceType"]

    tell("cloudformation", "read", used)
    tell("cloudformation", "refused", lambda: aws("cloudformation", "delete-stack", "--stack-name", PREFIX))
    tell("cloudformation", "not done", lambda: create(f"{PREFIX}-vpc", "AWS::EC2::VPC", CidrBlock="10.9.0.0/16"))


def ec2() -> None:
    def used() -> Any:
        aws("ec2", "create-tags", "--resources", VPC, "--tags", f"Key={PREFIX},Value=tagged")
        return aws("ec2", "describe-tags", "--filters", f"Name=key,Values={PREFIX}")["Tags"][0]["Value"]

    tell("ec2", "read", used)
    tell("ec2", "refused", lambda: aws("ec2", "delete-vpc", "--vpc-id", VPC))


def load_balancing() -> None:
    tell("elasticloadbalancing", "refused", lambda: aws("elbv2", "describe-load-balancers"))


def sns_and_sqs() -> None:
    made: dict[str, str] = {}

    def received() -> Any:
        queue = ("--queue-url", made["url"])
        (message,) = aws("sqs", "receive-message", *queue, "--wait-time-seconds", "5")["Messages"]
        aws("sqs", "delete-message", *queue, "--receipt-handle", message["ReceiptHandle"])
        return message["Body"]

    def queue_used() -> Any:
        made["url"] = aws("sqs", "create-queue", "--queue-name", PREFIX)["QueueUrl"]
        aws("sqs", "send-message", "--queue-url", made["url"], "--message-body", "sent")
        return received()

    def topic_used() -> Any:
        topic = made["topic"] = aws("sns", "create-topic", "--name", PREFIX)["TopicArn"]
        arn = topic.replace(":sns:", ":sqs:")
        sends = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
        from_topic = {"Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}
        attributes = json.dumps({"Policy": json.dumps({"Statement": [{**sends, **from_topic}]})})
        aws("sqs", "set-queue-attributes", "--queue-url", made["url"], "--attributes", attributes)
        queue = ("--protocol", "sqs", "--notification-endpoint", arn)
        aws("sns", "subscribe", "--topic-arn", topic, *queue)
        aws("sns", "publish", "--topic-arn", topic, "--message", "published")
        return json.loads(received())["Message"]

    tell("sqs", "read", queue_used)
    tell("sns", "read", topic_used)
    tell("sns", "refused", lambda: aws("sns", "delete-topic", "--topic-arn", made["topic"]))
    tell("sqs", "refused", lambda: aws("sqs", "delete-queue", "--queue-url", made["url"]))


def sts() -> None:
    assumed = ("--role-arn", ROLE, "--role-session-name", PREFIX)
    tell("sts", "read", lambda: aws("sts", "get-caller-identity")["Arn"].split("/")[1])
    tell("sts", "refused", lambda: aws("sts", "assume-role", *assumed))


def kms() -> None:
    made: dict[str, str] = {}

    def used() -> Any:
        key = made["key"] = aws("kms", "create-key")["KeyMetadata"]["KeyId"]
        sealed = aws("kms", "encrypt", "--key-id", key, "--plaintext", "plain")["CiphertextBlob"]
        with tempfile.NamedTemporaryFile() as file:
            Path(file.name).write_bytes(base64.b64decode(sealed))
            opened = aws("kms", "decrypt", "--ciphertext-blob", f"fileb://{file.name}")["Plaintext"]
        return base64.b64decode(opened).decode()

    tell("kms", "read", used)
    tell("kms", "refused", lambda: aws("kms", "disable-key", "--key-id", made["key"]))


def secretsmanager() -> None:
    def used() -> Any:
        aws("secretsmanager", "create-secret", "--name", PREFIX, "--secret-string", "hush")
        return aws("secretsmanager", "get-secret-value", "--secret-id", PREFIX)["SecretString"]

    tell("secretsmanager", "read", used)
    tell("secretsmanager", "refused", lambda: aws("secretsmanager", "delete-secret", "--secret-id", PREFIX))


def ssm() -> None:
    named = ("--name", f"/{PREFIX}/limit")

    def used() -> Any:
        aws("ssm", "put-parameter", *named, "--value", "7", "--type", "String")
        return aws("ssm", "get-parameter", *named)["Parameter"]["Value"]

    tell("ssm", "read", used)
    tell("ssm", "refused", lambda: aws("ssm", "delete-parameter", *named))


def logs() -> None:
    group = ("--log-group-name", PREFIX)

    def used() -> Any:
        stream = (*group, "--log-stream-name", "first")
        aws("logs", "create-log-group", *group)
        aws("logs", "create-log-stream", *stream)
        moment = int(datetime.datetime.now().timestamp() * 1000)
        aws("logs", "put-log-events", *stream, "--log-events", f"timestamp={moment},message=it rains")
        return [event["message"] for event in aws("logs", "get-log-events", *stream)["events"]]

    tell("logs", "read", used)
    tell("logs", "refused", lambda: aws("logs", "delete-log-group", *group))


def ecr() -> None:
    repository = ("--repository-name", PREFIX)

    def used() -> Any:
        aws("ecr", "create-repository", *repository)
        (found,) = aws("ecr", "describe-repositories", "--repository-names", PREFIX)["repositories"]
        return found["repositoryName"].removeprefix(PREFIX)

    layer = (*repository, "--layer-digest", f"sha256:{'0' * 64}")
    tell("ecr.api", "read", used)
    tell("ecr.api", "refused", lambda: aws("ecr", "delete-repository", *repository))
    tell("ecr.api", "not done", lambda: aws("ecr", "get-download-url-for-layer", *layer))


def functions() -> None:
    function = ("--function-name", PREFIX)

    def used() -> Any:
        code = ("--runtime", "python3.12", "--handler", "main.handle", "--role", ROLE)
        with tempfile.NamedTemporaryFile(suffix=".zip") as file:
            with zipfile.ZipFile(file.name, "w") as archive:
                archive.writestr("main.py", "def handle(event, context):\n    return event\n")
            aws("lambda", "create-function", *function, *code, "--zip-file", f"fileb://{file.name}")
        return aws("lambda", "get-function-configuration", *function)["Handler"]

    tell("lambda", "read", used)
    tell("lambda", "refused", lambda: aws("lambda", "delete-function", *function))
    tell("lambda", "not done", lambda: aws("lambda", "invoke", *function, "/dev/null"))


def dynamodb() -> None:
    table = ("--table-name", PREFIX)

    def used() -> Any:
        attributes = ("--attribute-definitions", "AttributeName=id,AttributeType=S")
        keys = ("--key-schema", "AttributeName=id,KeyType=HASH")
        aws("dynamodb", "create-table", *table, "--billing-mode", "PAY_PER_REQUEST", *attributes, *keys)
        key = {"id": {"S": "first"}}
        aws("dynamodb", "put-item", *table, "--item", json.dumps({**key, "text": {"S": "stored"}}))
        return aws("dynamodb", "get-item", *table, "--key", json.dumps(key))["Item"]["text"]["S"]

    tell("dynamodb", "read", used)
    tell("dynamodb", "refused", lambda: aws("dynamodb", "delete-table", *table))


def s3() -> None:
    item = ("--bucket", PREFIX, "--key", "a/b c.txt")

    def used() -> Any:
        aws("s3api", "create-bucket", "--bucket", PREFIX)
        with tempfile.NamedTemporaryFile() as file:
            Path(file.name).write_bytes(b"an object")
            aws("s3api", "put-object", *item, "--body", file.name)
        with tempfile.NamedTemporaryFile() as file:
            aws("s3api", "get-object", *item, file.name)
            return Path(file.name).read_text()

    tell("s3", "read", used)
    tell("s3", "refused", lambda: aws("s3api", "delete-object", *item))


if __name__ == "__main__":
    for use in (
        monitoring, cloudformation, ec2, load_balancing, sns_and_sqs, sts, kms, secretsmanager, ssm, logs, ecr,
        functions, dynamodb, s3,
    ):  # fmt: skip
        use()
    print(json.dumps(told))
