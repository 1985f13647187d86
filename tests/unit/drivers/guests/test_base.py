from __future__ import annotations

import os
from pathlib import Path

import pytest

from skywalk.drivers.linux.guests.base import prepare_base

_CERTIFICATE = b"-----BEGIN CERTIFICATE-----\nc2t5d2Fsaw==\n-----END CERTIFICATE-----\n"


@pytest.fixture(autouse=True)
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    for name in ("tini", "sh", "nice"):
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\necho {name}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


def test_the_bundle_has_the_machines_cas_and_the_regions(tmp_path: Path) -> None:
    base = prepare_base(tmp_path / "base", _CERTIFICATE)
    machine = Path("/etc/ssl/certs").resolve() / "ca-certificates.crt"
    layered = base.etc_layer / machine.relative_to("/etc")
    assert layered.read_bytes().endswith(_CERTIFICATE)
    if machine.is_file():
        assert layered.read_bytes().startswith(machine.read_bytes().rstrip())
    assert (layered.parent / "skywalk-region.pem").read_bytes() == _CERTIFICATE


def test_programs_are_copies(tmp_path: Path) -> None:
    base = prepare_base(tmp_path / "base", _CERTIFICATE)
    assert (base.programs / "tini").read_text() == "#!/bin/sh\necho tini\n"
    assert os.access(base.programs / "nice", os.X_OK)
    assert list(base.empty_folder.iterdir()) == []
    assert base.empty_file.read_bytes() == b""


def test_what_is_right_is_not_written_again(tmp_path: Path) -> None:
    first = prepare_base(tmp_path / "base", _CERTIFICATE)
    number = (first.programs / "tini").stat().st_ino
    assert prepare_base(tmp_path / "base", _CERTIFICATE) == first
    assert (first.programs / "tini").stat().st_ino == number
