"""Guests on a real kernel: what is inside, what stays outside, entering, ending, taking over."""

from __future__ import annotations

import base64
import datetime
import json
import os
import pty
import pwd
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from skywalk.drivers.driver import GuestEntrance
from skywalk.drivers.linux.guests.environment import guest_environment
from skywalk.drivers.linux.guests.power import HOLDING, NOTE, WAITING
from skywalk.drivers.linux.guests.runtime import LinuxGuests
from skywalk.drivers.linux.netns import NamespaceFolder
from skywalk.plan.guests import Guest
from skywalk.values.addresses import parse_address
from support.guests import guest
from support.waiting import wait_until

pytestmark = pytest.mark.live

DEADLINE_SECONDS = 60
FIRST, SECOND = "i-00000000000000001", "i-00000000000000002"
ENTER = """
import json, sys
from pathlib import Path
from skywalk.cli.enter import enter
from skywalk.drivers.driver import GuestEntrance
from skywalk.values.errors import SkywalkError
way, command, environment, binds, detach = json.loads(sys.argv[1])
try:
    sys.exit(enter(GuestEntrance(*way), command, environment, [Path(bind) for bind in binds], detach))
except SkywalkError as error:
    sys.exit(f"refused: {error}")
"""
LATE = """
import time
from skywalk.cli import enter as entering
attend = entering._attend
entering._attend = lambda *words: (time.sleep(0.3), attend(*words))[1]
"""
"""Before the program above: the command is heard of before its caller has begun to attend to it."""
START_AND_DIE = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from skywalk.drivers.linux.guests.runtime import LinuxGuests
from support.guests import guest
run, state, certificate, namespace, instance_id = sys.argv[2:]
guests = LinuxGuests(Path(run), Path(state), [], Path(certificate))
guests.start(guest(instance_id=instance_id), Path(namespace))
os.kill(os.getpid(), signal.SIGKILL)
"""


def make_certificate() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "skywalk test region")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class Machine:
    """A region's guests, and namespaces to put them in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.secret = folder / "secret"
        self.secret.mkdir(parents=True)
        (self.secret / "key").write_text("do not show")
        self.certificate = folder / "ca.pem"
        self.certificate.write_bytes(make_certificate())
        self.namespaces = NamespaceFolder(folder / "netns")
        self.guests = self.daemon()

    def daemon(self) -> LinuxGuests:
        return LinuxGuests(self.folder / "run", self.folder / "state", [self.secret], self.certificate)

    def namespace(self, instance_id: str) -> Path:
        self.namespaces.create("vpc", instance_id, confined=True)
        return self.namespaces.path("vpc", instance_id)

    def start(self, instance_id: str = FIRST, script: str = "", **changes: Any) -> Guest:
        user_data = base64.b64encode(script.encode()).decode()
        started = guest(instance_id=instance_id, user_data=user_data, **changes)
        self.guests.start(started, self.namespace(instance_id))
        return started

    def entrance(self, instance_id: str = FIRST) -> GuestEntrance:
        entrance = self.guests.entrance(instance_id)
        assert entrance is not None
        return entrance

    def enter_command(
        self,
        *command: str,
        instance_id: str = FIRST,
        binds: Sequence[Path] = (),
        detach: bool = False,
        **environment: str,
    ) -> list[str]:
        way = self.entrance(instance_id)
        known = guest_environment({"PATH": os.environ["PATH"], **environment}, "us-east-1")
        words = [
            [way.instance_id, way.init_pid, way.root, way.namespace],
            command,
            known,
            list(map(str, binds)),
            detach,
        ]
        return [sys.executable, "-c", ENTER, json.dumps(words)]

    def run(self, *command: str, given: bytes = b"", **options: Any) -> subprocess.CompletedProcess[bytes]:
        words = self.enter_command(*command, **options)
        return subprocess.run(words, input=given, capture_output=True, timeout=DEADLINE_SECONDS, check=False)

    def say(self, script: str, **options: Any) -> str:
        """What a shell in the guest says to a script."""
        done = self.run("sh", "-c", script, **options)
        return (done.stdout + done.stderr).decode().strip()

    def close(self) -> None:
        self.guests.remove_all()
        self.namespaces.remove_all()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path / "m")
    try:
        yield made
    finally:
        made.close()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "the condition has not come about"
        select.select([], [], [], 0.01)


