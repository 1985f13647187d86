from __future__ import annotations

import os
import subprocess
import sys

import pytest

from skywalk.cli.enter import enter
from skywalk.drivers.driver import GuestEntrance
from skywalk.values.errors import SkywalkError


def test_an_instance_that_has_ended() -> None:
    with subprocess.Popen([sys.executable, "-S", "-c", ""]) as ended:
        ended.wait()
    entrance = GuestEntrance("i-1", ended.pid, f"/proc/{ended.pid}/root", "/proc/self/ns/net")
    with pytest.raises(SkywalkError, match="i-1 does not run any more"):
        enter(entrance, ["true"], {})


def test_a_process_in_another_network_is_not_the_init() -> None:
    entrance = GuestEntrance("i-1", os.getpid(), f"/proc/{os.getpid()}/root", "/proc/self/ns/mnt")
    with pytest.raises(SkywalkError, match="i-1 does not run any more"):
        enter(entrance, ["true"], {})
