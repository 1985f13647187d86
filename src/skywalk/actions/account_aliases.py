"""The account's alias: one at most, unique among all accounts. The text for an alias that is not there is
unconfirmed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.iam_entities import entity_already_exists, no_such_entity, page_of
from skywalk.resources.account import Account

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import iam


def create_account_alias(call: Call, request: iam.CreateAccountAliasRequest) -> None:
    """Replaces the one there is, as AWS does. Raises EntityAlreadyExists for another account's."""
    alias = request["AccountAlias"]
    if any(one.alias == alias for one in call.tx.of_type(Account)):
        raise entity_already_exists(f"The account alias {alias} already exists.")
    call.tx.put(replace(_account(call), alias=alias))


def list_account_aliases(call: Call, request: iam.ListAccountAliasesRequest) -> iam.ListAccountAliasesResponse:
    alias = _account(call).alias
    shown, ending = page_of([] if alias is None else [alias], request)
    return {"AccountAliases": list(shown), **ending}


def delete_account_alias(call: Call, request: iam.DeleteAccountAliasRequest) -> None:
    """Raises NoSuchEntity."""
    account = _account(call)
    if account.alias != request["AccountAlias"]:
        raise no_such_entity(f"The account alias {request['AccountAlias']} cannot be found.")
    call.tx.put(replace(account, alias=None))


def _account(call: Call) -> Account:
    account = call.tx.get(Account, call.caller.account_id)
    if account is None:
        raise no_such_entity(f"The account {call.caller.account_id} cannot be found.")
    return account
