"""The refusal text of a decision.

Source: IAM User Guide, "Troubleshoot access denied error messages". One layer is named, even if several refuse. How
services write their actions, and the resource of actions that have none, is from answers of theirs quoted in public.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.policy import evaluate

if TYPE_CHECKING:
    from skywalk.policy.evaluate import Decision
    from skywalk.policy.principal import Principal

_LAYERS = {
    evaluate.ENDPOINT_POLICY: ("a", "VPC endpoint policy"),
    evaluate.RCPS: ("a", "resource control policy"),
    evaluate.SCPS: ("a", "service control policy"),
    evaluate.IDENTITY_POLICIES: ("an", "identity-based policy"),
    evaluate.RESOURCE_POLICY: ("a", "resource-based policy"),
    evaluate.PERMISSION_BOUNDARY: ("a", "permissions boundary"),
    evaluate.SESSION_POLICIES: ("a", "session policy"),
}
_TRUST = ("the", "role trust policy")

NO_RESOURCE = "*"
_WITHOUT_RESOURCE = {
    "cloudformation": "arn:aws:cloudformation:{region}:{account}:stack/*/*",
    "cloudwatch": None,
    "codebuild": None,
    "dynamodb": "arn:aws:dynamodb:{region}:{account}:table/*",
    "logs": "arn:aws:logs:{region}:{account}:log-group::log-stream:",
    "secretsmanager": None,
    "sns": "arn:aws:sns:{region}:{account}:*",
    "sqs": "arn:aws:sqs:{region}:{account}:",
    "ssm": "arn:aws:ssm:{region}:{account}:*",
    "sts": None,
}
"""What stands for the resource of an action without one; None: nothing does. Of all other services it is `*`."""


def refusal_text(decision: Decision, principal: Principal, action: str, resource: str | None) -> str:
    """AWS's sentence for a refusing decision.

    `resource` is printed as it is given: S3 puts double quotes around the ARN; None leaves the part out, as services
    do for actions without a resource. The caller of a role session is its sts ARN.
    """
    article, layer = _TRUST if decision.trust else _LAYERS[decision.by]
    on = "" if resource is None else f" on resource: {resource}"
    shown = shown_action(action)
    because = (
        f"with an explicit deny in {article} {layer}"
        if decision.explicit
        else f"because no {layer} allows the {shown} action"
    )
    return f"User: {principal.arn} is not authorized to perform: {shown}{on} {because}"


def shown_action(action: str) -> str:
    """As the service writes it: `sqs:sendmessage`, `SNS:Publish`, `s3:GetObject`."""
    service, _, name = action.partition(":")
    if service == "sqs":
        return action.lower()
    return f"SNS:{name}" if service == "sns" else action


def shown_resource(action: str, resource: str, region: str, account_id: str) -> str | None:
    """The resource as the service names it, also where the action has none (`*`) in the caller's account."""
    if resource != NO_RESOURCE:
        return resource
    shown = _WITHOUT_RESOURCE.get(action.partition(":")[0], NO_RESOURCE)
    return None if shown is None else shown.format(region=region, account=account_id)
