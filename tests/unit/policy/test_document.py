from __future__ import annotations

import json
from typing import Any

import pytest

from skywalk.policy.document import Effect, PolicyKind, check_complete, parse_policy
from skywalk.policy.elements import Condition
from skywalk.policy.endpoint_rules import accept_endpoint_policy
from skywalk.policy.errors import PolicyError
from skywalk.policy.principal import NamedPrincipal, PrincipalType
from support.work import calls_of

STATEMENT: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::b/*",
}


def document(*statements: Any, **more: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **more})


def but(**changes: Any) -> str:
    """A good document with the statement's elements replaced, or taken out where None."""
    statement = {name: value for name, value in (STATEMENT | changes).items() if value is not None}
    return document(STATEMENT, statement)


def refusal(text: str, kind: PolicyKind = PolicyKind.ENDPOINT) -> str:
    with pytest.raises(PolicyError) as error:
        parse_policy(text, kind)
    return str(error.value)


def test_whole_document() -> None:
    text = document(
        STATEMENT
        | {
            "Sid": "Read it",
            "Action": ["s3:GetObject", "S3:List*"],
            "Condition": {"StringEqualsIfExists": {"AWS:SourceVPCE": ["vpce-1", "vpce-2"]}},
        },
        Id="an id",
    )
    policy = parse_policy(text, PolicyKind.ENDPOINT)
    assert (policy.kind, policy.version, policy.id) == (PolicyKind.ENDPOINT, "2012-10-17", "an id")
    (statement,) = policy.statements
    assert (statement.index, statement.sid, statement.effect) == (0, "Read it", Effect.ALLOW)
    assert statement.principals == (NamedPrincipal(PrincipalType.EVERYONE, "*"),)
    assert statement.actions == ("s3:GetObject", "S3:List*")
    assert statement.resources == ("arn:aws:s3:::b/*",)
    assert statement.conditions == (Condition("StringEqualsIfExists", "aws:sourcevpce", ("vpce-1", "vpce-2")),)


def test_one_statement_may_stand_alone_and_version_may_be_missing() -> None:
    policy = parse_policy(json.dumps({"Statement": STATEMENT}), PolicyKind.RESOURCE)
    assert policy.version == "2008-10-17"
    assert len(policy.statements) == 1


def test_the_default_policy_of_an_endpoint() -> None:
    text = document({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"})
    assert parse_policy(text, PolicyKind.ENDPOINT).statements[0].resources == ("*",)


def test_trust_policy_names_services_and_has_no_resource() -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    policy = parse_policy(document(trust), PolicyKind.TRUST)
    assert policy.statements[0].principals == (NamedPrincipal(PrincipalType.SERVICE, "ec2.amazonaws.com"),)
    for name in ("Resource", "NotResource"):
        with_resource = document(trust | {name: "*"})
        assert refusal(with_resource, PolicyKind.TRUST) == f"Statement[0].{name}: a role trust policy has no {name}"


def test_who_else_is_meant() -> None:
    statement = STATEMENT | {"Effect": "Deny", "NotPrincipal": {"AWS": ["123456789012", "*"]}}
    del statement["Principal"]
    for kind in (PolicyKind.RESOURCE, PolicyKind.ENDPOINT):
        (found,) = parse_policy(document(statement), kind).statements
        assert found.not_principal
        assert found.principals == (
            NamedPrincipal(PrincipalType.ACCOUNT, "123456789012"),
            NamedPrincipal(PrincipalType.EVERYONE, "*"),
        )
        assert parse_policy(document(statement | {"Effect": "Allow"}), kind), "whether it is taken is another question"
    of_identity = refusal(document(statement), PolicyKind.IDENTITY)
    assert of_identity == "Statement[0].NotPrincipal: an identity-based policy has no NotPrincipal"
    of_role = {name: value for name, value in statement.items() if name != "Resource"}
    of_trust = refusal(document(of_role), PolicyKind.TRUST)
    assert of_trust == "Statement[0].NotPrincipal: a role trust policy has no NotPrincipal"


def test_any_key_may_be_named() -> None:
    keys = {"s3:prefix": "x", "aws:PrincipalTag/dp:exclude:resource": "true", "accounts.google.com:sub": "1"}
    text = document(STATEMENT | {"Condition": {"StringEquals": keys}})
    (statement,) = parse_policy(text, PolicyKind.RESOURCE).statements
    assert [one.key for one in statement.conditions] == [name.lower() for name in keys]


def test_the_older_version_has_no_variables() -> None:
    statement = STATEMENT | {"Resource": "arn:aws:s3:::b/${", "Condition": {"StringEquals": {"s3:prefix": "${}"}}}
    for version in ({"Version": "2008-10-17"}, {}):
        text = json.dumps({**version, "Statement": statement})
        assert parse_policy(text, PolicyKind.RESOURCE).statements[0].resources == ("arn:aws:s3:::b/${",)
    assert "without closing brace" in refusal(document(statement), PolicyKind.RESOURCE)


def test_policies_of_sessions_have_complete_arns() -> None:
    statement = {"Effect": "Deny", "Action": "sqs:*", "NotResource": ["*", "arn:aws:sqs:::"]}
    check_complete(parse_policy(document(statement), PolicyKind.IDENTITY))
    incomplete = parse_policy(document(statement | {"NotResource": "arn:aws:sqs"}), PolicyKind.IDENTITY)
    with pytest.raises(PolicyError, match="NotResource: 'arn:aws:sqs' is not complete") as error:
        check_complete(incomplete)
    assert error.value.place == "Statement[0].NotResource"


def test_incomplete_arns_are_for_identity_policies_alone() -> None:
    statement = {"Effect": "Allow", "Action": "sqs:*", "Resource": ["arn:aws:sqs", "arn:"]}
    assert parse_policy(document(statement), PolicyKind.IDENTITY).statements[0].resources == ("arn:aws:sqs", "arn:")
    for kind in (PolicyKind.ENDPOINT, PolicyKind.RESOURCE):
        text = document(statement | {"Principal": "*"})
        assert (
            refusal(text, kind) == "Statement[0].Resource[0]: 'arn:aws:sqs' must be in ARN format (six fields) or \"*\""
        )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the document is not valid JSON"),
        ("{", "the document is not valid JSON"),
        ("[]", "the document is not a JSON object"),
        ('"text"', "the document is not a JSON object"),
        ("{}", "Statement: missing"),
        ('{"Statement": NaN}', "the document is not valid JSON: NaN"),
        ('{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}', "has the key 'Version' twice"),
        (
            '{"Statement": {"Effect": "Allow", "Effect": "Deny"}}',
            "the document has the key 'Effect' twice in one object",
        ),
        (document(STATEMENT, Extra=1), "'Extra': no such element of a policy"),
        (document(STATEMENT, Version="2013-01-01"), "Version: must be 2012-10-17 or 2008-10-17"),
        (document(STATEMENT, Version=["2012-10-17"]), "Version: must be"),
        (document(STATEMENT, Id=1), "Id: must be a string"),
        (document(), "Statement: must not be empty"),
        (document("x"), "Statement[0]: must be an object"),
        ('{"Statement": "x"}', "Statement: must be an object or a list of objects"),
        (but(effect="Allow"), "Statement[1]: no such element of a statement: 'effect'"),
        (but(Sid=1), "Statement[1].Sid: must be a string"),
        (but(Effect="allow"), "Statement[1].Effect: must be Allow or Deny"),
        (but(Effect=["Allow"]), "Statement[1].Effect: must be Allow or Deny"),
        (but(Effect=None), "Statement[1].Effect: missing"),
        (but(Principal=None), "Statement[1].Principal: missing"),
        (but(Principal="123456789012"), 'Statement[1].Principal: must be "*" or an object'),
        (but(Principal={}), "Statement[1].Principal: must not be empty"),
        (but(Principal={"AWS": []}), "Statement[1].Principal.AWS: must not be empty"),
        (but(Principal={"AWS": 123456789012}), "Statement[1].Principal.AWS: must be a string"),
        (but(Principal={"AWS": ["1234"]}), "Statement[1].Principal.AWS[0]: invalid principal '1234'"),
        (but(Principal={"AWS": "arn:aws:iam::123456789012:role/*"}), "no wildcards but a bare"),
        (but(Principal={"AWS": "AROAEXAMPLE"}), "invalid principal 'AROAEXAMPLE'"),
        (but(NotPrincipal="*"), "Statement[1].NotPrincipal: stands beside Principal; a statement has one of the two"),
        (but(Principal={"Service": "ec2"}), "Principal.Service: invalid principal 'ec2': not the name of a service"),
        (but(Principal={"Service": "*"}), "Statement[1].Principal.Service: invalid principal '*'"),
        (but(Principal={"Federated": ["*", "example.org"]}), "Principal.Federated[1]: invalid principal 'example.org'"),
        (
            but(Principal={"CanonicalUser": "a" * 64}),
            "Statement[1].Principal: no such kind of principal: 'CanonicalUser'",
        ),
        (but(Resource="arn:aws:s3:${aws:RequestedRegion}::b"), "a policy variable before the fifth colon"),
        (but(Resource="arn:aws:s3:::b/${aws:username"), "Resource: policy variable without closing brace in"),
        (
            but(Condition={"StringEquals": {"aws:UserAgent": "${aws username}"}}),
            "Statement[1].Condition.StringEquals.aws:UserAgent: no such policy variable: '${aws username}'",
        ),
        (but(Condition={"StringEquals": {"SourceVpc": "v"}}), "StringEquals.SourceVpc: is no condition key"),
        (but(Condition={"StringEquals": {"aws:*": "v"}}), "StringEquals.aws:*: is no condition key"),
        (but(Condition={"Bool": {"aws:SecureTransport": "${aws:x}"}}), "'${aws:x}' is not true or false"),
        (but(Principal={"aws": "*"}), "Statement[1].Principal: no such kind of principal: 'aws'"),
        (but(Action=None), "Statement[1].Action: missing"),
        (but(Action=[]), "Statement[1].Action: must not be empty"),
        (but(NotAction="s3:*"), "Statement[1].NotAction: stands beside Action; a statement has one of the two"),
        (but(Action=None, NotAction=[]), "Statement[1].NotAction: must not be empty"),
        (but(NotResource="*"), "Statement[1].NotResource: stands beside Resource; a statement has one of the two"),
        (but(Resource=None, NotResource="b/*"), "Statement[1].NotResource: 'b/*' must be in ARN format"),
        (but(Action=["s3:GetObject", 1]), "Statement[1].Action[1]: must be a string"),
        (but(Action="GetObject"), "Statement[1].Action: 'GetObject' is not"),
        (but(Action="s3:"), "Statement[1].Action: 's3:' is not"),
        (but(Action="s*:Get"), "Statement[1].Action: 's*:Get' is not"),
        (but(Action="s3:Get\n"), "is not"),
        (but(Resource=None), "Statement[1].Resource: missing"),
        (but(Resource="b/*"), "Statement[1].Resource: 'b/*' must be in ARN format"),
        (but(Resource="arn:aws:s3"), "must be in ARN format (six fields)"),
        (but(Resource={"a": 1}), "Statement[1].Resource: must be a string or a list of strings"),
        (but(Condition=[]), "Statement[1].Condition: must be an object"),
        (
            but(Condition={"StringEqual": {"aws:SourceVpc": "v"}}),
            "Statement[1].Condition.StringEqual: no such condition",
        ),
        (
            but(Condition={"ForAllValues:Null": {"aws:SourceVpc": "true"}}),
            "ForAllValues:Null: no such condition operator",
        ),
        (but(Condition={"NullIfExists": {"aws:SourceVpc": "true"}}), "NullIfExists: no such condition operator"),
        (but(Condition={"Foo:StringEquals": {"aws:SourceVpc": "v"}}), "Foo:StringEquals: no such condition operator"),
        (
            but(Condition={"IpAddress": {"aws:VpcSourceIp": ["10.0.0.1", "10.0.0.0/99"]}}),
            "Statement[1].Condition.IpAddress.aws:VpcSourceIp: '10.0.0.0/99' is not an IP address or a CIDR block",
        ),
        (but(Condition={"Bool": {"aws:SecureTransport": "yes"}}), "aws:SecureTransport: 'yes' is not true or false"),
        (but(Condition={"StringEquals": {}}), "with at least one condition key"),
        (but(Condition={"StringEquals": {"aws:SourceVpc": []}}), "aws:SourceVpc: must not be empty"),
        (but(Condition={"StringEquals": {"aws:SourceVpc": {"x": 1}}}), "aws:SourceVpc: must be a string, a number"),
        (but(Condition={"StringEquals": {"aws:SourceVpc": None}}), "aws:SourceVpc: must be a string, a number"),
        (
            but(Condition={"StringEquals": {"aws:SourceVpc": "v", "aws:sourcevpc": "w"}}),
            "aws:sourcevpc: the key is there twice, in another case",
        ),
        (but(Sid="\ud800"), "not valid Unicode"),
        ("\ud800", "not valid JSON"),
    ],
)
def test_malformed(text: str, message: str) -> None:
    assert message in refusal(text)


def test_identity_policies_have_no_principal_and_plain_unique_sids() -> None:
    statement = {name: value for name, value in STATEMENT.items() if name != "Principal"}
    assert parse_policy(document(statement), PolicyKind.IDENTITY).statements[0].principals == ()
    assert "an identity-based policy has no Principal" in refusal(document(STATEMENT), PolicyKind.IDENTITY)
    named = statement | {"Sid": "One"}
    assert refusal(document(named, named), PolicyKind.IDENTITY) == "Statement[1].Sid: 'One' is used twice"
    spaced = document(statement | {"Sid": "One two"})
    assert refusal(spaced, PolicyKind.IDENTITY) == "Statement[0].Sid: must be alphanumeric"


def test_all_but_those() -> None:
    text = but(Action=None, NotAction=["s3:Get*", "iam:*"], Resource=None, NotResource="arn:aws:s3:::b/*")
    plain, complement = parse_policy(text, PolicyKind.ENDPOINT).statements
    assert (plain.not_action, plain.not_resource) == (False, False)
    assert (complement.not_action, complement.actions) == (True, ("s3:Get*", "iam:*"))
    assert (complement.not_resource, complement.resources) == (True, ("arn:aws:s3:::b/*",))


def test_condition_values_may_be_booleans_and_numbers() -> None:
    text = document(
        STATEMENT
        | {"Condition": {"StringEquals": {"aws:SecureTransport": True, "aws:PrincipalAccount": [123456789012]}}}
    )
    assert [one.values for one in parse_policy(text, PolicyKind.ENDPOINT).statements[0].conditions] == [
        ("true",),
        ("123456789012",),
    ]


def test_endpoint_policies_count_white_space() -> None:
    text = document(STATEMENT)
    assert parse_policy(text.ljust(20_480), PolicyKind.ENDPOINT)
    assert refusal(text.ljust(20_481)) == "the document has 20481 characters; at most 20480 are allowed"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 20_000,
        '{"Statement":' * 1500,
        '{"Statement":' + "[" * 9000 + "]" * 9000 + "}",
        document(STATEMENT | {"Resource": 1}, Id="x").replace("1}", "9" * 15_000 + "}"),
        '{"Statement":[' + "0," * 9000 + "0]}",
        '{"Statement":{' + ",".join(f'"k{number}":0' for number in range(1800)) + "}}",
        json.dumps("\\" * 9000),
        document(*([STATEMENT] * 100), "x"),
        document(STATEMENT | {"Resource": ["arn:aws:s3:::" + "${" * 4000, "x"]}),
        document(STATEMENT | {"Resource": ["arn:aws:s3:::" + "${a:b}" * 3000, "x"]}),
        document(STATEMENT | {"Resource": ["arn:aws:s3:::" + "${a" * 6000]}),
        document(STATEMENT | {"Principal": {"AWS": "arn:aws:iam::123456789012:role/" + "a/" * 9000 + "!"}}),
        document(STATEMENT | {"Principal": {"Service": "a." * 9000}}),
        document(STATEMENT | {"Condition": {"StringLike": {"k:" + "x" * 9000: "*abcde" * 1000}}}),
        document(STATEMENT | {"Condition": {"NumericEquals": {"k:x": ["9" * 15_000, "x"]}}}),
        document(STATEMENT | {"Condition": {"NumericEquals": {"k:x": "1e999999"}}}),
        document(STATEMENT | {"Condition": {"NumericEquals": {"k:x": 1}}}).replace(": 1}", ": 1e999999}"),
        document(STATEMENT | {"Condition": {"DateEquals": {"k:x": "1" * 9000}}}),
        document(STATEMENT | {"Condition": {"IpAddress": {"k:x": "1." * 9000}}}),
        document(STATEMENT | {"Condition": {"BinaryEquals": {"k:x": "A" * 15_001}}}),
        '{"Statement":{' + ",".join(f'"Condition":{number}' for number in range(1000)) + "}}",
        document(STATEMENT | {"Sid": "\ud800" * 3000}),
    ],
)
def test_hostile_documents_cost_little(text: str) -> None:
    def refused() -> None:
        with pytest.raises(PolicyError):
            accept_endpoint_policy(text)

    assert calls_of(refused) < 3 * len(text)


def test_errors_repeat_little_of_what_was_sent() -> None:
    assert len(refusal(but(Action="x" * 15_000))) < 300
    assert len(refusal(but(Condition={"x" * 15_000: {}}))) < 300
    assert len(refusal(but(Condition={"StringEquals": {"x" * 15_000: "y"}}))) < 300


def test_no_depth_is_a_fault() -> None:
    """Reading and looking for half characters may end at different depths."""
    for depth in range(900, 1010):
        with pytest.raises(PolicyError):
            parse_policy('{"Id": "é", "Statement": ' + "[" * depth + "]" * depth + "}", PolicyKind.RESOURCE)
