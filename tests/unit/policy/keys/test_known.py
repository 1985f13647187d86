from __future__ import annotations

from skywalk.policy.keys.known import service_has, services_with, written_name


def test_keys_of_a_service() -> None:
    assert service_has("s3", "s3:prefix")
    assert service_has("s3", "s3:existingobjecttag/team")
    assert not service_has("s3", "s3:existingobjecttag/")
    assert not service_has("s3", "sqs:prefix")
    assert service_has("ec2", "aws:requesttag/team")


def test_a_service_that_is_none_has_no_keys() -> None:
    assert not service_has("nosuch", "nosuch:key")
    assert not service_has("../conditionKeys/s3", "s3:prefix")
    assert not service_has("", "")


def test_the_services_of_a_key() -> None:
    assert services_with("s3:prefix") == ("s3",)
    assert services_with("saml:aud") == ("sts",)
    assert services_with("s3:nosuch") == ()
    assert services_with("nosuch") == ()


def test_keys_as_aws_writes_them() -> None:
    assert written_name("aws:sourcevpce") == "aws:SourceVpce"
    assert written_name("aws:requesttag/cost-centre") == "aws:RequestTag/cost-centre"
    assert written_name("ec2:metadatahttptokens") == "ec2:MetadataHttpTokens"
    assert written_name("ec2:attribute/httptokens") == "ec2:Attribute/httptokens"
    assert written_name("ec2:resourcetag/team") == "ec2:ResourceTag/team"
    assert written_name("iam:passedtoservice") == "iam:PassedToService"
    assert written_name("ec2:nosuchkey") == "ec2:nosuchkey"
    assert written_name("nosuch") == "nosuch"
