"""A region for live tests of the edge: real workers and backend, namespaces, and a daemon that is the test itself.

A client namespace has one link to the *door* namespace, where a gateway endpoint's prefixes are local addresses, and
one to the *public* namespace, where the services' public addresses are. Names resolve through the client's own
hosts file, so that stock programs run unchanged.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from skywalk.backends.process import BackendProcess
from skywalk.feed.publisher import Publisher
from skywalk.feed.rows import Row, RowId, row_id
from skywalk.plan.places import INTERNET, Place
from skywalk.values.errors import SkywalkError
from support import edge_rows as rows

T = TypeVar("T")
ENDPOINT_ADDRESS = "52.216.0.10"
PUBLIC_ADDRESS = "198.51.100.10"
CLIENT_ADDRESS = "10.77.0.2"
REGION_KEY = bytes(range(32))
HOSTS = (
    "s3.us-east-1.amazonaws.com",
    "s3.amazonaws.com",
    "s3.eu-west-1.amazonaws.com",
    "sts.us-east-1.amazonaws.com",
    *(f"{name}.s3.us-east-1.amazonaws.com" for name in ("documents", "other", "my.bucket")),
    *(f"{name}.s3.amazonaws.com" for name in ("documents", "other", "fresh", "late")),
)


def run(*command: str) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"


def until(condition: Callable[[], T], within_seconds: float = 60) -> T:
    ends = time.monotonic() + within_seconds
    while not (found := condition()):
        assert time.monotonic() < ends, "waited too long"
        time.sleep(0.01)
    return found


class Namespaces:
    """Three namespaces and their links."""

    def __init__(self, prefix: str) -> None:
        # Another run of the tests on this machine has names of its own.
        self.client, self.door, self.public = (f"{prefix}{os.getpid()}-{name}" for name in ("c", "d", "p"))
        self.device = "gwep"

    def make(self) -> None:
        for name in (self.client, self.door, self.public):
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        self._link("door0", self.door, self.device, CLIENT_ADDRESS, "10.77.0.1", "52.216.0.0/15")
        self._link("pub0", self.public, "igw", "10.78.0.2", "10.78.0.1", "198.51.100.0/24")
        hosts = Path("/etc/netns") / self.client
        hosts.mkdir(parents=True)
        self.set_address(ENDPOINT_ADDRESS)

    def set_address(self, address: str) -> None:
        """Where the client's names lead."""
        lines = ["127.0.0.1 localhost", *(f"{address} {name}" for name in HOSTS)]
        (Path("/etc/netns") / self.client / "hosts").write_text("\n".join(lines) + "\n")

    def remove(self) -> None:
        for name in (self.client, self.door, self.public):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
        shutil.rmtree(Path("/etc/netns") / self.client, ignore_errors=True)

    def _link(self, inside: str, other: str, device: str, address: str, gateway: str, prefix: str) -> None:
        run("ip", "-n", self.client, "link", "add", inside, "type", "veth", "peer", "name", device, "netns", other)
        run("ip", "-n", self.client, "addr", "add", f"{address}/30", "dev", inside)
        run("ip", "-n", self.client, "link", "set", inside, "up")
        run("ip", "-n", other, "addr", "add", f"{gateway}/30", "dev", device)
        run("ip", "-n", other, "link", "set", device, "up")
        run("ip", "-n", other, "route", "add", "local", prefix, "dev", "lo")
        run("ip", "-n", self.client, "route", "add", prefix, "via", gateway)


