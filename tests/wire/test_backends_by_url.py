"""Services without an embedded backend, whose backend is at a URL: stock clients, a policy that names one resource, and
what reaches the backend."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.exceptions import ClientError

from skywalk.backends.remote import RemoteBackend
from skywalk.values.clock import SystemClock
from support import edge_rows as rows
from support.identities import allow
from support.modelled_region import USER_ARN, ModelledRegion, modelled_region

HERE = f"{rows.REGION}:{rows.ACCOUNT}"
ROLE = f"arn:aws:iam::{rows.ACCOUNT}:role/worker"
_CBOR_EMPTY_MAP = b"\xa0"


@dataclass
class Recorder:
    """A backend that answers everything with nothing, in the protocol that it is asked in."""

    url: str = ""
    seen: list[tuple[str, bytes]] = field(default_factory=list)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        self.seen.append((handler.headers.get("X-Amz-Target") or handler.path, body))
        kind, content = "application/x-amz-json-1.1", b"{}"
        if (handler.headers.get("Content-Type") or "").startswith("application/x-www-form-urlencoded"):
            action = body.partition(b"Action=")[2].partition(b"&")[0].decode()
            kind, content = "text/xml", f"<{action}Response><{action}Result/></{action}Response>".encode()
        if handler.headers.get("Smithy-Protocol"):
            kind, content = "application/cbor", _CBOR_EMPTY_MAP
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(content)))
        if handler.headers.get("Smithy-Protocol"):
            handler.send_header("Smithy-Protocol", "rpc-v2-cbor")
        handler.end_headers()
        handler.wfile.write(content)


@contextmanager
def recorder() -> Iterator[Recorder]:
    found = Recorder()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.answer(self)

        do_GET = do_PUT = do_DELETE = do_PATCH = do_POST

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


@dataclass(frozen=True)
class Story:
    """`service` as endpoints name it, `client` as boto3 does. The policy allows the actions on the resources; what
    `allowed` asks for it speaks of, and of `refused` the last check fails: `action` on `denied`."""

    service: str
    client: str
    operation: str
    allowed: dict[str, Any]
    refused: dict[str, Any]
    resources: tuple[str, ...]
    action: str
    denied: str
    code: str = "AccessDeniedException"
    status: int = 400


def own(prefix: str, *rests: str) -> tuple[str, ...]:
    return tuple(f"arn:aws:{prefix}:{HERE}:{rest}" for rest in rests)


STORIES = (
    Story(
        "glue",
        "glue",
        "get_table",
        {"DatabaseName": "db", "Name": "open"},
        {"DatabaseName": "db", "Name": "closed"},
        own("glue", "catalog", "database/db", "table/db/open"),
        "glue:GetTable",
        f"arn:aws:glue:{HERE}:table/db/closed",
    ),
    Story(
        "ecs",
        "ecs",
        "update_service",
        {"cluster": "c", "service": "open"},
        {"cluster": "c", "service": "closed"},
        own("ecs", "service/c/open"),
        "ecs:UpdateService",
        f"arn:aws:ecs:{HERE}:service/c/closed",
    ),
    Story(
        "athena",
        "athena",
        "start_query_execution",
        {"QueryString": "SELECT 1", "WorkGroup": "open"},
        {"QueryString": "SELECT 1", "WorkGroup": "closed"},
        own("athena", "workgroup/open"),
        "athena:StartQueryExecution",
        f"arn:aws:athena:{HERE}:workgroup/closed",
    ),
    Story(
        "kinesis-firehose",
        "firehose",
        "put_record",
        {"DeliveryStreamName": "open", "Record": {"Data": b"x"}},
        {"DeliveryStreamName": "closed", "Record": {"Data": b"x"}},
        own("firehose", "deliverystream/open"),
        "firehose:PutRecord",
        f"arn:aws:firehose:{HERE}:deliverystream/closed",
    ),
    Story(
        "kinesis-streams",
        "kinesis",
        "put_record",
        {"StreamName": "open", "Data": b"x", "PartitionKey": "p"},
        {"StreamName": "closed", "Data": b"x", "PartitionKey": "p"},
        own("kinesis", "stream/open"),
        "kinesis:PutRecord",
        f"arn:aws:kinesis:{HERE}:stream/closed",
    ),
    Story(
        "events",
        "events",
        "put_events",
        {"Entries": [{"EventBusName": "open", "Source": "s", "DetailType": "t", "Detail": "{}"}]},
        {"Entries": [{"EventBusName": one, "Source": "s"} for one in ("open", "closed")]},
        own("events", "event-bus/open"),
        "events:PutEvents",
        f"arn:aws:events:{HERE}:event-bus/closed",
    ),
    Story(
        "states",
        "stepfunctions",
        "start_execution",
        {"stateMachineArn": f"arn:aws:states:{HERE}:stateMachine:open"},
        {"stateMachineArn": f"arn:aws:states:{HERE}:stateMachine:closed"},
        own("states", "stateMachine:open"),
        "states:StartExecution",
        f"arn:aws:states:{HERE}:stateMachine:closed",
    ),
    Story(
        "rds",
        "rds",
        "describe_db_instances",
        {"DBInstanceIdentifier": "open"},
        {},
        own("rds", "db:open"),
        "rds:DescribeDBInstances",
        "*",
        "AccessDenied",
        403,
    ),
    Story(
        "autoscaling",
        "autoscaling",
        "set_desired_capacity",
        {"AutoScalingGroupName": "open", "DesiredCapacity": 1},
        {"AutoScalingGroupName": "closed", "DesiredCapacity": 1},
        own("autoscaling", "autoScalingGroup:*:autoScalingGroupName/open"),
        "autoscaling:SetDesiredCapacity",
        f"arn:aws:autoscaling:{HERE}:autoScalingGroup:*:autoScalingGroupName/closed",
        "AccessDenied",
        403,
    ),
    Story(
        "eks",
        "eks",
        "describe_cluster",
        {"name": "open"},
        {"name": "closed"},
        own("eks", "cluster/open"),
        "eks:DescribeCluster",
        f"arn:aws:eks:{HERE}:cluster/closed",
        status=403,
    ),
    Story(
        "apigateway",
        "apigateway",
        "get_rest_api",
        {"restApiId": "open"},
        {"restApiId": "closed"},
        (f"arn:aws:apigateway:{rows.REGION}::/restapis/open",),
        "apigateway:GET",
        f"arn:aws:apigateway:{rows.REGION}::/restapis/closed",
        status=403,
    ),
)


@pytest.fixture(scope="module")
def backend() -> Iterator[Recorder]:
    with recorder() as found:
        yield found


@pytest.fixture(scope="module")
def region(backend: Recorder) -> Iterator[ModelledRegion]:
    services = {story.service for story in STORIES}
    with modelled_region({one: RemoteBackend(one, backend.url, None, SystemClock()) for one in services}) as found:
        yield found


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.service)
def test_a_policy_that_names_one_resource(story: Story, backend: Recorder, region: ModelledRegion) -> None:
    prefix = story.action.partition(":")[0]
    client = region.user(story.client, allow(f"{prefix}:*", resource=list(story.resources)))
    backend.seen.clear()
    getattr(client, story.operation)(**story.allowed)
    assert len(backend.seen) == 1
    with pytest.raises(ClientError) as refused:
        getattr(client, story.operation)(**story.refused)
    error = refused.value.response
    assert error["Error"]["Code"] == story.code
    assert error["ResponseMetadata"]["HTTPStatusCode"] == story.status
    assert error["Error"]["Message"] == (
        f"User: {USER_ARN} is not authorized to perform: {story.action} on resource: {story.denied} because no "
        f"identity-based policy allows the {story.action} action"
    )
    assert len(backend.seen) == 1  # the refused one did not reach it


def test_what_reaches_the_backend(backend: Recorder, region: ModelledRegion) -> None:
    client = region.user("glue", allow("*"))
    backend.seen.clear()
    client.get_table(DatabaseName="db", Name="t")
    ((target, body),) = backend.seen
    assert target == "AWSGlue.GetTable"
    assert json.loads(body) == {"DatabaseName": "db", "Name": "t"}


def test_a_role_that_is_handed_over(region: ModelledRegion) -> None:
    job = {"Name": "j", "Role": ROLE, "Command": {"Name": "glueetl"}}
    condition = {"StringEquals": {"iam:PassedToService": "glue.amazonaws.com"}}
    passes = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": ROLE, "Condition": condition}
    creates = {"Effect": "Allow", "Action": "glue:CreateJob", "Resource": "*"}
    with pytest.raises(ClientError) as refused:
        region.user("glue", json.dumps({"Statement": [creates]})).create_job(**job)
    assert f"is not authorized to perform: iam:PassRole on resource: {ROLE}" in str(refused.value)
    region.user("glue", json.dumps({"Statement": [creates, passes]})).create_job(**job)
