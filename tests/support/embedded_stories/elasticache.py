"""ElastiCache: users; no cache runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "elasticache", "elasticache"


def story(elasticache: Any) -> Look:
    made = elasticache.create_user(
        UserId="reader",
        UserName="reader",
        Engine="valkey",
        AccessString="on ~* +@read",
        AuthenticationMode={"Type": "password", "Passwords": ["sixteen-characters-long"]},
        Tags=[{"Key": "team", "Value": "a"}],
    )
    assert made["ARN"].endswith(":user:reader")
    assert made["Authentication"] == {"Type": "password", "PasswordCount": 1}
    with pytest.raises(ClientError, match="UserAlreadyExists"):
        _plain(elasticache, "reader")
    arn = _plain(elasticache, "passing")["ARN"]
    elasticache.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "a", "Value": "1"}])
    assert elasticache.delete_user(UserId="passing")["Status"] == "deleting"
    for refused in (elasticache.describe_users, elasticache.delete_user):
        with pytest.raises(ClientError, match="UserNotFound"):
            refused(UserId="passing")
    with pytest.raises(ClientError, match="UserNotFound"):
        elasticache.list_tags_for_resource(ResourceName=arn)
    _plain(elasticache, "passing")
    assert elasticache.list_tags_for_resource(ResourceName=arn)["TagList"] == []
    added = [{"Key": "stage", "Value": "test"}, {"Key": "gone", "Value": "soon"}]
    elasticache.add_tags_to_resource(ResourceName=made["ARN"], Tags=added)
    elasticache.remove_tags_from_resource(ResourceName=made["ARN"], TagKeys=["gone"])

    def look(elasticache: Any) -> Any:
        (user,) = elasticache.describe_users(UserId="reader")["Users"]
        assert (user["UserName"], user["AccessString"], user["Engine"]) == ("reader", "on ~* +@read", "valkey")
        tags = elasticache.list_tags_for_resource(ResourceName=user["ARN"])["TagList"]
        assert {one["Key"]: one["Value"] for one in tags} == {"team": "a", "stage": "test"}
        return user, tags, elasticache.describe_users()

    return look


def _plain(elasticache: Any, name: str) -> Any:
    return elasticache.create_user(
        UserId=name, UserName=name, Engine="redis", AccessString="off -@all", NoPasswordRequired=True
    )
