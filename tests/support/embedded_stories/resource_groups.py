"""Resource Groups: groups, their queries and configurations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "resource-groups", "resource-groups"


_QUERY = {
    "Type": "TAG_FILTERS_1_0",
    "Query": '{"ResourceTypeFilters": ["AWS::AllSupported"], "TagFilters": [{"Key": "stage", "Values": ["live"]}]}',
}
_FURTHER = {**_QUERY, "Query": _QUERY["Query"].replace("live", "test")}
_POOL = [{"Type": "AWS::EC2::CapacityReservationPool"}]


def story(groups: Any) -> Look:
    made = groups.create_group(Name="live", ResourceQuery=_QUERY, Description="what is live", Tags={"team": "a"})
    arn = made["Group"]["GroupArn"]
    assert made["ResourceQuery"] == _QUERY
    assert refused(groups.create_group, Name="live", ResourceQuery=_QUERY) == "BadRequestException"
    groups.update_group(Group="live", Description="what was live")
    groups.update_group(GroupName="live", Description="what customers see")
    groups.update_group_query(Group=arn, ResourceQuery=_FURTHER)
    groups.create_group(Name="pool", Configuration=_POOL)
    groups.put_group_configuration(Group="pool", Configuration=_POOL)
    groups.tag(Arn=arn, Tags={"a": "1"})
    groups.untag(Arn=arn, Keys=["team", "none"])
    groups.create_group(Name="gone", ResourceQuery=_QUERY)
    groups.delete_group(Group="gone")
    for call in (groups.get_group, groups.update_group, groups.get_group_configuration, groups.delete_group):
        assert refused(call, Group="gone") == "NotFoundException"
    assert refused(groups.get_tags, Arn=arn.replace("live", "gone")) == "NotFoundException"
    assert refused(groups.list_tag_sync_tasks) == "ServiceUnavailableException"

    def look(groups: Any) -> Any:
        found = groups.get_group(Group=arn)["Group"]
        assert (found["Name"], found["Description"]) == ("live", "what customers see")
        assert groups.get_group(GroupName="live")["Group"] == found
        query = groups.get_group_query(Group="live")["GroupQuery"]
        assert query == {"GroupName": "live", "ResourceQuery": _FURTHER}
        tags = groups.get_tags(Arn=arn)["Tags"]
        assert tags == {"a": "1"}
        pool = groups.get_group_configuration(Group="pool")["GroupConfiguration"]["Configuration"]
        assert pool == _POOL
        names = [one["GroupName"] for one in groups.list_groups()["GroupIdentifiers"]]
        assert {"live", "pool"} <= set(names)
        return found, query, tags, pool, names

    return look
