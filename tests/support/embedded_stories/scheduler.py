"""EventBridge Scheduler: schedules that are off, and their groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "scheduler", "scheduler"


_TARGET = {"Arn": "arn:aws:sqs:us-east-1:123456789012:q", "RoleArn": "arn:aws:iam::123456789012:role/runner"}
_OFF = {"FlexibleTimeWindow": {"Mode": "OFF"}, "Target": _TARGET, "State": "DISABLED"}


def story(scheduler: Any) -> Look:
    group = scheduler.create_schedule_group(Name="night", Tags=[{"Key": "team", "Value": "a"}])["ScheduleGroupArn"]
    assert refused(scheduler.create_schedule_group, Name="night") == "ConflictException"
    made = scheduler.create_schedule(Name="sweep", GroupName="night", ScheduleExpression="rate(1 day)", **_OFF)
    assert made["ScheduleArn"].endswith(":schedule/night/sweep")
    on = {**_OFF, "State": "ENABLED"}
    on_by_default = {name: value for name, value in _OFF.items() if name != "State"}
    for parameters in (on, on_by_default):
        call = scheduler.create_schedule
        assert refused(call, Name="on", ScheduleExpression="rate(1 day)", **parameters) == "ServiceUnavailableException"
    scheduler.update_schedule(
        Name="sweep", GroupName="night", ScheduleExpression="rate(2 days)", Description="slower", **_OFF
    )
    scheduler.create_schedule(Name="gone", ScheduleExpression="rate(1 day)", **_OFF)
    scheduler.delete_schedule(Name="gone")
    assert refused(scheduler.get_schedule, Name="gone") == "ResourceNotFoundException"
    gone = scheduler.create_schedule_group(Name="gone", Tags=[{"Key": "a", "Value": "1"}])["ScheduleGroupArn"]
    scheduler.delete_schedule_group(Name="gone")
    scheduler.create_schedule_group(Name="gone")
    assert scheduler.list_tags_for_resource(ResourceArn=gone)["Tags"] == []
    scheduler.delete_schedule_group(Name="gone")
    nowhere = {"Name": "lost", "GroupName": "gone", "ScheduleExpression": "rate(1 day)"}
    assert refused(scheduler.create_schedule, **nowhere, **_OFF) == "ResourceNotFoundException"
    assert refused(scheduler.get_schedule_group, Name="gone") == "ResourceNotFoundException"
    assert refused(scheduler.delete_schedule_group, Name="default") == "ValidationException"
    scheduler.tag_resource(ResourceArn=group, Tags=[{"Key": "a", "Value": "1"}])
    scheduler.untag_resource(ResourceArn=group, TagKeys=["team"])

    def look(scheduler: Any) -> Any:
        found = scheduler.get_schedule(Name="sweep", GroupName="night")
        assert (found["ScheduleExpression"], found["Description"]) == ("rate(2 days)", "slower")
        assert found["Target"]["Arn"] == _TARGET["Arn"]
        tags = scheduler.list_tags_for_resource(ResourceArn=group)["Tags"]
        assert tags == [{"Key": "a", "Value": "1"}]
        (listed,) = scheduler.list_schedules(GroupName="night")["Schedules"]
        groups = scheduler.list_schedule_groups(NamePrefix="nig")["ScheduleGroups"]
        return found, tags, listed, groups, scheduler.get_schedule_group(Name="night")

    return look
