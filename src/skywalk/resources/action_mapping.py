"""The services whose requests are mapped to actions of policies: only for these can an endpoint policy other than full
access be obeyed."""

from __future__ import annotations

from skywalk.values.modelled_services import modelled_services

_BY_HAND = frozenset({"dynamodb", "s3"})
_OF_THE_API = frozenset({"ec2", "elasticloadbalancing", "iam", "route53", "route53resolver", "sts"})


def is_mapped(service: str) -> bool:
    """By the short name of `EndpointService.service`. All others have no model of their requests."""
    return service in _BY_HAND or service in _OF_THE_API or service in modelled_services()
