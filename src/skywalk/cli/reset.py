"""`skywalk reset`: stops the region and forgets everything."""

from __future__ import annotations

import argparse
import shutil
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path

from skywalk.cli.down import stop_region
from skywalk.config import Paths, find_paths
from skywalk.drivers.linux.user_namespace import as_root_of_own
from skywalk.values.errors import SkywalkError

OWN = (
    *("state.sqlite*", "lock", "region.key*", "ca.pem*", "ca-key.pem*"),
    *("skywalk.log*", "local-services.log*", "edge-*.log*", "relay.log*"),
    *("backends", "guest-base", "instances", "backup"),
)
"""The names of what a region makes. What else is there is the user's and not for skywalk to forget, `config.toml` too:
a region may have been started in a folder that was not empty."""


def run(arguments: argparse.Namespace) -> int:
    paths = find_paths(arguments.state_dir)
    stop_region(paths)
    # Without root, what instances have made is partly closed to the user outside.
    as_root_of_own(lambda: forget(paths))
    print("stopped, and everything forgotten")
    return 0


def forget(paths: Paths) -> None:
    """Removes what a region has stored. Raises SkywalkError where the folder is not a region's."""
    if not paths.state_dir.exists():
        return
    entries = list(paths.state_dir.iterdir()) if paths.state_dir.is_dir() else [paths.state_dir]
    if not paths.database.exists() and any(entry != paths.config for entry in entries):
        raise SkywalkError(f"{paths.state_dir} is not a region's state directory: nothing was removed")
    own = [entry for entry in entries if any(fnmatchcase(entry.name, name) for name in OWN)]
    # The database goes last, so that a reset that was cut short can be done again.
    for entry in sorted(own, key=lambda one: one == paths.database):
        _remove(entry)
    with suppress(OSError):  # it has something else in it, or is where a disk is mounted
        paths.state_dir.rmdir()


def remove_folder(folder: Path) -> None:
    """Removes a folder with the state of a region in it, if it is there."""
    as_root_of_own(lambda: shutil.rmtree(folder, ignore_errors=True))


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        entry.unlink(missing_ok=True)
