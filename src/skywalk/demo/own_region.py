"""The tour's own region: a temporary folder and a free port, and nothing left of them at the end."""

from __future__ import annotations

import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from skywalk.cli.down import stop_region
from skywalk.cli.reset import remove_folder
from skywalk.config import Paths
from skywalk.values.clock import SystemClock
from skywalk.values.errors import SkywalkError

STOP_SECONDS = 20.0
RETRY_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class OwnRegion:
    """`folder` is where commands are typed; the region's state is elsewhere, out of the instances' sight."""

    folder: Path
    paths: Paths
    port: int


@contextmanager
def own_region() -> Iterator[OwnRegion]:
    """Places for a region that the body may start. However the body ends, the region is gone after it."""
    place = Path(tempfile.mkdtemp(prefix="skywalk-demo-"))
    region = OwnRegion(place / "bank", Paths(place / "region"), _free_port())
    region.folder.mkdir()
    with _endings_raised():
        try:
            yield region
        finally:
            with _endings_held():
                _take_away(region)
                remove_folder(place)


def _take_away(region: OwnRegion) -> None:
    """Raises SkywalkError where the region stays."""
    clock = SystemClock()
    deadline = clock.monotonic_seconds() + STOP_SECONDS
    while True:
        try:
            stop_region(region.paths)
            return
        except SkywalkError as error:
            # A daemon that was interrupted while it started is still on its way up, or down.
            if clock.monotonic_seconds() > deadline:
                raise SkywalkError(f"the region in {region.paths.state_dir} could not be taken away: {error}") from None
            time.sleep(RETRY_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def _endings_raised() -> Iterator[None]:
    """What would end the process at once ends the body as Ctrl-C does, so that it can clean up."""

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _endings_held() -> Iterator[None]:
    """Cleaning up is not interrupted by an impatient second Ctrl-C."""
    # A handler, not SIG_IGN, which programs that are started meanwhile would inherit.
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_: None) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
