"""The region's certificate authority: made once, kept in the state directory, trusted by the region's instances.

`cryptography` is imported only to make it: it costs more than the rest of the daemon's start.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from skywalk.values.clock import Clock


@dataclass(frozen=True, slots=True)
class AuthorityPaths:
    """Where the authority lies: its certificate, for trust stores, and its key, for edge workers alone."""

    certificate: Path
    key: Path


def ensure_authority(state_dir: Path, clock: Clock) -> AuthorityPaths:
    """Makes the region's authority if there is none; an authority that is there is never replaced.

    Several processes may ask at once: the first key stays, and so does the first certificate, which is of that key.
    """
    paths = AuthorityPaths(state_dir / "ca.pem", state_dir / "ca-key.pem")
    if paths.certificate.exists():
        return paths
    from skywalk.edge import signing

    state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_first(paths.key, signing.new_authority_key(), 0o600)
    _write_first(paths.certificate, signing.authority_certificate(paths.key.read_bytes(), clock), 0o644)
    return paths


def _write_first(path: Path, text: bytes, mode: int) -> None:
    """Puts a whole file in place unless there is one."""
    written = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with open(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(written, path)
    finally:
        written.unlink(missing_ok=True)
