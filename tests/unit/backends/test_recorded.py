"""What a service acknowledged is there after a kill of its process, with the same ids, dates and keys: services of all
kinds, by their stock clients."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.backend_clients import BackendUnderTest, without_metadata
from support.waiting import wait_until

OTHERWISE = "was answered otherwise than before"
Look = Callable[[Any], Any]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[[str], BackendUnderTest]]:
    made: list[BackendUnderTest] = []

    def start(service: str) -> BackendUnderTest:
        made.append(BackendUnderTest(service, tmp_path / service))
        return made[-1]

    yield start
    for backend in made:
        backend.end(signal.SIGKILL)


def messages(sqs: Any) -> Look:
    url = sqs.create_queue(QueueName="first", tags={"a": "b"})["QueueUrl"]
    for text in "abcde":
        sqs.send_message(QueueUrl=url, MessageBody=text)
    fifo = sqs.create_queue(QueueName="second.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    sqs.send_message(QueueUrl=fifo, MessageBody="x", MessageGroupId="1", MessageDeduplicationId="2")
    sqs.create_queue(QueueName="gone")
    sqs.delete_queue(QueueUrl=url.replace("first", "gone"))
    received = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20, VisibilityTimeout=600)["Messages"]
    assert [one["Body"] for one in received] == ["a"]

    def look(sqs: Any) -> Any:
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=received[0]["ReceiptHandle"], VisibilityTimeout=600)
        return sqs.list_queues(), attributes, sqs.list_queue_tags(QueueUrl=url)

    return look


def topics(sns: Any) -> Look:
    arn = sns.create_topic(Name="t")["TopicArn"]
    sns.subscribe(TopicArn=arn, Protocol="email", Endpoint="a@example.com")
    sns.publish(TopicArn=arn, Message="m")
    return lambda sns: (sns.list_topics(), sns.list_subscriptions(), sns.get_topic_attributes(TopicArn=arn))


def keys(kms: Any) -> Look:
    plain = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/x", TargetKeyId=plain)
    pair = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    curve = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    encrypted = kms.encrypt(KeyId=plain, Plaintext=b"hello")["CiphertextBlob"]
    signing = {"KeyId": curve, "Message": b"m", "SigningAlgorithm": "ECDSA_SHA_256"}
    signature = kms.sign(**signing)["Signature"]
    kms.create_grant(KeyId=plain, GranteePrincipal="arn:aws:iam::111111111111:role/x", Operations=["Encrypt"])
    return lambda kms: (
        *(kms.list_keys(), kms.list_aliases(), kms.describe_key(KeyId=plain), kms.list_grants(KeyId=plain)),
        *(kms.get_public_key(KeyId=pair), kms.get_public_key(KeyId=curve), kms.decrypt(CiphertextBlob=encrypted)),
        *(kms.verify(**signing, Signature=signature),),
    )


def secrets(secretsmanager: Any) -> Look:
    secretsmanager.create_secret(Name="s", SecretString="v")
    secretsmanager.put_secret_value(SecretId="s", SecretString="w")
    return lambda client: (client.list_secrets(), client.describe_secret(SecretId="s"))


def parameters(ssm: Any) -> Look:
    ssm.put_parameter(Name="/a/b", Value="v", Type="String")
    ssm.put_parameter(Name="/a/b", Value="w", Type="SecureString", Overwrite=True)
    ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId="/a/b", Tags=[{"Key": "k", "Value": "v"}])
    return lambda ssm: (ssm.get_parameter_history(Name="/a/b"), ssm.describe_parameters())


def log_events(logs: Any) -> Look:
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    events = [{"timestamp": 1_700_000_000_000, "message": "m"}]
    logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=events)
    return lambda logs: (logs.describe_log_groups(), logs.describe_log_streams(logGroupName="g"))


def alarms(cloudwatch: Any) -> Look:
    metric = {"MetricName": "m", "Namespace": "n"}
    cloudwatch.put_metric_data(Namespace="n", MetricData=[{"MetricName": "m", "Value": 1.0}])
    compared = {"ComparisonOperator": "GreaterThanThreshold", "Threshold": 1, "EvaluationPeriods": 1}
    cloudwatch.put_metric_alarm(AlarmName="a", **metric, **compared, Period=60, Statistic="Sum")
    return lambda cloudwatch: (cloudwatch.list_metrics(), cloudwatch.describe_alarms())


def images(ecr: Any) -> Look:
    ecr.create_repository(repositoryName="repo", tags=[{"Key": "a", "Value": "b"}])
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    layer = {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 7, "digest": "sha256:" + "0" * 64}
    manifest = {"schemaVersion": 2, "mediaType": kind, "config": layer, "layers": []}
    ecr.put_image(repositoryName="repo", imageTag="x", imageManifest=json.dumps(manifest))
    return lambda ecr: (ecr.describe_repositories(), ecr.describe_images(repositoryName="repo"))


def zones(route53: Any) -> Look:
    zone = route53.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
    records = {"Name": "a.example.com", "Type": "A", "TTL": 5, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    changes = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": records}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=changes)
    return lambda route53: (route53.get_hosted_zone(Id=zone), route53.list_resource_record_sets(HostedZoneId=zone))


def tables(dynamodb: Any) -> Look:
    dynamodb.create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for number in range(20):
        dynamodb.put_item(TableName="t", Item={"k": {"S": str(number)}})
    arn = dynamodb.create_backup(TableName="t", BackupName="saved")["BackupDetails"]["BackupArn"]
    count = {":one": {"N": "1"}}
    item = {"TableName": "t", "Key": {"k": {"S": "counter"}}, "UpdateExpression": "ADD n :one"}

    def look(dynamodb: Any) -> Any:
        """With its token the transaction counts once, also after a kill."""
        update = {"Update": {**item, "ExpressionAttributeValues": count}}
        dynamodb.transact_write_items(TransactItems=[update], ClientRequestToken="token")
        counter = dynamodb.get_item(TableName="t", Key=item["Key"])["Item"]
        assert counter["n"] == {"N": "1"}
        return (
            dynamodb.describe_table(TableName="t"),
            dynamodb.scan(TableName="t"),
            dynamodb.describe_backup(BackupArn=arn),
        )

    return look


def objects(s3: Any) -> Look:
    s3.create_bucket(Bucket="bucket")
    s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    for size in (0, 300, 300_000):
        s3.put_object(Bucket="bucket", Key="k", Body=b"x" * size)
    s3.delete_object(Bucket="bucket", Key="k")
    s3.put_object(Bucket="bucket", Key="large", Body=os.urandom(3 << 20))
    s3.copy_object(Bucket="bucket", Key="copy", CopySource="bucket/large")
    upload = {"Bucket": "bucket", "Key": "parts", "UploadId": ""}
    upload["UploadId"] = s3.create_multipart_upload(Bucket="bucket", Key="parts")["UploadId"]
    etags = [s3.upload_part(**upload, PartNumber=number, Body=bytes(5 << 20))["ETag"] for number in (1, 2)]
    parts = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, 1)]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    s3.create_multipart_upload(Bucket="bucket", Key="open")
    return lambda s3: (
        *(s3.list_object_versions(Bucket="bucket"), s3.list_multipart_uploads(Bucket="bucket"), s3.list_buckets()),
        *(s3.get_object(Bucket="bucket", Key=key)["Body"].read() for key in ("large", "copy", "parts")),
    )


STORIES = {
    "cloudwatch": alarms,
    "dynamodb": tables,
    "ecr": images,
    "kms": keys,
    "logs": log_events,
    "route53": zones,
    "s3": objects,
    "secretsmanager": secrets,
    "sns": topics,
    "sqs": messages,
    "ssm": parameters,
}


OF_THEIR_OWN = ("dynamodb", "route53", "s3", "ssm")
TOGETHER = "modelled"
"""The process that all other services share: one kill concerns them all. There, each start draws anew what it hides
SSM's secure strings behind."""


