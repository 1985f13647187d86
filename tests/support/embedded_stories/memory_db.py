"""Users of MemoryDB: no cluster is started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "memory-db", "memorydb"
PASSWORD = {"Type": "password", "Passwords": ["a-password-that-is-long"]}


def story(memorydb: Any) -> Look:
    made = memorydb.create_user(
        UserName="ada", AuthenticationMode=PASSWORD, AccessString="on ~* &* +@all", Tags=[{"Key": "a", "Value": "b"}]
    )["User"]
    assert (made["Name"], made["Status"], made["Authentication"]) == (
        "ada",
        "active",
        {"Type": "password", "PasswordCount": 1},
    )
    with pytest.raises(ClientError, match="UserAlreadyExistsFault"):
        memorydb.create_user(UserName="ada", AuthenticationMode=PASSWORD, AccessString="on ~*")
    with pytest.raises(ClientError, match="InvalidParameterCombinationException"):
        memorydb.create_user(UserName="bob", AuthenticationMode={"Type": "password"}, AccessString="on ~*")
    arn = made["ARN"]
    memorydb.tag_resource(ResourceArn=arn, Tags=[{"Key": "c", "Value": "d"}])
    memorydb.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert memorydb.list_tags(ResourceArn=arn)["TagList"] == [{"Key": "c", "Value": "d"}]
    updated = memorydb.update_user(UserName="ada", AuthenticationMode={"Type": "iam"}, AccessString="off")["User"]
    assert (updated["AccessString"], updated["Authentication"]["Type"]) == ("off", "iam")
    memorydb.create_user(
        UserName="gone", AuthenticationMode=PASSWORD, AccessString="on ~*", Tags=[{"Key": "a", "Value": "b"}]
    )
    memorydb.delete_user(UserName="gone")
    with pytest.raises(ClientError, match="UserNotFoundFault"):
        memorydb.describe_users(UserName="gone")
    again = memorydb.create_user(UserName="gone", AuthenticationMode=PASSWORD, AccessString="on ~*")["User"]
    assert memorydb.list_tags(ResourceArn=again["ARN"])["TagList"] == []
    assert {"ada", "default"} <= {one["Name"] for one in memorydb.describe_users()["Users"]}

    def look(memorydb: Any) -> Any:
        return memorydb.describe_users(UserName="ada"), memorydb.list_tags(ResourceArn=arn)

    return look
