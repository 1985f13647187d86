"""What systemd is told, over a socket as it gives one."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from skywalk.supervision.service_manager import ServiceManager


@pytest.mark.parametrize("is_abstract", [False, True])
def test_what_is_told(is_abstract: bool, tmp_path: Path) -> None:
    name = f"@skywalk-test-{os.getpid()}" if is_abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(name.replace("@", "\0"))
        environment = {"NOTIFY_SOCKET": name, "HOME": "/root"}
        told = ServiceManager(environment)
        assert environment == {"HOME": "/root"}
        told.ready("us-east-1 at http://127.0.0.1:4599")
        told.stopping("taking the region down")
        assert [manager.recv(1000) for _ in range(2)] == [
            b"READY=1\nSTATUS=us-east-1 at http://127.0.0.1:4599",
            b"STOPPING=1\nSTATUS=taking the region down",
        ]


def test_without_one_nobody_is_told() -> None:
    ServiceManager({}).ready("x")


def test_one_that_is_gone_harms_nothing(tmp_path: Path) -> None:
    ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "gone")}).stopping("x")
