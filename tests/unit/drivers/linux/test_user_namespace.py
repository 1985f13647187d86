"""Numbers that a user has been given, and how they are mapped; work as root over them."""

from __future__ import annotations

from pathlib import Path

import pytest

from skywalk.drivers.linux import user_namespace
from skywalk.drivers.linux.user_namespace import as_root_of_own, find_grant, mapping_command
from skywalk.values.errors import SkywalkError

NOBODY_HERE = 4_000_000_000


def test_a_grant_is_found_by_number(tmp_path: Path) -> None:
    file = tmp_path / "subuid"
    file.write_text(f"somebody:100000:65536\n{NOBODY_HERE}:165536:65536\n")
    assert find_grant(file, NOBODY_HERE) == (165536, 65536)


def test_a_grant_is_found_by_name(tmp_path: Path) -> None:
    file = tmp_path / "subuid"
    file.write_text("daemon:1:1\nroot:100000:65536\nroot:300000:65536\n")
    assert find_grant(file, 0) == (100000, 65536)


@pytest.mark.parametrize("text", ["", "root\n", "root:x:y\n", "somebody:100000:65536\n"])
def test_none_is_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "subuid"
    file.write_text(text)
    assert find_grant(file, 0) is None
    assert find_grant(tmp_path / "missing", 0) is None


def test_root_is_the_user_and_the_others_are_those_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    command = mapping_command("gid", 77, 1000, (100000, 65536))
    assert command == ["/usr/bin/newgidmap", "77", "0", "1000", "1", "1", "100000", "65536"]
    assert mapping_command("gid", 77, 1000, None) == []
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert mapping_command("gid", 77, 1000, (100000, 65536)) == []


def test_who_is_root_anyway_works_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_namespace, "may_manage_networks", lambda: True)
    done = []
    as_root_of_own(lambda: done.append(1))
    assert done == [1]


def test_elsewhere_a_process_does_it_and_its_failure_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> None:
        raise PermissionError(1, "Operation not permitted", "unshare")

    def fail() -> None:
        raise SkywalkError("not a region's")

    monkeypatch.setattr(user_namespace, "may_manage_networks", lambda: False)
    monkeypatch.setattr(user_namespace, "become_root_of_own", refused)
    as_root_of_own((tmp_path / "made").mkdir)
    assert (tmp_path / "made").is_dir()
    with pytest.raises(SkywalkError, match=r"^not a region's$"):
        as_root_of_own(fail)
