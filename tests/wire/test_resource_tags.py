"""Policies that ask for a resource's tags, at every service that has them: stock clients and the embedded backend."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from skywalk.edge.services.modelled.embedded import embedded_service
from skywalk.edge.services.modelled.service_models import service_model
from skywalk.edge.services.modelled.serving import serving
from skywalk.values.embedded_services import embedded_services
from skywalk.values.tags import Tag
from support import edge_rows as rows
from support.embedded_stories.acm_pca import active_authority
from support.embedded_story import address
from support.modelled_region import ModelledRegion, modelled_region
from support.tagged_resource import LIST, LOWER, ROLE, Tagged, makers, service_and_client

MAKERS = makers()
ALLOW = {"Effect": "Allow", "Action": "*", "Resource": "*"}
DENIALS = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException"})
TAGS = re.compile(r"(?!ObjectTags)[a-z]*tags(?:list)?", re.IGNORECASE)
TAGGING = re.compile("(?:Tag|Untag|AddTags|CreateTags|DeleteTags|RemoveTags|List|Describe|Get|StartTag)")
NOT_TOLD = {("ebs", "StartSnapshot")}


CLIENTS: dict[tuple[int, str], Any] = {}
"""Of the one user; to make one takes as long as a test. By the region's port and the service."""


@pytest.fixture(scope="module")
def region() -> Iterator[ModelledRegion]:
    tagged = replace(rows.role("tagged"), tags=(Tag("team", "blue"),))
    with modelled_region({}, rows.role("runner"), tagged) as running:
        yield running


@pytest.fixture(scope="module")
def called() -> set[tuple[str, str]]:
    """Service and operation of what was made with tags."""
    return set()


def policy(*more: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [ALLOW, *more]})


def denied_for(value: str, key: str = "aws:ResourceTag/team") -> str:
    return policy({**ALLOW, "Effect": "Deny", "Condition": {"StringEquals": {key: value}}})


def client_of(region: ModelledRegion, maker: str) -> Any:
    """Of the user, who may do everything from now on."""
    service, name = service_and_client(maker)
    region.give_user(policy())
    if (region.port, service) not in CLIENTS:
        made = CLIENTS[region.port, service] = region.user(name, policy())
        made.meta.config.inject_host_prefix = False
        address(made, service)
    return CLIENTS[region.port, service]


def answer(user: Any, tagged: Tagged) -> str:
    """The code of a refusal; nothing where it is done."""
    try:
        getattr(user, tagged.method)(**tagged.named, **tagged.other)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return str(error.response["Error"]["Code"]) if status < 500 else f"failed: {error}"
    return ""


def another(value: Any) -> Any:
    """The name of what is not there."""
    if isinstance(value, dict):
        return {name: another(one) for name, one in value.items()}
    if isinstance(value, list):
        return [another(one) for one in value]
    return value[:-1] + ("3" if value[-1] == "2" else "2" if value[-1].isdigit() else "b" if value[-1] == "a" else "a")


@pytest.mark.parametrize("maker", MAKERS)
def test_a_denial_for_a_tag_meets_what_has_it(region: ModelledRegion, called: set[tuple[str, str]], maker: str) -> None:
    user, service = client_of(region, maker), service_and_client(maker)[0]
    user.meta.events.register("after-call.*.*", lambda model, **_: called.add((service, model.name)), "called")
    tagged = MAKERS[maker](user)
    region.give_user(denied_for("blue"))
    assert answer(user, tagged) in DENIALS
    if tagged.named and not tagged.is_part:
        of_nothing = answer(user, Tagged(tagged.method, another(tagged.named), tagged.other))
        assert of_nothing not in DENIALS
        assert "failed" not in of_nothing
    region.give_user(denied_for("red"))
    assert answer(user, tagged) == ""


def test_of_a_certificate_s_authority(region: ModelledRegion, called: set[tuple[str, str]]) -> None:
    """ACM asks for an action on it: its own service tells its tags."""
    authorities, user = client_of(region, "acm_pca"), client_of(region, "acm")
    arn = active_authority(authorities)
    authorities.tag_certificate_authority(CertificateAuthorityArn=arn, Tags=LIST)
    asked = Tagged("request_certificate", {}, {"DomainName": "a.example.com", "CertificateAuthorityArn": arn})
    region.give_user(denied_for("blue"))
    assert answer(user, asked) in DENIALS
    region.give_user(denied_for("red"))
    assert answer(user, asked) == ""
    made = user.request_certificate(DomainName="b.example.com", CertificateAuthorityArn=arn, Tags=LIST)
    called.add(("acm", "RequestCertificate"))
    region.give_user(denied_for("blue"))
    assert answer(user, Tagged("get_certificate", {"CertificateArn": made["CertificateArn"]})) in DENIALS


def test_of_a_trial_component_s_measures(region: ModelledRegion) -> None:
    trials = client_of(region, "sagemaker_api")
    made = trials.create_trial_component(TrialComponentName="measured")["TrialComponentArn"]
    trials.add_tags(ResourceArn=made, Tags=LIST)
    user = region.user("sagemaker-metrics", denied_for("blue"))
    address(user, "sagemaker.metrics")
    measure = {"MetricName": "m", "Timestamp": datetime.now(UTC), "Step": 0, "Value": 1.0}
    asked = Tagged("batch_put_metrics", {}, {"TrialComponentName": "measured", "MetricData": [measure]})
    assert answer(user, asked) in DENIALS
    region.give_user(denied_for("red"))
    assert answer(user, asked) == ""