def processes_inside(entrance: GuestEntrance) -> set[int]:
    inode = os.stat(f"/proc/{entrance.init_pid}/ns/pid").st_ino
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.stat(entry / "ns/pid").st_ino == inode:
                found.add(int(entry.name))
        except OSError:
            continue
    return found


def test_files_inside_are_the_guests(machine: Machine) -> None:
    machine.start()
    shared = machine.folder / "shared.txt"
    shared.write_text("the machine's")
    assert machine.say(f"cat {shared}; echo inside > {shared}; echo more > {shared}.new; cat {shared}") == (
        "the machine'sinside"
    )
    assert shared.read_text() == "the machine's"
    assert not Path(f"{shared}.new").exists()
    machine.start(SECOND)
    assert machine.say(f"cat {shared}", instance_id=SECOND) == "the machine's"


def test_hidden_places_are_empty_and_closed(machine: Machine) -> None:
    machine.start()
    for place in (machine.secret, machine.folder / "state", machine.folder / "run"):
        assert any(place.iterdir())
        assert machine.say(f"ls -A {place}") == ""
        assert "Read-only file system" in machine.say(f"touch {place}/x")
    assert "must be superuser" in machine.say(f"umount {machine.secret}")


def test_settings_of_aws_are_the_guests_own(machine: Machine) -> None:
    home = Path(pwd.getpwuid(0).pw_dir)
    machine.start()
    assert machine.say(f"ls -A {home}/.aws") == ""
    assert machine.say(f"echo own > {home}/.aws/config; cat {home}/.aws/config") == "own"
    outside = home / ".aws/config"
    assert not outside.exists() or outside.read_text() != "own\n"
    machine.guests.stop(FIRST)
    machine.start()
    assert machine.say(f"cat {home}/.aws/config") == "own"


def test_name_and_resolver(machine: Machine) -> None:
    started = machine.start()
    assert machine.say("hostname; cat /etc/hostname") == "ip-10-0-1-5.ec2.internal\nip-10-0-1-5.ec2.internal"
    assert "nameserver 10.0.0.2" in machine.say("cat /etc/resolv.conf").splitlines()
    assert machine.say("getent hosts ip-10-0-1-5").split()[0] == "10.0.1.5"
    before = Path("/etc/resolv.conf").read_bytes()
    changed = guest(instance_id=started.instance_id, resolver_addresses=(parse_address("10.0.0.99"),))
    machine.guests.update(changed)
    assert "nameserver 10.0.0.99" in machine.say("cat /etc/resolv.conf").splitlines()
    # A guest's own change stays until the VPC's resolver changes; a link it made leads nowhere.
    assert machine.say("ln -sf /etc/passwd /etc/resolv.conf; readlink /etc/resolv.conf") == "/etc/passwd"
    machine.guests.update(changed)
    assert machine.say("readlink /etc/resolv.conf") == "/etc/passwd"
    machine.guests.update(started)
    assert "nameserver 10.0.0.2" in machine.say("cat /etc/resolv.conf").splitlines()
    assert Path("/etc/resolv.conf").read_bytes() == before


def test_init_reaps_and_nobody_else_is_seen(machine: Machine) -> None:
    machine.start()
    listing = machine.say("cat /proc/1/comm; ls /proc | grep -c '^[0-9]'").split()
    assert listing[0] == "tini"
    assert int(listing[1]) < 10
    machine.run("sh", "-c", "(sleep 0 & exec sleep 0.2) & exit 0")
    wait_for(lambda: len(processes_inside(machine.entrance())) == 2)


def test_killing_init_takes_everything(machine: Machine) -> None:
    machine.start()
    entrance = machine.entrance()
    assert machine.run("sh", "-c", "setsid sleep 1000 & exec setsid sleep 1000", detach=True).returncode == 0
    wait_for(lambda: len(processes_inside(entrance)) == 4)
    inside = processes_inside(entrance)
    os.kill(entrance.init_pid, signal.SIGKILL)
    wait_for(lambda: not any(Path(f"/proc/{pid}/ns/pid").exists() for pid in inside))
    assert machine.guests.entrance(FIRST) is None
    assert machine.guests.observe() == frozenset()


def test_stop_keeps_the_layer_and_forget_does_not(machine: Machine) -> None:
    machine.start()
    machine.say("useradd -m ann; echo kept > /var/kept; echo '10.0.0.7 db' >> /etc/hosts")
    machine.guests.stop(FIRST)
    machine.start()
    assert machine.say("id -un ann; cat /var/kept; tail -n 1 /etc/hosts") == "ann\nkept\n10.0.0.7 db"
    machine.guests.forget(FIRST)
    assert machine.guests.observe() == frozenset()
    machine.start()
    assert "no such user" in machine.say("id ann")


