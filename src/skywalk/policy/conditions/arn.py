"""ARN operators: the six fields of an ARN one by one, with wildcards in each; ArnEquals and ArnLike are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.policy.match import any_of_arns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Comparison = Callable[[tuple[str, ...]], Callable[[str], bool]]


def is_arn_pattern(text: str) -> bool:
    """Whether a policy's value can be an ARN: six fields, or `*` for all of them."""
    return text == "*" or (text.startswith(("arn:", "*:")) and text.count(":") >= 5)


COMPARISONS: Mapping[str, Comparison] = {"ArnEquals": any_of_arns, "ArnLike": any_of_arns}
