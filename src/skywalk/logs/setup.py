"""Sets up the logging of a process."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from skywalk.logs.bounded_file import BoundedFile, BoundedFileHandler
from skywalk.logs.lines import JsonLines, TextLines
from skywalk.logs.settings import DEFAULT_FORMAT, DEFAULT_LEVEL, VARIABLE, LogSettings

_OWN = "skywalk"


def log_as_told(process: str, environment: Mapping[str, str] = os.environ) -> None:
    """As the environment says; `process` is its name where nobody has given it one."""
    said = json.loads(environment.get(VARIABLE, "{}"))
    settings = LogSettings(said.get("format", DEFAULT_FORMAT), said.get("level", DEFAULT_LEVEL))
    path = said.get("path")
    set_up_logging(said.get("process", process), settings, Path(path) if path else None)


def set_up_logging(process: str, settings: LogSettings, path: Path | None) -> None:
    """To `path`, with the process's standard outputs, or to its standard error output."""
    if path is None:
        handler: logging.Handler = logging.StreamHandler(sys.stderr)
    else:
        handler = BoundedFileHandler(BoundedFile(path, outputs=(1, 2)))
    handler.setFormatter((JsonLines if settings.format == "json" else TextLines)(process))
    # What libraries say below a warning is of no use to a region's owner, and may hold requests whole.
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)
    logging.getLogger(_OWN).setLevel(level)
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False
