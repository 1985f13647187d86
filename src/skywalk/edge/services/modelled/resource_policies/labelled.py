"""Policies of Lambda, of functions and of versions of layers: statements by their labels, and a revision.

Source: Lambda API Reference, AddPermission, AddLayerVersionPermission and their opposites.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.resource_policies import documents
from skywalk.edge.services.modelled.resource_policies.answering import own_answer
from skywalk.edge.services.modelled.resource_policies.kept import KeptPolicy
from skywalk.edge.services.modelled.resource_policies.statements import (
    has_label,
    read_document,
    with_statement,
    without_label,
)
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.services.modelled.call import BackendAnswer, ModelledCall
    from skywalk.edge.services.modelled.resource_policies.documents import Words

_EMPTY: Mapping[str, Any] = {"Version": "2012-10-17", "Id": "default", "Statement": []}
_ACCOUNT = re.compile("[0-9]{12}")


class LabelledPolicy:
    """The policy of one function, version, alias or layer version."""

    def __init__(self, call: ModelledCall, arn: str, words: Words) -> None:
        self._call = call
        self._arn = arn
        self._words = words
        self.kept = KeptPolicy(call, arn)

    @property
    def revision(self) -> str:
        """The same text on the same resource is the same revision."""
        digest = hashlib.sha256(f"{self._arn}\n{self.kept.text}".encode()).digest()
        return str(uuid.UUID(bytes=digest[:16], version=4))

    def check(self, revision: str | None) -> None:
        """Raises AwsError where the policy is another one than the caller believes."""
        if revision and revision != self.revision:
            raise AwsError(
                "PreconditionFailedException",
                "The RevisionId provided does not match the latest RevisionId for the Lambda function or alias. Call "
                "the GetPolicy API to retrieve the latest RevisionId for your resource.",
                412,
            )

    def answer(self) -> BackendAnswer:
        """Raises AwsError where there is none."""
        if self.kept.text is None:
            raise _not_found("No policy is associated with the given resource.")
        return own_answer(self._call, {"Policy": self.kept.text, "RevisionId": self.revision})

    async def add(self, statement: Mapping[str, Any]) -> str:
        """The statement as it is kept. Raises AwsError."""
        document = read_document(self.kept.text, _EMPTY)
        if has_label(document, statement["Sid"]):
            raise AwsError(
                "ResourceConflictException",
                f"The statement id ({statement['Sid']}) provided already exists. Please provide a new statement id, or "
                "remove the existing statement.",
                409,
            )
        documents.check_principals(self._call, statement, self._words)
        await self._put(with_statement(document, statement))
        return json.dumps(statement, separators=(",", ":"))

    async def remove(self, label: str) -> None:
        """Raises AwsError."""
        document = read_document(self.kept.text, _EMPTY)
        if not has_label(document, label):
            raise _not_found(f"Statement {label} is not found in resource policy.")
        left = without_label(document, label)
        if left["Statement"]:
            await self._put(left)
        else:
            await self.kept.delete()

    async def _put(self, document: Mapping[str, Any]) -> None:
        size = len(json.dumps(document, separators=(",", ":")).encode())
        if size > self._words.longest_bytes:
            raise AwsError(
                "PolicyLengthExceededException",
                f"The final policy size ({size}) is bigger than the limit ({self._words.longest_bytes}).",
            )
        accepted = documents.made(self._call, document, self._arn, self._words)
        await self.kept.put(accepted.text, accepted.principals)


def principal_of(given: str) -> Any:
    """A service, an account, an ARN, or everybody."""
    if given == "*":
        return given
    if _ACCOUNT.fullmatch(given):
        return {"AWS": f"arn:aws:iam::{given}:root"}
    return {"AWS": given} if given.startswith("arn:") else {"Service": given}


def _not_found(message: str) -> AwsError:
    return AwsError("ResourceNotFoundException", message, 404)
