"""The condition keys of tags: a table's, for which the backend is asked where a policy names one, and a request's.

An index has its table's tags; streams and backups have none here.
Source: DynamoDB Developer Guide, "Using attribute-based access control with DynamoDB", on by default; Service
Authorization Reference.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from skywalk.edge.named_keys import names_one_of
from skywalk.edge.services.dynamodb import errors
from skywalk.edge.services.dynamodb.tables import table_arn_of
from skywalk.policy.context import tag_keys
from skywalk.policy.keys.names import REQUEST_TAG, RESOURCE_TAG, TAG_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.authorize import Check
    from skywalk.edge.services.dynamodb.call import DynamoDbCall

Keys = dict[str, str | tuple[str, ...]]

_OF_TABLES = frozenset({RESOURCE_TAG})
_HAS_NONE = (b"ResourceNotFoundException", b"UnknownOperationException")
"""Of a table that is not there, and of a backend without tags."""
_TAGGING = frozenset({"dynamodb:CreateTable", "dynamodb:TagResource", "dynamodb:UntagResource"})


async def with_tags(call: DynamoDbCall, checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """Raises AwsError where the backend cannot be asked."""
    tables: dict[str, Keys] = {}
    made = []
    for check in checks:
        keys = _of_request(call.request.body) if check.action in _TAGGING else {}
        arn = table_arn_of(check.resource)
        if arn is not None and names_one_of(call.authorization, check, _OF_TABLES):
            if arn not in tables:
                tables[arn] = tag_keys((await _tags(call, arn)).items(), RESOURCE_TAG)
            keys.update(tables[arn])
        made.append(check._replace(keys={**keys, **check.keys}) if keys else check)
    return tuple(made)


async def _tags(call: DynamoDbCall, arn: str) -> dict[str, str]:
    await call.find_backend()
    found: dict[str, str] = {}
    token: str | None = None
    while True:
        more = {} if token is None else {"NextToken": token}
        answer = await call.ask("ListTagsOfResource", {"ResourceArn": arn, **more})
        if answer.status != 200:
            if any(code in answer.body for code in _HAS_NONE):
                return {}
            raise errors.internal_server_error()
        page = json.loads(answer.body)
        found.update({one["Key"]: one["Value"] for one in page.get("Tags") or ()})
        token = page.get("NextToken")
        if token is None:
            return found


def _of_request(body: Mapping[str, Any]) -> Keys:
    given = {one["Key"]: one["Value"] for one in body.get("Tags") or ()}
    keys: Keys = tag_keys(given.items(), REQUEST_TAG)
    names = (*given, *(body.get("TagKeys") or ()))
    return {**keys, TAG_KEYS: names} if names else keys
