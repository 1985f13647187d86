"""The organization of `config.toml`: where accounts are in it, and their control policies.

    [organization]
    id = "o-a1b2c3d4e5"
    management_account = "111122223333"

    [organization.accounts.123456789012]
    path = ["r-ab12", "ou-ab12-11111111"]
    service_control_policies = [["FullAWSAccess"], ["FullAWSAccess", "unit.json"], ["account.json"]]
    resource_control_policies = [[], ["perimeter.json"], []]

Policies are files beside `config.toml`, or names of AWS's own; one list for each level: root, units, account.
RCPFullAWSAccess, which AWS never detaches, is at every level without being named.
Source: AWS Organizations User Guide, "Managing organization policies"; AWS Organizations API Reference: ids.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from skywalk.values.organization import Levels, Organization, OrganizationAccount

_ORGANIZATION_ID = re.compile(r"o-[a-z0-9]{10,32}", re.ASCII)
_ROOT_ID = re.compile(r"r-[0-9a-z]{4,32}", re.ASCII)
_UNIT_ID = re.compile(r"ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}", re.ASCII)
_ACCOUNT_ID = re.compile(r"[0-9]{12}", re.ASCII)
_SCPS, _RCPS = "service_control_policies", "resource_control_policies"
MAXIMUM_UNITS = 5
"""Source: AWS Organizations User Guide, "Quotas": units are nested five deep."""


def read_organization(value: Any, folder: Path) -> Organization:
    """The table `organization`; policies are read from `folder`. Raises ValueError, OSError for a file."""
    table = _table("organization", value)
    _refuse_unknown(table, ("id", "management_account", "accounts"), "organization.")
    identifier = _text("organization.id", table.get("id"), _ORGANIZATION_ID, "o- and 10 to 32 letters and digits")
    manager = _text("organization.management_account", table.get("management_account"), _ACCOUNT_ID, "twelve digits")
    entries = _table("organization.accounts", table.get("accounts", {}))
    accounts = {name: _read_account(name, entry, name == manager, folder) for name, entry in entries.items()}
    roots = {account.path[0] for account in accounts.values()}
    if len(roots) > 1:
        raise ValueError(f"organization.accounts: an organization has one root, not {' and '.join(sorted(roots))}")
    if manager not in accounts:
        accounts[manager] = OrganizationAccount(manager, tuple(roots))
    return Organization(identifier, manager, tuple(accounts.values()))


def _read_account(account_id: str, value: Any, is_manager: bool, folder: Path) -> OrganizationAccount:
    name = f"organization.accounts.{account_id}"
    if not _ACCOUNT_ID.fullmatch(account_id):
        raise ValueError(f"{name}: an account is twelve digits")
    table = _table(name, value)
    _refuse_unknown(table, ("path", _SCPS, _RCPS), f"{name}.")
    path = _read_path(f"{name}.path", table.get("path"))
    for field in (_SCPS, _RCPS):
        if is_manager and field in table:
            raise ValueError(f"{name}.{field}: the management account is not limited by control policies")
    return OrganizationAccount(
        account_id,
        path,
        scps=_read_scps(f"{name}.{_SCPS}", table.get(_SCPS), len(path) + 1, folder),
        rcps=_read_rcps(f"{name}.{_RCPS}", table.get(_RCPS), len(path) + 1, folder),
    )


def _read_path(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise ValueError(f'{name} must be a list of ids: the root ("r-…") and the units ("ou-…") down to the account')
    if not _ROOT_ID.fullmatch(value[0]):
        raise ValueError(f"{name} must begin with the root's id, r- and 4 to 32 letters and digits, not {value[0]!r}")
    for unit in value[1:]:
        if not _UNIT_ID.fullmatch(unit):
            raise ValueError(f"{name}: {unit!r} is no unit's id (ou-…-…)")
    if len(value) > MAXIMUM_UNITS + 1:
        raise ValueError(f"{name}: units are nested {MAXIMUM_UNITS} deep at most")
    return tuple(value)


def _read_scps(name: str, value: Any, count: int, folder: Path) -> Levels:
    from skywalk.policy.organization import check_scp

    levels = _read_levels(name, value, count, folder, check_scp)
    for at, level in enumerate(levels):
        if not level:
            raise ValueError(f"{name}[{at}] needs a policy: AWS has one at every level, FullAWSAccess at first")
    return levels


def _read_rcps(name: str, value: Any, count: int, folder: Path) -> Levels:
    from skywalk.policy.organization import MANAGED, check_rcp

    full = MANAGED["RCPFullAWSAccess"]
    levels = _read_levels(name, value, count, folder, check_rcp)
    return tuple(level if full in level else (full, *level) for level in levels)


def _read_levels(name: str, value: Any, count: int, folder: Path, check: Callable[[str], None]) -> Levels:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(level, list) for level in value):
        raise ValueError(f"{name} must be a list of lists of policies: one list for each level")
    if len(value) != count:
        raise ValueError(f"{name} has {len(value)} levels; the path makes {count}: the root, its units, the account")
    return tuple(
        tuple(_read_policy(f"{name}[{at}][{place}]", one, folder, check) for place, one in enumerate(level))
        for at, level in enumerate(value)
    )


def _read_policy(name: str, value: Any, folder: Path, check: Callable[[str], None]) -> str:
    from skywalk.policy.errors import PolicyError
    from skywalk.policy.organization import MANAGED

    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} must be the name of a file, or of a policy of AWS's ({' or '.join(MANAGED)})")
    text = MANAGED[value] if value in MANAGED else _read_file(name, folder / value)
    try:
        check(text)
    except PolicyError as error:
        raise ValueError(f"{name} ({value}): {error}") from None
    return text


def _read_file(name: str, path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise ValueError(f"{name} ({path}): {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{name} ({path}): not UTF-8") from None


def _text(name: str, value: Any, pattern: re.Pattern[str], wanted: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(f"{name} must be {wanted}")
    return value


def _table(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be a table")
    return value


def _refuse_unknown(entry: Mapping[str, Any], known: tuple[str, ...], prefix: str) -> None:
    unknown = sorted(set(entry) - set(known))
    if unknown:
        raise ValueError(f"unknown setting {prefix}{unknown[0]}")
