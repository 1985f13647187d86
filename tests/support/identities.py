"""Users, groups, roles and policies for tests, made through IAM's own calls.

iam = Identities(Region().client())
iam.user("ana", allow("s3:GetObject"))
iam.role("app")
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from skywalk.actions.access_keys import create_access_key
from skywalk.actions.group_members import add_user_to_group
from skywalk.actions.group_policies import put_group_policy
from skywalk.actions.groups import create_group
from skywalk.actions.managed_policies import create_policy
from skywalk.actions.role_policies import put_role_policy
from skywalk.actions.roles import create_role
from skywalk.actions.sts import assume_role
from skywalk.actions.user_policies import put_user_policy
from skywalk.actions.users import create_user
from skywalk.identity.caller import CallerKind, user_caller
from skywalk.identity.session import open_session
from skywalk.resources.user import User
from skywalk.values.scope import GLOBAL_REGION, Scope
from support.region import REGION_KEY, Client

TRUSTS_EC2 = (
    '{"Version": "2012-10-17", "Statement": '
    '[{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'
)


def allow(*actions: str, resource: Any = "*", **more: Any) -> str:
    return _document("Allow", actions, resource, more)


def deny(*actions: str, resource: Any = "*", **more: Any) -> str:
    return _document("Deny", actions, resource, more)


def trust(*principals: str, **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": "sts:AssumeRole", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _document(effect: str, actions: tuple[str, ...], resource: Any, more: dict[str, Any]) -> str:
    statement = {"Effect": effect, "Action": list(actions), "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@dataclass(frozen=True)
class Identities:
    """`client` is the root of the account that everything belongs to."""

    client: Client

    def user(self, name: str, *policies: str, groups: tuple[str, ...] = (), **request: Any) -> Client:
        """A client of the new user, with its ARN as the caller's."""
        made = self.client(create_user, UserName=name, **request)["User"]
        for number, text in enumerate(policies):
            self.client(put_user_policy, UserName=name, PolicyName=f"own-{number}", PolicyDocument=text)
        for group in groups:
            self.client(add_user_to_group, UserName=name, GroupName=group)
        key = self.client(create_access_key, UserName=name)["AccessKey"]
        account_id, path = self.client.caller.account_id, request.get("Path", "/")
        return replace(self.client, caller=user_caller(account_id, name, made["UserId"], key["AccessKeyId"], path))

    def group(self, name: str, *policies: str, **request: Any) -> str:
        arn = self.client(create_group, GroupName=name, **request)["Group"]["Arn"]
        for number, text in enumerate(policies):
            self.client(put_group_policy, GroupName=name, PolicyName=f"group-{number}", PolicyDocument=text)
        return str(arn)

    def role(self, name: str, *policies: str, trust_policy: str = TRUSTS_EC2, **request: Any) -> str:
        made = self.client(create_role, RoleName=name, AssumeRolePolicyDocument=trust_policy, **request)["Role"]
        for number, text in enumerate(policies):
            self.client(put_role_policy, RoleName=name, PolicyName=f"own-{number}", PolicyDocument=text)
        return str(made["Arn"])

    def policy(self, name: str, text: str, **request: Any) -> str:
        return str(self.client(create_policy, PolicyName=name, PolicyDocument=text, **request)["Policy"]["Arn"])


def administrator(client: Client) -> Client:
    """A user of the root's account who may do everything: AWS lets no root assume roles."""
    scope = Scope(client.caller.account_id, GLOBAL_REGION)
    for user in client.world.store.of_owner(User, scope):
        if user.name == "administrator":
            return replace(client, caller=user_caller(scope.account_id, user.name, user.unique_id))
    return Identities(client).user("administrator", allow("*"))


def assumed(client: Client, role_arn: str, session: str = "s-1", **request: Any) -> Client:
    """A client with the session that `client`, or in place of a root its administrator, gets of a role."""
    if client.caller.kind is CallerKind.ROOT:
        client = administrator(client)
    answer = client(assume_role, RoleArn=role_arn, RoleSessionName=session, **request)
    credentials = answer["Credentials"]
    key_id = credentials["AccessKeyId"]
    claims, _ = open_session(REGION_KEY, key_id, credentials["SessionToken"], client.world.clock.now())
    return replace(client, caller=claims.caller(key_id))