class Daemon:
    """The publisher's side, on a loop in a thread of its own; keeps what is reported as rows."""

    def __init__(self, backend: BackendProcess | None) -> None:
        self._backend = backend
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._publisher = Publisher(self._on_report)
        self.reports: list[tuple[str, dict[str, Any]]] = []

    def connect(self, *sockets: Path) -> None:
        for socket in sockets:
            until(functools.partial(self._try_to_connect, socket))

    def _try_to_connect(self, socket: Path) -> bool:
        """A worker's socket has its name a moment before anybody listens there."""
        try:
            self.call(self._publisher.connect(socket))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        return True

    def put(self, *put: Row) -> None:
        """Returns when every worker obeys."""
        self.call(self._publisher.replace(put, ()))

    def remove(self, *removed: Row | RowId) -> None:
        keys = [gone if isinstance(gone, tuple) else row_id(gone) for gone in removed]
        self.call(self._publisher.replace((), keys))

    @property
    def failing(self) -> dict[str, str]:
        return self._publisher.failing

    def rows(self) -> Iterable[Row]:
        return tuple(self._publisher.rows.values())

    def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(120)

    def die(self) -> None:
        """As if killed: connections end, nothing is told."""
        self.call(self._publisher.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _on_report(self, subject: str, data: dict[str, Any]) -> dict[str, Any]:
        self.reports.append((subject, data))
        if subject == "start_backend":
            if self._backend is None:
                raise SkywalkError("no backend in this test")
            return {"socket": str(await self._backend.start())}
        if subject == "delete_resource":
            await self._publisher.replace((), [("ServiceResource", data["arn"])])
        else:
            name = data["arn"].rpartition(":")[2]
            await self._publisher.replace([rows.bucket(name, data["policy"], data["account_id"], data["region"])], ())
        return {}


class EdgeRegion:
    """Workers, backend, daemon and namespaces."""

    def __init__(self, prefix: str, workers: int = 1, backends: dict[str, Any] | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"{prefix}-"))
        self.namespaces = Namespaces(prefix)
        self._backends = backends or {}
        self.backend = BackendProcess("s3", self.folder / "backends" / "s3")
        self.worker_sockets = [self.folder / f"edge-{number}.sock" for number in range(workers)]
        self.workers: list[subprocess.Popen[bytes]] = []
        self.daemon = Daemon(self.backend)
        (self.folder / "region.key").write_bytes(REGION_KEY)

    @property
    def authority(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def places(self) -> tuple[Place, Place]:
        names = self.namespaces
        return (
            Place(rows.ENDPOINT_ID, f"/run/netns/{names.door}", names.device),
            Place(INTERNET, f"/run/netns/{names.public}", None),
        )

    def start(self) -> None:
        self.namespaces.make()
        for socket in self.worker_sockets:
            self.workers.append(self._start_worker(socket))
        self.daemon.connect(*self.worker_sockets)
        self.daemon.put(rows.ACCESS_KEY, rows.OTHER_ACCESS_KEY, rows.S3, rows.STS, rows.endpoint(), *self.places)

    def stop(self) -> None:
        with contextlib.suppress(Exception):
            self.daemon.call(self.backend.stop())
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.wait(60)
        self.daemon.die()
        self.namespaces.remove()
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self, key_id: str = rows.KEY_ID, secret: str = rows.SECRET) -> dict[str, str]:
        return {
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
            "HOME": str(self.folder),
            "AWS_ACCESS_KEY_ID": key_id,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_DEFAULT_REGION": rows.REGION,
            "AWS_CA_BUNDLE": str(self.authority),
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "CURL_CA_BUNDLE": str(self.authority),
            "PYTHONPATH": os.pathsep.join(sys.path),
        }

    def run_client(
        self, *command: str, environment: dict[str, str] | None = None, input_bytes: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        """Runs a program in the client namespace, with its hosts file."""
        return subprocess.run(
            ["ip", "netns", "exec", self.namespaces.client, *command],
            env=environment or self.environment(),
            input=input_bytes,
            capture_output=True,
            check=False,
            timeout=120,
        )

    def python(self, program: str, environment: dict[str, str] | None = None) -> Any:
        """Runs a Python program in the client namespace; what it prints last is JSON."""
        done = self.run_client(sys.executable, "-c", program, environment=environment)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout.decode().splitlines()[-1])

    def _start_worker(self, socket: Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [
                sys.executable,
                *("-m", "skywalk.edge.worker"),
                *("--socket", str(socket)),
                *("--authority", str(self.folder)),
                *("--region-key", str(self.folder / "region.key")),
                *("--api-socket", str(self.folder / "api.sock")),
                *("--backends", json.dumps(self._backends)),
            ]
        )


@contextlib.contextmanager
def edge_region(prefix: str, workers: int = 1, backends: dict[str, Any] | None = None) -> Iterator[EdgeRegion]:
    region = EdgeRegion(prefix, workers, backends)
    try:
        region.start()
        yield region
    finally:
        region.stop()
