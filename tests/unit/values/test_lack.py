"""What the machine may run out of."""

from __future__ import annotations

import errno
import os

import pytest

from skywalk.values.lack import lack


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/a/file"), "No space left on device"),
        (OSError(errno.EMFILE, os.strerror(errno.EMFILE)), "Too many open files"),
        (OSError(errno.ENOBUFS, "in other words"), "in other words"),
        (MemoryError(), "Cannot allocate memory"),
        (FileNotFoundError(errno.ENOENT, "No such file or directory"), None),
        (OSError("without a number"), None),
        (ValueError("28"), None),
    ],
)
def test_want_is_told_from_mistakes(failure: Exception, words: str | None) -> None:
    assert lack(failure) == words
