"""Which requests the control policies of an organization concern.

Source: AWS Organizations User Guide, "Service control policies (SCPs)" and "Resource control policies (RCPs)". Neither
concerns the management account: it simply has none. RCPs concern an AWS service that calls in its own name (the
guide's examples deny such calls by aws:PrincipalIsAWSService), and anonymous callers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.policy.principal import WITHOUT_ACCOUNT

if TYPE_CHECKING:
    from skywalk.policy.compiled import AccessRequest
    from skywalk.policy.principal import Principal

_SERVICE_LINKED = ":role/aws-service-role/"

_RCP_SERVICES = """
    aoss appconfig appstream autoscaling autoscaling-plans budgets clouddirectory cloudfront cloudsearch cloudtrail-data
    codeartifact codebuild codecommit codepipeline cognito-identity cognito-idp comprehend comprehendmedical
    compute-optimizer cost-optimization-hub dax dsql dynamodb ecr ecr-public events firehose fis fms gamelift health
    inspector-scan kendra kinesisvideo kms logs memorydb networkmonitor notifications opensearch pca-connector-ad
    personalize polly pricing resource-groups rolesanywhere s3 secretsmanager servicediscovery signin sqs sts support
    swf textract timestream-influxdb transcribe transfer translate wafv2 workspaces xray
"""
RCP_SERVICES = frozenset(_RCP_SERVICES.split())
"""Prefixes of the actions that RCPs concern."""

_NEVER = frozenset({"kms:retiregrant"})


def scps_concern(principal: Principal) -> bool:
    """The root user of a member account too; no AWS service, no anonymous caller, no service-linked role."""
    return principal.kind not in WITHOUT_ACCOUNT and not is_service_linked(principal)


def rcps_concern(request: AccessRequest) -> bool:
    """Actions on a resource, of services that RCPs support; no caller but a service-linked role is exempt.

    A service-linked role as a resource, whose trust policy RCPs leave alone, is exempt too.
    """
    action = request.action.lower()
    if request.resource == "*" or action.partition(":")[0] not in RCP_SERVICES or action in _NEVER:
        return False
    return not is_service_linked(request.principal) and _SERVICE_LINKED not in request.resource


def is_service_linked(principal: Principal) -> bool:
    return principal.role_arn is not None and _SERVICE_LINKED in principal.role_arn
