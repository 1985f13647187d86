"""Forgetting: everything of a region's, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from skywalk.cli.reset import forget
from skywalk.config import Paths
from skywalk.values.errors import SkywalkError


def test_everything_of_the_region_goes_and_the_folder_with_it(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "s")
    (paths.state_dir / "backends" / "s3").mkdir(parents=True)
    paths.database.write_text("")
    forget(paths)
    assert not paths.state_dir.exists()


def test_what_the_user_wrote_stays(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    paths.database.write_text("")
    paths.config.write_text("edge_workers = 2\n")
    forget(paths)
    assert list(tmp_path.iterdir()) == [paths.config]


def test_of_a_region_that_was_made_in_a_folder_of_the_user_s_only_its_own_goes(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    (tmp_path / "thesis.tex").write_text("years of work")
    (tmp_path / "figures").mkdir()
    for name in ("state.sqlite", "state.sqlite-wal", "state.sqlite.schema-1", "lock", "region.key", "ca.pem"):
        (tmp_path / name).write_text("")
    for name in ("ca-key.pem", "skywalk.log", "skywalk.log.1", "edge-11.log", "local-services.log", "relay.log"):
        (tmp_path / name).write_text("")
    for name in ("backends", "guest-base", "instances", "backup"):
        (tmp_path / name / "one").mkdir(parents=True)
    forget(paths)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["figures", "thesis.tex"]


def test_a_file_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "thesis.tex"
    file.write_text("years of work")
    with pytest.raises(SkywalkError, match="is not a region's state directory: nothing was removed"):
        forget(Paths(file))
    assert file.exists()


@pytest.mark.parametrize("name", ["backup", "instances", "lock", "backends"])
def test_a_folder_that_is_no_region_s_is_left_alone_whatever_is_in_it(tmp_path: Path, name: str) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    (tmp_path / name).write_text("years of work, again")
    with pytest.raises(SkywalkError, match="is not a region's state directory: nothing was removed"):
        forget(Paths(tmp_path))
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted([name, "thesis.tex"])


def test_a_second_time_nothing_is_left_to_be_forgotten(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    (tmp_path / "thesis.tex").write_text("years of work")
    for name in ("state.sqlite", "lock", "skywalk.log"):
        (tmp_path / name).write_text("")
    for _ in range(2):
        forget(paths)
        assert [one.name for one in tmp_path.iterdir()] == ["thesis.tex"]


def test_what_a_start_that_failed_has_left_goes(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    for name in ("skywalk.log", "region.key", "ca.pem", "ca-key.pem"):
        (tmp_path / name).write_text("something")
    (tmp_path / "lock").write_text("")
    forget(Paths(tmp_path))
    assert [one.name for one in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_link_is_removed_and_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    paths = Paths(tmp_path / "s")
    paths.state_dir.mkdir()
    paths.database.write_text("")
    (paths.state_dir / "backends").symlink_to(elsewhere)
    forget(paths)
    assert elsewhere.is_dir()
    assert not paths.state_dir.exists()


def test_nothing_there_is_nothing_to_do(tmp_path: Path) -> None:
    forget(Paths(tmp_path / "never"))
    assert not (tmp_path / "never").exists()
