"""The calls about the policies of users. What they do is in `policy_holders`."""

from __future__ import annotations

from skywalk.actions.policy_holders import PolicyCalls
from skywalk.actions.users import existing_user

_CALLS = PolicyCalls("UserName", existing_user)

attach_user_policy = _CALLS.attach
delete_user_policy = _CALLS.delete
detach_user_policy = _CALLS.detach
get_user_policy = _CALLS.get
list_attached_user_policies = _CALLS.list_attached
list_user_policies = _CALLS.list_inline
put_user_policy = _CALLS.put
