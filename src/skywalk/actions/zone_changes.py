"""GetChange, and what it tells of. A change is INSYNC when the resolvers of all VPCs that see the zone obey it.

While a VPC is busy with later changes, earlier ones count as PENDING too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.resources.hosted_zone import HostedZoneChange
from skywalk.values.chance import UPPER_AND_DIGITS
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skywalk.actions.call import Call
    from skywalk.actions.shapes import route53

ID_DIGITS = 20
_PREFIX = "/change/"


def get_change(call: Call, request: route53.GetChangeRequest) -> route53.GetChangeResponse:
    """Raises NoSuchChange."""
    change_id = request["Id"].removeprefix(_PREFIX)
    change = call.tx.owned(HostedZoneChange, call.global_scope, change_id)
    if change is None:
        raise AwsError("NoSuchChange", f"Could not find resource with ID: {change_id}", 404)
    is_pending = any(vpc_id in change.vpc_ids for vpc_id in call.behind())
    return {"ChangeInfo": _show(change, "PENDING" if is_pending else "INSYNC")}


def submit_change(call: Call, vpc_ids: Iterable[str], comment: str = "") -> route53.ChangeInfo:
    """Notes a change that is made by this call; the VPCs are those whose resolvers are to learn of it."""
    change = HostedZoneChange(
        id=f"C{call.chance.text(UPPER_AND_DIGITS, ID_DIGITS)}",
        scope=call.global_scope,
        comment=comment,
        submitted_at=call.clock.now(),
        vpc_ids=tuple(sorted(vpc_ids)),
    )
    call.tx.put(change)
    return _show(change, "PENDING")


def _show(change: HostedZoneChange, status: str) -> route53.ChangeInfo:
    shown: route53.ChangeInfo = {
        "Id": _PREFIX + change.id,
        "Status": status,
        "SubmittedAt": change.submitted_at,
    }
    if change.comment:
        shown["Comment"] = change.comment
    return shown
