"""Network interfaces that belong to a NAT gateway or an endpoint: their owner sees and tags them, and changes nothing.

Source: EC2 User Guide, "Requester-managed network interfaces"; that AWS refuses address calls as AuthFailure is quoted
in public reports. Unconfirmed: the code for other changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.actions.existing import NETWORK_INTERFACE, existing
from skywalk.resources.network_interface import Attachment
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.resources.network_interface import NetworkInterface

MANAGED_ATTACHMENT = "ela-attach"
"""The prefix of the ids of attachments to what is not an instance."""

_TEXT = "You do not have permission to access the specified resource."


def managed_attachment(call: Call) -> Attachment:
    """That of a new interface to what manages it."""
    return Attachment(
        attachment_id=call.mint(MANAGED_ATTACHMENT),
        instance_id=None,
        device_index=1,
        attached_at=call.clock.now(),
        delete_on_termination=False,
    )


def changeable_interface(call: Call, network_interface_id: str) -> NetworkInterface:
    """Raises as `existing`, and OperationNotPermitted for one that is managed."""
    eni = existing(call, NETWORK_INTERFACE, network_interface_id)
    if eni.requester_managed:
        raise AwsError("OperationNotPermitted", _TEXT)
    return eni


def refuse_managed_addresses(eni: NetworkInterface) -> None:
    """Raises AuthFailure: the public address of a NAT gateway is its own as long as it is there."""
    if eni.requester_managed:
        raise AwsError("AuthFailure", _TEXT)
