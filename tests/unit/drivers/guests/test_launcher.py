from __future__ import annotations

import sys

import pytest

from skywalk.drivers.linux.guests import launcher

_ECHO = """
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    if request.get("end"): sys.exit()
    print(json.dumps({"error": request["error"]}), flush=True)
"""


@pytest.fixture(autouse=True)
def command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "_COMMAND", (sys.executable, "-S", "-c", _ECHO))


def test_an_error_is_raised_and_the_next_request_is_served() -> None:
    started = launcher.Launcher()
    with pytest.raises(OSError, match="no such namespace"):
        started.launch({"error": "no such namespace"})
    started.launch({"error": ""})
    started.close()


def test_a_launcher_that_has_ended_is_started_anew() -> None:
    started = launcher.Launcher()
    with pytest.raises(OSError, match="ended without an answer"):
        started.launch({"end": True})
    started.launch({"error": ""})
    started.close()
