"""A region as systemd runs it: in the foreground, telling how far it is, restarted without a gap in traffic."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from support.live_region import LiveRegion, live_region

pytestmark = pytest.mark.live

SECONDS = 180
EDGE = "skywalk.edge.worker"


class Manager:
    """What systemd does for a unit of type notify."""

    def __init__(self, region: LiveRegion, folder: Path) -> None:
        self._region = region
        self._address = folder / "notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self._address))
        self._socket.settimeout(0.2)
        self._log = (folder / "journal").open("ab")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when the unit would be active."""
        self.process = subprocess.Popen(
            self._region.command("up", "--port", str(self._region.port)),
            env={**self._region.process_environment, "NOTIFY_SOCKET": str(self._address)},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        told = self._hear()
        assert told == ["READY=1", f"STATUS=us-east-1 at http://127.0.0.1:{self._region.port}"]

    def _hear(self) -> list[str]:
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                return self._socket.recv(4096).decode().splitlines()
            except TimeoutError:
                assert self.process is not None
                assert self.process.poll() is None, "it ended without a word"
                assert time.monotonic() < deadline, "it says nothing"

    def stop(self, number: signal.Signals) -> str:
        """The main process gets the signal, and nothing else of the unit (KillMode=process); answers what it said."""
        assert self.process is not None
        self.process.send_signal(number)
        stopping, status = self._hear()
        assert stopping == "STOPPING=1"
        assert self.process.wait(SECONDS) == 0
        return status

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._socket.close()
        self._log.close()


@contextmanager
def managed(region: LiveRegion, folder: Path) -> Iterator[Manager]:
    manager = Manager(region, folder)
    try:
        yield manager
    finally:
        manager.close()


@pytest.fixture
def region() -> Iterator[LiveRegion]:
    with live_region(started=False) as found:
        yield found


def test_started_restarted_and_stopped(region: LiveRegion, tmp_path: Path) -> None:
    with managed(region, tmp_path) as manager:
        manager.start()
        vpc = region.vpc()
        subnet = region.subnet(vpc)
        region.endpoint(vpc, region.table(vpc, subnet))
        profile = region.profile("serviced", {"Effect": "Allow", "Action": "*", "Resource": "*"})
        instance = region.instance(subnet, IamInstanceProfile=profile)
        region.bucket("serviced")
        # Whoever calls is inside the instance from now on: the way in is the daemon's to show.
        assert region.call(instance, "s3", "put_object", Bucket="serviced", Key="a", Body="a").status == 200
        (edge,) = region.processes(EDGE)
        environment = Path(f"/proc/{edge}/environ").read_bytes()
        assert b"NOTIFY_SOCKET" not in environment
        init = region.control.ask("entrance", {"instance_id": instance})["init_pid"]

        status = manager.stop(signal.SIGUSR1)
        assert status == "STATUS=leaving the region as it is, for the next daemon"
        # Nobody answers for the region, and everything in it goes on.
        assert region.run("status", check=False).returncode == 3
        assert region.processes(EDGE) == [edge]
        assert region.call(instance, "s3", "put_object", Bucket="serviced", Key="a", Body="b").status == 200

        manager.start()
        region.wait()
        assert region.processes(EDGE) == [edge]
        assert region.control.ask("entrance", {"instance_id": instance})["init_pid"] == init
        assert region.call(instance, "s3", "get_object", Bucket="serviced", Key="a").answer["Body"] == "b"

        # Killed, as for want of memory: systemd starts it again.
        assert manager.process is not None
        manager.process.kill()
        manager.process.wait()
        manager.start()
        region.wait()
        assert region.processes(EDGE) == [edge]

        assert manager.stop(signal.SIGTERM) == "STATUS=taking the region down"
        assert region.processes(EDGE) == []
        assert not region.paths.run_dir.exists()
        assert not is_running(init)


def is_running(pid: int) -> bool:
    """A process that has ended may be waited for by nobody, where the machine's init does not."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    return False
