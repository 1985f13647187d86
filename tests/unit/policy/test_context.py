from __future__ import annotations

from ipaddress import ip_address

from skywalk.policy.context import request_context, tag_context
from skywalk.policy.keys.names import EC2_RESOURCE_TAG, RESOURCE_TAG
from skywalk.policy.principal import ANONYMOUS, session_principal, user_principal
from skywalk.values.tags import Tag


def test_a_session_through_an_endpoint() -> None:
    caller = session_principal("123456789012", "app", "i-1", "/team/")
    context = request_context(
        caller,
        secure_transport=True,
        source_vpce="vpce-1",
        source_vpc="vpc-1",
        vpc_source_ip=ip_address("10.0.1.10"),
        requested_region="eu-west-1",
    )
    assert context == {
        "aws:principalarn": "arn:aws:iam::123456789012:role/team/app",
        "aws:principalaccount": "123456789012",
        "aws:securetransport": "true",
        "aws:sourcevpce": "vpce-1",
        "aws:sourcevpc": "vpc-1",
        "aws:vpcsourceip": "10.0.1.10",
        "aws:requestedregion": "eu-west-1",
    }


def test_the_public_side_has_no_network_keys_and_anonymous_callers_no_principal() -> None:
    user = user_principal("123456789012", "ana")
    assert request_context(user, secure_transport=False) == {
        "aws:principalarn": "arn:aws:iam::123456789012:user/ana",
        "aws:principalaccount": "123456789012",
        "aws:securetransport": "false",
    }
    assert request_context(ANONYMOUS, secure_transport=True) == {"aws:securetransport": "true"}


def test_tags_of_a_resource() -> None:
    tags = (Tag("Team", "Bank"), Tag("a b", ""))
    assert tag_context(tags, RESOURCE_TAG, EC2_RESOURCE_TAG) == {
        "aws:resourcetag/team": "Bank",
        "ec2:resourcetag/team": "Bank",
        "aws:resourcetag/a b": "",
        "ec2:resourcetag/a b": "",
    }
    assert tag_context((), RESOURCE_TAG) == {}


def test_tags_that_differ_in_case_alone_have_no_key() -> None:
    tags = (Tag("Team", "Bank"), Tag("team", "Post"), Tag("cost", "1"))
    assert tag_context(tags, RESOURCE_TAG) == {"aws:resourcetag/cost": "1"}
