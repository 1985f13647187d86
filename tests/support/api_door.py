"""A region's door: who may do what by its API, and the sentences that the refused ones read.

door = Door()
ana = door.user(allow("ec2:DescribeVpcs"))
assert door.asks(ana, "ec2:DescribeSubnets") == of_ec2(refused(ANA, "ec2:DescribeSubnets", None))
"""

from __future__ import annotations

from typing import Any

from skywalk.api.authenticate import Proven
from skywalk.api.authorize import Authorizer
from skywalk.values.errors import AwsError
from support.encoded_messages import sentence_of
from support.identities import Identities, assumed, trust
from support.region import OWNER, REGION_KEY, Client, Region

ANA = f"arn:aws:iam::{OWNER}:user/ana"
MAY = None


class Door:
    """A region and what its API says of callers; `iam` makes identities of its account."""

    def __init__(self) -> None:
        self.region = Region()
        self.root = self.region.client()
        self.iam = Identities(self.root)
        self.authorizer = Authorizer(self.region.store, REGION_KEY)

    def asks(self, caller: Client, action: str, **request: Any) -> str | None:
        """None if it may, else the refusal: `ec2:DeleteVpc` → code and text, without what it says encoded."""
        service, _, name = action.partition(":")
        refusal: AwsError | None = None
        try:
            self.authorizer.authorize(service, name, request, Proven(caller.caller, caller.region))
        except AwsError as error:
            refusal = error
        if refusal is None:
            return MAY
        assert refusal.status == (401 if refusal.code == "AuthFailure" else 403)
        return f"{refusal.code}: {sentence_of(refusal.message)}"

    def user(self, *policies: str, **more: Any) -> Client:
        return self.iam.user("ana", *policies, **more)

    def session(self, *policies: str, **more: Any) -> Client:
        return assumed(self.root, self.iam.role("app", *policies, trust_policy=trust(OWNER)), **more)


def refused(who: str, action: str, resource: str | None, why: str = "identity") -> str:
    """AWS's sentence, with the code of the action's service."""
    on = "" if resource is None else f" on resource: {resource}"
    reasons = {
        "identity": f"because no identity-based policy allows the {action} action",
        "boundary": f"because no permissions boundary allows the {action} action",
        "session": f"because no session policy allows the {action} action",
        "resource": f"because no resource-based policy allows the {action} action",
        "deny": "with an explicit deny in an identity-based policy",
        "boundary deny": "with an explicit deny in a permissions boundary",
        "session deny": "with an explicit deny in a session policy",
    }
    return f"User: {who} is not authorized to perform: {action}{on} {reasons[why]}"


def of_ec2(text: str) -> str:
    return f"UnauthorizedOperation: You are not authorized to perform this operation. {text}"


def of_iam(text: str) -> str:
    return f"AccessDenied: {text}"
