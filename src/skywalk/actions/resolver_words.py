"""What Route 53 Resolver's calls have in common: its refusals, its times, its pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from skywalk.values.clock import format_timestamp
from skywalk.values.errors import AwsError

T = TypeVar("T")

_PAGE = 100


def invalid_parameter(text: str) -> AwsError:
    return AwsError("InvalidParameterException", text)


def invalid_request(text: str) -> AwsError:
    return AwsError("InvalidRequestException", text)


def not_found(text: str) -> AwsError:
    return AwsError("ResourceNotFoundException", text)


def limit_exceeded(text: str) -> AwsError:
    return AwsError("LimitExceededException", text)


def rfc3339(moment: datetime) -> str:
    return format_timestamp(moment)


def resolver_page(found: Sequence[T], size: int | None, token: str | None) -> tuple[Sequence[T], str | None]:
    """A page; the token is the place of the next one. Raises InvalidNextTokenException."""
    start = 0
    if token is not None:
        if not (token.isascii() and token.isdigit()) or len(token) > 9 or int(token) >= len(found):
            raise AwsError("InvalidNextTokenException", "The value of NextToken is not valid.")
        start = int(token)
    end = start + (size or _PAGE)
    return found[start:end], str(end) if end < len(found) else None
