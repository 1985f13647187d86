"""What condition keys hold, as far as a review must know it; lower-cased.

Source: IAM User Guide, "AWS global condition context keys"; Service Authorization Reference, of EC2 and Route 53.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

OUTDATED = frozenset({"aws:sourceowner"})
"""Keys that no reference has any more: SNS writes this one into the policies of new topics."""

NOT_THROUGH_ENDPOINTS = frozenset({"aws:sourceip"})

IS_MULTIVALUED = frozenset(
    {
        "aws:calledvia",
        "aws:principalorgpaths",
        "aws:principalservicenameslist",
        "aws:resourceorgpaths",
        "aws:sourceorgpaths",
        "aws:tagkeys",
        "aws:vpceorgpaths",
        "dynamodb:attributes",
        "dynamodb:leadingkeys",
        "ec2:vpceprivatednsspecifieddomains",
        "kms:encryptioncontextkeys",
        "kms:grantoperations",
        "kms:resourcealiases",
        "route53:changeresourcerecordsetsactions",
        "route53:changeresourcerecordsetsnormalizedrecordnames",
        "route53:changeresourcerecordsetsrecordtypes",
        "s3:requestobjecttagkeys",
        "sts:transitivetagkeys",
    }
)

_ACCOUNT = (re.compile(r"[0-9]{12}", re.ASCII), "an account id of twelve digits")
_VPCE = (re.compile(r"vpce-[0-9a-f]{8}(?:[0-9a-f]{9})?"), "the id of an endpoint (vpce-…)")
_VPC = (re.compile(r"vpc-[0-9a-f]{8}(?:[0-9a-f]{9})?"), "the id of a VPC (vpc-…)")
_ORGANIZATION = (re.compile(r"o-[a-z0-9]{10,32}"), "the id of an organization (o-…)")
_PRINCIPAL = (
    re.compile(r"arn:[^:]+:(?:iam::[0-9]{12}:(?:root|user/.+|role/.+)|sts::[0-9]{12}:federated-user/.+)"),
    "the ARN of a role, a user or an account's root: of a role session it is the role's, arn:aws:iam::…:role/…",
)
_REGION = (re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]+"), "a region")
_BOOLEAN = (re.compile(r"true|false", re.IGNORECASE), "true or false")
_SUBNET = (re.compile(r"subnet-[0-9a-f]{8}(?:[0-9a-f]{9})?"), "the id of a subnet (subnet-…)")
_VPC_ARN = (re.compile(r"arn:[^:]+:ec2:[^:]+:[0-9]{12}:vpc/vpc-.+"), "the ARN of a VPC (arn:…:vpc/vpc-…)")
_SUBNET_ARN = (
    re.compile(r"arn:[^:]+:ec2:[^:]+:[0-9]{12}:subnet/subnet-.+"),
    "the ARN of a subnet (arn:…:subnet/subnet-…)",
)
_RECORD_NAME = (
    re.compile(r"(?:[a-z0-9._-]|\\[0-3][0-7]{2})*[a-z0-9_-]"),
    "a record's name in lower case, without the final dot, other characters as \\052",
)
_ZONE_VPC = (re.compile(r"VPCId=vpc-[0-9a-f]+,VPCRegion=[a-z0-9-]+"), "of the form VPCId=vpc-…,VPCRegion=us-east-1")

FORMS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "aws:ec2instancesourcevpc": _VPC,
    "aws:multifactorauthpresent": _BOOLEAN,
    "aws:principalaccount": _ACCOUNT,
    "aws:principalarn": _PRINCIPAL,
    "aws:principalisawsservice": _BOOLEAN,
    "aws:principalorgid": _ORGANIZATION,
    "aws:requestedregion": _REGION,
    "aws:resourceaccount": _ACCOUNT,
    "aws:resourceorgid": _ORGANIZATION,
    "aws:securetransport": _BOOLEAN,
    "aws:sourceaccount": _ACCOUNT,
    "aws:sourceorgid": _ORGANIZATION,
    "aws:sourcevpc": _VPC,
    "aws:sourcevpce": _VPCE,
    "aws:viaawsservice": _BOOLEAN,
    "aws:vpceaccount": _ACCOUNT,
    "aws:vpceorgid": _ORGANIZATION,
    "ec2:acceptervpc": _VPC_ARN,
    "ec2:associatepublicipaddress": _BOOLEAN,
    "ec2:encrypted": _BOOLEAN,
    "ec2:region": _REGION,
    "ec2:requestervpc": _VPC_ARN,
    "ec2:subnet": _SUBNET_ARN,
    "ec2:subnetid": _SUBNET,
    "ec2:vpc": _VPC_ARN,
    "ec2:vpcid": _VPC,
    "ec2:vpceserviceregion": _REGION,
    "route53:changeresourcerecordsetsnormalizedrecordnames": _RECORD_NAME,
    "route53:vpcs": _ZONE_VPC,
}
"""What values without wildcards look like, and in words."""
