"""Clean Rooms: collaborations, memberships and configured tables, in which no query is run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE = CLIENT = "cleanrooms"


def story(rooms: Any) -> Look:
    new: dict[str, Any] = {
        "members": [],
        "description": "who buys what",
        "creatorMemberAbilities": ["CAN_QUERY"],
        "creatorDisplayName": "us",
        "queryLogStatus": "DISABLED",
    }
    made = rooms.create_collaboration(name="sales", tags={"team": "shop"}, **new)["collaboration"]
    by_id = {"collaborationIdentifier": made["id"]}
    assert (made["name"], made["memberStatus"]) == ("sales", "INVITED")
    member = {"accountId": "210987654321", "memberAbilities": [], "displayName": "they"}
    inviting = {**new, "name": "more", "members": [member]}
    assert refused(rooms.create_collaboration, **inviting) == "ServiceUnavailableException"
    membership = _join(rooms, by_id)
    rooms.update_collaboration(**by_id, description="who bought what")
    found = rooms.get_collaboration(**by_id)["collaboration"]
    assert (found["description"], found["memberStatus"]) == ("who bought what", "ACTIVE")
    other = rooms.create_collaboration(name="brief", **new)["collaboration"]["id"]
    assert {made["id"], other} <= {one["id"] for one in rooms.list_collaborations()["collaborationList"]}
    rooms.delete_collaboration(collaborationIdentifier=other)
    assert refused(rooms.get_collaboration, collaborationIdentifier=other) == "ResourceNotFoundException"
    table = _table(rooms)
    _tag(rooms, made["arn"])

    def look(rooms: Any) -> Any:
        return (
            rooms.get_collaboration(**by_id),
            rooms.get_membership(membershipIdentifier=membership),
            rooms.get_configured_table(configuredTableIdentifier=table),
            rooms.list_tags_for_resource(resourceArn=made["arn"]),
        )

    return look


def _join(rooms: Any, by_id: dict[str, str]) -> str:
    made = rooms.create_membership(**by_id, queryLogStatus="DISABLED")["membership"]["id"]
    (creator,) = rooms.list_members(**by_id)["memberSummaries"]
    assert (creator["displayName"], creator["status"], creator["membershipId"]) == ("us", "ACTIVE", made)
    rooms.delete_membership(membershipIdentifier=made)
    assert refused(rooms.get_membership, membershipIdentifier=made) == "ResourceNotFoundException"
    membership = str(rooms.create_membership(**by_id, queryLogStatus="DISABLED")["membership"]["id"])
    updated = rooms.update_membership(membershipIdentifier=membership, queryLogStatus="DISABLED")["membership"]
    assert updated["collaborationId"] == by_id["collaborationIdentifier"]
    assert membership in [one["id"] for one in rooms.list_memberships()["membershipSummaries"]]
    assert rooms.get_membership(membershipIdentifier=membership)["membership"]["memberAbilities"] == ["CAN_QUERY"]
    return membership


def _table(rooms: Any) -> str:
    new = {
        "tableReference": {"glue": {"tableName": "orders", "databaseName": "shop"}},
        "allowedColumns": ["id", "price"],
        "analysisMethod": "DIRECT_QUERY",
    }
    made, brief = (
        str(rooms.create_configured_table(name=name, **new)["configuredTable"]["id"]) for name in ("orders", "brief")
    )
    rooms.update_configured_table(configuredTableIdentifier=made, description="all orders")
    found = rooms.get_configured_table(configuredTableIdentifier=made)["configuredTable"]
    assert (found["name"], found["description"], found["allowedColumns"]) == ("orders", "all orders", ["id", "price"])
    assert {made, brief} <= {one["id"] for one in rooms.list_configured_tables()["configuredTableSummaries"]}
    rooms.delete_configured_table(configuredTableIdentifier=brief)
    assert refused(rooms.get_configured_table, configuredTableIdentifier=brief) == "ResourceNotFoundException"
    return made


def _tag(rooms: Any, arn: str) -> None:
    rooms.tag_resource(resourceArn=arn, tags={"stage": "test"})
    rooms.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert rooms.list_tags_for_resource(resourceArn=arn)["tags"] == {"stage": "test"}
    unknown = arn[:-12] + "0" * 12
    assert refused(rooms.tag_resource, resourceArn=unknown, tags={"stage": "test"}) == "ResourceNotFoundException"