def test_user_data_runs_once(machine: Machine) -> None:
    script = "#!/bin/sh\necho run by $(id -un) on $(hostname) in $AWS_REGION\necho x >> /var/runs\n"
    machine.start(FIRST, script)
    console = machine.guests.console(FIRST)
    wait_for(lambda: console.read_text() == "run by root on ip-10-0-1-5.ec2.internal in us-east-1\n")
    wait_for(lambda: machine.say("cat /var/runs") == "x")
    machine.start(FIRST, script)
    machine.guests.stop(FIRST)
    machine.guests.close()
    machine.guests = machine.daemon()
    machine.start(FIRST, script)
    assert machine.run("sh", "-c", "ps axww | grep -c '[p]art-001'").stdout == b"0\n"
    assert machine.say("cat /var/runs") == "x"


def test_user_data_does_not_delay_the_start_and_says_when_it_is_none(machine: Machine) -> None:
    machine.start(FIRST, "#!/bin/sh\nsleep 1000\n")
    machine.start(SECOND, "#cloud-config\n{}\n")
    assert "cloud-config, which is not run here" in machine.guests.console(SECOND).read_text()


def test_no_capability_to_leave(machine: Machine) -> None:
    machine.start()
    status = machine.say("grep ^Cap /proc/self/status")
    assert set(re.findall(r"[0-9a-f]{16}", status)) == {"0000000000000000", "00000000b004fdfb"}
    assert "NoNewPrivs:\t0" in machine.say("cat /proc/self/status")
    assert "permission denied" in machine.say("mount -t tmpfs none /mnt")
    assert "Operation not permitted" in machine.say("unshare --mount true")
    assert "Operation not permitted" in machine.say("mknod /tmp/disk b 254 0")
    assert "Read-only file system" in machine.say("echo core > /proc/sys/kernel/core_pattern")
    assert "Read-only file system" in machine.say("touch /sys/kernel")
    assert machine.say("nsenter -t 1 -m -n true").startswith("nsenter: ")
    assert machine.say("sysctl -qw net.ipv4.ip_forward=1; cat /proc/sys/net/ipv4/ip_forward") == "1"
    assert machine.say("su -s /bin/sh nobody -c 'id -un'") == "nobody"


def test_the_programs_that_start_others_cannot_be_replaced(machine: Machine) -> None:
    machine.start()
    assert "Read-only" in machine.say("touch /run/skywalk/nice")
    assert "busy" in machine.say("mv /run/skywalk /run/mine")
    # The interpreter of this script is whatever the process that starts it is: no file that could be written to.
    machine.say("printf '#!/proc/self/exe\\n' > /usr/bin/trap; chmod +x /usr/bin/trap")
    before = processes_inside(machine.entrance())
    machine.run("trap", detach=True)
    (trapped,) = processes_inside(machine.entrance()) - before
    wait_for(lambda: os.readlink(f"/proc/{trapped}/exe").endswith("/nice"))
    assert "Read-only file system" in machine.say("for exe in /proc/[0-9]*/exe; do dd if=/dev/null of=$exe; done")


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["true"], 0),
        (["sh", "-c", "exit 42"], 42),
        (["sh", "-c", "kill -9 $$"], 137),
        (["sh", "-c", "kill -TERM $$"], 143),
        (["no-such-command"], 127),
        (["/etc/passwd"], 126),
        (["/etc"], 126),
    ],
)
def test_exit_statuses(machine: Machine, command: list[str], status: int) -> None:
    machine.start()
    assert machine.run(*command).returncode == status


def test_bytes_pass_unchanged(machine: Machine) -> None:
    machine.start()
    given = os.urandom(10 << 20)
    done = machine.run("sh", "-c", "echo said >&2; exec cat", given=given)
    assert done.stdout == given
    assert done.stderr == b"said\n"


def test_folder_and_environment_of_the_caller(machine: Machine) -> None:
    machine.start()
    here = machine.folder / "project"
    here.mkdir()
    command = machine.enter_command(
        "sh", "-c", "pwd; echo $LANG $AWS_PROFILE $AWS_REGION", LANG="C.UTF-8", AWS_PROFILE="x"
    )
    said = subprocess.run(command, cwd=here, capture_output=True, text=True, check=True).stdout
    assert said == f"{here}\nC.UTF-8 us-east-1\n"
    said = subprocess.run(command, cwd="/sys/kernel", capture_output=True, text=True, check=True).stdout
    assert said.startswith("/sys/kernel\n")
    hidden = subprocess.run(
        command, cwd=machine.folder / "state/guest-base", capture_output=True, text=True, check=True
    )
    assert hidden.stdout.startswith("/\n")


