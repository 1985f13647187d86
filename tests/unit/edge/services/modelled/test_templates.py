"""Templates in JSON and YAML: what they make, and who may."""

from __future__ import annotations

import json

import pytest

from skywalk.edge.services.modelled.templates import made_resources, parse_template, refused_part
from skywalk.values.errors import AwsError

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
  Log: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /app/log, RetentionInDays: 7, Tags: []}}
"""


def refused(text: str) -> str | None:
    return refused_part(text, "us-east-1", "123456789012")


def test_short_forms() -> None:
    resources = parse_template(YAML)["Resources"]
    assert resources["Jobs"]["Properties"] == {"QueueName": {"Fn::Sub": "${Name}-jobs"}}
    assert resources["News"]["Properties"]["Subscription"][0]["Endpoint"] == {"Fn::GetAtt": "Jobs.Arn"}
    assert resources["Limit"]["Properties"]["Value"] == {"Ref": "Name"}
    assert parse_template("Resources: {A: {B: !Join [',', [!Ref B]], C: !If {D: 1}}}")["Resources"]["A"] == {
        "B": {"Fn::Join": [",", [{"Ref": "B"}]]},
        "C": {"Fn::If": {"D": 1}},
    }


def test_what_is_made() -> None:
    assert refused(YAML) is None
    given = [{"ParameterKey": "Name", "ParameterValue": "mail"}]
    assert list(made_resources(YAML, "app", "us-east-1", "123456789012", given)) == [
        ("sqs:CreateQueue", "arn:aws:sqs:us-east-1:123456789012:mail-jobs"),
        ("sns:CreateTopic", "arn:aws:sns:us-east-1:123456789012:news"),
        ("sns:Subscribe", "arn:aws:sns:us-east-1:123456789012:news"),
        ("ssm:PutParameter", "arn:aws:ssm:us-east-1:123456789012:parameter/app/limit"),
        ("kms:CreateKey", "*"),
        ("logs:CreateLogGroup", "arn:aws:logs:us-east-1:123456789012:log-group:/app/log:log-stream:"),
        ("logs:PutRetentionPolicy", "arn:aws:logs:us-east-1:123456789012:log-group:/app/log:log-stream:"),
    ]


def queue(name: object, parameters: object = None, **given: str) -> str:
    """The name of the queue that is asked for."""
    template = {"Parameters": parameters, "Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {}}}}
    if name is not None:
        template["Resources"]["Q"]["Properties"] = {"QueueName": name}  # type: ignore[index]
    told = [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
    ((_, arn),) = made_resources(json.dumps(template), "app", "us-east-1", "123456789012", told)
    return arn.rpartition(":")[2]


def test_whoever_makes_a_stack_needs_the_names_that_it_will_have() -> None:
    default = {"P": {"Type": "String", "Default": "secret"}}
    assert queue(None) == queue({"Ref": "AWS::NoValue"}) == "app-Q"
    assert queue("secret") == queue({"Ref": "P"}, default) == queue({"Fn::Sub": "${P}"}, default) == "secret"
    assert queue({"Ref": "P"}, default, P="other") == "other"
    assert queue(7) == "7"
    # What nobody can say is for those who may make any.
    for name in ({"Ref": "P"}, {"Fn::If": ["C", "secret", "app-Q"]}, {"Fn::GetAtt": "X.QueueName"}, ""):
        assert queue(name) == "*", name


@pytest.mark.parametrize(
    ("target", "key"),
    [
        ("abc", "abc"),
        ("arn:aws:kms:us-east-1:123456789012:key/abc", "abc"),
        ({"Ref": "K"}, "*"),
        ({"Fn::GetAtt": ["K", "Arn"]}, "*"),
    ],
)
def test_whoever_gives_a_key_a_name_must_be_let_to_by_the_key(target: object, key: str) -> None:
    alias = {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": "alias/a", "TargetKeyId": target}}
    made = made_resources(json.dumps({"Resources": {"A": alias}}), "app", "us-east-1", "123456789012")
    assert list(made) == [
        ("kms:CreateAlias", "arn:aws:kms:us-east-1:123456789012:alias/a"),
        ("kms:CreateAlias", f"arn:aws:kms:us-east-1:123456789012:key/{key}"),
    ]


@pytest.mark.parametrize("depth", [150, 300, 450])
def test_a_template_is_not_deeper_than_any_that_is_meant(depth: int) -> None:
    name = '{"Fn::Join": ["", [' * depth + '"q"' + "]]}" * depth
    text = f'{{"Resources": {{"Q": {{"Type": "AWS::SQS::Queue", "Properties": {{"QueueName": {name}}}}}}}}}'
    with pytest.raises(AwsError, match="JSON not well-formed"):
        list(made_resources(text, "app", "us-east-1", "123456789012"))


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
    reason = refused(json.dumps({"Resources": {"X": {"Type": kind}}}))
    assert reason == f"the resource X is of the type {kind}, whose service lives elsewhere or is not there"


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ({"Transform": "AWS::Serverless-2016-10-31", "Resources": {"A": {}}}, "templates are not transformed"),
        (
            {"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"Subscription": [{"Protocol": "email"}]}}}},
            "the resource T: messages are delivered to SQS queues of the same account alone",
        ),
        (
            {
                "Resources": {
                    "K": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": [{"Effect": "Deny"}]}}}
                }
            },
            "the resource K: policies that a stack gives its resources are not enforced: of a key's policy only Allow "
            "kms:* to the account's root is taken; PutKeyPolicy sets another",
        ),
        (
            {
                "Resources": {
                    "R": {
                        "Type": "AWS::ECR::Repository",
                        "Properties": {"RepositoryPolicyText": {"Statement": [{"Effect": "Deny"}]}},
                    }
                }
            },
            "the resource R: policies of repositories are not evaluated, and a Deny in them would deny nothing",
        ),
    ],
)
def test_what_would_not_be_done(template: dict[str, object], reason: str) -> None:
    assert refused(json.dumps(template)) == reason


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Template format error: unsupported structure."),
        ("[]", "Template format error: unsupported structure."),
        ("{", "Template format error: JSON not well-formed."),
        ("{a: !!python/object/apply:os.system ['true']}", "Template format error: JSON not well-formed."),
        ("{}", "Template format error: At least one Resources member must be defined."),
        ('{"Resources": {"A": 7}}', "Template format error: Every Resources object must be an object."),
        ('{"Resources": {"A": {}}, "Resources": {"B": {}}}', "Template format error: JSON not well-formed."),
        ("a: [", "Template format error: YAML not well-formed."),
        ("a: !!python/object/apply:os.system ['true']", "Template format error: YAML not well-formed."),
        ("a: !<tag:yaml.org,2002:python/name:os.system> b", "Template format error: YAML not well-formed."),
        (
            "%TAG ! tag:yaml.org,2002:python/\n---\na: !object/apply:os.system ['true']",
            "Template format error: YAML not well-formed.",
        ),
        ("a: !!int ''", "Template format error: YAML not well-formed."),
        ("a: !!timestamp x", "Template format error: YAML not well-formed."),
        ("a: !!bool x", "Template format error: YAML not well-formed."),
        ("a: " + "[" * 20_000, "Template format error: YAML not well-formed."),
        ("a: &a [1]\nb: *a", "Template error: YAML aliases are not allowed in CloudFormation templates"),
        (
            "x" * 60_000,
            "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length"
            " less than or equal to 51200",
        ),
    ],
)
def test_what_cannot_be_read_reaches_no_backend(text: str, message: str) -> None:
    for read in (parse_template, refused, lambda one: list(made_resources(one, "s", "us-east-1", "123456789012"))):
        with pytest.raises(AwsError) as raised:
            read(text)
        assert (raised.value.code, raised.value.message, raised.value.status) == ("ValidationError", message, 400)


@pytest.mark.parametrize(
    ("endpoint", "is_taken"),
    [
        ({"Fn::GetAtt": ["Q", "Arn"]}, True),
        ("arn:aws:sqs:us-east-1:123456789012:q", True),
        ("arn:aws:sqs:us-east-1:210987654321:q", False),
        ("arn:aws:sqs:eu-west-1:123456789012:q", False),
        ({"Fn::Sub": "arn:aws:sqs:us-east-1:210987654321:q"}, False),
        ({"Ref": "Parameter"}, False),
        (None, False),
    ],
)
def test_a_subscription_is_of_the_account_s_own_queues(endpoint: object, is_taken: bool) -> None:
    subscription = [{"Protocol": "sqs", "Endpoint": endpoint}]
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"Subscription": subscription}}
    assert (refused(json.dumps({"Resources": {"T": topic}})) is None) == is_taken


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        (
            {"Parameters": {"P": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/secret"}}},
            "parameters of SSM are not read for a template",
        ),
        ({"Description": "{{resolve:secretsmanager:prod/db}}"}, "dynamic references are not resolved"),
    ],
)
def test_nothing_is_read_that_its_maker_may_not(template: dict[str, object], reason: str) -> None:
    made = {"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}
    assert refused(json.dumps(template | made)) == reason
