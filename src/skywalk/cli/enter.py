"""Entering an instance: a command of the caller's in the instance's namespaces, with the caller's terminal and files.

The calling process stays outside, passes signals on, and answers the command's exit status. What is read and written
goes straight to and from the command, unless the caller sits at a terminal: then the command gets a terminal of the
instance's own, so that it can neither type into the caller's nor lack job control.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from skywalk.cli.shared_folders import put_folders, take_folders
from skywalk.cli.terminal import Terminal, sits_at_terminal
from skywalk.drivers.driver import GuestEntrance
from skywalk.drivers.linux.guests import kernel
from skywalk.drivers.linux.guests.passage import become_program
from skywalk.values.errors import SkywalkError

NOT_FOUND = 127
NOT_EXECUTABLE = 126
_KILLED = 128
_DETACHED_LOG = "/var/log/skywalk-exec.log"
_OTHER_NAMESPACES = kernel.CLONE_NEWNS | kernel.CLONE_NEWNET | kernel.CLONE_NEWUTS | kernel.CLONE_NEWIPC
# From a terminal they come to every process in the foreground; others to the one they are sent to.
_TO_ALL = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP)
_TO_ONE = (signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)
_PASSED_ON = (*_TO_ALL, *_TO_ONE, signal.SIGTSTP)
_STANDARD = (0, 1, 2)


def enter(
    entrance: GuestEntrance,
    command: Sequence[str],
    environment: Mapping[str, str],
    binds: Sequence[Path] = (),
    detach: bool = False,
) -> int:
    """Runs a command in an instance and answers its exit status: 127 if it is not found there, 126 if it cannot be
    executed, 128 and the signal's number if one killed it.

    `binds` are the machine's folders that the instance shares from now on until it stops. With `detach` the command
    lives on until then too; it says what it has to say to /var/log/skywalk-exec.log in the instance. Raises
    SkywalkError where the instance cannot be entered.
    """
    init = _open_init(entrance)
    try:
        trees = take_folders(entrance, binds)
        folder = _working_folder()
        terminal = Terminal() if not detach and sits_at_terminal() else None
        sys.stdout.flush()
        sys.stderr.flush()
        # The command may be heard of before this process runs again: what it is sent by then waits to be passed on.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _PASSED_ON)
        try:
            child = _fork_inside(init)
        except SkywalkError:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            raise
        if child == 0:
            _go_in(init, trees, folder, command, environment, terminal, detach, mask)
    finally:
        os.close(init)
    for _, tree in trees:
        os.close(tree)
    return _attend(child, terminal, mask)


def _open_init(entrance: GuestEntrance) -> int:
    """A descriptor of the instance's init. Raises SkywalkError if it is gone or may not be entered."""
    try:
        init = os.pidfd_open(entrance.init_pid)
        # A process that has the same number by now is in no such namespace.
        if os.path.samestat(os.stat(f"/proc/{entrance.init_pid}/ns/net"), os.stat(entrance.namespace)):
            return init
        os.close(init)
    except PermissionError as error:
        raise SkywalkError("only root may enter an instance") from error
    except OSError as error:
        raise SkywalkError(f"{entrance.instance_id} does not run any more") from error
    raise SkywalkError(f"{entrance.instance_id} does not run any more")


def _working_folder() -> str:
    try:
        return os.getcwd()
    except FileNotFoundError:
        return "/"


def _fork_inside(init: int) -> int:
    """Forks a child that is in the instance's pid namespace; the caller stays where it is."""
    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    try:
        kernel.setns(init, kernel.CLONE_NEWPID)
        child = os.fork()
        if child != 0:
            # Only the machine's root may: else what the caller forks later would be in the instance too.
            with suppress(PermissionError):
                kernel.setns(own, kernel.CLONE_NEWPID)
    except OSError as error:
        raise SkywalkError(f"the instance cannot be entered: {error}") from error
    finally:
        os.close(own)
    return child


def _go_in(
    init: int,
    trees: Sequence[tuple[str, int]],
    folder: str,
    command: Sequence[str],
    environment: Mapping[str, str],
    terminal: Terminal | None,
    detach: bool,
    mask: Set[int],
) -> NoReturn:
    """The child's part. Nothing may be imported from here on: the files are the instance's."""
    status = NOT_EXECUTABLE
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        # Until it is the command, nothing inside may look into this process.
        kernel.set_dumpable(False)
        kernel.setns(init, _OTHER_NAMESPACES)
        put_folders(trees)
        network = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        kernel.enter_owner(network)
        os.close(network)
        os.chdir(folder if os.path.isdir(folder) else "/")
        known = dict(environment)
        if not os.path.isdir(known.get("HOME", "/")):
            known["HOME"] = "/"
        status = _refusal(command[0], known)
        if status == 0:
            _prepare_streams(terminal, detach)
            become_program(command, known)
    except BaseException as error:
        print(f"skywalk exec: {error}", file=sys.stderr, flush=True)
        status = status or NOT_EXECUTABLE
    os._exit(status)


def _refusal(name: str, environment: Mapping[str, str]) -> int:
    """The status of a command that cannot be run, said before it is detached or becomes something; else 0."""
    search = environment.get("PATH", os.defpath)
    if shutil.which(name, path=search) is not None:
        return 0
    if shutil.which(name, mode=os.F_OK, path=search) is not None or os.path.isdir(name):
        print(f"skywalk exec: {name}: Permission denied", file=sys.stderr, flush=True)
        return NOT_EXECUTABLE
    print(f"skywalk exec: {name}: command not found", file=sys.stderr, flush=True)
    return NOT_FOUND


def _prepare_streams(terminal: Terminal | None, detach: bool) -> None:
    if detach:
        _leave_caller()
    elif terminal is not None:
        terminal.become_controlling()
    else:
        os.setsid()
    if not detach:
        kernel.die_with_parent(signal.SIGKILL)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))


def _leave_caller() -> None:
    """The command becomes a child of the instance's init; the caller sees success."""
    if os.fork() != 0:
        os._exit(0)
    os.setsid()
    silence = os.open(os.devnull, os.O_RDONLY)
    log = os.open(_DETACHED_LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for number, descriptor in zip(_STANDARD, (silence, log, log), strict=True):
        os.dup2(descriptor, number)


def _attend(child: int, terminal: Terminal | None, mask: Set[int]) -> int:
    """Passes signals and a terminal's bytes on until the command has ended; answers its status."""
    before = _take_signals(child)
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if terminal is not None:
            terminal.relay(child)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return ended if ended >= 0 else _KILLED - ended


def _passing_on(child: int) -> Callable[[int, FrameType | None], None]:
    def pass_on(number: int, _frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            if number in _TO_ALL and os.getpgid(child) == child:
                os.killpg(child, number)
            else:
                os.kill(child, number)

    return pass_on


def _pausing(child: int) -> Callable[[int, FrameType | None], None]:
    """The command stops with its caller, and goes on with it."""

    def pause(_number: int, _frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGSTOP)
            os.kill(os.getpid(), signal.SIGSTOP)
            os.killpg(child, signal.SIGCONT)

    return pause


def _take_signals(child: int) -> dict[int, Any]:
    """Installs the handlers; answers the former ones. What the caller ignores (nohup) stays ignored."""
    handlers = dict.fromkeys((*_TO_ALL, *_TO_ONE), _passing_on(child)) | {signal.SIGTSTP: _pausing(child)}
    return {
        number: signal.signal(number, handler)
        for number, handler in handlers.items()
        if signal.getsignal(number) is not signal.SIG_IGN
    }
