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
    *("backends", "guest-base", "instances", "backup", "access-log"),
)
"""The names of what a region makes. What else is there is the user's and not for skywalk to forget, `config.toml` too:
a region may have been started in a folder that was not empty."""


def run(arguments: argparse.Namespace) -> int:
    paths = find_paths(arguments.state_dir)
    ran = stop_region(paths)
    had_state = paths.state_dir.exists() and any(_is_own(entry) for entry in paths.state_dir.glob("*"))
    # Without root, what instances have made is partly closed to the user outside.
    as_root_of_own(lambda: forget(paths))
    print("stopped, and everything forgotten" if ran or had_state else f"nothing of a region is in {paths.state_dir}")
    return 0


def forget(paths: Paths) -> None:
    """Removes what a region has stored; where there is nothing of one, nothing. Raises SkywalkError where it cannot be
    told from what a user may have called by the same names."""
    if not paths.state_dir.exists():
        return
    if not paths.state_dir.is_dir():
        raise SkywalkError(f"{paths.state_dir} is not a region's state directory: nothing was removed")
    own = [entry for entry in paths.state_dir.iterdir() if _is_own(entry)]
    is_regions = paths.database.exists() or all(_is_of_a_start(entry) for entry in own)
    if not is_regions:
        raise SkywalkError(f"{paths.state_dir} is not a region's state directory: nothing was removed")
    # The database goes last, so that a reset that was cut short can be done again.
    for entry in sorted(own, key=lambda one: one == paths.database):
        _remove(entry)
    with suppress(OSError):  # it has something else in it, or is where a disk is mounted
        paths.state_dir.rmdir()


def _is_own(entry: Path) -> bool:
    return any(fnmatchcase(entry.name, name) for name in OWN)


def _is_of_a_start(entry: Path) -> bool:
    """Whether it is what a region that could not start leaves without a database."""
    if entry.name == "lock":
        return entry.is_file() and entry.stat().st_size == 0
    return any(fnmatchcase(entry.name, name) for name in ("skywalk.log*", "region.key*", "ca.pem*", "ca-key.pem*"))


def remove_folder(folder: Path) -> None:
    """Removes a folder with the state of a region in it, if it is there."""
    as_root_of_own(lambda: shutil.rmtree(folder, ignore_errors=True))


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        entry.unlink(missing_ok=True)
