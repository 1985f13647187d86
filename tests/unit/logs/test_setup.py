"""Processes log as they are told: in which form, from which level, under which name, to where."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from skywalk.logs.settings import LogSettings

PROGRAM = """
import logging, warnings
from skywalk.logs.setup import log_as_told
log_as_told("unnamed")
logging.getLogger("skywalk.api").debug("a detail")
logging.getLogger("skywalk.api").info("a fact")
logging.getLogger("botocore").info("a whole request")
logging.getLogger("botocore").warning("of a library")
warnings.warn("of Python")
"""


def said(settings: LogSettings | None, path: Path | None = None, name: str = "edge 0") -> list[str]:
    told = {} if settings is None else settings.variable(name, path)
    environment = {**os.environ, "PYTHONWARNINGS": "default", **told}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
    return (done.stderr if path is None else path.read_text()).splitlines()


def test_as_it_is_without_a_word() -> None:
    lines = said(None)
    assert [line.split(" ", 1)[1] for line in lines[:2]] == [
        "INFO unnamed skywalk.api: a fact",
        "WARNING unnamed botocore: of a library",
    ]
    assert "of Python" in lines[2]
    assert len(lines) == 3


def test_json_to_a_file(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in said(LogSettings("json", "debug"), tmp_path / "log")]
    assert [(line["process"], line["level"], line["message"]) for line in lines[:3]] == [
        ("edge 0", "debug", "a detail"),
        ("edge 0", "info", "a fact"),
        ("edge 0", "warning", "of a library"),
    ]


def test_a_level() -> None:
    assert said(LogSettings("text", "error")) == []
    assert len(said(LogSettings("text", "warning"))) == 2


def test_an_output_that_is_a_pipe_keeps_its_use(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("ab") as errors:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM + "print('ready')\nimport os\nos.write(2, b'of a crash\\n')"],
            env=os.environ | LogSettings().variable("relay", log),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            check=True,
        )
    assert done.stdout == "ready\n"
    assert log.read_text().splitlines()[-1] == "of a crash"
    assert "relay skywalk.api: a fact" in log.read_text()
