"""Policies of Lambda's functions, versions, aliases and layers, by boto3."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from support import edge_rows as rows
from support.modelled_region import ModelledRegion, modelled_region
from support.resource_policies import NOT_ALLOWED, OTHERS, denied, refusal, statement

CODE = {"ZipFile": b"PK\x05\x06" + bytes(18)}


@pytest.fixture(scope="module")
def region() -> Iterator[ModelledRegion]:
    with modelled_region({}, rows.role("runner", role_id="AROARUNNER")) as running:
        yield running


class TestFunctions:
    @pytest.fixture
    def function(self, region: ModelledRegion, request: pytest.FixtureRequest) -> str:
        made = region.client("lambda").create_function(
            FunctionName=request.node.name,
            Role=f"arn:aws:iam::{rows.ACCOUNT}:role/runner",
            Runtime="python3.12",
            Handler="f.h",
            Code=CODE,
        )
        return str(made["FunctionArn"])

    def test_another_account(self, region: ModelledRegion, function: str) -> None:
        own, others = region.client("lambda"), region.others("lambda")
        assert denied(others.get_function, FunctionName=function) == NOT_ALLOWED.format("lambda:GetFunction")
        assert refusal(own.get_policy, FunctionName=function)[0] == "ResourceNotFoundException"
        told = own.add_permission(
            FunctionName=function, StatementId="abroad", Action="lambda:GetFunction", Principal=rows.OTHER_ACCOUNT
        )
        made = statement("lambda:GetFunction", {"AWS": OTHERS}, function, Sid="abroad")
        assert json.loads(told["Statement"]) == made
        shown = own.get_policy(FunctionName=function)
        assert json.loads(shown["Policy"]) == {"Version": "2012-10-17", "Id": "default", "Statement": [made]}
        assert others.get_function(FunctionName=function)["Configuration"]["FunctionArn"] == function
        again = {"FunctionName": function, "StatementId": "abroad", "Action": "lambda:*", "Principal": "*"}
        assert refusal(own.add_permission, **again)[0] == "ResourceConflictException"
        refused = refusal(own.remove_permission, FunctionName=function, StatementId="abroad", RevisionId="x")
        assert refused[0] == "PreconditionFailedException"
        own.remove_permission(FunctionName=function, StatementId="abroad", RevisionId=shown["RevisionId"])
        assert denied(others.get_function, FunctionName=function).startswith("no resource-based policy")
        refused = refusal(own.remove_permission, FunctionName=function, StatementId="abroad")
        assert refused[0] == "ResourceNotFoundException"

    def test_an_alias_has_its_own(self, region: ModelledRegion, function: str) -> None:
        own, others = region.client("lambda"), region.others("lambda")
        version = own.publish_version(FunctionName=function)["Version"]
        own.create_alias(FunctionName=function, Name="live", FunctionVersion=version)
        given = {"StatementId": "s", "Action": "lambda:GetFunction", "Principal": rows.OTHER_ACCOUNT}
        own.add_permission(FunctionName=function, Qualifier="live", **given)
        assert region.policy_of(f"{function}:live")["Statement"][0]["Resource"] == f"{function}:live"
        others.get_function(FunctionName=function, Qualifier="live")
        others.get_function(FunctionName=f"{function}:live")
        for named in ({}, {"Qualifier": version}):
            assert denied(others.get_function, FunctionName=function, **named).startswith("no resource-based policy")
        assert refusal(own.add_permission, FunctionName=function, Qualifier="$LATEST", **given) == (
            "InvalidParameterValueException",
            "We currently do not support adding policies for $LATEST.",
        )
        own.delete_function(FunctionName=function)
        assert region.policy_of(f"{function}:live") is None

    def test_malformed(self, region: ModelledRegion, function: str) -> None:
        own = region.client("lambda")
        given = {"FunctionName": function, "StatementId": "s", "Principal": "*"}
        assert refusal(own.add_permission, **given, Action="s3:GetObject")[0] == "InvalidParameterValueException"
        given["Principal"] = f"arn:aws:iam::{rows.ACCOUNT}:role/none"
        code, message = refusal(own.add_permission, **given, Action="lambda:GetFunction")
        assert (code, "The provided principal was invalid" in message) == ("InvalidParameterValueException", True)
        given["FunctionName"] = "never"
        assert refusal(own.add_permission, **given, Action="lambda:GetFunction")[0] == "ResourceNotFoundException"

    def test_too_long(self, region: ModelledRegion, function: str) -> None:
        own = region.client("lambda")
        source = "arn:aws:s3:::" + "b" * 9000
        given = {"FunctionName": function, "Action": "lambda:InvokeFunction", "Principal": "*", "SourceArn": source}
        for label in ("a", "b"):
            own.add_permission(**given, StatementId=label)
        assert refusal(own.add_permission, **given, StatementId="c")[0] == "PolicyLengthExceededException"

    def test_a_layer(self, region: ModelledRegion) -> None:
        own, others = region.client("lambda"), region.others("lambda")
        made = own.publish_layer_version(LayerName="shared", Content=CODE)
        given = {"LayerName": "shared", "VersionNumber": 1}
        named = {"LayerName": made["LayerArn"], "VersionNumber": 1}
        assert denied(others.get_layer_version, **named) == NOT_ALLOWED.format("lambda:GetLayerVersion")
        told = own.add_layer_version_permission(
            **given, StatementId="s", Action="lambda:GetLayerVersion", Principal=rows.OTHER_ACCOUNT
        )
        shown = own.get_layer_version_policy(**given)
        assert told["RevisionId"] == shown["RevisionId"]
        assert json.loads(shown["Policy"])["Statement"][0]["Principal"] == {"AWS": OTHERS}
        assert others.get_layer_version(**named)["LayerVersionArn"] == made["LayerVersionArn"]
        own.remove_layer_version_permission(**given, StatementId="s")
        assert denied(others.get_layer_version, **named) == NOT_ALLOWED.format("lambda:GetLayerVersion")
        assert refusal(own.get_layer_version_policy, **given)[0] == "ResourceNotFoundException"
