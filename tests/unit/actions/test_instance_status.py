from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.instance_status import describe_instance_status
from skywalk.actions.instances import terminate_instances
from support.launching import Home
from support.region import Region


@pytest.fixture
def home() -> Home:
    return Home(Region())


def launch(home: Home, count: int = 1, **request: Any) -> list[str]:
    return [one["InstanceId"] for one in home.launch(MaxCount=count, **request)["Instances"]]


def test_status_of_running_instances(home: Home) -> None:
    first, second = launch(home, 2)
    assert home.ec2(describe_instance_status) == {"InstanceStatuses": []}
    home.settle()
    summary = {"Status": "ok", "Details": [{"Name": "reachability", "Status": "passed"}]}
    statuses = home.ec2(describe_instance_status, InstanceIds=[first])["InstanceStatuses"]
    assert statuses == [
        {
            "InstanceId": first,
            "AvailabilityZone": "us-east-1a",
            "AvailabilityZoneId": "use1-az1",
            "InstanceState": {"Code": 16, "Name": "running"},
            "InstanceStatus": summary,
            "SystemStatus": summary,
            "AttachedEbsStatus": summary,
            "Operator": {"Managed": False},
            "Events": [],
        }
    ]
    home.ec2(terminate_instances, InstanceIds=[first])
    running = home.ec2(describe_instance_status)["InstanceStatuses"]
    assert [one["InstanceId"] for one in running] == [second]
    everything = home.ec2(describe_instance_status, IncludeAllInstances=True)["InstanceStatuses"]
    assert [(one["InstanceId"], one["SystemStatus"]["Status"]) for one in everything] == [
        (first, "not-applicable"),
        (second, "ok"),
    ]


def test_status_filters_and_pages(home: Home) -> None:
    ids = launch(home, 6)
    home.settle()
    home.ec2(terminate_instances, InstanceIds=ids[:1])

    def statuses(name: str, value: str) -> list[str]:
        filters = [{"Name": name, "Values": [value]}]
        answer = home.ec2(describe_instance_status, IncludeAllInstances=True, Filters=filters)
        return [one["InstanceId"] for one in answer["InstanceStatuses"]]

    assert statuses("instance-state-name", "shutting-down") == ids[:1]
    assert statuses("instance-status.status", "ok") == ids[1:]
    assert statuses("system-status.reachability", "passed") == ids[1:]
    assert statuses("event.code", "*") == []
    first = home.ec2(describe_instance_status, IncludeAllInstances=True, MaxResults=5)
    assert [one["InstanceId"] for one in first["InstanceStatuses"]] == ids[:5]
    rest = home.ec2(describe_instance_status, IncludeAllInstances=True, MaxResults=5, NextToken=first["NextToken"])
    assert [one["InstanceId"] for one in rest["InstanceStatuses"]] == ids[5:]
