"""DataSync: locations and tasks, which are not run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "datasync", "datasync"


_ROLE = "arn:aws:iam::123456789012:role/runner"
_GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:copies"
_NO_LOCATION = "arn:aws:datasync:us-east-1:123456789012:location/loc-00000000000000099"


def story(datasync: Any) -> Look:
    source = _bucket(datasync, "here", "/photos")
    target = datasync.create_location_smb(
        ServerHostname="files.example.com",
        Subdirectory="share",
        User="ada",
        Password="secret",
        AgentArns=["arn:aws:datasync:us-east-1:123456789012:agent/agent-00000000000000001"],
    )["LocationArn"]
    assert source.startswith("arn:aws:datasync:us-east-1:123456789012:location/loc-")
    ends = {"SourceLocationArn": source, "DestinationLocationArn": target}
    task = datasync.create_task(**ends, Name="copy", CloudWatchLogGroupArn=_GROUP, Options={"VerifyMode": "NONE"})
    arn = task["TaskArn"]
    datasync.update_task(TaskArn=arn, Name="copy all")
    nowhere = {"SourceLocationArn": source, "DestinationLocationArn": _NO_LOCATION}
    assert refused(datasync.create_task, **nowhere) == "InvalidRequestException"
    assert refused(datasync.start_task_execution, TaskArn=arn) == "ServiceUnavailableException"
    gone = datasync.create_task(**ends)["TaskArn"]
    datasync.delete_task(TaskArn=gone)
    assert refused(datasync.describe_task, TaskArn=gone) == "InvalidRequestException"
    other = _bucket(datasync, "gone", "/")
    datasync.delete_location(LocationArn=other)
    assert refused(datasync.describe_location_s3, LocationArn=other) == "InvalidRequestException"

    def look(datasync: Any) -> Any:
        found = datasync.describe_task(TaskArn=arn)
        assert (found["Name"], found["Options"], found["CloudWatchLogGroupArn"]) == (
            "copy all",
            {"VerifyMode": "NONE"},
            _GROUP,
        )
        assert (found["SourceLocationArn"], found["DestinationLocationArn"]) == (source, target)
        bucket = datasync.describe_location_s3(LocationArn=source)
        assert (bucket["LocationUri"], bucket["S3Config"]) == ("s3://here/photos/", {"BucketAccessRoleArn": _ROLE})
        share = datasync.describe_location_smb(LocationArn=target)
        assert (share["User"], share["LocationUri"]) == ("ada", "smb://files.example.com/share/")
        locations = [one["LocationArn"] for one in datasync.list_locations()["Locations"]]
        assert {source, target} <= set(locations)
        tasks = [one["TaskArn"] for one in datasync.list_tasks()["Tasks"]]
        assert arn in tasks
        return found, bucket, share, locations, tasks

    return look


def _bucket(datasync: Any, name: str, folder: str) -> str:
    made = datasync.create_location_s3(
        S3BucketArn=f"arn:aws:s3:::{name}", Subdirectory=folder, S3Config={"BucketAccessRoleArn": _ROLE}
    )
    return str(made["LocationArn"])
