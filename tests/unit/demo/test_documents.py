"""The program of the story, against a client of its kind."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest

from skywalk.demo import documents


class Bucket:
    """What the program uses of an S3 client."""

    def __init__(self, garbles: bool = False) -> None:
        self._garbles = garbles
        self._stored: dict[tuple[str, str], bytes] = {}

    def upload_file(self, name: str, bucket: str, key: str) -> None:
        self._stored[bucket, key] = Path(name).read_bytes() + (b"?" if self._garbles else b"")

    def download_file(self, bucket: str, key: str, name: str) -> None:
        Path(name).write_bytes(self._stored[bucket, key])


@pytest.mark.parametrize("garbles", [False, True])
def test_it_prints_what_it_stored_and_what_it_read(
    garbles: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(boto3, "client", lambda _service: Bucket(garbles))
    Path("my_file.txt").write_text("the will of A. Lovelace")
    documents.main("bank-documents")
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith(" my_file.txt")
    assert second.endswith(" my_copy.txt")
    assert (first.split()[0] == second.split()[0]) is not garbles
