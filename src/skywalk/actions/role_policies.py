"""The calls about the policies of roles. What they do is in `policy_holders`."""

from __future__ import annotations

from skywalk.actions.policy_holders import PolicyCalls
from skywalk.actions.roles import existing_role

_CALLS = PolicyCalls("RoleName", existing_role)

attach_role_policy = _CALLS.attach
delete_role_policy = _CALLS.delete
detach_role_policy = _CALLS.detach
get_role_policy = _CALLS.get
list_attached_role_policies = _CALLS.list_attached
list_role_policies = _CALLS.list_inline
put_role_policy = _CALLS.put
