"""Regions of an ordinary user, whoever runs the tests.

with ordinary_region() as region:
    assert region.exec(instance_id, "id", "-u").stdout == "0\\n"

Root becomes a user that the machine does not know, without privileges and without a way to get some. Where that user
may not read the checkout or the Python that runs it, they are shown to it in a mount namespace of its own.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from skywalk.config import Paths
from support.live_region import COMMAND_SECONDS, ROOT, LiveRegion, free_port

_UNKNOWN_USERS = range(60_100, 64_000)
"""Debian gives these numbers to nobody. Source: Debian Policy, 9.2.2."""

# Binds each of "$@" to where it is, below folders that everybody may enter; the first is where to keep them meanwhile.
_SHOW = """
set -e
keep=$1; shift
n=0
for path; do n=$((n + 1)); mkdir "$keep/$n"; mount --bind "$path" "$keep/$n"; done
for path; do
    top=/
    for part in $(echo "$path" | tr / ' '); do
        top=${top%/}/$part
        [ "$top" != "$path" ] || break
        case $(stat -c %A "$top") in *x|*t) ;; *) mount -t tmpfs -o mode=755 closed "$top"; break ;; esac
    done
done
n=0
for path; do n=$((n + 1)); mkdir -p "$path"; mount --bind "$keep/$n" "$path"; done
echo shown
read _
"""


@dataclass(frozen=True)
class OrdinaryUser:
    """`prefix` goes before a command that is to be this user's."""

    number: int
    home: Path
    prefix: tuple[str, ...]

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "XDG_", "SKYWALK_"))}
        return kept | {"HOME": str(self.home), "PYTHONPATH": str(ROOT / "src")}

    def command(self, *words: str) -> list[str]:
        return [*self.prefix, *words]

    def run(self, *words: str, **named: Any) -> subprocess.CompletedProcess[str]:
        """A command of this user's."""
        return subprocess.run(
            self.command(*words),
            capture_output=True,
            text=True,
            check=False,
            env=self.environment,
            **{"timeout": COMMAND_SECONDS} | named,
        )

    def processes(self) -> list[str]:
        """What runs under this user's number, in words."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                status = (folder / "status").read_text()
                users = next(line.split()[1:] for line in status.splitlines() if line.startswith("Uid:"))
                if str(self.number) in users and "State:\tZ" not in status:
                    found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        return found


@dataclass
class OrdinaryRegion(LiveRegion):
    user: OrdinaryUser = field(kw_only=True)

    def command(self, *arguments: str) -> list[str]:
        return self.user.command(sys.executable, "-P", "-m", "skywalk", *arguments)

    @property
    def process_environment(self) -> dict[str, str]:
        return self.user.environment | {"SKYWALK_STATE_DIR": str(self.state_dir)}

    @property
    def paths(self) -> Paths:
        return Paths(self.state_dir, Path(f"/tmp/skywalk-{self.user.number}"))

    def left(self) -> list[str]:
        """What runs of it, in words."""
        own = (str(self.state_dir), str(self.paths.run_dir))
        return [words for words in self.user.processes() if any(place in words for place in own)]


@contextmanager
def ordinary_user() -> Iterator[OrdinaryUser]:
    """One with a home; what is left of it at the end is an error of whoever used it."""
    if os.geteuid() != 0:
        with tempfile.TemporaryDirectory(prefix="skywalk-test-") as own:
            yield OrdinaryUser(os.geteuid(), Path(own), ())
        return
    number = _unknown_user()
    home = Path(tempfile.mkdtemp(prefix="skywalk-test-"))
    os.chown(home, number, number)
    become = ("setpriv", f"--reuid={number}", f"--regid={number}", "--clear-groups", "--no-new-privs", "--")
    try:
        with _shown(home) as enter:
            yield OrdinaryUser(number, home, (*enter, *become))
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _unknown_user() -> int:
    """A number that no other test has."""
    for number in random.sample(_UNKNOWN_USERS, len(_UNKNOWN_USERS)):
        # Its name tells other processes of the tests that the number is given away, until this one ends.
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0skywalk-test-user-{number}")
        except OSError:
            claim.close()
            continue
        claim.detach()
        return number
    raise RuntimeError("no number of a user is free")


@contextmanager
def _shown(home: Path) -> Iterator[tuple[str, ...]]:
    """What to put before a command, so that the checkout and its Python can be read."""
    needed = [path for path in (ROOT, Path(sys.prefix), Path(sys.base_prefix)) if _is_closed(path)]
    if not needed:
        yield ()
        return
    keep = home / "shown"
    keep.mkdir()
    showing = subprocess.Popen(
        ["unshare", "--mount", "--propagation", "private", "--", "sh", "-c", _SHOW, "sh", str(keep), *map(str, needed)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert showing.stdin is not None
    assert showing.stdout is not None
    with showing:
        assert showing.stdout.readline() == b"shown\n"
        yield ("nsenter", f"--mount=/proc/{showing.pid}/ns/mnt", "--")
        showing.stdin.close()


@contextmanager
def in_container(user: OrdinaryUser, cover: str) -> Iterator[OrdinaryUser]:
    """The same user in another mount namespace, where root has done what `cover` says (shell)."""
    words = ["unshare", "--mount", "--propagation", "private", "--", "sh", "-c", f"{cover}; echo covered; read _"]
    enter = [*user.prefix[: user.prefix.index("setpriv")]]
    with subprocess.Popen([*enter, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as covering:
        assert covering.stdin is not None
        assert covering.stdout is not None
        assert covering.stdout.readline() == b"covered\n"
        become = user.prefix[len(enter) :]
        yield replace(user, prefix=("nsenter", f"--mount=/proc/{covering.pid}/ns/mnt", "--", *become))
        covering.stdin.close()


def _is_closed(path: Path) -> bool:
    """Whether others than its owner cannot get there."""
    return any(not folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


@contextmanager
def ordinary_region(user: OrdinaryUser, name: str = "region") -> Iterator[OrdinaryRegion]:
    """A region of the user's that runs, and is gone at the end."""
    region = OrdinaryRegion(user.home / name, free_port(), user=user)
    try:
        region.up()
        yield region
    finally:
        region.end_callers()
        region.run("reset", check=False)
