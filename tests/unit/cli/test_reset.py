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


def test_a_folder_that_is_no_region_s_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(SkywalkError, match="is not a region's state directory: nothing was removed"):
        forget(Paths(tmp_path))
    assert (tmp_path / "thesis.tex").exists()


def test_a_link_is_removed_and_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    paths = Paths(tmp_path / "s")
    paths.state_dir.mkdir()
    paths.database.write_text("")
    (paths.state_dir / "link").symlink_to(elsewhere)
    forget(paths)
    assert elsewhere.is_dir()


def test_nothing_there_is_nothing_to_do(tmp_path: Path) -> None:
    forget(Paths(tmp_path / "never"))
    assert not (tmp_path / "never").exists()
