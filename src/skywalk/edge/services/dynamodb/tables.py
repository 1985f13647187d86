"""What names a table, an index or a backup in a request: a name of the caller's own, or an ARN of anybody's."""

from __future__ import annotations

import re
from dataclasses import dataclass

from skywalk.edge.services.dynamodb import errors

_NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}")
_ARN = re.compile(r"arn:aws:dynamodb:([a-z0-9-]+):([0-9]{12}):table/([^/]+)")
_BACKUP = re.compile(r"(arn:aws:dynamodb:([a-z0-9-]+):([0-9]{12}):table/[a-zA-Z0-9_.-]{3,255}/backup/[a-zA-Z0-9_.-]+)")


_WITHIN_TABLE = re.compile(r"(arn:aws:dynamodb:[a-z0-9-]+:[0-9]{12}:table/[a-zA-Z0-9_.-]{3,255})(?:/index/.+)?")


def table_arn_of(arn: str) -> str | None:
    """That of the table itself or of the index's; None for all else."""
    found = _WITHIN_TABLE.fullmatch(arn)
    return None if found is None else found[1]


@dataclass(frozen=True, slots=True)
class Table:
    """A table, whether it exists or not."""

    region: str
    account_id: str
    name: str

    @property
    def arn(self) -> str:
        return f"arn:aws:dynamodb:{self.region}:{self.account_id}:table/{self.name}"

    def index_arn(self, index_name: str | None) -> str:
        """The ARN of one of its indexes; its own without a name. Raises AwsError ValidationException."""
        return self.arn if index_name is None else f"{self.arn}/index/{_checked(index_name, 'indexName')}"


@dataclass(frozen=True, slots=True)
class Account:
    """The caller's, in the region that was asked: what names without an ARN belong to."""

    region: str
    account_id: str

    def table(self, name_or_arn: str, member: str = "tableName") -> Table:
        """Raises AwsError ValidationException for what names no table, and for tables of another region (whose code
        is unconfirmed)."""
        if not name_or_arn.startswith("arn:"):
            return Table(self.region, self.account_id, _checked(name_or_arn, member))
        found = _ARN.fullmatch(name_or_arn)
        if found is None:
            raise errors.validation(f"Invalid TableArn: {name_or_arn}")
        region, account_id, name = found.groups()
        self._check_region(region, name_or_arn)
        return Table(region, account_id, _checked(name, member))

    def table_of_arn(self, arn: str) -> Table:
        """As `table`, where only an ARN is taken."""
        if not arn.startswith("arn:"):
            raise errors.validation(f"Invalid TableArn: {arn}")
        return self.table(arn)

    def backup(self, arn: str) -> Account:
        """Whose a backup is. Raises AwsError ValidationException."""
        found = _BACKUP.fullmatch(arn)
        if found is None:
            raise errors.validation(f"Invalid BackupArn: {arn}")
        self._check_region(found[2], arn)
        return Account(found[2], found[3])

    @property
    def every_table(self) -> str:
        return f"arn:aws:dynamodb:{self.region}:{self.account_id}:table/*"

    def _check_region(self, region: str, arn: str) -> None:
        if region != self.region:
            raise errors.validation(f"{arn} is not in the region {self.region}, which this request was sent to.")


def _checked(name: str, member: str) -> str:
    if not _NAME.fullmatch(name):
        raise errors.validation(
            f"1 validation error detected: Value '{name}' at '{member}' failed to satisfy constraint: Member must "
            "satisfy regular expression pattern: [a-zA-Z0-9_.-]{3,255}"
        )
    return name
