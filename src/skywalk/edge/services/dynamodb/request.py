"""What a DynamoDB request asks for, as a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skywalk.edge.authorize import Check
    from skywalk.edge.services.dynamodb.partiql import Statement
    from skywalk.edge.services.dynamodb.tables import Table


@dataclass(slots=True)
class DynamoDbRequest:
    """A request as it was understood; it is forwarded as this says and not as it came. Nobody changes it.

    `account_id` owns all that it is about. `body` names tables by name, whatever the client did, and has only members
    that the operation takes. `checks` must all be allowed.
    """

    operation: str
    account_id: str
    region: str
    body: dict[str, Any]
    checks: tuple[Check, ...]
    table: Table | None = None
    """The one table that the operation is about, where there is just one."""
    given_names: dict[str, str] = field(default_factory=dict)
    """For batches: names → the ARNs that the client gave, by which the answer names the tables again."""
    statements: tuple[Statement, ...] = ()
    """The PartiQL statements, in order."""
