from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import pytest

from skywalk.cli.shared_folders import find_obstacle, take_folders
from skywalk.drivers.driver import GuestEntrance
from skywalk.drivers.linux.guests.filesystems import FileSystem
from skywalk.values.errors import SkywalkError

_MOUNTS = [
    FileSystem(PurePosixPath("/home"), "overlay", False),
    FileSystem(PurePosixPath("/home/ann/.aws"), "ext4", False),
    FileSystem(PurePosixPath("/run"), "tmpfs", False),
]
_CASES = {
    "/home/ann/project": None,
    "/srv": None,
    "/home/ann": "/home/ann/.aws",
    "/home/ann/.aws": "/home/ann/.aws",
    "/home/ann/.aws/cache": "/home/ann/.aws",
    "/run/user/0": "/run",
    "/": "/home/ann/.aws",
}


@pytest.mark.parametrize("root", ["overlay", "ext4"], ids=["with root", "without"])
@pytest.mark.parametrize("place", _CASES)
def test_what_may_be_shared(place: str, root: str) -> None:
    expected = _CASES[place]
    mounts = [FileSystem(PurePosixPath("/"), root, False), *_MOUNTS]
    assert find_obstacle(PurePosixPath(place), mounts) == (PurePosixPath(expected) if expected else None)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    entrance = GuestEntrance("i-1", os.getpid(), f"/proc/{os.getpid()}/root", "/proc/self/ns/net")
    (tmp_path / "file").write_text("")
    with pytest.raises(SkywalkError, match="no such folder"):
        take_folders(entrance, [tmp_path / "file"])


def test_what_is_shared_is_not_taken_again(tmp_path: Path) -> None:
    entrance = GuestEntrance("i-1", os.getpid(), f"/proc/{os.getpid()}/root", "/proc/self/ns/net")
    assert take_folders(entrance, [tmp_path, tmp_path]) == []
