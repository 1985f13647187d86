"""Which services tell policies whose the endpoint is: `aws:VpceAccount` and its kin, and `aws:SourceVpcArn`.

Services are named as endpoint services (`kinesis-firehose`), by what stands before the first dot.
Source: IAM User Guide, "AWS global condition context keys", network properties; AWS's announcements of
`aws:VpceAccount`, `aws:VpceOrgID` and `aws:VpceOrgPaths` (August 2025), with the list of services, and of cross-region
endpoints with `aws:SourceVpcArn` (November 2025). AWS adds services from time to time: that the lists are complete is
unconfirmed.
"""

from __future__ import annotations

_BOTH = frozenset(
    {
        "acm-pca",
        "analytics-omics",
        "applicationinsights",
        "apprunner",
        "athena",
        "cloudformation",
        "comprehendmedical",
        "compute-optimizer",
        "control-storage-omics",
        "data-servicediscovery",
        "data-servicediscovery-fips",
        "datasync",
        "dicom-medical-imaging",
        "discovery",
        "ebs",
        "ecr",
        "ecs",
        "healthlake",
        "iam",
        "iotfleetwise",
        "iotwireless",
        "kinesis-firehose",
        "kms",
        "kms-fips",
        "lambda",
        "medical-imaging",
        "payment-cryptography",
        "polly",
        "rbin",
        "rekognition",
        "rekognition-fips",
        "runtime-medical-imaging",
        "s3",
        "scheduler",
        "servicediscovery",
        "servicediscovery-fips",
        "servicequotas",
        "ssm-contacts",
        "storage-omics",
        "storagegateway",
        "tags-omics",
        "textract",
        "textract-fips",
        "transcribe",
        "transcribestreaming",
        "transfer",
        "workflows-omics",
    }
)
_VPCE_ACCOUNT = _BOTH | {"dynamodb", "dynamodb-fips", "dynamodb-streams", "gamelift"}


def tells_vpc_arn(service: str) -> bool:
    """Whether requests through the service's endpoints have `aws:SourceVpcArn`."""
    return service.partition(".")[0] in _BOTH


def tells_endpoint_owner(service: str) -> bool:
    """Whether requests through the service's endpoints have `aws:VpceAccount`, `aws:VpceOrgID`, `aws:VpceOrgPaths`."""
    return service.partition(".")[0] in _VPCE_ACCOUNT