@pytest.mark.parametrize("process", [*OF_THEIR_OWN, TOGETHER])
def test_a_kill_loses_nothing_that_was_acknowledged(process: str, started: Callable[[str], BackendUnderTest]) -> None:
    backend = started(process)
    services = [process] if process in OF_THEIR_OWN else [name for name in STORIES if name not in OF_THEIR_OWN]
    looks = {service: STORIES[service](backend.client(service)) for service in services}

    def look(service: str) -> Any:
        return without_metadata(looks[service](backend.client(service)))

    before = {service: look(service) for service in services}
    backend.end(signal.SIGKILL)
    backend.start()
    for service in services:
        assert look(service) == before[service], service
    assert "changes since the state was saved are done again" in backend.log or has_saved(backend)
    wait_until(lambda: has_saved(backend), 20)
    backend.end(signal.SIGKILL)
    backend.start()
    for service in services:
        assert look(service) == before[service], service
    assert OTHERWISE not in backend.log
    assert "Traceback" not in backend.log


def test_services_of_one_process_keep_what_they_did_for_each_other(started: Callable[[str], BackendUnderTest]) -> None:
    backend = started("modelled")
    url = backend.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    topic = backend.client("sns").create_topic(Name="t")["TopicArn"]
    backend.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:111111111111:q")
    message_id = backend.client("sns").publish(TopicArn=topic, Message="text")["MessageId"]
    resources = {
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {}}},
        "Parameter": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/p", "Type": "String", "Value": "v"}},
    }
    backend.client("cloudformation").create_stack(StackName="s", TemplateBody=json.dumps({"Resources": resources}))

    def look() -> Any:
        formation = backend.client("cloudformation")
        return without_metadata(
            [
                *(formation.describe_stacks(), formation.list_stack_resources(StackName="s")),
                *(backend.client("sqs").list_queues(), backend.client("kms").list_keys()),
                *(backend.client("ssm").describe_parameters(), backend.client("sns").list_subscriptions()),
            ]
        )

    before = look()
    assert len(before[1]["StackResourceSummaries"]) == 3
    for _ in range(2):
        backend.end(signal.SIGKILL)
        backend.start()
        assert look() == before
        wait_until(lambda: has_saved(backend), 20)
    (message,) = backend.client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"])["MessageId"] == message_id
    assert OTHERWISE not in backend.log


