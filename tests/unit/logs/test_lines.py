"""Lines of a log: the same fields in both forms, and nobody's text can look like a line of its own."""

from __future__ import annotations

import json
import logging
import re
import sys
from typing import Any

import pytest

from skywalk.logs.lines import FIELDS, JsonLines, TextLines

MOMENT = 1_700_000_000.1239


def record(message: str, *arguments: object, level: int = logging.INFO, **fields: Any) -> logging.LogRecord:
    made = logging.LogRecord("skywalk.api", level, "f.py", 1, message, arguments, None)
    made.created = MOMENT
    made.__dict__.update(fields)
    return made


def failed(message: str) -> logging.LogRecord:
    made = record("it failed", level=logging.ERROR)
    try:
        raise ValueError(message)
    except ValueError:
        made.exc_info = sys.exc_info()
    return made


def parsed(made: logging.LogRecord) -> dict[str, Any]:
    line = JsonLines("edge 0").format(made)
    assert "\n" not in line
    found: dict[str, Any] = json.loads(line)
    return found


def test_json() -> None:
    fields: dict[str, Any] = {
        "vpc_id": "vpc-1",
        "status": 200,
        "duration_ms": 1.5,
        "action": "",
        "caller": None,
        "other": "no field",
    }
    assert parsed(record("%s of %s", "a", "b", **fields)) == {
        "time": "2023-11-14T22:13:20.123Z",
        "level": "info",
        "process": "edge 0",
        "logger": "skywalk.api",
        "message": "a of b",
        "vpc_id": "vpc-1",
        "status": 200,
        "duration_ms": 1.5,
    }


def test_text() -> None:
    line = TextLines("daemon").format(record("done", vpc_id="vpc-1", request_id="r-1"))
    assert line == "2023-11-14T22:13:20.123Z INFO daemon skywalk.api: done vpc_id=vpc-1 request_id=r-1"


def test_exceptions() -> None:
    assert parsed(failed("no"))["exception"].endswith("ValueError: no")
    lines = TextLines("daemon").format(failed("no")).splitlines()
    assert lines[0] == "2023-11-14T22:13:20.123Z ERROR daemon skywalk.api: it failed"
    assert all(line.startswith("    ") for line in lines[1:])
    assert lines[-1] == "    ValueError: no"


@pytest.mark.parametrize("form", [TextLines("daemon"), JsonLines("daemon")])
def test_nobody_can_write_a_line_of_their_own(form: logging.Formatter) -> None:
    forged = "x\n2023-11-14T22:13:20.123Z ERROR daemon skywalk.api: all is lost\r\x1b[31m"
    line = form.format(record("asked for %s", forged, caller=forged))
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line


def test_an_exception_cannot_either() -> None:
    lines = TextLines("daemon").format(failed("x\n2023-11-14T22:13:20.123Z ERROR forged")).splitlines()
    assert [line for line in lines if re.match(r"\d{4}-", line)] == lines[:1]


def test_text_of_any_kind_can_be_said() -> None:
    assert parsed(record("ä€😀 %s", "\udc80"))["message"] == "ä€😀 \udc80"


def test_the_fields_do_not_collide_with_those_of_logging() -> None:
    assert not set(FIELDS) & set(record("").__dict__)
