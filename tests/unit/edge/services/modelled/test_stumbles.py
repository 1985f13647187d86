"""What it means that moto fails in the middle of a request."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.edge.services.modelled.stumbles import meaning_of_failure


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "expected"),
    [
        ("sns", "ListTopics", {"NextToken": "x"}, (400, "InvalidParameter", "Invalid parameter: NextToken")),
        ("ssm", "ListDocuments", {"NextToken": "x"}, (400, "InvalidNextToken", "The specified token isn't valid.")),
        (
            "secretsmanager",
            "ListSecrets",
            {"NextToken": "x"},
            (400, "InvalidNextTokenException", "The NextToken value is invalid."),
        ),
        ("cloudformation", "ListExports", {"NextToken": "x"}, (400, "ValidationError", "The next token is not valid.")),
        (
            "cloudformation",
            "ExecuteChangeSet",
            {"ChangeSetName": "c"},
            (404, "ChangeSetNotFound", "ChangeSet [c] does not exist"),
        ),
        (
            "secretsmanager",
            "ListSecretVersionIds",
            {"SecretId": "s", "NextToken": "x"},
            (400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
        ),
        (
            "sqs",
            "SendMessage",
            {},
            (400, "Code", "The embedded backend of sqs cannot do SendMessage with these parameters."),
        ),
    ],
)
def test_meanings(service: str, operation: str, parameters: dict[str, Any], expected: tuple[int, str, str]) -> None:
    error = meaning_of_failure(service, operation, parameters, "Code")
    assert (error.status, error.code, error.message) == expected
