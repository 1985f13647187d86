from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.instance_types import describe_instance_type_offerings, describe_instance_types
from support.region import Client, Region


@pytest.fixture
def ec2() -> Client:
    return Region().client()


def names(ec2: Client, **filters: str) -> list[str]:
    asked = [{"Name": name.replace("__", ".").replace("_", "-"), "Values": [value]} for name, value in filters.items()]
    return [one["InstanceType"] for one in ec2(describe_instance_types, Filters=asked)["InstanceTypes"]]


def test_a_type(ec2: Client) -> None:
    (shown,) = ec2(describe_instance_types, InstanceTypes=["t3.micro"])["InstanceTypes"]
    assert shown["VCpuInfo"] == {"DefaultVCpus": 2, "DefaultCores": 1, "DefaultThreadsPerCore": 2}
    assert shown["MemoryInfo"] == {"SizeInMiB": 1024}
    network = shown["NetworkInfo"]
    assert (network["MaximumNetworkInterfaces"], network["Ipv4AddressesPerInterface"]) == (2, 2)
    assert network["NetworkCards"][0]["MaximumNetworkInterfaces"] == 2
    assert shown["ProcessorInfo"]["SupportedArchitectures"] == ["x86_64"]
    assert (shown["Hypervisor"], shown["BurstablePerformanceSupported"]) == ("nitro", True)
    assert shown["EbsInfo"]["EbsOptimizedInfo"]["MaximumIops"] == 11800
    assert "InstanceStorageInfo" not in shown


def test_a_type_with_disks(ec2: Client) -> None:
    (shown,) = ec2(describe_instance_types, InstanceTypes=["m5d.large"])["InstanceTypes"]
    disks = [{"Count": 1, "SizeInGB": 75, "Type": "ssd"}]
    assert shown["InstanceStorageInfo"] == {"TotalSizeInGB": 75, "Disks": disks}


def test_named_types(ec2: Client) -> None:
    found = ec2(describe_instance_types, InstanceTypes=["t3.micro", "m5.large", "t3.micro"])["InstanceTypes"]
    assert [one["InstanceType"] for one in found] == ["t3.micro", "m5.large"]
    assert ec2.refusal(describe_instance_types, InstanceTypes=["t3.micro", "t3.tiny", "x"]) == (
        "InvalidInstanceType",
        "The following supplied instance types do not exist: [t3.tiny, x]",
    )
    assert ec2.refusal(describe_instance_types, InstanceTypes=["t3.micro"], MaxResults=5) == (
        "InvalidParameterCombination",
        "The parameter instanceTypes cannot be used with the parameter maxResults",
    )
    assert ec2.refusal(describe_instance_types, InstanceTypes=["t3.micro"] * 101) == (
        "InvalidParameterValue",
        "The maximum number of instance types is 100.",
    )


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"instance_type": "t3a.*"}, ["2xlarge", "large", "medium", "micro", "nano", "small", "xlarge"]),
        ({"instance_type": "t3a.*", "memory_info__size_in_mib": "4096"}, ["medium"]),
        ({"instance_type": "t3a.*", "vcpu_info__default_vcpus": "8"}, ["2xlarge"]),
        ({"instance_type": "t3a.*", "processor_info__supported_architecture": "arm64"}, []),
        ({"instance_type": "t3a.*", "network_info__maximum_network_interfaces": "4"}, ["2xlarge", "xlarge"]),
        ({"instance_type": "t3a.*", "bare_metal": "true"}, []),
        ({"instance_type": "t3a.*", "supported_usage_class": "spot", "current_generation": "false"}, []),
    ],
)
def test_filters(ec2: Client, filters: dict[str, str], found: list[str]) -> None:
    assert names(ec2, **filters) == [f"t3a.{size}" for size in found]


def test_an_unknown_filter(ec2: Client) -> None:
    for action in (describe_instance_types, describe_instance_type_offerings):
        assert ec2.refusal(action, Filters=[{"Name": "size", "Values": ["x"]}])[0] == "InvalidParameterValue"


def every(ec2: Client, action: Any, member: str, **asked: Any) -> list[Any]:
    found: list[Any] = []
    answer = ec2(action, **asked)
    while True:
        found += answer[member]
        if "NextToken" not in answer:
            return found
        answer = ec2(action, **asked, NextToken=answer["NextToken"])


def test_pages(ec2: Client) -> None:
    assert len(ec2(describe_instance_types)["InstanceTypes"]) == 100
    types = [one["InstanceType"] for one in every(ec2, describe_instance_types, "InstanceTypes", MaxResults=90)]
    assert types == sorted(set(types))
    offered = every(ec2, describe_instance_type_offerings, "InstanceTypeOfferings")
    assert [one["InstanceType"] for one in offered] == types
    assert {one["Location"] for one in offered} == {"us-east-1"}
    for size in (0, 4, 101):
        assert ec2.refusal(describe_instance_types, MaxResults=size)[0] == "InvalidParameterValue"
    for size in (0, 4, 1001):
        assert ec2.refusal(describe_instance_type_offerings, MaxResults=size)[0] == "InvalidParameterValue"


def test_offerings_by_zone(ec2: Client) -> None:
    asked = [{"Name": "instance-type", "Values": ["t3.micro"]}]

    def locations(**more: Any) -> list[str]:
        found = ec2(describe_instance_type_offerings, **{"Filters": asked, **more})["InstanceTypeOfferings"]
        return [one["Location"] for one in found]

    assert locations(LocationType="availability-zone") == [f"us-east-1{letter}" for letter in "abcdef"]
    assert locations(LocationType="availability-zone-id")[0] == "use1-az1"
    assert locations(LocationType="outpost") == []
    here = [*asked, {"Name": "location", "Values": ["us-east-1b"]}]
    assert locations(LocationType="availability-zone", Filters=here) == ["us-east-1b"]
    assert ec2.refusal(describe_instance_type_offerings, LocationType="planet") == (
        "InvalidParameterValue",
        "Value (planet) for parameter LocationType is invalid.",
    )
