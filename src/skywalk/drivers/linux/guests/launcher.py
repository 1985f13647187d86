"""The launcher as the daemon sees it: a process that is there while guests are started, and gone when none are."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

_COMMAND = (sys.executable, "-I", "-m", "skywalk.drivers.linux.guests.launch_process")


class Launcher:
    """Not for several threads at once."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self, request: Mapping[str, Any]) -> None:
        """Returns when the guest's init runs. Raises OSError with what went wrong."""
        answer = self._ask(request) or self._ask(request)
        if not answer:
            raise OSError("the launcher of instances ended without an answer")
        error = json.loads(answer)["error"]
        if error:
            raise OSError(error)

    def close(self) -> None:
        if self._process is not None:
            with contextlib.suppress(BrokenPipeError), self._process:
                pass
            self._process = None

    def _ask(self, request: Mapping[str, Any]) -> bytes:
        """The answer, or nothing from a launcher that has just ended for want of work."""
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        answer = b""
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        if not answer:
            # Its pipes close before it can be seen to have ended: the next request must not meet it again.
            self.close()
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            self._process = subprocess.Popen(
                _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, cwd="/"
            )
        return self._process
