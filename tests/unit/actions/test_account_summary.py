from __future__ import annotations

from skywalk.actions.account_summary import get_account_summary
from skywalk.actions.instance_profiles import create_instance_profile
from skywalk.actions.user_policies import attach_user_policy
from support.identities import Identities, allow
from support.region import Region


def test_what_there_is_and_what_there_may_be() -> None:
    iam = Region().client()
    identities = Identities(iam)
    arn = identities.policy("read", allow("s3:*"))
    identities.policy("unused", allow("s3:*"))
    identities.user("ana")
    identities.user("bo")
    identities.group("staff")
    identities.role("app")
    iam(create_instance_profile, InstanceProfileName="web")
    iam(attach_user_policy, UserName="ana", PolicyArn=arn)
    summary = iam(get_account_summary)["SummaryMap"]
    counted = {"Users": 2, "Groups": 1, "Roles": 1, "Policies": 2, "InstanceProfiles": 1, "PolicyVersionsInUse": 1}
    assert {name: summary[name] for name in counted} == counted
    assert (summary["AccountMFAEnabled"], summary["AccessKeysPerUserQuota"], summary["UsersQuota"]) == (0, 2, 5000)
    assert list(summary) == sorted(summary)
