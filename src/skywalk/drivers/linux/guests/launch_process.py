"""The launcher's process: performs the steps of one guest after the other, each in a fork that becomes its init.

It has one thread, so that forking is safe, and holds nothing, so that it may end at any time. A line of JSON in, a
line of JSON out; it ends with its daemon, or when nobody asks for a while.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from skywalk.drivers.linux.guests import kernel
from skywalk.drivers.linux.guests.passage import PROGRAMS, become, become_program
from skywalk.drivers.linux.guests.power import HOLDING, NOTE, WAIT_FOR_SIGNAL, WAITING
from skywalk.drivers.linux.guests.records import describe_process, write_record
from skywalk.drivers.linux.guests.steps import perform

_IDLE_SECONDS = 30


def serve() -> None:
    """Answers requests from standard input until it ends or nothing comes."""
    # What ends is reaped by the kernel: inits are children of this process while it lives.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    kernel.adopt_orphans()
    # Forks share what is there already, and do not live long enough to collect.
    gc.freeze()
    gc.disable()
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while select.select([requests], [], [], _IDLE_SECONDS)[0]:
        line = requests.readline()
        if not line:
            return
        answers.write(json.dumps({"error": launch(json.loads(line))}).encode() + b"\n")
        answers.flush()


def launch(request: Mapping[str, Any]) -> str:
    """Starts one guest; answers what went wrong, or nothing when its init runs."""
    report, reporting = _pipe_above()
    waiting, releasing = os.pipe()
    try:
        init = _fork_into_new_pid_namespace()
    except OSError as error:
        return str(error)
    if init == 0:
        os.close(releasing)
        _ending_with_report(reporting, _become_init, request, waiting)
    os.close(reporting)
    os.close(waiting)
    # The report ends at the init's exec, which closes the last writing end.
    with open(report, "rb") as incoming:
        return _release(init, releasing, request) or incoming.read().decode()


_DESCRIPTORS = 1024
"""What a guest's processes may have open unless they ask for more: the kernel's own default."""

_FIRST_FREE = 10
"""Descriptors below are the standard ones, and those that an init is given."""


def _pipe_above() -> tuple[int, int]:
    reading, writing = os.pipe()
    return _above(reading), _above(writing)


def _above(descriptor: int) -> int:
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE)
    os.close(descriptor)
    return moved


def _release(init: int, releasing: int, request: Mapping[str, Any]) -> str:
    """Lets the new process go on once there is a record of it: whoever dies in between, no guest runs without one."""
    try:
        write_record(Path(request["record"]), describe_process(init, request["namespace"], request["region"]))
        os.write(releasing, b"1")
    except OSError as error:
        return str(error)
    finally:
        os.close(releasing)
    return ""


def _fork_into_new_pid_namespace() -> int:
    """Forks a child that is process 1 of a namespace of its own; answers its id here, and 0 there.

    By way of a process in between: one that has unshared cannot do so again, and the way back is the machine's root's.
    Source: pid_namespaces(7).
    """
    reading, writing = os.pipe()
    between = os.fork()
    if between == 0:
        os.close(reading)
        try:
            kernel.unshare(kernel.CLONE_NEWPID)
            child = os.fork()
        except OSError as error:
            os.write(writing, str(error).encode())
            os._exit(1)
        if child == 0:
            os.close(writing)
            return 0
        os.write(writing, str(child).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as told:
        answer = told.read().decode()
    if not answer.isdigit():
        raise ChildProcessError(answer or "the process of a new guest ended")
    return int(answer)


def _become_init(request: Mapping[str, Any], waiting: int) -> None:
    if not os.read(waiting, 1):
        raise ChildProcessError("the launcher ended")
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.umask(0o022)
    namespace = os.open(request["namespace"], os.O_RDONLY | os.O_CLOEXEC)
    kernel.setns(namespace, kernel.CLONE_NEWNET)
    kernel.unshare(kernel.CLONE_NEWNS | kernel.CLONE_NEWUTS | kernel.CLONE_NEWIPC)
    kernel.mount("", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    socket.sethostname(request["hostname"])
    _open_console(request["console"])
    note = _above(os.open(request["note"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_NOFOLLOW, 0o600))
    folder = _above(os.open(request["folder"], os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC))
    # The daemon has raised its own; many programs close, or wait for, all that there might be.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(_DESCRIPTORS, hard), hard))
    for step in request["steps"]:
        perform(step, request["root"], request["layers"])
    kernel.make_root(request["root"])
    # As late as can be: one that ends before this is started for the first time again.
    os.close(os.open(request["launched"], os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600, dir_fd=folder))
    kernel.enter_owner(namespace)
    if request["script"] and os.fork() == 0:
        os.setsid()
        become_program([request["script"]], request["environment"])
    for source, number in zip((note, *_pipe_above()), (NOTE, WAITING, HOLDING), strict=True):
        os.dup2(source, number)
    child = (f"{PROGRAMS}/sh", "-c", WAIT_FOR_SIGNAL)
    become(f"{PROGRAMS}/tini", ("tini", "--", *child), request["environment"])


def _open_console(path: str) -> None:
    silence = os.open(os.devnull, os.O_RDONLY)
    console = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    for number, descriptor in enumerate((silence, console, console)):
        os.dup2(descriptor, number)
    os.closerange(console, console + 1)
    os.close(silence)


def _ending_with_report(reporting: int, work: Any, *arguments: Any) -> None:
    """Does the work and ends the process; what went wrong goes to the report."""
    try:
        work(*arguments)
    except BaseException as error:
        os.write(reporting, str(error).encode())
    os._exit(0)


if __name__ == "__main__":
    serve()