COUNTER = """
import re
import sys
from pathlib import Path
from skywalk.backends import journal
from skywalk.backends.moto_answer import MotoAnswer
from skywalk.backends.moto_services import MotoService
from skywalk.backends.recorded import RecordedService
from skywalk.http1.request import RequestHead

done = []

class State:
    def save(self, generation):
        raise TypeError("cannot pickle a thread")
    def load(self):
        return 0

def answer(method, target, headers, body, length_bytes):
    status = int(target[1:])
    if status == 999:
        re.match("(a+)+$", "a" * 99 + "_")
    if status != 503:
        done.append(status)
    return MotoAnswer(status, (), str(len(done)).encode(), 1)

def unavailable(reason):
    return MotoAnswer(503, (), reason.encode(), 0)

recorded = RecordedService(MotoService(answer, State(), 1, lambda head: True, unavailable, 0.2), Path(sys.argv[1]))
recorded.load()

def change(status):
    with recorded.new_body() as body:
        return recorded.change(RequestHead("PUT", f"/{status}", "1.1", []), body)

"""


def counted(state_dir: Path, program: str, status: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-c", COUNTER + program, str(state_dir)], capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stderr
    return done.stdout


def test_refusals_and_failures_are_repeated_and_what_was_not_done_is_not(tmp_path: Path) -> None:
    assert counted(tmp_path, "for status in (200, 503, 404, 500): change(status)\nprint(done)") == "[200, 404, 500]\n"
    assert counted(tmp_path, "print(done)") == "[200, 404, 500]\n"


def test_a_change_whose_outcome_cannot_be_written_is_taken_back_by_the_end_of_the_process(tmp_path: Path) -> None:
    no_room = """
def no_room(*_):
    raise OSError(28, "No space left on device")
change(200)
recorded._journal.finish = no_room
change(201)
"""
    assert counted(tmp_path, no_room, status=1) == ""
    assert counted(tmp_path, "change(202)\nprint(done)") == "[200, 202]\n"


def test_a_change_that_does_not_end_is_taken_back_by_the_end_of_the_process(tmp_path: Path) -> None:
    assert counted(tmp_path, "change(200)\nchange(999)", status=1) == ""
    read = "recorded.read(RequestHead('GET', '/999', '1.1', []), recorded.new_body())"
    assert counted(tmp_path, read, status=1) == ""
    assert counted(tmp_path, "change(202)\nprint(done)") == "[200, 202]\n"


def test_a_state_that_cannot_be_saved_stays_in_the_journal(tmp_path: Path) -> None:
    saving = "change(200)\nrecorded.save()\nchange(201)\nrecorded.save()\nprint(done)"
    too_deep = """
def save(self, generation):
    raise RecursionError("maximum recursion depth exceeded while pickling an object")
State.save = save
"""
    assert counted(tmp_path, saving) == "[200, 201]\n"
    assert counted(tmp_path, too_deep + saving) == "[200, 201, 200, 201]\n"


def has_saved(backend: BackendUnderTest) -> bool:
    return (backend.state_dir / "state.pickle").exists()


def test_what_a_read_has_made_is_the_same_after_a_kill(started: Callable[[str], BackendUnderTest]) -> None:
    backend = started("kms")
    before = backend.client().list_aliases()["Aliases"]
    assert "alias/aws/s3" in {alias["AliasName"] for alias in before}
    backend.end(signal.SIGKILL)
    backend.start()
    after = backend.client().list_aliases()["Aliases"]
    ids = [{alias["AliasName"]: alias.get("TargetKeyId") for alias in found} for found in (before, after)]
    assert ids[0] == ids[1]
