from __future__ import annotations

from pathlib import Path
from pwd import struct_passwd

from skywalk.drivers.linux.guests.homes import find_linked_settings, find_settings_folders


def _user(home: Path | str, uid: int = 1000) -> struct_passwd:
    return struct_passwd(("user", "x", uid, uid, "", str(home), "/bin/sh"))


def test_people_and_those_who_have_settings(tmp_path: Path) -> None:
    for name in ("root", "ann", "service", "robot/.aws"):
        (tmp_path / name).mkdir(parents=True)
    users = [
        _user(tmp_path / "root", 0),
        _user(tmp_path / "ann"),
        _user(tmp_path / "service", 33),
        _user(tmp_path / "robot", 34),
        _user(tmp_path / "gone"),
        _user("/", 65534),
    ]
    assert find_settings_folders(users) == tuple(tmp_path / name / ".aws" for name in ("ann", "robot", "root"))


def test_links_are_followed(tmp_path: Path) -> None:
    for name in ("ann", "dotfiles/aws", "secrets"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "ann/.aws").symlink_to(tmp_path / "dotfiles/aws")
    (tmp_path / "secrets/keys").write_text("keys")
    (tmp_path / "dotfiles/aws/credentials").symlink_to(tmp_path / "secrets/keys")
    (tmp_path / "dotfiles/aws/config").write_text("plain")
    assert find_settings_folders([_user(tmp_path / "ann")]) == (tmp_path / "dotfiles/aws",)
    assert find_linked_settings([_user(tmp_path / "ann")]) == (tmp_path / "secrets/keys",)
