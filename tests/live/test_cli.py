"""The command line as a user types it, from the first `up` to a `reset` that leaves nothing."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from skywalk.cli.control_client import ControlClient
from support.live_region import LiveRegion, has_ended, live_region

pytestmark = pytest.mark.live

PATIENCE_SECONDS = 120.0


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def instance(region: LiveRegion) -> str:
    return region.instance(region.subnet(region.vpc()))


# A running region


def test_status_for_people_and_for_programs(region: LiveRegion) -> None:
    region.wait()
    lines = region.run("status").stdout.splitlines()
    assert lines[0] == f"region      us-east-1 at http://127.0.0.1:{region.port}"
    assert lines[1].startswith(f"state       {region.state_dir} (daemon ")
    assert "resolver    runs" in lines
    status = json.loads(region.run("status", "--json").stdout)
    assert status["running"] is True
    assert status["converged"] is True
    assert status["endpoint_url"] == f"http://127.0.0.1:{region.port}"


def test_env_is_what_a_shell_and_the_stock_cli_need(region: LiveRegion) -> None:
    program = 'eval "$("$1" -m skywalk env)" && aws sts get-caller-identity --query Account --output text'
    variables = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        ["sh", "-c", program, "sh", sys.executable],
        capture_output=True,
        text=True,
        check=False,
        env=variables
        | {
            "SKYWALK_STATE_DIR": str(region.state_dir),
            "PATH": f"{region.binaries}:{os.environ['PATH']}",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_PAGER": "",
        },
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "123456789012\n", "")


def test_accounts(region: LiveRegion) -> None:
    added = region.run("account", "add", "210987654399").stdout.split()
    assert added[0] == "210987654399"
    listed = json.loads(region.run("account", "list", "--json").stdout)
    assert {"account_id": added[0], "access_key_id": added[1], "secret_access_key": added[2]} in listed
    assert f"export AWS_ACCESS_KEY_ID={added[1]}" in region.run("env", "--account", "210987654399").stdout
    again = region.run("account", "add", "210987654399", check=False)
    assert (again.returncode, again.stderr) == (1, "skywalk: there is an account 210987654399 already\n")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["account", "add", "12"], 1, "skywalk: an account id has twelve digits, not '12'\n"),
        (
            ["account", "add", "210987654300", "--access-key-id", "AKIAAAAAAAAAAAAAAAAA"],
            1,
            "skywalk: give both --access-key-id and --secret-access-key, or neither\n",
        ),
        (
            ["account", "add", "210987654300", "--access-key-id", "short", "--secret-access-key", "s"],
            1,
            "skywalk: an access key id has 16 to 128 letters and digits\n",
        ),
        (
            ["env", "--account", "999999999999"],
            1,
            "skywalk: there is no account 999999999999; make it with: skywalk account add 999999999999\n",
        ),
        (["exec", "i-0123456789abcdef0", "--", "true"], 1, "skywalk: there is no instance i-0123456789abcdef0\n"),
        (["exec", "i-0123456789abcdef0"], 2, "skywalk exec: which command?\n"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(region: LiveRegion, words: list[str], status: int, said: str) -> None:
    done = region.run(*words, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (status, "", said)


def test_a_second_up_finds_the_region_running(region: LiveRegion) -> None:
    pid = region.status()["pid"]
    again = region.run("up", "--detach", "--port", str(region.port))
    assert again.stdout == f"the region in {region.state_dir} runs already: http://127.0.0.1:{region.port}\n"
    assert region.status()["pid"] == pid
    other = region.run("up", "--detach", "--uplink", check=False)
    assert other.returncode == 1
    assert "runs already, with no uplink; to change that, stop it first" in other.stderr
    assert region.status()["uplink"] is False


# Instances


@pytest.mark.parametrize(
    ("words", "status", "output"),
    [
        (["--", "echo", "-n", "--detach", "--"], 0, "--detach --"),
        (["echo", "--bind", "/x"], 0, "--bind /x\n"),
        (["--", "sh", "-c", "exit 41"], 41, ""),
        (["--", "cat"], 0, "said to it"),
    ],
)
def test_exec_adds_nothing_and_passes_the_status(
    region: LiveRegion, instance: str, words: list[str], status: int, output: str
) -> None:
    done = region.run("exec", instance, *words, check=False, input="said to it" if words[-1] == "cat" else "")
    assert (done.returncode, done.stdout, done.stderr) == (status, output, "")


def test_exec_shares_folders_for_writing(region: LiveRegion, instance: str, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
    write = f"echo 1 > {one}/x; echo 2 > {other}/x; echo 3 > {tmp_path}/x"
    region.run("exec", "--bind", str(one), "--bind", str(other), instance, "--", "sh", "-c", write, check=False)
    assert [(folder / "x").read_text() for folder in (one, other)] == ["1\n", "2\n"]
    assert not (tmp_path / "x").exists()


def test_what_is_detached_lives_on(region: LiveRegion, instance: str, tmp_path: Path) -> None:
    program = f"echo $PWD > {tmp_path}/started; exec sleep 600"
    started = region.run("exec", "--detach", "--bind", str(tmp_path), instance, "--", "sh", "-c", program)
    assert (started.stdout, started.stderr) == ("", "")
    until((tmp_path / "started").exists)
    assert "sleep 600" in region.exec(instance, "sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '").stdout


# Starting, stopping


@pytest.fixture
def stopped() -> Iterator[LiveRegion]:
    with live_region(started=False) as region:
        yield region


def assert_nothing_left(region: LiveRegion) -> None:
    assert not region.state_dir.exists()
    assert not region.paths.run_dir.exists()
    assert region.processes("skywalk") == []
    assert str(region.paths.run_dir) not in Path("/proc/self/mountinfo").read_text()
    assert str(region.state_dir) not in Path("/proc/self/mountinfo").read_text()


def test_from_up_to_reset(stopped: LiveRegion) -> None:
    region = stopped
    started = region.run("up", "--detach", "--port", str(region.port), "--region", "eu-west-1")
    assert started.stdout == f'ready: http://127.0.0.1:{region.port}\nfor clients: eval "$(skywalk env)"\n'
    assert started.stderr == "starting the region …\n"
    assert "export AWS_DEFAULT_REGION=eu-west-1" in region.run("env").stdout
    instance = region.instance(region.subnet(region.vpc(), zone="us-east-1a"))
    inits = _inits(region, instance)

    assert region.run("down").stdout == "stopped\n"
    assert all(has_ended(init) for init in inits)
    assert not region.paths.run_dir.exists()
    assert region.paths.database.exists()
    assert region.run("down").stdout == "nothing runs here\n"
    assert region.run("status", check=False).returncode == 3

    region.up()
    region.wait()
    assert region.exec(instance, "echo", "back").stdout == "back\n"
    assert region.run("reset").stdout == "stopped, and everything forgotten\n"
    assert_nothing_left(region)
    assert region.run("reset").returncode == 0


def _inits(region: LiveRegion, instance: str) -> list[int]:
    return [ControlClient(region.paths.control_socket).ask("entrance", {"instance_id": instance})["init_pid"]]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_ctrl_c_takes_a_foreground_region_down(stopped: LiveRegion, tmp_path: Path, number: signal.Signals) -> None:
    region = stopped
    said = tmp_path / "said"
    command = [sys.executable, "-m", "skywalk", "up", "--state-dir", str(region.state_dir), "--port", str(region.port)]
    with said.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.PIPE, text=True)
    try:
        until(lambda: "for clients" in said.read_text())
        assert said.read_text().splitlines() == [
            f"starting the region in {region.state_dir}; Ctrl-C stops it",
            f"ready: http://127.0.0.1:{region.port}",
            f'for clients: eval "$(skywalk env --state-dir {region.state_dir})"',
        ]
        assert region.status()["running"] is True
        process.send_signal(number)
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert "Traceback" not in errors
    assert not region.paths.run_dir.exists()
    assert region.processes("skywalk") == []


def test_ctrl_c_while_a_foreground_region_starts_is_not_taken_for_a_mistake(stopped: LiveRegion) -> None:
    region = stopped
    process = subprocess.Popen(
        [sys.executable, "-m", "skywalk", "up", "--state-dir", str(region.state_dir), "--port", str(region.port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    until(lambda: bool(region.processes("skywalk.app")))
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, errors) == (130, "")
    assert not region.paths.run_dir.exists()
    assert region.processes("skywalk") == []


def test_an_interrupted_up_leaves_nothing_running(stopped: LiveRegion) -> None:
    region = stopped
    command = [sys.executable, "-m", "skywalk", "up", "--detach"]
    command += ["--state-dir", str(region.state_dir), "--port", str(region.port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: bool(region.processes("skywalk.app")))
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, output) == (130, ""), errors
    until(lambda: not region.processes("skywalk.app"))
    region.run("reset", check=False)
    assert region.processes("skywalk") == []
    assert not region.paths.run_dir.exists()


def test_commands_at_the_same_time_wait_for_each_other(stopped: LiveRegion) -> None:
    region = stopped

    def at_once(*words: str) -> list[tuple[int, str]]:
        def start() -> subprocess.Popen[str]:
            command, environment = region.command(*words), region.process_environment
            return subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
            )

        processes = [start() for _ in range(3)]
        said = [process.communicate(timeout=PATIENCE_SECONDS)[0] for process in processes]
        return [(process.returncode, text) for process, text in zip(processes, said, strict=True)]

    started = at_once("up", "--detach", "--port", str(region.port))
    assert [status for status, _ in started] == [0, 0, 0], started
    assert sum(" runs already: " in text for _, text in started) == 2, started
    assert len(region.processes("skywalk.app")) == 1
    ended = at_once("down")
    assert [status for status, _ in ended] == [0, 0, 0], ended
    until(lambda: not region.processes("skywalk.app"))


@pytest.mark.parametrize("after_seconds", [0.0, 0.1, 0.2, 0.4, 0.8])
def test_a_down_right_after_an_up_ends_what_is_about_to_start(stopped: LiveRegion, after_seconds: float) -> None:
    up = stopped.command("up", "--detach", "--port", str(stopped.port))
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        up, env=stopped.process_environment, stdout=quiet, stderr=subprocess.PIPE, text=True
    ) as starting:
        time.sleep(after_seconds)
        assert stopped.run("down").stdout == "stopped\n"
        said = starting.communicate(timeout=PATIENCE_SECONDS)[1]
    if starting.returncode != 0:  # else it was ready before
        assert said.endswith("skywalk: the region did not start: it was taken down while it started\n")
    assert stopped.run("status", check=False).stdout.startswith("stopped;")
    assert_nothing_runs(stopped)


def assert_nothing_runs(region: LiveRegion) -> None:
    assert region.processes("skywalk.") == []
    assert not region.paths.run_dir.exists()


def test_a_region_is_reset_as_often_as_one_likes(stopped: LiveRegion) -> None:
    (stopped.state_dir / "notes.txt").write_text("mine")
    stopped.up()
    for said in ("stopped, and everything forgotten", f"nothing of a region is in {stopped.state_dir}"):
        assert stopped.run("reset").stdout == f"{said}\n"
        assert [one.name for one in stopped.state_dir.iterdir()] == ["notes.txt"]


def test_a_port_in_use(stopped: LiveRegion) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", stopped.port))
        taken.listen()
        for options in (["--detach"], []):
            done = stopped.run("up", *options, "--port", str(stopped.port), check=False)
            assert (done.returncode, done.stdout) == (1, "")
            assert done.stderr == (
                f"skywalk: port {stopped.port} cannot be had: address already in use; choose another with --port\n"
            )
    assert not stopped.paths.run_dir.exists()


def test_a_region_that_does_not_exist(stopped: LiveRegion) -> None:
    done = stopped.run("up", "--detach", "--port", str(stopped.port), "--region", "nowhere-1", check=False)
    assert done.returncode == 1
    assert "the region did not start: there is no region nowhere-1; there are " in done.stderr
    assert not stopped.paths.run_dir.exists()


def test_a_mistake_in_the_settings_is_wrong_usage(stopped: LiveRegion) -> None:
    stopped.paths.config.write_text("edge_workers = 0\n")
    done = stopped.run("up", "--detach", "--port", str(stopped.port), check=False)
    assert done.returncode == 2
    assert str(stopped.paths.config) in done.stderr
    assert "edge_workers" in done.stderr


def test_two_regions_side_by_side() -> None:
    with live_region() as one, live_region() as other:
        instances = [region.instance(region.subnet(region.vpc())) for region in (one, other)]
        assert one.exec(instances[1], "true").returncode == 1
        one.run("reset")
        assert_nothing_left(one)
        assert other.exec(instances[1], "echo", "undisturbed").stdout == "undisturbed\n"
        assert other.status()["converged"] is True


def test_a_killed_daemon_is_followed_by_one_that_adopts(stopped: LiveRegion) -> None:
    region = stopped
    region.up()
    instance = region.instance(region.subnet(region.vpc()))
    inits = _inits(region, instance)
    region.run("exec", "--detach", instance, "--", "sleep", "600")
    region.kill_daemon()
    told = region.run("status", check=False)
    assert told.returncode == 3
    assert told.stdout == (
        "the daemon is dead, 1 instance and the network go on; skywalk up --detach takes them over, "
        "skywalk down ends them\n"
    )
    left = json.loads(region.run("status", "--json", check=False).stdout)
    assert left == {"running": False, "daemon": "dead", "instances": [instance]}
    assert "instances (1) and network go on" in region.run("doctor", check=False).stdout
    assert "the daemon does not answer" in region.run("wait", check=False).stderr
    done = region.exec(instance, "sh", "-c", "echo $AWS_REGION; cat /proc/[0-9]*/comm")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("us-east-1\n")
    assert "sleep\n" in done.stdout
    lost = region.exec("i-0123456789abcdef0", "true")
    assert (lost.returncode, lost.stderr) == (
        1,
        "skywalk: the daemon does not answer, and no instance i-0123456789abcdef0 runs\n",
    )

    region.up()
    region.wait()
    assert _inits(region, instance) == inits
    assert "sleep" in region.exec(instance, "sh", "-c", "cat /proc/[0-9]*/comm").stdout
    assert len(region.processes("skywalk.edge.worker")) == 1

    region.kill_daemon()
    assert region.run("reset").returncode == 0
    assert_nothing_left(region)
    assert all(has_ended(init) for init in inits)


def test_a_folder_that_is_no_region_s_is_never_emptied(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    (tmp_path / "instances").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "skywalk", "reset", "--state-dir", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == f"skywalk: {tmp_path} is not a region's state directory: nothing was removed\n"
    assert (tmp_path / "thesis.tex").exists()


def test_the_script_of_a_checkout_names_itself(tmp_path: Path) -> None:
    script = Path(__file__).parent.parent.parent / "skywalk"
    done = subprocess.run(
        ["./skywalk", "wait", "--state-dir", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=script.parent,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "skywalk: no region runs here; start one with: ./skywalk up --detach\n"
