"""Running what is typed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from skywalk.demo.commands import split

COMMAND_SECONDS = 60.0
END_SECONDS = 20.0
_ENDED_BY_DEADLINE = 124
_NOT_FOUND = 127


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command came to: its exit status, and what it wrote, errors included, as a terminal would show it."""

    status: int
    output: str


class Runner(Protocol):
    def run(self, command: str) -> Outcome: ...

    def add_environment(self, more: Mapping[str, str]) -> None: ...

    def end(self) -> None: ...


class ProcessRunner:
    """Runs commands as processes in `folder`, with `environment`. They may run at once, in several threads."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._environment = dict(environment)
        self._folder = folder
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._ended = False

    def add_environment(self, more: Mapping[str, str]) -> None:
        self._environment |= more

    def run(self, command: str) -> Outcome:
        """A command that takes longer than COMMAND_SECONDS is ended and has failed."""
        try:
            process = self._start(command)
        except FileNotFoundError as error:
            return Outcome(_NOT_FOUND, f"{error.filename}: command not found")
        try:
            output, _ = process.communicate(timeout=COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
            return Outcome(_ENDED_BY_DEADLINE, f"{output}\n(ended after {COMMAND_SECONDS:.0f} seconds)")
        with self._lock:
            self._running.discard(process)
        return Outcome(process.returncode, output)

    def end(self) -> None:
        """Ends what still runs, returns when it has ended, and starts nothing any more."""
        with self._lock:
            self._ended = True
            running = list(self._running)
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self, command: str) -> subprocess.Popen[str]:
        with self._lock:
            if self._ended:
                raise InterruptedError("the tour has ended")
            process = subprocess.Popen(
                _program(split(command)),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                env=self._environment,
                cwd=self._folder,
            )
            self._running.add(process)
        return process


def _program(words: list[str]) -> list[str]:
    # In a checkout `skywalk` is a script that prepares first; this is what it then runs.
    return [sys.executable, "-m", "skywalk", *words[1:]] if words[0] == "skywalk" else words


def user_environment(caller: Mapping[str, str], state_dir: Path) -> dict[str, str]:
    """The caller's environment, with the programs that came with this one first, and without the caller's AWS
    settings: the tour neither reads nor writes them."""
    kept = {name: value for name, value in caller.items() if not name.startswith(("AWS_", "SKYWALK_", "BOTO_"))}
    programs = str(Path(sys.executable).parent)
    return kept | {
        "PATH": os.pathsep.join(filter(None, (programs, caller.get("PATH", os.defpath)))),
        "SKYWALK_STATE_DIR": str(state_dir),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
    }
