"""Amazon resource names: parse, format.

Source: IAM User Guide, "Amazon Resource Names (ARNs)": six fields, the last of which may hold colons.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arn:
    """The six fields of an ARN; `resource` is everything after the fifth colon."""

    partition: str
    service: str
    region: str
    account_id: str
    resource: str

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account_id}:{self.resource}"


def parse_arn(text: str) -> Arn | None:
    """The ARN's fields, or None where `text` is not an ARN."""
    fields = text.split(":", 5)
    if len(fields) != 6 or fields[0] != "arn":
        return None
    return Arn(*fields[1:])


def iam_arn(account_id: str, resource: str) -> str:
    """An ARN of IAM, which has no region: `iam_arn("123456789012", "role/app")`."""
    return f"arn:aws:iam::{account_id}:{resource}"


def sts_arn(account_id: str, resource: str) -> str:
    return f"arn:aws:sts::{account_id}:{resource}"


def ec2_arn(region: str, account_id: str, resource: str) -> str:
    return f"arn:aws:ec2:{region}:{account_id}:{resource}"
