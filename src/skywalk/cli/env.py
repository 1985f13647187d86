"""`skywalk env`: shell lines that point AWS clients here."""

from __future__ import annotations

import argparse
import shlex

from skywalk.cli import hints
from skywalk.cli.control_client import ControlClient
from skywalk.config import DEFAULT_ACCOUNT_ID, find_paths
from skywalk.values.errors import SkywalkError


def run(arguments: argparse.Namespace) -> int:
    control = ControlClient(find_paths(arguments.state_dir).control_socket)
    for name, value in client_environment(control, arguments.account).items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def client_environment(control: ControlClient, account_id: str | None = None) -> dict[str, str]:
    """The variables that AWS clients read. Raises SkywalkError for an account that is not there."""
    wanted = account_id or DEFAULT_ACCOUNT_ID
    status = control.ask("status")
    account = next((one for one in control.ask("accounts/list") if one["account_id"] == wanted), None)
    if account is None:
        raise SkywalkError(f"there is no account {wanted}; make it with: {hints.program()} account add {wanted}")
    return {
        "AWS_ENDPOINT_URL": status["endpoint_url"],
        # The one is read by Python's clients, the other by most.
        "AWS_DEFAULT_REGION": status["region"],
        "AWS_REGION": status["region"],
        "AWS_ACCESS_KEY_ID": account["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": account["secret_access_key"],
    }