@pytest.mark.parametrize("late", ["", LATE], ids=["in time", "late"])
def test_signals_reach_the_command_and_its_end_the_caller(machine: Machine, late: str) -> None:
    machine.start()
    trap = "trap 'echo stopped; exit 7' TERM; echo ready; while :; do sleep 0.05; done"
    python, option, program, words = machine.enter_command("sh", "-c", trap)
    with subprocess.Popen([python, option, late + program, words], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.terminate()
        assert process.stdout.read() == b"stopped\n"
        assert process.wait(DEADLINE_SECONDS) == 7


def test_the_command_ends_with_a_caller_that_is_killed(machine: Machine) -> None:
    machine.start()
    with subprocess.Popen(
        machine.enter_command("sh", "-c", "echo ready; exec sleep 1000"), stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.kill()
        process.wait()
    wait_for(lambda: len(processes_inside(machine.entrance())) == 2)


def test_stop_ends_a_command_and_its_caller_learns(machine: Machine) -> None:
    machine.start()
    with subprocess.Popen(
        machine.enter_command("sh", "-c", "echo ready; exec sleep 1000"), stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        machine.guests.stop(FIRST)
        assert process.wait(DEADLINE_SECONDS) == 137


def _at_terminal(command: list[str], conversation: Sequence[tuple[str, str]]) -> tuple[str, int]:
    """Runs a command at a terminal; types each answer when its prompt has come. All it said, and its status."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(command[0], command)
    said, expected = "", list(conversation)
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            said += os.read(terminal, 4096).decode()
        except OSError:
            break
        if expected and expected[0][0] in said:
            os.write(terminal, expected.pop(0)[1].encode())
    os.close(terminal)
    return said, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_a_terminal_of_its_own(machine: Machine) -> None:
    machine.start()
    script = "tty; stty size; read -p name: name; echo hello $name; exit 5"
    said, status = _at_terminal(machine.enter_command("bash", "-c", script), [("name:", "ann\r")])
    assert said == "/dev/pts/0\r\n0 0\r\nname:ann\r\nhello ann\r\n"
    assert status == 5


def test_job_control_and_interrupt_at_a_terminal(machine: Machine) -> None:
    machine.start()
    command = machine.enter_command("bash", "--norc", "-i", PS1="> ")
    # Each line is typed when what came before is over for sure: an interrupt drops what is typed beside it.
    sleeper = "sh -c 'trap \"exit 4\" INT; echo star''ted; while :; do sleep 0.1; done'; echo status=$?\r"
    typed = [("> ", sleeper), ("started\r\n", "\x03"), ("status=4\r\n", "exit 3\r")]
    said, status = _at_terminal(command, typed)
    assert "job control" not in said
    assert status == 3


def test_a_pipe_at_a_terminal_stays_a_pipe(machine: Machine, tmp_path: Path) -> None:
    machine.start()
    shell = " ".join(
        map(_quoted, machine.enter_command("sh", "-c", "test -t 0 && echo terminal && test -t 1 || echo file"))
    )
    _at_terminal(["/bin/sh", "-c", f"{shell} > {tmp_path}/out"], [])
    assert (tmp_path / "out").read_text() == "terminal\nfile\n"


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"


def test_shared_folders(machine: Machine) -> None:
    machine.start()
    machine.start(SECOND)
    shared = machine.folder / "shared"
    shared.mkdir()
    assert machine.run("sh", "-c", f"echo out > {shared}/file", binds=[shared]).returncode == 0
    assert (shared / "file").read_text() == "out\n"
    mounts = Path(f"/proc/{machine.entrance().init_pid}/mountinfo").read_text()
    machine.run("true", binds=[shared])
    assert Path(f"/proc/{machine.entrance().init_pid}/mountinfo").read_text() == mounts
    machine.say(f"echo private > {shared}/file", instance_id=SECOND)
    assert machine.say(f"cat {shared}/file") == "out"
    machine.guests.stop(FIRST)
    machine.start()
    machine.say(f"echo later > {shared}/file")
    assert (shared / "file").read_text() == "out\n"


def test_what_is_hidden_cannot_be_shared(machine: Machine) -> None:
    machine.start()
    for place in (machine.secret, machine.folder, Path("/"), Path("/run")):
        refused = machine.run("true", binds=[place])
        assert refused.returncode == 1
        assert b"refused: --bind" in refused.stderr


def test_detached_commands_live_until_the_guest_stops(machine: Machine) -> None:
    machine.start()
    started = machine.run("sh", "-c", "echo said; exec sleep 1000", detach=True)
    assert (started.returncode, started.stdout, started.stderr) == (0, b"", b"")
    wait_for(lambda: machine.say("cat /var/log/skywalk-exec.log") == "said")
    wait_for(lambda: machine.say("ps -o ppid= -C sleep").split() == ["1"])
    assert machine.run("no-such-command", detach=True).returncode == 127
    inside = processes_inside(machine.entrance())
    machine.guests.stop(FIRST)
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in inside))  # ended, and soon without a number


def test_trust_stores_have_the_regions_ca(machine: Machine) -> None:
    machine.start()
    certificate = machine.certificate.read_text().strip()
    environment = guest_environment({}, "us-east-1")
    for name in ("AWS_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"):
        assert certificate in machine.run("cat", environment[name]).stdout.decode()
    ask = (
        "import ssl; print(any('skywalk test region' in str(ca) for ca in ssl.create_default_context().get_ca_certs()))"
    )
    assert machine.run("env", "-u", "SSL_CERT_FILE", "python3", "-c", ask).stdout == b"True\n"
    assert certificate not in Path(environment["SSL_CERT_FILE"]).read_text()


@pytest.mark.skipif(shutil.which("keytool") is None, reason="there is no Java here")
def test_java_trusts_the_regions_ca(machine: Machine) -> None:
    machine.start()
    listed = machine.say("keytool -list -cacerts -storepass changeit -alias skywalk-region")
    assert "trustedCertEntry" in listed


def test_the_next_daemon_takes_over(machine: Machine) -> None:
    arguments = (machine.folder / "run", machine.folder / "state", machine.certificate, machine.namespace(FIRST), FIRST)
    support = str(Path(__file__).parents[1])
    died = subprocess.run([sys.executable, "-c", START_AND_DIE, support, *map(str, arguments)], check=False)
    assert died.returncode == -signal.SIGKILL
    assert machine.guests.observe() == {FIRST}
    init = machine.entrance().init_pid
    machine.start()
    assert machine.entrance().init_pid == init
    # It is in a session of its own and holds nothing of the daemon's but silence, its console, and how it ends itself.
    assert os.getsid(init) == init
    held = ["0", "1", "2", str(NOTE), str(WAITING), str(HOLDING)]
    # One more is open for a moment where it has not begun to wait yet.
    wait_until(lambda: sorted(os.listdir(f"/proc/{init}/fd")) == held)
    assert os.readlink(f"/proc/{init}/cwd") == "/"


def test_a_namespace_made_anew_restarts_the_guest(machine: Machine) -> None:
    machine.start()
    init = machine.entrance().init_pid
    machine.namespaces.remove("vpc", FIRST)
    machine.start()
    assert machine.entrance().init_pid != init


def test_a_guest_that_cannot_start_says_why_and_leaves_nothing(machine: Machine) -> None:
    (machine.folder / "no-namespace").write_text("")
    with pytest.raises(OSError, match="Invalid argument"):
        machine.guests.start(guest(instance_id=FIRST), machine.folder / "no-namespace")
    assert machine.guests.observe() == frozenset()
    assert machine.guests.entrance(FIRST) is None


def mounts(folder: Path) -> list[str]:
    """The machine's, without those where other regions come and go meanwhile."""
    of_others = ("/run/skywalk", "/run/netns", f"{tempfile.gettempdir()}/")
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    places = {line: line.split()[4] for line in lines}
    return [line for line, place in places.items() if not place.startswith(of_others) or str(folder) in place]


def test_nothing_is_left(tmp_path: Path) -> None:
    before = mounts(tmp_path)
    machine = Machine(tmp_path / "m")
    for instance_id in (FIRST, SECOND):
        machine.start(instance_id)
    inside = processes_inside(machine.entrance(FIRST)) | processes_inside(machine.entrance(SECOND))
    assert len(inside) >= 2
    assert mounts(tmp_path) != before
    machine.close()
    assert mounts(tmp_path) == before
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in inside))  # ended, and soon without a number
    assert list((machine.folder / "run").iterdir()) == []
