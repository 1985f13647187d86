"""Sets up the logging of a process."""

from __future__ import annotations

import json
import logging
import os
import stat
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from skywalk.logs.bounded_file import BoundedFile
from skywalk.logs.lines import JsonLines, Lines, TextLines
from skywalk.logs.settings import DEFAULT_FORMAT, DEFAULT_LEVEL, VARIABLE, LogSettings

_OWN = "skywalk"


class Log(logging.Handler):
    """Where all lines of a process go."""

    def __init__(self, lines: Lines, write: Callable[[str], None]) -> None:
        super().__init__()
        self.setFormatter(lines)
        self._lines = lines
        self._write = write

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._write(self.format(record) + "\n")
        except Exception:  # a record that cannot be said must not end what was being done
            self._write(f"a line of {record.name} could not be made: {record.msg!r}\n")

    def say(self, logger: str, message: str, fields: Mapping[str, Any]) -> None:
        """A line at level info of what comes often, past all that `logging` does for a record. The caller answers for
        its holding no secrets."""
        self._write(self._lines.line(time.time(), "INFO", logger, message, fields) + "\n")


def log_as_told(process: str, environment: Mapping[str, str] = os.environ) -> None:
    """As the environment says; `process` is its name where nobody has given it one."""
    said = json.loads(environment.get(VARIABLE, "{}"))
    settings = LogSettings(said.get("format", DEFAULT_FORMAT), said.get("level", DEFAULT_LEVEL))
    path = said.get("path")
    set_up_logging(said.get("process", process), settings, Path(path) if path else None)


def set_up_logging(process: str, settings: LogSettings, path: Path | None) -> Log:
    """To `path`, with those standard outputs of the process that are files, or to its standard error output."""
    lines = (JsonLines if settings.format == "json" else TextLines)(process)
    log = Log(lines, _write_error if path is None else BoundedFile(path, outputs=_outputs_to_files()).write)
    # What libraries say below a warning is of no use to a region's owner, and may hold requests whole.
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[log], force=True)
    logging.getLogger(_OWN).setLevel(level)
    logging.captureWarnings(capture=True)
    return log


def _outputs_to_files() -> tuple[int, ...]:
    """Those of the standard outputs that whoever started this process has given the log for; a pipe has other uses."""
    return tuple(output for output in (1, 2) if stat.S_ISREG(os.fstat(output).st_mode))


def _write_error(text: str) -> None:
    """Whoever reads it may have gone."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        return
