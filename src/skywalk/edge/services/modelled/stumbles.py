"""What it means that moto fails in the middle of a request: it takes for there what nobody has looked at.

Unconfirmed: the words, and the code of DeleteChangeSet, whose reference names none.
Source: the errors that the API References of these services name for these operations.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skywalk.edge.services.modelled.refusals import not_with_these
from skywalk.values.errors import AwsError

_TOKENS = ("NextToken", "nextToken", "Marker")
_BAD_TOKEN = {
    "cloudformation": ("ValidationError", "The next token is not valid."),
    "ecr.api": ("InvalidParameterException", "Invalid parameter at 'nextToken' failed to satisfy constraint."),
    "kms": ("InvalidMarkerException", "The marker is not valid."),
    "lambda": ("InvalidParameterValueException", "The marker is not valid."),
    "logs": ("InvalidParameterException", "The specified nextToken is invalid."),
    "monitoring": ("InvalidNextToken", "The next token specified is invalid."),
    "secretsmanager": ("InvalidNextTokenException", "The NextToken value is invalid."),
    "sns": ("InvalidParameter", "Invalid parameter: NextToken"),
    "sqs": ("InvalidParameterValue", "The NextToken is not valid."),
    "ssm": ("InvalidNextToken", "The specified token isn't valid."),
}
"""What each service says of a token that it has not given."""
_CHANGE_SETS = frozenset({"DeleteChangeSet", "ExecuteChangeSet"})
_SECRETS = frozenset({"ListSecretVersionIds"})


def meaning_of_failure(service: str, operation: str, parameters: Mapping[str, Any], code: str) -> AwsError:
    """`code`: the service's for parameters that it does not take."""
    if service == "cloudformation" and operation in _CHANGE_SETS:
        return AwsError("ChangeSetNotFound", f"ChangeSet [{parameters.get('ChangeSetName', '')}] does not exist", 404)
    if service == "secretsmanager" and operation in _SECRETS:
        return AwsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.", 400)
    if any(parameters.get(one) is not None for one in _TOKENS) and service in _BAD_TOKEN:
        return AwsError(*_BAD_TOKEN[service], 400)
    return not_with_these(code, service, operation)
