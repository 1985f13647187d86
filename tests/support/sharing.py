"""Several processes of pytest share one run of tests: each takes the next file that none has taken.

`./test` starts them with the name of an empty folder in SKYWALK_TEST_SHARE; a file of tests is taken by making a file
there. What a process has not taken it passes over in silence: another one reports it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

VARIABLE = "SKYWALK_TEST_SHARE"

LONGEST_FIRST = (
    "test_client_ansible",
    "test_guides",
    "test_demo",
    "test_cli",
    "test_region_backup",
    "test_region_dynamodb",
    "test_edge",
    "test_client_aws_cli",
    "test_client_services",
    "test_guests",
    "test_edge_doors",
    "test_hardship",
    "test_chaos",
    "test_without_root",
    "test_region_endpoint_packets",
    "test_wheel",
    "test_region_interface_services",
    "test_region_instance_lifecycle",
    "test_client_boto3",
    "test_incremental_network",
)
"""Files that take half a minute or more. Begun last, one of them would run alone at the end."""


class Share:
    """What one process takes of the files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken: dict[str, bool] = {}

    def takes(self, file: Path) -> bool:
        """Whether a file's tests run in this process. The answer does not change."""
        name = file.stem
        if name not in self._taken:
            try:
                (self._folder / name).touch(exist_ok=False)
            except FileExistsError:
                self._taken[name] = False
            else:
                self._taken[name] = True
        return self._taken[name]


def share_of(environment: Mapping[str, str]) -> Share | None:
    """None where this process runs all tests."""
    folder = environment.get(VARIABLE)
    return Share(Path(folder)) if folder else None


def rank(file: Path) -> int:
    """By which files are ordered: those that take longest come first, the others stay as they are."""
    return LONGEST_FIRST.index(file.stem) if file.stem in LONGEST_FIRST else len(LONGEST_FIRST)
