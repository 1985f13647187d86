"""The bytes of objects: which lie in a file of their own, and that none is written twice."""

from __future__ import annotations

from pathlib import Path

from skywalk.backends.contents import INLINE_LIMIT_BYTES, ContentFolder
from skywalk.backends.request_body import RequestBody
from skywalk.values.chance import SeededChance

LARGE = b"x" * 200_000


def test_a_content_that_is_the_whole_body_is_a_link_to_it(tmp_path: Path) -> None:
    folder = ContentFolder(tmp_path / "objects", SeededChance())
    with RequestBody(tmp_path) as body:
        body.append(LARGE)
        body.begin()
        with folder.arriving(body):
            whole, part = folder.new_content(), folder.new_content()
            whole.write(body.read())
            part.write(LARGE[:-1])
        after = folder.new_content()
        after.write(LARGE)
        paths = [folder.path(content.reference[0]) for content in (whole, part, after)]
        assert body.path is not None
        assert [path.samefile(body.path) for path in paths] == [True, False, False]
    assert [path.read_bytes() for path in paths] == [LARGE, LARGE[:-1], LARGE]


def test_a_small_content_has_no_file(tmp_path: Path) -> None:
    folder = ContentFolder(tmp_path / "objects", SeededChance())
    content = folder.new_content()
    content.write(b"x" * INLINE_LIMIT_BYTES)
    assert list((tmp_path / "objects").iterdir()) == []
    content.seek(0)
    assert len(content.read()) == INLINE_LIMIT_BYTES
