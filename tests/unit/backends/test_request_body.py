"""A body while it is read and handled: small ones in memory, large ones in a file that may outlive it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from skywalk.backends.request_body import MEMORY_BYTES, RequestBody

LARGE = bytes(range(256)) * 1024


def test_a_small_one_has_no_file(tmp_path: Path) -> None:
    with RequestBody(tmp_path) as body:
        for piece in (b"a" * 1000, b"b" * (MEMORY_BYTES - 1000)):
            body.append(piece)
        body.begin()
        assert (body.path, body.length, body.read(3)) == (None, MEMORY_BYTES, b"aaa")
        assert body.content == b"a" * 1000 + b"b" * (MEMORY_BYTES - 1000)
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("is_kept", [False, True])
def test_a_large_one_has_a_file_that_goes_unless_it_is_kept(tmp_path: Path, is_kept: bool) -> None:
    with RequestBody(tmp_path) as body:
        for at in range(0, len(LARGE), 1000):
            body.append(LARGE[at : at + 1000])
        body.begin()
        if is_kept:
            body.keep()
        (path,) = tmp_path.iterdir()
        assert (body.path, body.content, body.length) == (path, None, len(LARGE))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert body.read() == path.read_bytes() == LARGE
        body.seek(10)
        assert body.read(5) == LARGE[10:15]
    assert path.exists() == is_kept


def test_it_knows_its_own_bytes(tmp_path: Path) -> None:
    with RequestBody(tmp_path) as body:
        body.append(LARGE)
        body.begin()
        assert not body.is_file_of(LARGE)  # they were not read yet
        assert body.read() == LARGE
        assert body.is_file_of(bytes(bytearray(LARGE)))
        assert not body.is_file_of(LARGE[:-1] + b"x")
    with RequestBody(tmp_path) as small:
        small.append(b"small")
        small.begin()
        assert not small.is_file_of(small.read())


def test_what_was_recorded_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "name").write_bytes(LARGE)
    with RequestBody.of(tmp_path, None, "name") as body:
        assert (body.length, body.read(), body.path) == (len(LARGE), LARGE, tmp_path / "name")
    assert (tmp_path / "name").exists()
    with RequestBody.of(tmp_path, b"small", "") as body:
        assert (body.length, body.read(), body.path) == (5, b"small", None)
