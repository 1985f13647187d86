"""`skywalk restore`: a region from a backup."""

from __future__ import annotations

import argparse
from pathlib import Path

from skywalk.backup.restore import restore_backup
from skywalk.cli import hints
from skywalk.cli.backup import render_backup
from skywalk.cli.progress import progress
from skywalk.config import find_paths


def run(arguments: argparse.Namespace) -> int:
    """Into a state directory that is new or empty; the region is started by `up`, as ever."""
    paths, source = find_paths(arguments.state_dir), Path(arguments.file)
    with progress(f"restoring {paths.state_dir}"):
        manifest = restore_backup(source, paths.state_dir)
    print(f"{paths.state_dir}: {render_backup(manifest)}")
    print(f"start it with: {hints.command('up --detach', paths)}")
    return 0
