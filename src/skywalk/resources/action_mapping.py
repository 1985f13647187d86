"""The services whose requests are mapped to actions of policies: only for these can an endpoint policy other than full
access be obeyed."""

from __future__ import annotations

MAPPED_SERVICES = frozenset(
    {
        "cloudformation",
        "dynamodb",
        "ecr.api",
        "kms",
        "lambda",
        "logs",
        "monitoring",
        "s3",
        "secretsmanager",
        "sns",
        "sqs",
        "ssm",
    }
)
"""By the short names of `EndpointService.service`."""
