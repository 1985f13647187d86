"""The names of the condition keys that requests here have, lower-cased.

Source: IAM User Guide, "AWS global condition context keys"; Service Authorization Reference.
"""

from __future__ import annotations

# the way that a request came
SOURCE_IP = "aws:sourceip"
"""The caller's public address. What came through an endpoint has none."""
SOURCE_VPCE = "aws:sourcevpce"
SOURCE_VPC = "aws:sourcevpc"
SOURCE_VPC_ARN = "aws:sourcevpcarn"
VPC_SOURCE_IP = "aws:vpcsourceip"
VPCE_ACCOUNT = "aws:vpceaccount"
"""Who owns the endpoint."""
VPCE_ORG_ID = "aws:vpceorgid"
VPCE_ORG_PATHS = "aws:vpceorgpaths"
SECURE_TRANSPORT = "aws:securetransport"

NETWORK_KEYS = frozenset(
    {
        SOURCE_IP,
        SOURCE_VPCE,
        SOURCE_VPC,
        SOURCE_VPC_ARN,
        VPC_SOURCE_IP,
        VPCE_ACCOUNT,
        VPCE_ORG_ID,
        VPCE_ORG_PATHS,
    }
)
"""Of what a service does in a caller's name, none of these is known."""

# the caller
PRINCIPAL_ARN = "aws:principalarn"
PRINCIPAL_ACCOUNT = "aws:principalaccount"
PRINCIPAL_TYPE = "aws:principaltype"
PRINCIPAL_TAG = "aws:principaltag/"
"""Followed by a tag's key, in whatever case: `aws:PrincipalTag/team`."""
PRINCIPAL_IS_AWS_SERVICE = "aws:principalisawsservice"
PRINCIPAL_SERVICE_NAME = "aws:principalservicename"
PRINCIPAL_SERVICE_NAMES_LIST = "aws:principalservicenameslist"
PRINCIPAL_ORG_ID = "aws:principalorgid"
PRINCIPAL_ORG_PATHS = "aws:principalorgpaths"
USER_ID = "aws:userid"
USER_NAME = "aws:username"

# the caller's session
TOKEN_ISSUE_TIME = "aws:tokenissuetime"  # noqa: S105 - a name
MULTI_FACTOR_AUTH_PRESENT = "aws:multifactorauthpresent"
SOURCE_IDENTITY = "aws:sourceidentity"
EC2_INSTANCE_SOURCE_VPC = "aws:ec2instancesourcevpc"
EC2_INSTANCE_SOURCE_PRIVATE_IPV4 = "aws:ec2instancesourceprivateipv4"
EC2_SOURCE_INSTANCE_ARN = "ec2:sourceinstancearn"
EC2_ROLE_DELIVERY = "ec2:roledelivery"

# the request
CURRENT_TIME = "aws:currenttime"
EPOCH_TIME = "aws:epochtime"
USER_AGENT = "aws:useragent"
REFERER = "aws:referer"
REQUESTED_REGION = "aws:requestedregion"
"""The region whose endpoint is called; us-east-1 for IAM."""
VIA_AWS_SERVICE = "aws:viaawsservice"
CALLED_VIA = "aws:calledvia"
CALLED_VIA_FIRST = "aws:calledviafirst"
CALLED_VIA_LAST = "aws:calledvialast"
SOURCE_ARN = "aws:sourcearn"
SOURCE_ACCOUNT = "aws:sourceaccount"
REQUEST_TAG = "aws:requesttag/"
TAG_KEYS = "aws:tagkeys"

# what is asked for
RESOURCE_ACCOUNT = "aws:resourceaccount"
"""Who owns what is asked for."""
RESOURCE_ORG_ID = "aws:resourceorgid"
RESOURCE_ORG_PATHS = "aws:resourceorgpaths"
RESOURCE_TAG = "aws:resourcetag/"
EC2_RESOURCE_TAG = "ec2:resourcetag/"
IAM_RESOURCE_TAG = "iam:resourcetag/"

# of one service
EC2_REGION = "ec2:region"
CREATE_ACTION = "ec2:createaction"
"""Of ec2:CreateTags: which action makes what is tagged."""
PASSED_TO_SERVICE = "iam:passedtoservice"
"""Of iam:PassRole: the service that the role is handed to (`ec2.amazonaws.com`)."""
ASSOCIATED_RESOURCE_ARN = "iam:associatedresourcearn"
"""Of iam:PassRole: what the role is for there (an instance's ARN)."""
AWS_SERVICE_NAME = "iam:awsservicename"
"""Of CreateServiceLinkedRole, which is not served: no request has it."""
POLICY_ARN = "iam:policyarn"
PERMISSIONS_BOUNDARY = "iam:permissionsboundary"
EXTERNAL_ID = "sts:externalid"
"""Of AssumeRole, where the caller gives one."""
ROLE_SESSION_NAME = "sts:rolesessionname"
STS_SOURCE_IDENTITY = "sts:sourceidentity"
TRANSITIVE_TAG_KEYS = "sts:transitivetagkeys"
ROUTE53_VPCS = "route53:vpcs"
"""`VPCId=vpc-1,VPCRegion=us-east-1`."""
RECORD_ACTIONS = "route53:changeresourcerecordsetsactions"
RECORD_NAMES = "route53:changeresourcerecordsetsnormalizedrecordnames"
"""In lower case, without the final dot, other characters than letters, digits, hyphens and underscores as `\\052`."""
RECORD_TYPES = "route53:changeresourcerecordsetsrecordtypes"
