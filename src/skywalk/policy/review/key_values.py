"""What condition keys hold, as far as a review must know it; lower-cased.

Source: IAM User Guide, "AWS global condition context keys".
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
        "kms:encryptioncontextkeys",
        "kms:grantoperations",
        "kms:resourcealiases",
        "s3:requestobjecttagkeys",
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
}
"""What values without wildcards look like, and in words."""
