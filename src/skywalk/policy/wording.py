"""The refusal text of a decision.

Source: IAM User Guide, "Troubleshoot access denied error messages". One layer is named, even if several refuse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.policy import evaluate

if TYPE_CHECKING:
    from skywalk.policy.evaluate import Decision
    from skywalk.policy.principal import Principal

_LAYERS = {
    evaluate.ENDPOINT_POLICY: ("a", "VPC endpoint policy"),
    evaluate.IDENTITY_POLICIES: ("an", "identity-based policy"),
    evaluate.RESOURCE_POLICY: ("a", "resource-based policy"),
    evaluate.PERMISSION_BOUNDARY: ("a", "permissions boundary"),
    evaluate.SESSION_POLICIES: ("a", "session policy"),
}
_TRUST = ("a", "role trust policy")


def refusal_text(decision: Decision, principal: Principal, action: str, resource: str | None) -> str:
    """AWS's sentence for a refusing decision.

    `resource` is printed as it is given: S3 puts double quotes around the ARN; None leaves the part out, as services
    do for actions without a resource. The caller of a role session is its sts ARN.
    """
    article, layer = _TRUST if decision.trust else _LAYERS[decision.by]
    on = "" if resource is None else f" on resource: {resource}"
    because = (
        f"with an explicit deny in {article} {layer}"
        if decision.explicit
        else f"because no {layer} allows the {action} action"
    )
    return f"User: {principal.arn} is not authorized to perform: {action}{on} {because}"
