"""What the edge knows of a modelled service beside its models: its own words for refusals, how much it takes.

The names are those of endpoint services (`sqs`, `monitoring`, `ecr.api`). A service without a model is refused whatever
is asked of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from skywalk.values.modelled_services import ModelledService, modelled_services

_VALIDATION_CODES = {
    "apigateway": "BadRequestException",
    "appconfig": "BadRequestException",
    "athena": "InvalidRequestException",
    "backup": "InvalidParameterValueException",
    "cloudformation": "ValidationError",
    "cloudfront": "InvalidArgument",
    "codebuild": "InvalidInputException",
    "data-servicediscovery": "InvalidInput",
    "datasync": "InvalidRequestException",
    "ecr.api": "InvalidParameterException",
    "ecs": "InvalidParameterException",
    "elasticache": "InvalidParameterValue",
    "elasticbeanstalk": "InvalidParameterValue",
    "elasticfilesystem": "BadRequest",
    "greengrass": "BadRequestException",
    "iot.data": "InvalidRequestException",
    "lambda": "ValidationException",
    "logs": "InvalidParameterException",
    "monitoring": "ValidationError",
    "mq": "BadRequestException",
    "pinpoint": "BadRequestException",
    "rds": "InvalidParameterValue",
    "resource-groups": "BadRequestException",
    "s3tables": "BadRequestException",
    "securityhub": "InvalidInputException",
    "servicediscovery": "InvalidInput",
    "sns": "ValidationError",
    "sqs": "InvalidParameterValue",
}
_DENIED_CODES = {
    "cloudfront": "AccessDenied",
    "elasticache": "AccessDenied",
    "elasticbeanstalk": "AccessDenied",
    "iot.data": "ForbiddenException",
    "rds": "AccessDenied",
    "sns": "AuthorizationError",
}
_LIMITS_BYTES = {"kinesis-streams": 8 << 20, "lambda": 70_167_211, "sqs": 4 << 20}
"""Source: Lambda Developer Guide, "Lambda quotas": 50 MB of code, in base64; Kinesis Data Streams API Reference,
PutRecords: 5 MiB of records, which is what the embedded backend takes, in base64."""
_LIMIT_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Serving:
    """One service. `validation_code` is that of a parameter that breaks a constraint."""

    service: str
    models: tuple[str, ...]
    signing_name: str
    validation_code: str
    denied_code: str
    limit_bytes: int


@cache
def serving(service: str) -> Serving:
    known = modelled_services().get(service, ModelledService((), service))
    return Serving(
        service,
        known.models,
        known.signing_name,
        _VALIDATION_CODES.get(service, "ValidationException"),
        _DENIED_CODES.get(service, "AccessDeniedException"),
        _LIMITS_BYTES.get(service, _LIMIT_BYTES),
    )
