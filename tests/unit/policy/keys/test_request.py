from __future__ import annotations

from skywalk.policy.keys import names
from skywalk.policy.keys.request import TimeKeys, sent_context, via_service
from skywalk.values.clock import FixedClock


def test_the_time_to_the_second_in_both_forms() -> None:
    clock = FixedClock()
    times = TimeKeys(clock)
    clock.advance(0.9)
    first = times.now()
    assert first == {"aws:currenttime": "2026-01-01T00:00:00Z", "aws:epochtime": "1767225600"}
    clock.advance(0.05)
    assert times.now() is first
    clock.advance(0.05)
    assert times.now() == {"aws:currenttime": "2026-01-01T00:00:01Z", "aws:epochtime": "1767225601"}


def test_only_two_headers_are_keys() -> None:
    fields = {"user-agent": "aws-cli/2", "referer": "https://a.example/", "aws:sourcevpce": "vpce-1", "host": "s3"}
    assert sent_context(fields) == {"aws:useragent": "aws-cli/2", "aws:referer": "https://a.example/"}
    assert sent_context({"user-agent": ""}) == {}


def test_what_a_service_does_in_somebody_s_name() -> None:
    context = {
        "aws:sourcevpce": "vpce-1",
        "aws:sourcevpc": "vpc-1",
        "aws:vpcsourceip": "10.0.0.1",
        "aws:sourceip": "52.0.0.1",
        "aws:vpceaccount": "123456789012",
        "aws:useragent": "aws-cli/2",
        "aws:referer": "https://a.example/",
        "aws:viaawsservice": "false",
        "aws:principaltype": "User",
    }
    once = via_service(context, "cloudformation.amazonaws.com")
    assert once == {
        "aws:principaltype": "User",
        "aws:useragent": "cloudformation.amazonaws.com",
        "aws:viaawsservice": "true",
        "aws:calledvia": ("cloudformation.amazonaws.com",),
        "aws:calledviafirst": "cloudformation.amazonaws.com",
        "aws:calledvialast": "cloudformation.amazonaws.com",
    }
    twice = via_service(once, "dynamodb.amazonaws.com")
    assert twice[names.CALLED_VIA] == ("cloudformation.amazonaws.com", "dynamodb.amazonaws.com")
    assert (twice[names.CALLED_VIA_FIRST], twice[names.CALLED_VIA_LAST]) == twice[names.CALLED_VIA]
