"""Schemas of Personalize: nothing is learned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "personalize", "personalize"
SCHEMA = '{"type": "record", "name": "Users", "fields": [{"name": "USER_ID", "type": "string"}], "version": "1.0"}'


def story(personalize: Any) -> Look:
    arn = personalize.create_schema(name="users", schema=SCHEMA)["schemaArn"]
    assert arn.endswith(":schema/users")
    with pytest.raises(ClientError, match="ResourceAlreadyExistsException"):
        personalize.create_schema(name="users", schema=SCHEMA)
    gone = personalize.create_schema(name="gone", schema=SCHEMA)["schemaArn"]
    assert {"gone", "users"} <= {one["name"] for one in personalize.list_schemas()["schemas"]}
    personalize.delete_schema(schemaArn=gone)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        personalize.describe_schema(schemaArn=gone)

    def look(personalize: Any) -> Any:
        described = personalize.describe_schema(schemaArn=arn)["schema"]
        assert (described["name"], described["schema"]) == ("users", SCHEMA)
        return described

    return look
