"""`skywalk reset`: stops the region and forgets everything."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from skywalk.cli.down import stop_region
from skywalk.config import Paths, find_paths
from skywalk.drivers.linux.user_namespace import as_root_of_own
from skywalk.values.errors import SkywalkError

KEPT = frozenset(("config.toml",))
"""What a user has written is not skywalk's to forget."""


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
    entries = [entry for entry in paths.state_dir.iterdir() if entry.name not in KEPT]
    if entries and not paths.database.exists():
        raise SkywalkError(f"{paths.state_dir} is not a region's state directory: nothing was removed")
    # The database goes last, so that a reset that was cut short can be done again.
    for entry in sorted(entries, key=lambda one: one == paths.database):
        _remove(entry)
    if not any(paths.state_dir.iterdir()):
        paths.state_dir.rmdir()


def remove_folder(folder: Path) -> None:
    """Removes a folder with the state of a region in it, if it is there."""
    as_root_of_own(lambda: shutil.rmtree(folder, ignore_errors=True))


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        entry.unlink(missing_ok=True)
