"""Templates in JSON and YAML: what they make, and who may."""

from __future__ import annotations

import json

import pytest

from skywalk.edge.services.modelled.templates import made_resources, parse_template, refused_type

YAML = """
Parameters: {Name: {Type: String}}
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Sub '${Name}-jobs'}
  News:
    Type: AWS::SNS::Topic
    Properties:
      TopicName: news
      Subscription: [{Protocol: sqs, Endpoint: !GetAtt Jobs.Arn}]
  Limit: {Type: AWS::SSM::Parameter, Properties: {Name: /app/limit, Type: String, Value: !Ref Name}}
  Key: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {}}}
"""


def test_short_forms() -> None:
    template = parse_template(YAML)
    assert template is not None
    jobs = template["Resources"]["Jobs"]["Properties"]
    assert jobs == {"QueueName": {"Fn::Sub": "${Name}-jobs"}}
    subscription = template["Resources"]["News"]["Properties"]["Subscription"][0]
    assert subscription["Endpoint"] == {"Fn::GetAtt": "Jobs.Arn"}
    assert template["Resources"]["Limit"]["Properties"]["Value"] == {"Ref": "Name"}
    assert parse_template("A: !Join [',', [!Ref B]]\nC: !If {D: 1}") == {
        "A": {"Fn::Join": [",", [{"Ref": "B"}]]},
        "C": {"Fn::If": {"D": 1}},
    }


def test_what_is_made() -> None:
    assert refused_type(YAML) is None
    assert list(made_resources(YAML, "app", "us-east-1", "123456789012")) == [
        ("sqs:CreateQueue", "arn:aws:sqs:us-east-1:123456789012:app-Jobs"),
        ("sns:CreateTopic", "arn:aws:sns:us-east-1:123456789012:news"),
        ("ssm:PutParameter", "arn:aws:ssm:us-east-1:123456789012:parameter/app/limit"),
        ("kms:CreateKey", "*"),
    ]


@pytest.mark.parametrize(
    "kind",
    [
        "AWS::EC2::Instance",
        "AWS::S3::Bucket",
        "AWS::DynamoDB::Table",
        "AWS::IAM::Role",
        "Custom::X",
        "AWS::SQS::QueuePolicy",
    ],
)
def test_what_lives_elsewhere(kind: str) -> None:
    reason = refused_type(json.dumps({"Resources": {"X": {"Type": kind}}}))
    assert reason == f"the resource X is of the type {kind}, whose service lives elsewhere or is not there"


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ({"Transform": "AWS::Serverless-2016-10-31", "Resources": {}}, "templates are not transformed"),
        (
            {"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"Subscription": [{"Protocol": "email"}]}}}},
            "the resource T: messages are delivered to SQS queues alone",
        ),
        (
            {
                "Resources": {
                    "K": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": [{"Effect": "Deny"}]}}}
                }
            },
            "the resource K: policies of resources are not evaluated yet, and a Deny in them would deny nothing",
        ),
    ],
)
def test_what_would_not_be_done(template: dict[str, object], reason: str) -> None:
    assert refused_type(json.dumps(template)) == reason


@pytest.mark.parametrize("text", ["", "{", "[]", "a: [", "!!python/object/apply:os.system ['true']", "x" * 60_000])
def test_what_cannot_be_read_is_the_backend_s_to_refuse(text: str) -> None:
    assert parse_template(text) is None
    assert refused_type(text) is None
    assert list(made_resources(text, "s", "us-east-1", "123456789012")) == []
