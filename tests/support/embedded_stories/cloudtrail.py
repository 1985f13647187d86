"""CloudTrail: trails that are off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "cloudtrail", "cloudtrail"


def story(trails: Any) -> Look:
    made = trails.create_trail(Name="audit", S3BucketName="logs", TagsList=[{"Key": "team", "Value": "a"}])
    arn = made["TrailARN"]
    assert arn.endswith(":trail/audit")
    assert refused(trails.create_trail, Name="audit", S3BucketName="logs") == "TrailAlreadyExistsException"
    assert refused(trails.create_trail, Name="-", S3BucketName="logs") == "InvalidTrailNameException"
    assert refused(trails.start_logging, Name="audit") == "ServiceUnavailableException"
    trails.stop_logging(Name="audit")
    trails.update_trail(Name=arn, S3KeyPrefix="audit", EnableLogFileValidation=True)
    (every,) = trails.get_event_selectors(TrailName="audit")["EventSelectors"]
    assert (every["ReadWriteType"], every["IncludeManagementEvents"]) == ("All", True)
    trails.put_event_selectors(TrailName="audit", EventSelectors=[{"ReadWriteType": "WriteOnly"}])
    trails.add_tags(ResourceId=arn, TagsList=[{"Key": "a", "Value": "1"}])
    trails.remove_tags(ResourceId=arn, TagsList=[{"Key": "team", "Value": "a"}])
    gone = [trails.create_trail(Name=name, S3BucketName="logs") for name in ("gone", "away")]
    trails.delete_trail(Name="gone")
    trails.delete_trail(Name=gone[1]["TrailARN"])
    for one in gone:
        assert refused(trails.get_trail, Name=one["TrailARN"]) == "TrailNotFoundException"
    assert refused(trails.delete_trail, Name="gone") == "TrailNotFoundException"

    def look(trails: Any) -> Any:
        found = trails.get_trail(Name="audit")["Trail"]
        assert (found["S3BucketName"], found["S3KeyPrefix"], found["HomeRegion"]) == ("logs", "audit", "us-east-1")
        assert (found["LogFileValidationEnabled"], found["HasCustomEventSelectors"]) == (True, True)
        assert trails.describe_trails(trailNameList=["audit"])["trailList"] == [found]
        names = [one["Name"] for one in trails.list_trails()["Trails"]]
        assert "audit" in names
        assert "gone" not in names
        status = trails.get_trail_status(Name="audit")
        assert status["IsLogging"] is False
        (selector,) = trails.get_event_selectors(TrailName="audit")["EventSelectors"]
        assert selector["ReadWriteType"] == "WriteOnly"
        (tags,) = trails.list_tags(ResourceIdList=[arn])["ResourceTagList"]
        assert tags["TagsList"] == [{"Key": "a", "Value": "1"}]
        return found, names, status, selector, tags

    return look
