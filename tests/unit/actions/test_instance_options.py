from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.instance_options import (
    describe_instance_credit_specifications,
    modify_instance_metadata_options,
    monitor_instances,
    unmonitor_instances,
)
from skywalk.actions.instances import terminate_instances
from support.launching import Home
from support.region import Region

GONE = "i-00000000000000000"


@pytest.fixture
def home() -> Home:
    return Home(Region())


def launch(home: Home, **more: Any) -> str:
    instance_id: str = home.launch(**more)["Instances"][0]["InstanceId"]
    home.settle()
    return instance_id


def test_metadata_options(home: Home) -> None:
    instance_id = launch(home)
    asked = {"InstanceId": instance_id, "HttpTokens": "required", "HttpPutResponseHopLimit": 3}
    answer = home.ec2(modify_instance_metadata_options, **asked)
    options = {
        "State": "pending",
        "HttpTokens": "required",
        "HttpPutResponseHopLimit": 3,
        "HttpEndpoint": "enabled",
        "HttpProtocolIpv6": "disabled",
        "InstanceMetadataTags": "disabled",
    }
    assert answer == {"InstanceId": instance_id, "InstanceMetadataOptions": options}
    assert home.instance(instance_id)["MetadataOptions"] == {**options, "State": "applied"}
    home.ec2(modify_instance_metadata_options, InstanceId=instance_id, HttpEndpoint="disabled")
    shown = home.instance(instance_id)["MetadataOptions"]
    assert (shown["HttpTokens"], shown["HttpEndpoint"]) == ("required", "disabled"), "what is not asked for stays"


@pytest.mark.parametrize(
    ("asked", "code", "text"),
    [
        ({}, "InvalidParameterCombination", "At least one of the metadata options must be specified."),
        ({"HttpTokens": "none"}, "InvalidParameterValue", "Value (none) for parameter HttpTokens is invalid."),
        ({"HttpEndpoint": "on"}, "InvalidParameterValue", "Value (on) for parameter HttpEndpoint is invalid."),
        (
            {"HttpPutResponseHopLimit": 65},
            "InvalidParameterValue",
            "Value (65) for parameter HttpPutResponseHopLimit is invalid. Hop limit must be between 1 and 64.",
        ),
        (
            {"HttpPutResponseHopLimit": 0},
            "InvalidParameterValue",
            "Value (0) for parameter HttpPutResponseHopLimit is invalid. Hop limit must be between 1 and 64.",
        ),
        (
            {"HttpProtocolIpv6": "enabled"},
            "UnsupportedOperation",
            "The metadata service is not reachable over IPv6 yet.",
        ),
        (
            {"InstanceMetadataTags": "enabled"},
            "UnsupportedOperation",
            "Tags in instance metadata are not supported yet.",
        ),
    ],
)
def test_metadata_options_that_cannot_be(home: Home, asked: dict[str, Any], code: str, text: str) -> None:
    instance_id = launch(home)
    assert home.ec2.refusal(modify_instance_metadata_options, InstanceId=instance_id, **asked) == (code, text)


def test_metadata_of_a_terminated_instance(home: Home) -> None:
    instance_id = launch(home)
    home.ec2(terminate_instances, InstanceIds=[instance_id])
    asked = {"InstanceId": instance_id, "HttpTokens": "required"}
    assert home.ec2.refusal(modify_instance_metadata_options, **asked) == (
        "IncorrectInstanceState",
        f"The instance '{instance_id}' is not running or stopped.",
    )
    asked["InstanceId"] = GONE
    assert home.ec2.refusal(modify_instance_metadata_options, **asked)[0] == "InvalidInstanceID.NotFound"


def test_monitoring(home: Home) -> None:
    one, other = launch(home), launch(home, Monitoring={"Enabled": True})

    def states(answer: Any) -> list[tuple[str, str]]:
        return [(shown["InstanceId"], shown["Monitoring"]["State"]) for shown in answer["InstanceMonitorings"]]

    on = home.ec2(monitor_instances, InstanceIds=[one, other])
    assert states(on) == [(one, "pending"), (other, "enabled")]
    assert home.instance(one)["Monitoring"] == {"State": "enabled"}
    off = home.ec2(unmonitor_instances, InstanceIds=[one])
    assert states(off) == [(one, "disabling")]
    assert states(home.ec2(unmonitor_instances, InstanceIds=[one])) == [(one, "disabled")]
    assert home.ec2.refusal(monitor_instances, InstanceIds=[one, GONE])[0] == "InvalidInstanceID.NotFound"
    assert home.ec2.refusal(unmonitor_instances, InstanceIds=["x"])[0] == "InvalidInstanceID.Malformed"


def test_cpu_credits(home: Home) -> None:
    unlimited = launch(home, InstanceType="t3.micro")
    standard = launch(home, InstanceType="t2.micro")
    large = launch(home, InstanceType="m5.large")

    def credits(**asked: Any) -> list[tuple[str, str]]:
        found = home.ec2(describe_instance_credit_specifications, **asked)["InstanceCreditSpecifications"]
        return [(one["InstanceId"], one["CpuCredits"]) for one in found]

    assert credits() == [(unlimited, "unlimited")]
    assert credits(InstanceIds=[standard, unlimited]) == [(standard, "standard"), (unlimited, "unlimited")]
    assert credits(Filters=[{"Name": "instance-id", "Values": [standard]}]) == []
    assert home.ec2.refusal(describe_instance_credit_specifications, InstanceIds=[large]) == (
        "InstanceCreditSpecification.NotSupported",
        f"The instance '{large}' is not a burstable performance instance.",
    )
    assert home.ec2.refusal(describe_instance_credit_specifications, MaxResults=4)[0] == "InvalidParameterValue"


def test_pages_of_cpu_credits(home: Home) -> None:
    home.launch(InstanceType="t3.micro", MaxCount=7)
    first = home.ec2(describe_instance_credit_specifications, MaxResults=5)
    rest = home.ec2(describe_instance_credit_specifications, MaxResults=5, NextToken=first["NextToken"])
    counts = [len(answer["InstanceCreditSpecifications"]) for answer in (first, rest)]
    assert (counts, "NextToken" in rest) == ([5, 2], False)
