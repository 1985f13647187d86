"""Where a command's document comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from skywalk.cli.documents import read_document
from skywalk.values.errors import SkywalkError


def test_a_file_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    for mark in (b"", b"\xef\xbb\xbf"):
        path.write_bytes(mark + '{"Id": "ü"}'.encode())
        assert read_document(str(path)) == '{"Id": "ü"}'


def test_what_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_bytes(b"\xff")
    with pytest.raises(SkywalkError, match="is not text in UTF-8"):
        read_document(str(path))
