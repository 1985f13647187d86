"""ARNs of other accounts and regions in a request to the embedded backend, which may look at an ARN's end alone: what
it would answer with is then not what was decided on.

The services whose operations were looked at one by one (`access.json`) read their ARNs themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.access import checked_services
from skywalk.edge.services.modelled.refusals import not_of_here
from skywalk.values.arn import parse_arn

if TYPE_CHECKING:
    from skywalk.edge.services.modelled.access import Asker
    from skywalk.edge.services.modelled.protocols.understood import Understood
    from skywalk.values.arn import Arn

_AWS_OWN = "aws"
"""Stands for the account in ARNs of what AWS manages."""


def check_arns(service: str, prefix: str, understood: Understood, asker: Asker, code: str) -> None:
    """Every ARN of the service's own is of `asker`'s account and region. `code`: the service's for what it does not
    take. Raises AwsError."""
    if service in checked_services():
        return
    for text in _texts(understood.parameters):
        arn = parse_arn(text)
        if arn is not None and arn.service == prefix and not _is_own(arn, asker):
            raise not_of_here(code, text)


def _is_own(arn: Arn, asker: Asker) -> bool:
    is_here = arn.partition == asker.partition and arn.region in ("", asker.region)
    return is_here and arn.account_id in ("", asker.account_id, _AWS_OWN)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
