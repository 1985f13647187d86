"""What a process may do, as its maps and capabilities tell."""

from __future__ import annotations

import pytest

from skywalk.drivers.linux.features import Features, features_of

EVERYBODY = "         0          0 4294967295\n"


@pytest.mark.parametrize(
    ("uid_map", "gid_map", "features"),
    [
        (EVERYBODY, EVERYBODY, Features(whole_machine=True, terminals_group=True)),
        ("0 1000 1\n", "0 1000 1\n", Features(whole_machine=False, terminals_group=False)),
        (
            "0 1000 1\n1 100000 65536\n",
            "0 1000 1\n1 100000 65536\n",
            Features(whole_machine=False, terminals_group=True),
        ),
        ("0 100000 65536\n", "0 100000 65536\n", Features(whole_machine=False, terminals_group=True)),
        ("0 1000 1\n1 100000 4\n", "0 1000 1\n1 100000 4\n", Features(whole_machine=False, terminals_group=False)),
    ],
    ids=["the machine", "one user", "a user and what was given", "a container of a user's", "given too few"],
)
def test_maps_tell(uid_map: str, gid_map: str, features: Features) -> None:
    assert features_of(uid_map, gid_map) == features
