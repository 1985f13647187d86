"""moto's DynamoDB state on disk: tables with their items, and backups, in one pickle of moto's own classes."""

from __future__ import annotations

import pickle
from pathlib import Path

import moto
from moto.dynamodb.models import dynamodb_backends

from skywalk.backends.state_file import check_loadable, replace_file

LOADABLE = "skywalk-dynamodb-1"


class DynamoDbState:
    """Saves and loads. The caller sees to it that no request runs meanwhile."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def save(self) -> None:
        state = {
            (account_id, region): vars(backend) for account_id, region, backend in dynamodb_backends.iter_backends()
        }
        replace_file(self._path, pickle.dumps((LOADABLE, moto.__version__, state)))

    def load(self) -> None:
        """Raises OSError or pickle.UnpicklingError."""
        if not self._path.exists():
            return
        loadable, version, state = pickle.loads(self._path.read_bytes())  # noqa: S301 (written here, for the owner)
        check_loadable(self._path, loadable, LOADABLE, version)
        for (account_id, region), attributes in state.items():
            dynamodb_backends[account_id][region].__dict__.update(attributes)
