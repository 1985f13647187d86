"""The scripts that prepare a checkout, on a machine whose apt-get, dpkg and Python are programs of the test."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DEADLINE_SECONDS = 120

REAL_PROGRAMS = """
    bash cat chmod cksum cut dirname env flock grep head id ln ls mkdir mv readlink rm sed sleep tail touch tr
"""
RUN_PACKAGES = "libnftables1 tini ca-certificates openssl curl"
LIVE_PACKAGES = "nftables iproute2 procps bind9-dnsutils iperf3 haproxy nginx wrk"

APT = """
echo "apt-get $*" >>"$CALLS"
case "$*" in
    update) [ ! -e "$MACHINE/no-network" ] || { echo "W: Failed to fetch http://debian.example/InRelease"; exit 0; } ;;
    *)
        cat "$MACHINE/usr/sbin/policy-rc.d" >"$MACHINE/policy-seen"
        [ ! -e "$MACHINE/no-network" ] || { echo "E: Unable to locate package tini"; exit 100; }
        [ ! -e "$MACHINE/broken" ] || { echo "E: tini is broken"; exit 100; }
        trap 'exit 130' INT
        touch "$MACHINE/apt-runs"
        while [ -e "$MACHINE/apt-is-slow" ]; do sleep 0.02; done
        for package; do
            case "$package" in
                libnftables1) touch "$MACHINE/usr/lib/here/libnftables.so.1"; continue ;;
                ca-certificates) touch "$MACHINE/etc/ssl/certs/ca-certificates.crt"; continue ;;
                nftables) name=nft ;;
                iproute2) name=ip ;;
                procps) name=ps ;;
                bind9-dnsutils) name=dig ;;
                -* | *=* | install) continue ;;
                *) name=$package ;;
            esac
            printf '#!/bin/sh\\n' >"$MACHINE/usr/sbin/$name"; chmod 755 "$MACHINE/usr/sbin/$name"
        done
        ;;
esac
"""

PYTHON = """
case "$*" in
    *version_info*) cat "$MACHINE/python-version" ;;
    *"-m venv"*)
        echo "venv" >>"$CALLS"
        for place; do :; done
        rm -rf "$place"; mkdir -p "$place/bin" "$place/packages"
        ln -s "$MACHINE/bin/python3" "$place/bin/python"
        printf '#!%s\\nrest\\n' "$place/bin/python" >"$place/bin/aws"; chmod 755 "$place/bin/aws"
        ;;
    *"-m pip"*)
        echo "pip $*" >>"$CALLS"
        if [ -e "$MACHINE/no-network" ]; then
            echo "WARNING: Retrying after connection broken by 'NewConnectionError'"
            exit 1
        fi
        touch "$MACHINE/pip-runs"
        while [ -e "$MACHINE/pip-is-slow" ]; do sleep 0.02; done
        ;;
    *purelib*) echo "${0%/bin/*}/packages" ;;
    *"-m skywalk"*) echo "skywalk runs: $*" ;;
