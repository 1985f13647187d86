"""GetAccountSummary: how much of IAM an account uses, and how much it may.

Quotas are AWS's defaults. Source: IAM API Reference, GetAccountSummary; IAM User Guide, "IAM and AWS STS quotas".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.actions.access_keys import KEYS_PER_USER
from skywalk.actions.group_members import GROUPS_PER_USER
from skywalk.actions.iam_entities import most
from skywalk.actions.managed_policies import MAX_CHARACTERS, holders_of
from skywalk.actions.policy_holders import MAX_ATTACHED
from skywalk.actions.policy_versions import MAX_VERSIONS
from skywalk.actions.trust_policies import MAX_TRUST_POLICY_CHARACTERS
from skywalk.resources.group import Group
from skywalk.resources.managed_policy import ManagedPolicy
from skywalk.resources.role import InstanceProfile, Role
from skywalk.resources.user import User

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import iam

_QUOTAS = {
    "AccessKeysPerUserQuota": KEYS_PER_USER,
    "AssumeRolePolicySizeQuota": MAX_TRUST_POLICY_CHARACTERS,
    "AttachedPoliciesPerGroupQuota": MAX_ATTACHED,
    "AttachedPoliciesPerRoleQuota": MAX_ATTACHED,
    "AttachedPoliciesPerUserQuota": MAX_ATTACHED,
    "GlobalEndpointTokenVersion": 1,
    "GroupPolicySizeQuota": 5120,
    "GroupsPerUserQuota": GROUPS_PER_USER,
    "GroupsQuota": most(Group),
    "InstanceProfilesQuota": most(InstanceProfile),
    "PoliciesQuota": most(ManagedPolicy),
    "PolicySizeQuota": MAX_CHARACTERS,
    "PolicyVersionsInUseQuota": 10_000,
    "RolePolicySizeQuota": 10_240,
    "RolesQuota": most(Role),
    "ServerCertificatesQuota": 20,
    "SigningCertificatesPerUserQuota": 2,
    "UserPolicySizeQuota": 2048,
    "UsersQuota": most(User),
    "VersionsPerPolicyQuota": MAX_VERSIONS,
}
_ABSENT = (
    "AccountMFAEnabled",
    "AccountPasswordPresent",
    "AccountSigningCertificatesPresent",
    "MFADevices",
    "MFADevicesInUse",
    "Providers",
    "ServerCertificates",
)
"""What no account here has."""


def get_account_summary(call: Call, request: object) -> iam.GetAccountSummaryResponse:
    del request
    policies = call.tx.of_owner(ManagedPolicy, call.global_scope)
    summary = {
        **_QUOTAS,
        **dict.fromkeys(_ABSENT, 0),
        "AccountAccessKeysPresent": 1,
        "Groups": len(call.tx.of_owner(Group, call.global_scope)),
        "InstanceProfiles": len(call.tx.of_owner(InstanceProfile, call.global_scope)),
        "Policies": len(policies),
        "PolicyVersionsInUse": sum(bool(holders_of(call, policy.id)) for policy in policies),
        "Roles": len(call.tx.of_owner(Role, call.global_scope)),
        "Users": len(call.tx.of_owner(User, call.global_scope)),
    }
    return {"SummaryMap": dict(sorted(summary.items()))}
