"""The calls about the policies of groups. What they do is in `policy_holders`."""

from __future__ import annotations

from skywalk.actions.groups import existing_group
from skywalk.actions.policy_holders import PolicyCalls

_CALLS = PolicyCalls("GroupName", existing_group)

attach_group_policy = _CALLS.attach
delete_group_policy = _CALLS.delete
detach_group_policy = _CALLS.detach
get_group_policy = _CALLS.get
list_attached_group_policies = _CALLS.list_attached
list_group_policies = _CALLS.list_inline
put_group_policy = _CALLS.put
