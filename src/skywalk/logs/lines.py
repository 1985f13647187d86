"""A log record as a line."""

from __future__ import annotations

import json
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
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


class Lines(logging.Formatter, ABC):
    """`process` is in every line."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process
        self._second = -1
        self._shown = ""

    def format(self, record: logging.LogRecord) -> str:
        known = record.__dict__
        fields = {name: known[name] for name in FIELDS if name in known}
        exception = hide_secrets(self.formatException(record.exc_info)) if record.exc_info else ""
        message = hide_secrets(record.getMessage())
        return self.line(record.created, record.levelname, record.name, message, fields, exception)

    @abstractmethod
    def line(
        self, created: float, level: str, logger: str, message: str, fields: Mapping[str, Any], exception: str = ""
    ) -> str:
        """Without its end. `created` is in seconds since 1970; fields without a value are left out."""

    def _moment(self, created: float) -> str:
        """RFC 3339 in UTC with milliseconds."""
        second = int(created)
        if second != self._second:
            self._second, self._shown = second, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        return f"{self._shown}.{int((created - second) * 1000):03d}Z"


class JsonLines(Lines):
    """One JSON object a line."""

    def line(
        self, created: float, level: str, logger: str, message: str, fields: Mapping[str, Any], exception: str = ""
    ) -> str:
        said: dict[str, Any] = {
            "time": self._moment(created),
            "level": level.lower(),
            "process": self._process,
            "logger": logger,
            "message": message,
        }
        for name, value in fields.items():
            if value not in _NOTHING:
                said[name] = value
        if exception:
            said["exception"] = exception
        return _encode(said)


class TextLines(Lines):
    """For people. Only a traceback has further lines, which are indented: nobody's text can begin a line."""

    def line(
        self, created: float, level: str, logger: str, message: str, fields: Mapping[str, Any], exception: str = ""
    ) -> str:
        shown = "".join(f" {name}={value}" for name, value in fields.items() if value not in _NOTHING)
        line = f"{self._moment(created)} {level} {self._process} {logger}: {message}{shown}"
        if not line.isprintable():
            line = line.translate(_CONTROL)
        return line + "".join(f"\n    {one}" for one in exception.splitlines())


_NOTHING = (None, "")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode
