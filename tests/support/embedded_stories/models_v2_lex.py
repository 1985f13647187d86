"""Lex V2: bots as records; nobody talks with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "models-v2-lex", "lexv2-models"
_ROLE = "arn:aws:iam::123456789012:role/runner"
_SETTINGS: dict[str, Any] = {
    "roleArn": _ROLE,
    "dataPrivacy": {"childDirected": False},
    "idleSessionTTLInSeconds": 300,
}


def story(lex: Any) -> Look:
    made = lex.create_bot(botName="orders", description="takes orders", botTags={"team": "a"}, **_SETTINGS)
    assert (made["botName"], made["botTags"], len(made["botId"])) == ("orders", {"team": "a"}, 10)
    bot = made["botId"]
    with pytest.raises(ClientError, match="PreconditionFailedException"):
        lex.create_bot(botName="orders", **_SETTINGS)
    gone = lex.create_bot(botName="gone", **_SETTINGS)["botId"]
    assert lex.delete_bot(botId=gone)["botId"] == gone
    for refused in (lex.describe_bot, lex.delete_bot):
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            refused(botId=gone)
    lex.update_bot(botId=bot, botName="orders", description="takes all orders", **_SETTINGS)
    arn = f"arn:aws:lex:us-east-1:123456789012:bot/{bot}"
    lex.tag_resource(resourceARN=arn, tags={"stage": "test", "gone": "soon"})
    lex.untag_resource(resourceARN=arn, tagKeys=["gone"])
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        lex.tag_resource(resourceARN=f"arn:aws:lex:us-east-1:123456789012:bot/{gone}", tags={"a": "b"})

    def look(lex: Any) -> Any:
        described = lex.describe_bot(botId=bot)
        assert (described["description"], described["botStatus"]) == ("takes all orders", "Available")
        assert [one["botName"] for one in lex.list_bots()["botSummaries"]] == ["orders"]
        tags = lex.list_tags_for_resource(resourceARN=arn)["tags"]
        assert tags == {"team": "a", "stage": "test"}
        return described

    return look
