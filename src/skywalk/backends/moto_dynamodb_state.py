"""moto's DynamoDB state on disk: tables with their items, backups, and the tokens of transactions, in one pickle of
moto's own classes."""

from __future__ import annotations

import pickle
from pathlib import Path

import moto
from moto.dynamodb.models import dynamodb_backends

from skywalk.backends.moto_dynamodb import Tokens
from skywalk.backends.state_file import check_loadable, generation_of, replace_file

LOADABLE = "skywalk-dynamodb-1"


class DynamoDbState:
    """Saves and loads. The caller sees to it that no request runs meanwhile."""

    def __init__(self, path: Path, tokens: Tokens) -> None:
        self._path = path
        self._tokens = tokens

    def save(self, generation: int) -> None:
        state = {
            (account_id, region): vars(backend) for account_id, region, backend in dynamodb_backends.iter_backends()
        }
        replace_file(self._path, pickle.dumps((LOADABLE, moto.__version__, state, generation, self._tokens)))

    def load(self) -> int:
        """Raises OSError or pickle.UnpicklingError."""
        if not self._path.exists():
            return 0
        loadable, version, state, *rest = pickle.loads(self._path.read_bytes())  # noqa: S301 (written here, for the owner)
        check_loadable(self._path, loadable, LOADABLE, version)
        for (account_id, region), attributes in state.items():
            dynamodb_backends[account_id][region].__dict__.update(attributes)
        self._tokens.update(rest[1] if rest else {})
        return generation_of(rest)