esac
"""


class Machine:
    """A checkout, and a machine below `root` on which nothing is installed yet."""

    def __init__(self, folder: Path) -> None:
        self.root, self.checkout = folder / "machine", folder / "checkout"
        self.calls = folder / "calls"
        self.calls.touch()
        self.started: list[subprocess.Popen[str]] = []
        self.policy = self.root / "usr/sbin/policy-rc.d"
        for place in ("bin", "run", "usr/bin", "usr/sbin", "usr/lib/here", "etc/ssl/certs"):
            (self.root / place).mkdir(parents=True)
        for name in REAL_PROGRAMS.split():
            found = shutil.which(name)
            assert found is not None, name
            (self.root / "bin" / name).symlink_to(found)
        self.program("apt-get", APT)
        self.program("dpkg", 'echo "dpkg $*" >>"$CALLS"')
        self.program("systemctl", 'echo "systemctl $*" >>"$CALLS"')
        self.program("python3", PYTHON)
        self.say("python-version", "3.11+venv\n")
        self.become(0)
        shutil.copytree(ROOT / "scripts", self.checkout / "scripts")
        shutil.copy(ROOT / "skywalk", self.checkout)
        (self.checkout / "requirements").mkdir()
        for purpose in ("run", "test"):
            (self.checkout / "requirements" / f"{purpose}.lock").write_text(f"{purpose}==1\n")
        # The one thing that the scripts cannot be told from outside: where the machine's files are.
        packages = self.checkout / "scripts/packages.sh"
        packages.write_text(packages.read_text().replace("\nmachine=\n", f"\nmachine='{self.root}'\n"))

    def program(self, name: str, text: str) -> None:
        path = self.root / "bin" / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/bash\n{text}\n")
        path.chmod(0o755)

    def become(self, user_id: int) -> None:
        self.program("id", f"echo {user_id}")

    def say(self, name: str, text: str = "") -> Path:
        path = self.root / name
        path.write_text(text)
        return path

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": f"{self.root}/bin", "MACHINE": str(self.root), "CALLS": str(self.calls)}

    def start(self, *command: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        # The tests themselves may run where signals are ignored, below nohup for example.
        command = ("env", "--default-signal=HUP,INT,TERM", *command)
        process = subprocess.Popen(
            command, stdout=pipe, stderr=pipe, text=True, env=self.environment, cwd="/", start_new_session=True
        )
        self.started.append(process)
        return process

    def stop(self) -> None:
        """What a failed test has left running; each process leads a group of its own."""
        for process in self.started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    def prepare(self, purpose: str = "run") -> subprocess.Popen[str]:
        script = '. "$1/scripts/prepare.sh"; prepare "$1" "$2"'
        return self.start("bash", "-euo", "pipefail", "-c", script, "bash", str(self.checkout), purpose)

    def made(self) -> list[str]:
        """What was called since the last time."""
        lines = self.calls.read_text().splitlines()
        self.calls.write_text("")
        return [line.split(" --quiet")[0] if line.startswith("pip") else line for line in lines]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path)
    yield machine
    machine.stop()


def end(process: subprocess.Popen[str]) -> tuple[int, list[str]]:
    """Its status, and the lines that it said to the user."""
    _, said = process.communicate(timeout=DEADLINE_SECONDS)
    return process.returncode, said.splitlines()


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


APT_FOR_RUNNING = [
    "apt-get update",
    f"apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends {RUN_PACKAGES}",
]


def test_a_fresh_machine_gets_everything_once_with_a_line_each(machine: Machine) -> None:
    assert end(machine.prepare()) == (
        0,
        [
            f"skywalk: installing system packages: {RUN_PACKAGES}",
            "skywalk: making the virtual environment (requirements/run.lock)",
        ],
    )
    assert machine.made() == [*APT_FOR_RUNNING, "venv", "pip -I -m pip install"]
    assert (machine.checkout / ".venv/packages/skywalk.pth").read_text() == f"{machine.checkout}/src\n"
    assert end(machine.prepare()) == (0, [])
    assert machine.made() == []


def test_pip_takes_only_what_the_lock_has_the_hash_of(machine: Machine) -> None:
    end(machine.prepare())
    (pip,) = [line for line in machine.calls.read_text().splitlines() if line.startswith("pip")]
    assert f"--require-hashes -r {machine.checkout}/requirements/run.lock" in pip


def test_tests_add_their_packages_to_what_is_there(machine: Machine) -> None:
    end(machine.prepare())
    machine.made()
    status, said = end(machine.prepare("test"))
    assert (status, said[0]) == (0, f"skywalk: installing system packages: {LIVE_PACKAGES}")
    assert "venv" not in machine.made()
    assert end(machine.prepare("run")) == (0, [])
    assert end(machine.prepare("test")) == (0, [])


def test_skywalk_runs_after_its_preparation_and_imports_nothing_from_where_the_user_stands(machine: Machine) -> None:
    process = machine.start(str(machine.checkout / "skywalk"), "status", "--json")
    said, _ = process.communicate(timeout=DEADLINE_SECONDS)
    assert said == "skywalk runs: -P -m skywalk status --json\n"


def test_an_ordinary_user_is_told_the_command(machine: Machine) -> None:
    machine.become(1000)
    command = f"sudo apt-get update && sudo apt-get install -y --no-install-recommends {RUN_PACKAGES}"
    assert end(machine.prepare()) == (1, [f"skywalk: packages are missing; install them with: {command}"])
    # The live tests are root's, and so are their packages.
    assert end(machine.prepare("test")) == (1, [f"skywalk: packages are missing; install them with: {command}"])
    assert machine.made() == []


def test_an_ordinary_user_needs_no_root_where_the_packages_are(machine: Machine) -> None:
    end(machine.prepare())
    shutil.rmtree(machine.checkout / ".venv")
    machine.made()
    machine.become(1000)
    assert end(machine.prepare()) == (0, ["skywalk: making the virtual environment (requirements/run.lock)"])
    assert machine.made() == ["venv", "pip -I -m pip install"]


def test_debians_python_without_its_venv_package(machine: Machine) -> None:
    (machine.root / "bin/python3").rename(machine.root / "usr/bin/python3")
    machine.say("python-version", "3.13\n")
    machine.become(1000)
    status, said = end(machine.prepare())
    assert (status, said[0].endswith(f" {RUN_PACKAGES} python3.13-venv")) == (1, True)


def test_no_python_that_is_new_enough(machine: Machine) -> None:
    machine.program("python3", "exit 1")
    assert end(machine.prepare()) == (
        1,
        ["skywalk: Python 3.11 or newer with its venv module is needed, and not found"],
    )


def test_no_network_is_one_line_with_the_name_of_the_log(machine: Machine) -> None:
    log = machine.checkout / ".prepare.log"
    missing_network = machine.say("no-network")
    status, said = end(machine.prepare())
    reason = "W: Failed to fetch http://debian.example/InRelease"
    assert (status, said[1:]) == (1, [f"skywalk: apt-get failed: {reason}; all of its output is in {log}"])
    missing_network.unlink()
    end(machine.prepare())
    shutil.rmtree(machine.checkout / ".venv")
    machine.say("no-network")
    status, said = end(machine.prepare())
    reason = "WARNING: Retrying after connection broken by 'NewConnectionError'"
    assert (status, said[1:]) == (1, [f"skywalk: pip failed: {reason}; all of its output is in {log}"])


def test_no_daemon_is_started_or_left_enabled(machine: Machine) -> None:
    end(machine.prepare("test"))
    seen = (machine.root / "policy-seen").read_text()
    assert seen.startswith("#!/bin/sh\n")
    assert seen.endswith("\nexit 101\n")
    assert not machine.policy.exists()
    assert machine.made()[2:4] == ["systemctl disable --quiet haproxy", "systemctl disable --quiet nginx"]


def test_a_daemon_of_the_user_stays_enabled(machine: Machine) -> None:
    machine.program("nginx", "")
    (machine.root / "bin/nginx").rename(machine.root / "usr/sbin/nginx")
    end(machine.prepare("test"))
    assert [line for line in machine.made() if line.startswith("systemctl")] == ["systemctl disable --quiet haproxy"]


def test_the_machines_own_policy_comes_back(machine: Machine) -> None:
    machine.policy.write_text("#!/bin/sh\nexit 0\n")
    end(machine.prepare())
    assert "exit 101" in (machine.root / "policy-seen").read_text()
    assert machine.policy.read_text() == "#!/bin/sh\nexit 0\n"
    assert sorted(path.name for path in machine.policy.parent.glob("policy*")) == ["policy-rc.d"]


def test_daemons_may_start_again_when_apt_fails(machine: Machine) -> None:
    machine.say("broken")
    status, said = end(machine.prepare())
    assert (status, "apt-get failed: E: tini is broken" in said[1]) == (1, True)
    assert not machine.policy.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_daemons_may_start_again_when_the_user_interrupts(machine: Machine, number: signal.Signals) -> None:
    machine.say("apt-is-slow")
    process = machine.prepare()
    wait_until((machine.root / "apt-runs").exists)
    os.killpg(process.pid, number)
    assert end(process)[0] != 0
    assert not machine.policy.exists()


def test_an_installation_that_was_killed_is_ended_by_the_next_run(machine: Machine) -> None:
    is_slow = machine.say("apt-is-slow")
    process = machine.prepare("test")
    wait_until((machine.root / "apt-runs").exists)
    os.killpg(process.pid, signal.SIGKILL)
    end(process)
    assert machine.policy.exists()
    is_slow.unlink()
    machine.made()
    status, said = end(machine.prepare())
    assert (status, said[0]) == (0, "skywalk: ending an installation that was interrupted")
    assert machine.made()[:3] == [
        "dpkg --configure -a",
        "apt-get update",
        "apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends --fix-broken",
    ]
    assert not machine.policy.exists()


def test_an_environment_that_was_interrupted_is_made_afresh(machine: Machine) -> None:
    end(machine.prepare())
    is_slow = machine.say("pip-is-slow")
    (machine.root / "pip-runs").unlink()
    process = machine.prepare("test")
    wait_until((machine.root / "pip-runs").exists)
    os.killpg(process.pid, signal.SIGKILL)
    end(process)
    is_slow.unlink()
    machine.made()
    assert end(machine.prepare()) == (0, ["skywalk: making the virtual environment (requirements/run.lock)"])
    assert machine.made() == ["venv", "pip -I -m pip install"]


def test_a_new_lock_is_installed_into_the_environment(machine: Machine) -> None:
    end(machine.prepare())
    machine.made()
    (machine.checkout / "requirements/run.lock").write_text("run==2\n")
    assert end(machine.prepare())[0] == 0
    assert machine.made() == ["pip -I -m pip install"]


def test_a_checkout_that_moved_gets_a_new_environment(machine: Machine) -> None:
    end(machine.prepare())
    machine.made()
    machine.checkout = machine.checkout.rename(machine.checkout.with_name("moved"))
    assert end(machine.prepare())[0] == 0
    assert machine.made() == ["venv", "pip -I -m pip install"]


def test_two_at_once_prepare_once(machine: Machine) -> None:
    is_slow = machine.say("apt-is-slow")
    first = machine.prepare()
    wait_until((machine.root / "apt-runs").exists)
    second = machine.prepare()
    assert second.stderr is not None
    assert select.select([second.stderr], [], [], DEADLINE_SECONDS)[0]
    assert second.stderr.readline() == "skywalk: waiting for another preparation to end\n"
    is_slow.unlink()
    assert (end(first)[0], end(second)) == (0, (0, []))
    assert machine.made() == [*APT_FOR_RUNNING, "venv", "pip -I -m pip install"]


def test_programs_start_from_a_path_with_spaces(machine: Machine) -> None:
    machine.checkout = machine.checkout.rename(machine.checkout.with_name("a check out"))
    assert end(machine.prepare())[0] == 0
    python = machine.checkout / ".venv/bin/python"
    launcher = machine.checkout / ".venv/bin/aws"
    assert launcher.read_text() == f"#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''\nrest\n"
    assert os.access(launcher, os.X_OK)


def test_a_checkout_that_cannot_be_written(machine: Machine) -> None:
    (machine.checkout / ".prepare.lock").mkdir()
    said = [f"skywalk: {machine.checkout} is to be prepared and cannot be written"]
    assert end(machine.prepare()) == (1, said)
