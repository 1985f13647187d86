"""The services whose requests are mapped to actions of policies: only for these can an endpoint policy other than full
access be obeyed."""

from __future__ import annotations

MAPPED_SERVICES = frozenset({"dynamodb", "s3"})
"""By the short names of `EndpointService.service`."""
