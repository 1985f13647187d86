"""The machine as pieces, on trees of files that stand for it."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import pytest

from skywalk.drivers.linux.guests.filesystems import FileSystem
from skywalk.drivers.linux.guests.patchwork import Kind, Piece, find_pieces, lay_over, own_system_folders


def mounted(place: str, kind: str = "ext4", *, read_only: bool = False) -> FileSystem:
    return FileSystem(PurePosixPath(place), kind, read_only)


def machine(root: Path, *folders: str) -> Path:
    for folder in folders:
        (root / folder).mkdir(parents=True)
    return root


def told(pieces: list[Piece]) -> list[str]:
    return [f"{piece.place} {piece.kind.value}" for piece in pieces]


def test_the_largest_pieces_are_folders_of_the_root(tmp_path: Path) -> None:
    root = machine(tmp_path, "usr/bin", "home/ada", "proc", "run")
    (root / "bin").symlink_to("usr/bin")
    (root / "notes").write_text("")
    os.mkfifo(root / "pipe")
    found = list(find_pieces([mounted("/")], root))
    assert told(found) == ["/bin link", "/home layer", "/notes file", "/proc folder", "/run folder", "/usr layer"]
    assert found[0].target == "usr/bin"


def test_a_folder_with_a_mount_in_it_is_taken_apart(tmp_path: Path) -> None:
    root = machine(tmp_path, "mnt/disk/x", "mnt/other", "mnt/cd", "srv", "var/lib/nfs/rpc")
    (root / "mnt/list").write_text("")
    (root / "mnt").chmod(0o1777)
    found = list(
        find_pieces(
            [
                mounted("/"),
                mounted("/mnt/disk"),
                mounted("/mnt/cd", read_only=True),
                mounted("/srv"),
                mounted("/var/lib/nfs/rpc", "rpc_pipefs"),
            ],
            root,
        )
    )
    assert told(found) == [
        "/mnt folder",
        "/mnt/cd shown",
        "/mnt/disk layer",
        "/mnt/list file",
        "/mnt/other layer",
        "/srv layer",
        "/var folder",
        "/var/lib folder",
        "/var/lib/nfs folder",
        "/var/lib/nfs/rpc folder",
    ]
    assert found[0].mode == 0o1777


def test_kinds_are_words_of_their_own() -> None:
    assert [kind.value for kind in Kind] == ["folder", "layer", "shown", "file", "link"]


def test_folders_of_others_get_equals_of_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = machine(tmp_path / "machine", "usr/local/bin/deep/deeper", "usr/share", "etc/ssl")
    (root / "usr/lib").symlink_to("share")
    layers = tmp_path / "layers"
    with_another_user(monkeypatch)
    found = own_system_folders(layers, root)
    assert sorted(found) == ["/etc", "/usr"]
    assert folders(found["/usr"]) == ["local", "local/bin", "local/bin/deep", "share"]
    assert folders(found["/etc"]) == ["ssl"]


def test_they_follow_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = machine(tmp_path / "machine", "usr/local/bin", "usr/share")
    layers = tmp_path / "layers"
    with_another_user(monkeypatch)
    own_system_folders(layers, root)
    (root / "usr/local/bin").rmdir()
    (root / "usr/local").rmdir()
    (root / "usr/local").symlink_to("share")
    (root / "usr/new").mkdir()
    assert folders(own_system_folders(layers, root)["/usr"]) == ["new", "share"]


def test_the_users_own_folders_need_none(tmp_path: Path) -> None:
    root = machine(tmp_path / "machine", "opt/mine/bin")
    assert folders(own_system_folders(tmp_path / "layers", root)["/opt"]) == []


def with_another_user(monkeypatch: pytest.MonkeyPatch) -> None:
    other = os.geteuid() + 1
    monkeypatch.setattr("os.geteuid", lambda: other)


def folders(layer: Path) -> list[str]:
    return sorted(str(path.relative_to(layer)) for path in layer.rglob("*"))


def test_package_managers_get_files_of_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = machine(tmp_path / "machine", "var/lib/dpkg")
    (root / "var/lib/dpkg/lock").write_text("")
    (root / "var/lib/dpkg/status").write_text("Package: a\n")
    with_another_user(monkeypatch)
    for _ in range(2):
        found = own_system_folders(tmp_path / "layers", root)
        assert folders(found["/var"]) == ["lib", "lib/dpkg", "lib/dpkg/lock", "lib/dpkg/status"]
    assert (found["/var"] / "lib/dpkg/status").read_text() == "Package: a\n"


def test_layers_lie_over_the_pieces_that_are_there(tmp_path: Path) -> None:
    trust, own = machine(tmp_path / "trust", "ssl/certs"), machine(tmp_path / "own", "ssl", "apt")
    (trust / "ssl/certs/ca.pem").write_text("")
    whole = [Piece(Kind.LAYER, "/etc"), Piece(Kind.LAYER, "/usr")]
    found = lay_over(whole, [("/etc", trust), ("/etc", own)])
    assert found.over == {"/etc": [trust, own]}
    assert found.loose == {}


def test_where_a_place_is_taken_apart_they_lie_over_its_parts(tmp_path: Path) -> None:
    trust, own = machine(tmp_path / "trust", "ssl/certs", "pki"), machine(tmp_path / "own", "ssl", "apt")
    (trust / "ssl/certs/ca.pem").write_text("")
    (trust / "pki/ca.pem").write_text("")
    apart = [Piece(Kind.FOLDER, "/etc"), Piece(Kind.LAYER, "/etc/ssl"), Piece(Kind.LAYER, "/etc/apt")]
    found = lay_over([*apart, Piece(Kind.FOLDER, "/etc/pki")], [("/etc", trust), ("/etc", own)])
    assert found.over == {"/etc/ssl": [trust / "ssl", own / "ssl"], "/etc/apt": [own / "apt"]}
    assert found.loose == {"/etc/pki/ca.pem": trust / "pki/ca.pem"}
