"""Files for their owner's eyes."""

from __future__ import annotations

import resource
import signal
from pathlib import Path

import pytest

from skywalk.supervision.private_file import write_private
from skywalk.values.errors import SkywalkError


def test_it_is_its_owner_s_alone_and_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "key"
    for content in (b"first", b"second"):
        write_private(path, content)
        assert (path.read_bytes(), path.stat().st_mode & 0o777) == (content, 0o600)
    assert list(tmp_path.iterdir()) == [path]


def test_what_the_disk_does_not_take_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "key"
    write_private(path, b"kept")
    former, limits = signal.getsignal(signal.SIGXFSZ), resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(SkywalkError, match=rf"^{path} cannot be written: File too large$"):
            write_private(path, bytes(8192))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, former)
    assert path.read_bytes() == b"kept"
    assert list(tmp_path.iterdir()) == [path]