def test_rules_of_one_name_have_tags_of_their_own(region: ModelledRegion) -> None:
    user = client_of(region, "events__rule")
    user.create_event_bus(Name="other")
    user.create_event_bus(Name="same")
    for bus, tags in (("default", []), ("other", LIST)):
        user.put_rule(Name="same", EventBusName=bus, EventPattern='{"source": ["x"]}', Tags=tags)
    user.put_rule(Name="mine", EventPattern='{"source": ["x"]}', Tags=LIST)
    region.give_user(denied_for("blue"))
    assert answer(user, Tagged("describe_rule", {"Name": "same", "EventBusName": "other"})) in DENIALS
    assert answer(user, Tagged("describe_rule", {"Name": "same", "EventBusName": "default"})) == ""
    assert answer(user, Tagged("describe_event_bus", {"Name": "same"})) == ""
    for bus in ("default", f"arn:aws:events:{rows.REGION}:{rows.ACCOUNT}:event-bus/default"):
        assert answer(user, Tagged("describe_rule", {"Name": "mine", "EventBusName": bus})) in DENIALS, bus


def test_of_a_role_that_is_handed_over(region: ModelledRegion) -> None:
    user = client_of(region, "sagemaker_api")
    model = {"ModelName": "handed", "PrimaryContainer": {"Image": "i"}}
    asked = Tagged("create_model", {}, {**model, "ExecutionRoleArn": ROLE.replace("runner", "tagged")})
    for key in ("aws:ResourceTag/team", "iam:ResourceTag/team"):
        region.give_user(denied_for("blue", key))
        assert answer(user, asked) in DENIALS
    region.give_user(denied_for("red"))
    assert answer(user, asked) == ""


def test_by_the_service_s_own_name_of_it(region: ModelledRegion) -> None:
    clusters, models = client_of(region, "ecs__cluster"), client_of(region, "sagemaker_api")
    clusters.create_cluster(clusterName="own", tags=LOWER)
    models.create_model(ModelName="own", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "i"}, Tags=LIST)
    described = Tagged("describe_clusters", {"clusters": ["own"]}), Tagged("describe_model", {"ModelName": "own"})
    for prefix, user, asked in zip(("ecs", "sagemaker"), (clusters, models), described, strict=True):
        region.give_user(denied_for("blue", f"{prefix}:ResourceTag/team"))
        assert answer(user, asked) in DENIALS
        region.give_user(denied_for("red", f"{prefix}:ResourceTag/team"))
        assert answer(user, asked) == ""


def test_of_a_table_with_more_tags_than_are_told_at_once(region: ModelledRegion) -> None:
    user = region.user("dynamodb", policy())
    user.create_table(
        TableName="tagged",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        Tags=[*({"Key": f"k{number}", "Value": "v"} for number in range(12)), *LIST],
    )
    asked = Tagged("get_item", {}, {"TableName": "tagged", "Key": {"id": {"S": "a"}}})
    region.give_user(denied_for("blue"))
    assert answer(user, asked) in DENIALS
    assert answer(user, Tagged("describe_table", {"TableName": "other"})) == "ResourceNotFoundException"
    streams = region.client("dynamodbstreams")
    stream = streams.list_streams(TableName="tagged")["Streams"][0]["StreamArn"]
    reading = region.user("dynamodbstreams", denied_for("blue"))
    assert answer(reading, Tagged("describe_stream", {"StreamArn": stream})) == ""
    region.give_user(denied_for("red"))
    assert answer(user, asked) == ""


def test_a_denial_that_could_never_meet_is_refused(region: ModelledRegion) -> None:
    """Nothing tells the tags of a snapshot that was made by EBS's direct APIs."""
    user = region.user("ebs", policy())
    made = user.start_snapshot(VolumeSize=1, Tags=LIST)["SnapshotId"]
    user.complete_snapshot(SnapshotId=made, ChangedBlocksCount=0)
    asked = Tagged("list_snapshot_blocks", {"SnapshotId": made})
    assert answer(user, asked) == ""
    region.give_user(denied_for("red"))
    assert "denies ebs:ListSnapshotBlocks by aws:ResourceTag, which is not supported yet for ebs" in answer(user, asked)
    assert answer(user, Tagged("start_snapshot", {}, {"VolumeSize": 1})) == ""


def test_whatever_can_be_made_with_tags_is_asked_for_them(called: set[tuple[str, str]]) -> None:
    """By the tests before; alone, of nothing."""
    missing = {one for service in embedded_services() for one in made_with_tags(service)} - called
    assert missing == NOT_TOLD or not called


def made_with_tags(service: str) -> Iterator[tuple[str, str]]:
    embedded = embedded_service(service)
    refused = {
        operation for rule in embedded.rules if TAGS.fullmatch(rule["parameter"]) for operation in rule["operations"]
    }
    for folder in serving(service).models:
        for name in service_model(folder).operation_names:
            if name in embedded.served - refused and not TAGGING.match(name) and takes_tags(folder, name):
                yield service, name


def takes_tags(folder: str, operation: str) -> bool:
    found = service_model(folder).operation(operation)
    assert found is not None
    shape = found.input
    inner = () if shape is None else shape.members.values()
    members = [*(shape.members if shape else ()), *(name for one in inner for name in one.shape.members)]
    return any(TAGS.fullmatch(name) for name in members)
