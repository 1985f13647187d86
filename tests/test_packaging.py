"""The units for systemd: as systemd itself reads them, and as the daemon understands its signals."""

from __future__ import annotations

import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
UNITS = {"system": ROOT / "packaging" / "skywalk.service", "user": ROOT / "packaging" / "user" / "skywalk.service"}

OWN_MOUNTS = (
    "Private",
    "Protect",
    "ReadOnly",
    "ReadWrite",
    "Inaccessible",
    "Bind",
    "Temporary",
    "Root",
    "Mount",
    "NoExec",
    "Dynamic",
)
"""Beginnings of settings that give a unit mounts of its own. Source: systemd.exec(5), "Sandboxing"."""


def settings(name: str) -> dict[str, str]:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNITS[name])
    return dict(parser["Service"])


@pytest.mark.parametrize("name", UNITS)
def test_systemd_takes_the_unit(name: str, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    # The program of the unit need not be installed here: any that is there will do.
    unit = tmp_path / "skywalk.service"
    unit.write_text(
        "".join(
            f"ExecStart={sys.executable} up\n" if line.startswith("ExecStart=") else line
            for line in UNITS[name].read_text().splitlines(keepends=True)
        )
    )
    command = ["systemd-analyze", "verify", "--man=no", *(["--user"] if name == "user" else []), str(unit)]
    environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)
    said = [line for line in (done.stdout + done.stderr).splitlines() if "skywalk" in line]
    assert said == []
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", UNITS)
def test_a_restart_leaves_the_region_and_a_stop_does_not(name: str) -> None:
    found = settings(name)
    assert found["Type"] == "notify"
    assert found["ExecStart"].split()[1:] == ["up"]
    assert (found["KillMode"], found["KillSignal"], found["RestartKillSignal"]) == ("process", "SIGTERM", "SIGUSR1")
    assert (found["Restart"], found["OOMPolicy"]) == ("on-failure", "continue")


@pytest.mark.parametrize("name", UNITS)
def test_the_region_s_mounts_are_the_machine_s(name: str) -> None:
    assert [key for key in settings(name) if key.startswith(OWN_MOUNTS)] == []
