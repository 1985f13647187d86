"""A log record as a line."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from typing import Any

from skywalk.logs.secrets import hide_secrets

FIELDS = (
    "account",
    "region",
    "vpc_id",
    "request_id",
    "service",
    "action",
    "caller",
    "status",
    "code",
    "duration_ms",
)
"""What a record may carry besides its message, by `extra=`."""

_CONTROL = {number: f"\\x{number:02x}" for number in (*range(32), 127)} | {9: "\\t", 10: "\\n", 13: "\\r"}


class _Lines(logging.Formatter):
    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def _moment(self, record: logging.LogRecord) -> str:
        """RFC 3339 in UTC with milliseconds."""
        seconds = int(record.created)
        whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
        return f"{whole}.{int((record.created - seconds) * 1000):03d}Z"

    def _exception(self, record: logging.LogRecord) -> str:
        return hide_secrets(self.formatException(record.exc_info)) if record.exc_info else ""


class JsonLines(_Lines):
    """One JSON object a line. A field without a value is left out."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": self._moment(record),
            "level": record.levelname.lower(),
            "process": self._process,
            "logger": record.name,
            "message": hide_secrets(record.getMessage()),
            **dict(_fields(record)),
        }
        if exception := self._exception(record):
            line["exception"] = exception
        return json.dumps(line, ensure_ascii=False, separators=(",", ":"), default=str)


class TextLines(_Lines):
    """For people. Only a traceback has further lines, which are indented: nobody's text can begin a line."""

    def format(self, record: logging.LogRecord) -> str:
        message = hide_secrets(record.getMessage()).translate(_CONTROL)
        fields = "".join(f" {name}={str(value).translate(_CONTROL)}" for name, value in _fields(record))
        line = f"{self._moment(record)} {record.levelname} {self._process} {record.name}: {message}{fields}"
        exception = self._exception(record)
        return line + "".join(f"\n    {one}" for one in exception.splitlines())


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, Any]]:
    known = record.__dict__
    return ((name, known[name]) for name in FIELDS if name in known and known[name] not in (None, ""))
