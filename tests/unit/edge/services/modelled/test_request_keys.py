"""Condition keys of requests: each service's own, and those of tags in each of their shapes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from skywalk.edge.services.modelled import request_keys as module
from skywalk.edge.services.modelled.access import Asker, wanted
from skywalk.edge.services.modelled.protocols.understood import Understood
from skywalk.edge.services.modelled.request_keys import request_keys
from skywalk.edge.services.modelled.service_models import JSON, service_model
from skywalk.policy.authorization_reference import action_entry
from skywalk.policy.keys.carried import is_carried
from skywalk.policy.keys.of_modelled import OWN_KEYS

ACCOUNT = "123456789012"
KEY = "7c21cf95-d88d-49c3-a640-aa9585cb7daf"


def keys(action: str, /, **parameters: Any) -> dict[str, Any]:
    prefix, _, name = action.partition(":")
    return dict(request_keys(prefix, name, parameters, ACCOUNT))


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("glue:TagResource", {"TagsToAdd": {}}),
        ("sqs:SendMessage", {"MessageBody": "x"}),
        ("sqs:CreateQueue", {"QueueName": "q"}),
        ("nothing:Nothing", {"Tags": {"a": "b"}}),
        ("sns:ListTopics", {"Protocol": "sqs"}),
    ],
)
def test_absent_where_nothing_is_given_or_the_action_has_none(action: str, parameters: dict[str, Any]) -> None:
    assert keys(action, **parameters) == {}


def test_tags_that_differ_in_case_alone_have_no_key_but_are_listed() -> None:
    found = keys("sqs:CreateQueue", tags={"Team": "evil", "team": "blue", "env": "b"})
    assert found == {"aws:requesttag/env": "b", "aws:tagkeys": ("Team", "team", "env")}


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("sqs:CreateQueue", {"tags": {"Team": "a", "env": "b"}}),
        ("sns:CreateTopic", {"Tags": [{"Key": "Team", "Value": "a"}, {"Key": "env", "Value": "b"}]}),
        ("states:CreateActivity", {"tags": [{"key": "Team", "value": "a"}, {"key": "env", "value": "b"}]}),
        ("rds:CreateDBSubnetGroup", {"TagSpecifications": [{"Tags": [{"Key": "Team", "Value": "a"}]}],
                                     "Tags": [{"Key": "env", "Value": "b"}]}),
        ("cloudfront:CreateDistribution", {"Tags": {"Items": [{"Key": "Team", "Value": "a"},
                                                              {"Key": "env", "Value": "b"}]}}),
    ],
)  # fmt: skip
def test_tags_in_each_of_their_shapes(action: str, parameters: dict[str, Any]) -> None:
    found = keys(action, **parameters)
    assert {name: value for name, value in found.items() if name.startswith("aws:requesttag/")} == {
        "aws:requesttag/team": "a",
        "aws:requesttag/env": "b",
    }
    assert set(found["aws:tagkeys"]) == {"Team", "env"}


def test_tags_of_kms_and_their_removal() -> None:
    assert keys("kms:TagResource", Tags=[{"TagKey": "a", "TagValue": "b"}])["aws:requesttag/a"] == "b"
    assert keys("kms:UntagResource", TagKeys=["a", "b"])["aws:tagkeys"] == ("a", "b")
    assert "aws:requesttag/a" not in keys("kms:UntagResource", TagKeys=["a"])


@pytest.mark.parametrize(
    ("action", "parameters", "key", "value"),
    [
        ("sns:Subscribe", {"Protocol": "https", "Endpoint": "https://x"}, "sns:protocol", "https"),
        ("sns:Subscribe", {"Protocol": "https", "Endpoint": "https://x"}, "sns:endpoint", "https://x"),
        ("kms:CreateKey", {}, "kms:keyspec", "SYMMETRIC_DEFAULT"),
        ("kms:CreateKey", {"CustomerMasterKeySpec": "RSA_2048"}, "kms:keyspec", "RSA_2048"),
        ("kms:CreateKey", {"MultiRegion": True}, "kms:multiregion", "true"),
        ("kms:Encrypt", {}, "kms:encryptionalgorithm", "SYMMETRIC_DEFAULT"),
        ("kms:Encrypt", {"EncryptionContext": {"App": "x"}}, "kms:encryptioncontext:app", "x"),
        ("kms:Encrypt", {"EncryptionContext": {"App": "x"}}, "kms:encryptioncontextkeys", ("App",)),
        ("kms:Encrypt", {"KeyId": "alias/a"}, "kms:requestalias", "alias/a"),
        ("kms:Encrypt", {}, "kms:calleraccount", ACCOUNT),
        ("kms:ScheduleKeyDeletion", {"PendingWindowInDays": 7}, "kms:schedulekeydeletionpendingwindowindays", "7"),
        ("secretsmanager:DeleteSecret", {"RecoveryWindowInDays": 7}, "secretsmanager:recoverywindowindays", "7"),
        ("secretsmanager:GetSecretValue", {"VersionStage": "OLD"}, "secretsmanager:versionstage", "OLD"),
        ("ssm:PutParameter", {}, "ssm:overwrite", "false"),
        ("ssm:GetParametersByPath", {"Recursive": True}, "ssm:recursive", "true"),
        ("cloudwatch:PutMetricData", {"Namespace": "N"}, "cloudwatch:namespace", "N"),
        ("cloudformation:CreateStack", {"ResourceTypes": ["A", "B"]}, "cloudformation:resourcetypes", ("A", "B")),
        ("lambda:CreateFunction", {"VpcConfig": {"SubnetIds": ["s"]}}, "lambda:subnetids", ("s",)),
        ("lambda:AddPermission", {"Principal": "s3.amazonaws.com"}, "lambda:principal", "s3.amazonaws.com"),
    ],
)
def test_keys_of_services(action: str, parameters: dict[str, Any], key: str, value: Any) -> None:
    assert keys(action, **parameters)[key] == value


def test_a_key_id_is_no_alias() -> None:
    assert "kms:requestalias" not in keys("kms:Encrypt", KeyId=KEY)


def test_both_sides_of_a_reencryption_have_their_own() -> None:
    model = service_model("kms")
    operation = model.operation("ReEncrypt")
    assert operation is not None
    parameters = {
        "CiphertextBlob": "AAAA",
        "DestinationKeyId": KEY,
        "SourceEncryptionContext": {"a": "1"},
        "DestinationEncryptionContext": {"a": "2"},
    }
    asked = wanted("kms", "kms", Understood(model, JSON, operation, parameters), Asker(ACCOUNT, "us-east-1"))
    assert {one.action: one.keys["kms:encryptioncontext:a"] for one in asked} == {
        "kms:ReEncryptFrom": "1",
        "kms:ReEncryptTo": "2",
    }


def test_every_row_speaks_of_keys_and_actions_that_there_are_and_policies_may_name_them() -> None:
    for prefix, rows in json.loads(module._FILE.read_bytes()).items():
        for row in rows:
            key = row["key"].lower()
            for action in row.get("actions", ()):
                assert action_entry(prefix, action) is not None, action
            assert is_carried(f"{key}x" if key.endswith(":") else key, prefix), key


def test_policies_may_name_no_others() -> None:
    rows = json.loads(module._FILE.read_bytes())
    told = {row[name].lower() for one in rows.values() for row in one for name in ("key", "all") if name in row}
    assert {key for keys_ in OWN_KEYS.values() for key in keys_} == told | {"kms:viaservice"}


@pytest.mark.parametrize("service", ["glue", "cloudwatch", "sqs", "iot", "tag"])
def test_policies_may_name_tags_of_requests(service: str) -> None:
    assert is_carried("aws:requesttag/team", service)
    assert is_carried("aws:tagkeys", service)
