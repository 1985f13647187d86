from __future__ import annotations

import json
from pathlib import Path

import pytest

from skywalk.drivers.linux.guests import steps


def _perform(step: steps.Step, root: Path) -> None:
    # As it comes out of the launcher's pipe.
    steps.perform(json.loads(json.dumps(step)), str(root), str(root.parent / "layers"))


def test_a_file_replaces_a_link_and_leaves_its_target(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "etc").mkdir(parents=True)
    outside.write_text("the machine's")
    (root / "etc/resolv.conf").symlink_to(outside)
    _perform(steps.file("/etc/resolv.conf", b"the guest's"), root)
    assert not (root / "etc/resolv.conf").is_symlink()
    assert (root / "etc/resolv.conf").read_text() == "the guest's"
    assert outside.read_text() == "the machine's"


def test_nothing_is_done_through_a_link(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "var").symlink_to(outside)
    for step in (
        steps.file("/var/lib/script", b"x"),
        steps.folder("/var/lock", 0o755),
        steps.link("/var/run", "/run"),
        steps.node("/var/null", 1, 3),
        steps.mount("/var", "tmpfs", 0),
        steps.freeze("/var"),
    ):
        with pytest.raises(OSError, match="leads through a symbolic link"):
            _perform(step, root)
    for step in (
        steps.cover("/var", str(tmp_path), str(tmp_path)),
        steps.own("/var/.aws", str(tmp_path / "own")),
        steps.bind(str(tmp_path), "/var"),
        steps.layer("/var", ("/var",), "var"),
    ):
        _perform(step, root)
    assert list(outside.iterdir()) == []
    assert not (tmp_path / "own").exists()


def test_files_come_with_the_folders_above_and_their_mode(tmp_path: Path) -> None:
    _perform(steps.file("/var/lib/cloud/part-001", b"#!/bin/sh\n", 0o700), tmp_path)
    assert (tmp_path / "var/lib/cloud/part-001").stat().st_mode & 0o777 == 0o700


def test_what_is_not_there_needs_no_cover(tmp_path: Path) -> None:
    _perform(steps.cover("/secret", "/nowhere", "/nowhere"), tmp_path)
    _perform(steps.own("/home/gone/.aws", str(tmp_path / "own")), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_paths_in_overlay_options_are_escaped() -> None:
    assert steps.layer("/etc", ("/a:b", "/c,d\\e"), "etc") == ("layer", "/etc", r"/a\:b:/c\,d\\e", "/c,d\\e", "etc")


def test_places_and_copies_are_made_once(tmp_path: Path) -> None:
    root, machine = tmp_path / "root", tmp_path / "passwd"
    root.mkdir()
    machine.write_text("the machine's")
    for step in (steps.place("/etc", 0o1777), steps.copy(str(machine), "/etc/passwd")):
        _perform(step, root)
    assert (root / "etc").stat().st_mode & 0o7777 == 0o1777
    assert (root / "etc/passwd").read_text() == "the machine's"
    (root / "etc/passwd").write_text("the guest's")
    for step in (steps.place("/etc", 0o755), steps.copy(str(machine), "/etc/passwd")):
        _perform(step, root)
    assert (root / "etc").stat().st_mode & 0o7777 == 0o1777
    assert (root / "etc/passwd").read_text() == "the guest's"


def test_what_a_guest_has_made_a_link_is_left_to_it(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "mnt").symlink_to(outside)
    for step in (
        steps.place("/mnt/disk", 0o755),
        steps.copy(__file__, "/mnt/file"),
        steps.patch(__file__, "/mnt/file"),
        steps.link("/mnt", "elsewhere"),
    ):
        _perform(step, root)
    assert (root / "mnt").readlink() == outside
    assert list(outside.iterdir()) == []
