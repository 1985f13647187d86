"""How a process is to log, as it is told by whoever starts it: in its environment, the same for every kind of process.

Every command of the command line loads this, so it loads nothing that takes time.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

VARIABLE = "SKYWALK_LOG"
FORMATS = ("text", "json")
LEVELS = ("debug", "info", "warning", "error")
DEFAULT_FORMAT, DEFAULT_LEVEL = "text", "info"


@dataclass(frozen=True, slots=True)
class LogSettings:
    """`format` is one of FORMATS, `level` one of LEVELS."""

    format: str = DEFAULT_FORMAT
    level: str = DEFAULT_LEVEL

    def variable(self, process: str, path: Path | None) -> dict[str, str]:
        """What tells a process of this name to log so, to a file of its own or (None) to its standard error output."""
        import json

        said = {"process": process, "format": self.format, "level": self.level, "path": path and str(path)}
        return {VARIABLE: json.dumps(said)}


AS_EVER = LogSettings()
