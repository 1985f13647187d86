"""What a machine lacks, on machines that are made up."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from skywalk.cli import machine_findings
from skywalk.cli.findings import Finding
from skywalk.cli.machine_findings import examine_machine
from skywalk.config import Paths
from skywalk.drivers.linux.permission import Obstacle

WORKS = {"settings": "", "filters": "", "overlay": "", "processes": ""}


ROUTES = """Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT
eth0 00000000 0100A8C0 0003 0 0 100 00000000 0 0 0
eth0 0000A8C0 00000000 0001 0 0 100 00FFFFFF 0 0 0
"""


class Machine:
    """Root's, with everything."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.paths = Paths(folder / "state", folder / "run")
        self._patch = monkeypatch
        self.without_root(False)
        self.has(find_obstacle=None, try_machine=WORKS, _read_routes=ROUTES, list_chains='{"nftables": []}')
        monkeypatch.setattr(machine_findings, "check_port", lambda port: None)
        monkeypatch.setattr(shutil, "which", lambda name, path=None: f"/usr/bin/{name}")

    def without_root(self, is_ordinary: bool = True) -> None:
        self._patch.setattr(machine_findings, "may_manage_networks", lambda: not is_ordinary)

    def has(self, **answers: object) -> None:
        for name, answer in answers.items():
            self._patch.setattr(machine_findings, name, lambda *_, answer=answer: answer)

    def installed(self, *programs: str) -> None:
        self._patch.setattr(shutil, "which", lambda name, path=None: name if name in programs else None)

    def examine(self) -> dict[str, Finding]:
        return {each.subject: each for each in examine_machine(self.paths, 4599, is_running=False)}

    def told(self, subject: str) -> str:
        found = self.examine()[subject]
        return f"{found.verdict.value}: {found.text}"


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Machine:
    return Machine(monkeypatch, tmp_path)


def test_one_with_everything(machine: Machine) -> None:
    found = machine.examine()
    assert {"namespaces", "disk", "filters", "overlay", "processes", "tini", "CAs", "port", "open files"} <= set(found)
    assert "users" not in found
    assert {found[name].verdict.value for name in ("namespaces", "filters", "overlay", "processes", "port")} == {"ok"}


def test_without_namespaces_nothing_is_tried(machine: Machine) -> None:
    machine.without_root()
    machine.has(find_obstacle=Obstacle("unshare: Operation not permitted", ("allow this",)))
    found = machine.examine()
    assert found["namespaces"].remedies == ("allow this",)
    assert machine.told("namespaces") == "lacks: none can be made without root: unshare: Operation not permitted"
    assert "overlay" not in found


@pytest.mark.parametrize(
    ("refused", "verdict"),
    [("settings", "lacks"), ("filters", "lacks"), ("overlay", "lacks"), ("processes", "less")],
)
def test_what_the_kernel_refuses(machine: Machine, refused: str, verdict: str) -> None:
    answers: Mapping[str, str] = WORKS | {refused: "Operation not supported"}
    machine.has(try_machine=answers)
    told = machine.told(refused)
    assert told.startswith(f"{verdict}: ")
    assert told.endswith(": Operation not supported")


def test_users_inside_instances_need_numbers_and_programs(machine: Machine) -> None:
    machine.without_root()
    machine.has(find_grants={"uid": (100_000, 65_536), "gid": (100_000, 65_536)})
    assert machine.told("users") == "ok: 65536 for use inside instances"
    machine.installed()
    assert machine.examine()["users"].remedies == ["sudo apt-get install uidmap"]
    machine.has(find_grants={"uid": None, "gid": None})
    _, give = machine.examine()["users"].remedies
    assert give.startswith("sudo usermod --add-subuids ")
    assert machine.told("users").startswith("less: root alone")


def test_programs_that_are_missing_come_with_their_packages(machine: Machine) -> None:
    machine.installed("unshare")
    found = machine.examine()
    assert (found["tini"].verdict.value, found["tini"].remedies) == ("lacks", ["sudo apt-get install tini"])
    assert (found["openssl"].verdict.value, found["openssl"].remedies) == ("less", ["sudo apt-get install openssl"])


@pytest.mark.parametrize(
    ("free_bytes", "told"),
    [(1 << 40, "ok: 1024.0 GiB free"), (1 << 29, "less: 0.5 GiB free"), (1 << 20, "lacks: 0.0 GiB free")],
)
def test_space_for_the_state(machine: Machine, monkeypatch: pytest.MonkeyPatch, free_bytes: int, told: str) -> None:
    here = list(os.statvfs("/"))
    here[1], here[4] = 4096, free_bytes // 4096
    monkeypatch.setattr(os, "statvfs", lambda path: os.statvfs_result(here))
    assert machine.told("disk") == f"{told} for {machine.paths.state_dir}"


def test_a_way_out_for_the_region(machine: Machine) -> None:
    assert machine.told("uplink") == "ok: up --uplink can lead to the machine's network"
    dropping = '{"nftables": [{"chain": {"family": "ip", "table": "filter", "hook": "forward", "policy": "drop"}}]}'
    machine.has(list_chains=dropping)
    assert "needs an exception for links sw-* in ip filter" in machine.told("uplink")
    machine.has(_read_routes="".join(ROUTES.splitlines(keepends=True)[::2]))
    assert machine.told("uplink").endswith("the machine has no default route: up --uplink would lead nowhere")
    machine.without_root()
    assert "an uplink needs root" in machine.told("uplink")


def test_a_state_directory_that_cannot_be_written(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert machine.told("disk") == f"lacks: {machine.paths.state_dir.parent} cannot be written to"


def test_a_machine_where_nothing_can_be_tried(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> None:
        raise OSError("no room")

    monkeypatch.setattr(machine_findings, "try_machine", refuse)
    assert machine.told("trial") == f"lacks: nothing could be tried in {machine.paths.state_dir.parent}: no room"
