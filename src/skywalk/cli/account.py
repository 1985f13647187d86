"""`skywalk account`: accounts and their keys."""

from __future__ import annotations

import argparse
import json

from skywalk.cli.control_client import ControlClient
from skywalk.config import find_paths


def run(arguments: argparse.Namespace) -> int:
    control = ControlClient(find_paths(arguments.state_dir).control_socket)
    return _add(control, arguments) if arguments.account_command == "add" else _list(control, arguments.json)


def _add(control: ControlClient, arguments: argparse.Namespace) -> int:
    asked = {
        "account_id": arguments.id,
        "access_key_id": arguments.access_key_id,
        "secret_access_key": arguments.secret_access_key,
    }
    account = control.ask("accounts/add", asked)
    print(_line(account))
    return 0


def _list(control: ControlClient, as_json: bool) -> int:
    accounts = control.ask("accounts/list")
    if as_json:
        print(json.dumps(accounts, indent=2))
    else:
        print("\n".join(_line(account) for account in accounts))
    return 0


def _line(account: dict[str, str]) -> str:
    return f"{account['account_id']}  {account['access_key_id']}  {account['secret_access_key']}"
