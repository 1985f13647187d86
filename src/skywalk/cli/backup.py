"""`skywalk backup`: the region in one file."""

from __future__ import annotations

import argparse
from pathlib import Path

from skywalk.backup.manifest import Manifest
from skywalk.backup.write import write_backup
from skywalk.cli.progress import progress
from skywalk.config import find_paths
from skywalk.values.clock import SystemClock


def run(arguments: argparse.Namespace) -> int:
    """Of a region that runs, or not."""
    paths, target = find_paths(arguments.state_dir), Path(arguments.file)
    with progress(f"backing up {paths.state_dir}"):
        manifest = write_backup(paths.state_dir, target, SystemClock())
    print(f"{target}: {render_backup(manifest)}")
    return 0


def render_backup(manifest: Manifest) -> str:
    """What a backup is, in a few words."""
    return (
        f"revision {manifest.revision} of {manifest.created_at}, {len(manifest.files)} files, "
        f"{-(-manifest.size // 1024):,} KiB"
    )
