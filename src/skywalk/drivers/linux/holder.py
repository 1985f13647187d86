"""The holder: what keeps a user's namespaces alive while no daemon runs, and how others get into them.

Without root all of a region's network lies in namespaces that end with the last process in them. So the first daemon
leaves a process there that does nothing and takes next to no memory. Whoever comes later enters by it or, should it be
gone, by any other process of the region that is still there.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from skywalk.drivers.linux.features import may_manage_networks
from skywalk.drivers.linux.guests import kernel
from skywalk.drivers.linux.user_namespace import become_root_of_own
from skywalk.values.errors import SkywalkError

_PID_FILE = "holder.pid"
_NAMESPACES = kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS | kernel.CLONE_NEWNET
# It reads from a pipe that nobody ever writes to; its own end of it keeps it open. The words after are for `ps`.
_COMMAND = ("/bin/sh", "-c", "read _", "skywalk-holder")
_END_SECONDS = 5.0


def settle(run_dir: Path, label: str) -> None:
    """The calling process, which has one thread, goes where it can manage networks, if it cannot do so here: into the
    region's namespaces or, if there are none, into new ones; and a holder is there. Raises SkywalkError."""
    if may_manage_networks():
        return
    if not enter(run_dir):
        try:
            become_root_of_own()
        except OSError as error:
            raise SkywalkError(f"no namespaces can be made without root: {error.filename}: {error.strerror}") from error
    if _read_alive(run_dir / _PID_FILE) is None:
        _start(run_dir, label)


def enter(run_dir: Path) -> bool:
    """The calling process, which has one thread, enters the region's namespaces; answers whether there are any. It
    keeps its working folder. Raises SkywalkError where they may not be entered."""
    with _process_inside(run_dir) as process:
        if process is None:
            return False
        folder = _working_folder()
        try:
            kernel.setns(process, _NAMESPACES)
        except OSError as error:
            raise SkywalkError(f"the region's namespaces cannot be entered: {error.strerror}") from error
        # By its name: its descriptor would lead back to the mounts outside.
        with suppress(OSError):
            os.chdir(folder)
    return True


def _working_folder() -> str:
    try:
        return os.getcwd()
    except FileNotFoundError:
        return "/"


def end(run_dir: Path) -> None:
    """Ends the holder, if there is one: the namespaces go with the last process in them."""
    path = run_dir / _PID_FILE
    process = _read_alive(path)
    if process is not None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(process, signal.SIGKILL)
        select.select([process], [], [], _END_SECONDS)
        os.close(process)
    path.unlink(missing_ok=True)


@contextmanager
def _process_inside(run_dir: Path) -> Iterator[int | None]:
    """A descriptor of a process of the region that is in other namespaces than the caller's users are."""
    own = os.stat("/proc/self/ns/user")
    for path in sorted(run_dir.glob("*.pid"), key=lambda path: path.name != _PID_FILE):
        process = _read_alive(path)
        if process is None:
            continue
        try:
            number = path.read_text().split()[0]
            with suppress(OSError):
                if not os.path.samestat(own, os.stat(f"/proc/{number}/ns/user")):
                    yield process
                    return
        finally:
            os.close(process)
    yield None


def _start(run_dir: Path, label: str) -> None:
    reading, writing = os.pipe()
    # Programs that tidy up folders for temporary files leave alone what is locked. Source: tmpfiles.d(5), Age.
    folder = os.open(run_dir, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(folder, fcntl.LOCK_SH)
    try:
        process = subprocess.Popen(
            [*_COMMAND, label],
            stdin=reading,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[writing, folder],
            start_new_session=True,
            cwd="/",
        )
    finally:
        for descriptor in (reading, writing, folder):
            os.close(descriptor)
    written = run_dir / f"{_PID_FILE}.new"
    written.write_text(f"{process.pid} {_read_start(process.pid)}")
    written.replace(run_dir / _PID_FILE)


def _read_alive(path: Path) -> int | None:
    """A descriptor of the process that a file names by id and start time, if it runs still."""
    with suppress(OSError, ValueError):
        number, started = path.read_text().split()
        process = os.pidfd_open(int(number))
        # Looked at after the descriptor is open: from here on it is that process and no later one.
        if _read_start(int(number)) == started:
            return process
        os.close(process)
    return None


def _read_start(process: int) -> str:
    """In clock ticks since the machine's start; empty for one that has ended."""
    with suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return "" if fields[0] in {"Z", "X"} else fields[19]
    return ""
