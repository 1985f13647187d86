"""The daemon: the process in which a region runs, from its arguments to its end.

python -m skywalk.app --state-dir D [--port P] [--region R] [--quotas aws|off] [--uplink] [--ready-fd N]
                      [--lock-fd N]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fcntl
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import uvloop

from skywalk.backends.relay import end_relay, ensure_relay
from skywalk.cli.hints import FAILED, UPLINK_NEEDS_ROOT, render_ready
from skywalk.config import (
    DEFAULT_PORT,
    DEFAULT_REGION,
    Paths,
    Settings,
    hidden_folders,
    make_run_dir,
    read_config,
    remove_run_dir,
)
from skywalk.drivers.linux import holder
from skywalk.drivers.linux.features import may_manage_networks
from skywalk.http1.descriptors import raise_descriptor_limit
from skywalk.logs.settings import FORMATS, LEVELS, LogSettings
from skywalk.logs.setup import set_up_logging
from skywalk.region import Region, render_backends
from skywalk.resources.regions import REGIONS
from skywalk.supervision.service_manager import ServiceManager
from skywalk.values.errors import SkywalkError

if TYPE_CHECKING:
    pass

log = logging.getLogger("skywalk.app")  # run as a module it has no name of its own

EXIT_INTERRUPTED = 130


def open_tcp_socket(port: int) -> socket.socket:
    """The API's, on loopback only. Raises SkywalkError where something else listens there."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as error:
        raise SkywalkError(f"port {port} cannot be had: {error.strerror}; choose another with --port") from None
    return listening


@contextlib.contextmanager
def locked_region(paths: Paths, lock: int | None = None) -> Iterator[None]:
    """Makes sure that no other daemon runs this region; `lock` is a descriptor that has its lock already. Where nothing
    of it ran before and the body fails, nothing but its state is left."""
    paths.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    make_run_dir(paths)
    descriptor = os.open(paths.lock, os.O_WRONLY | os.O_CREAT, 0o600) if lock is None else lock
    os.set_inheritable(descriptor, False)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SkywalkError(f"another daemon runs the region in {paths.state_dir}") from None
    ran_before = paths.state_dir_note.exists()
    paths.state_dir_note.write_text(str(paths.state_dir))
    try:
        yield
    except BaseException:
        if not ran_before:
            end_relay(paths.backend_settings)
            holder.end(paths.run_dir)
            remove_run_dir(paths)
        raise
    finally:
        os.close(descriptor)


_OBJECTS_BEFORE_COLLECTING = 50_000


async def serve(make_region: Callable[[], Region], tell_ready: Callable[[], None], manager: ServiceManager) -> None:
    """One region from start to end; SIGTERM, SIGINT and the end of its terminal take it down. SIGUSR1 ends the daemon
    alone, for another one to take over."""
    region = make_region()
    try:
        await region.start()
        if region.is_ending:
            raise SkywalkError("it was taken down while it started")
        # What was loaded stays: collecting garbage must not look through all of it while an answer is made.
        gc.freeze()
        gc.set_threshold(_OBJECTS_BEFORE_COLLECTING)
    except BaseException:
        await region.take_down()
        await region.close()
        raise
    loop = asyncio.get_running_loop()

    def take_down() -> None:
        manager.stopping("taking the region down")
        ending.append(asyncio.ensure_future(region.take_down()))

    def leave() -> None:
        manager.stopping("leaving the region as it is, for the next daemon")
        ending.append(asyncio.ensure_future(region.leave()))

    ending: list[asyncio.Future[None]] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, take_down)
    loop.add_signal_handler(signal.SIGUSR1, leave)
    tell_ready()
    manager.ready(region.status)
    log.info("the region is ready")
    await region.run()
    await region.close()
    log.info("the region has ended")


def tell_ready(text: str, ready_fd: int | None) -> None:
    if ready_fd is None:
        print(text, flush=True)
        return
    with contextlib.suppress(OSError):
        os.write(ready_fd, b"ready\n")
    os.close(ready_fd)


def tell_failed(reason: str, ready_fd: int | None) -> None:
    """Not by the log alone: it may lie on the disk that is full."""
    with contextlib.suppress(OSError):
        print(f"skywalk: {reason}", file=sys.stderr)
    if ready_fd is not None:
        with contextlib.suppress(OSError):
            os.write(ready_fd, f"{FAILED}{reason}".encode())


def open_doors(paths: Paths, settings: Settings) -> Settings:
    """Backends by URL by way of a relay outside of the region's namespaces."""
    doors = {
        service: replace(setting, door=str(paths.backend_door(service)))
        for service, setting in settings.backends.items()
    }
    said = LogSettings(settings.log_format, settings.log_level)
    ensure_relay(paths.backend_settings, render_backends(doors), paths.state_dir / "relay.log", said)
    return replace(settings, backends=doors)


def run_locked(paths: Paths, arguments: argparse.Namespace, manager: ServiceManager) -> None:
    """The daemon's life, once the region is its own."""
    names = ("port", "region", "quotas", "log_format", "log_level", "uplink")
    given = {name: value for name in names if (value := getattr(arguments, name)) is not None}
    settings = Settings(**{**read_config(paths.config), **given})
    if settings.uplink and not may_manage_networks():
        raise SkywalkError(UPLINK_NEEDS_ROOT)
    # Detached it has a file; in the foreground there is somebody, or systemd's journal, to read its errors.
    log_path = None if arguments.ready_fd is None else paths.log
    log_to = set_up_logging("daemon", LogSettings(settings.log_format, settings.log_level), log_path)
    # What depends on who and where the user is, before the daemon is root in namespaces of its own.
    ready, hidden = render_ready(paths, settings.port), hidden_folders()
    api_socket = open_tcp_socket(settings.port)
    if settings.backends and not may_manage_networks():
        settings = open_doors(paths, settings)
    holder.settle(paths.run_dir, str(paths.state_dir))
    make_region = partial(Region, paths, settings, api_socket, hidden, log_to)
    uvloop.run(serve(make_region, partial(tell_ready, ready, arguments.ready_fd), manager))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="skywalk.app", description="the daemon of a region")
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--region", default=DEFAULT_REGION)
    parser.add_argument("--quotas", choices=("aws", "off"), default="aws")
    parser.add_argument("--log-format", choices=FORMATS)
    parser.add_argument("--log-level", choices=LEVELS)
    parser.add_argument("--uplink", action="store_true", default=None)
    parser.add_argument("--ready-fd", type=int)
    parser.add_argument("--lock-fd", type=int)
    arguments = parser.parse_args(argv)
    paths = Paths(arguments.state_dir)
    manager = ServiceManager()
    raise_descriptor_limit()
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        if arguments.region not in REGIONS:
            raise SkywalkError(f"there is no region {arguments.region}; there are {', '.join(REGIONS)}")
        with locked_region(paths, arguments.lock_fd):
            run_locked(paths, arguments, manager)
    except (SkywalkError, OSError) as error:
        tell_failed(str(error), arguments.ready_fd)
        return 1
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
