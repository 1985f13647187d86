"""A state directory as a region leaves it, without a region: for tests of what is done with the files."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from skywalk.resources.account import Account
from skywalk.resources.persist import SqlitePersistence
from skywalk.resources.store import Store
from skywalk.values.scope import Scope

ACCOUNT = Account(
    id="123456789012",
    scope=Scope("123456789012", ""),
    access_key_id="AKIAEXAMPLE",
    secret_access_key="kept-secret",
)


def stored_region(state_dir: Path) -> Path:
    """With an account, keys, settings, and a backend of S3 that has one large object."""
    objects = state_dir / "backends" / "s3" / "objects"
    objects.mkdir(parents=True, mode=0o700)
    with closing(Store(SqlitePersistence(state_dir / "state.sqlite"))) as store, store.transaction() as tx:
        tx.put(ACCOUNT)
    for name, content in (
        ("region.key", b"k" * 32),
        ("ca.pem", b"certificate"),
        ("ca-key.pem", b"key"),
        ("config.toml", b"edge_workers = 2\n"),
        ("skywalk.log", b"said"),
        ("lock", b""),
        ("backends/s3/state.pickle", b"buckets"),
        ("backends/s3/lock", b""),
        ("backends/s3/log", b"said"),
        ("backends/s3/objects/abc123", b"large " * 5000),
    ):
        (state_dir / name).write_bytes(content)
    return state_dir
