"""IAM's access keys: two per user. The key of an account's root is not IAM's to change: it comes with the account.

When a key was last used is not kept: GetAccessKeyLastUsed answers as for a key that never was.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.iam_entities import limit_exceeded, no_such_entity, page_of
from skywalk.actions.users import user_or_caller
from skywalk.identity.caller import CallerKind
from skywalk.resources.access_key import AccessKey
from skywalk.resources.account import Account
from skywalk.resources.user import User
from skywalk.values.chance import SECRET_ALPHABET, UPPER_AND_DIGITS
from skywalk.values.errors import AwsError, unsupported_operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.actions.call import Call
    from skywalk.actions.shapes import iam

KEYS_PER_USER = 2
"""Source: IAM User Guide, "IAM and AWS STS quotas"."""

_STATUS = {True: "Active", False: "Inactive"}


def create_access_key(call: Call, request: iam.CreateAccessKeyRequest) -> iam.CreateAccessKeyResponse:
    """The one answer that has the secret. Raises NoSuchEntity, LimitExceeded."""
    _refuse_roots(call, request)
    user = user_or_caller(call, request.get("UserName"))
    if len(call.tx.referring(AccessKey, user.id)) >= KEYS_PER_USER:
        raise limit_exceeded(f"Cannot exceed quota for AccessKeysPerUser: {KEYS_PER_USER}")
    key = AccessKey(
        id="AKIA" + call.chance.text(UPPER_AND_DIGITS, 16),
        scope=call.global_scope,
        user_arn=user.id,
        secret_access_key=call.chance.text(SECRET_ALPHABET, 40),
        created_at=call.clock.now(),
    )
    call.tx.put(key)
    return {
        "AccessKey": {
            "UserName": user.name,
            "AccessKeyId": key.id,
            "Status": _STATUS[True],
            "SecretAccessKey": key.secret_access_key,
            "CreateDate": key.created_at,
        }
    }


def list_access_keys(call: Call, request: iam.ListAccessKeysRequest) -> iam.ListAccessKeysResponse:
    """Oldest first; without a name, the caller's."""
    if _is_roots(call, request):
        account = call.tx.get(Account, call.caller.account_id)
        keys = [] if account is None else [account.access_key_id]
        return {"AccessKeyMetadata": [{"AccessKeyId": one, "Status": "Active"} for one in keys], "IsTruncated": False}
    user = user_or_caller(call, request.get("UserName"))
    shown, ending = page_of(call.tx.referring(AccessKey, user.id), request)
    return {"AccessKeyMetadata": [_show(user, key) for key in shown], **ending}


def update_access_key(call: Call, request: iam.UpdateAccessKeyRequest) -> None:
    """Raises NoSuchEntity, ValidationError."""
    if request["Status"] not in _STATUS.values():
        raise AwsError("ValidationError", f"Status {request['Status']} is not valid for an access key.")
    _refuse_roots(call, request)
    key = _existing(call, request)
    call.tx.put(replace(key, is_active=request["Status"] == _STATUS[True]))


def delete_access_key(call: Call, request: iam.DeleteAccessKeyRequest) -> None:
    """Raises NoSuchEntity."""
    _refuse_roots(call, request)
    call.tx.remove(_existing(call, request).id)


def get_access_key_last_used(call: Call, request: iam.GetAccessKeyLastUsedRequest) -> iam.GetAccessKeyLastUsedResponse:
    key = call.tx.owned(AccessKey, call.global_scope, request["AccessKeyId"])
    user = call.tx.get(User, key.user_arn) if key is not None else None
    if user is None:
        raise _not_found(request["AccessKeyId"])
    return {"UserName": user.name, "AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}}


def _existing(call: Call, request: iam.UpdateAccessKeyRequest | iam.DeleteAccessKeyRequest) -> AccessKey:
    """The key, if it is the named user's; without a name, the caller's."""
    key = call.tx.owned(AccessKey, call.global_scope, request["AccessKeyId"])
    user = user_or_caller(call, request.get("UserName"))
    if key is None or key.user_arn != user.id:
        raise _not_found(request["AccessKeyId"])
    return key


def _is_roots(call: Call, request: Mapping[str, object]) -> bool:
    return "UserName" not in request and call.caller.kind is CallerKind.ROOT


def _refuse_roots(call: Call, request: Mapping[str, object]) -> None:
    if _is_roots(call, request):
        raise unsupported_operation("The access key of an account's root comes with the account and cannot be changed.")


def _not_found(access_key_id: str) -> AwsError:
    return no_such_entity(f"The Access Key with id {access_key_id} cannot be found.")


def _show(user: User, key: AccessKey) -> iam.AccessKeyMetadata:
    return {
        "UserName": user.name,
        "AccessKeyId": key.id,
        "Status": _STATUS[key.is_active],
        "CreateDate": key.created_at,
    }
