"""Unix sockets in folders that are too deep for the kernel."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from skywalk.values.unix_path import LONGEST_BYTES, reachable


def place(folder: Path, length: int) -> Path:
    """A path of a socket, of so many bytes."""
    while len(os.fsencode(folder)) < length - 60:
        folder = folder / ("d" * 40)
    folder.mkdir(parents=True, exist_ok=True)
    return folder / ("s" * (length - len(os.fsencode(folder)) - 1))


def test_the_longest_that_the_kernel_takes_is_left_as_it_is(tmp_path: Path) -> None:
    path = place(tmp_path, LONGEST_BYTES)
    with reachable(path) as name, socket.socket(socket.AF_UNIX) as listening:
        assert name == str(path)
        listening.bind(name)


@pytest.mark.parametrize("length", [LONGEST_BYTES + 1, 400])
def test_longer_ones_can_be_listened_and_connected_to(tmp_path: Path, length: int) -> None:
    path = place(tmp_path, length)
    with socket.socket(socket.AF_UNIX) as listening, socket.socket(socket.AF_UNIX) as connected:
        with pytest.raises(OSError, match="too long"):
            listening.bind(str(path))
        with reachable(path) as name:
            listening.bind(name)
        listening.listen()
        with reachable(path) as name:
            connected.connect(name)
    assert path.is_socket()


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), reachable(tmp_path / ("d" * 200) / "socket"):
        pass
