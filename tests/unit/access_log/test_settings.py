"""What a process is told of the access log."""

from __future__ import annotations

from pathlib import Path

import pytest

from skywalk.access_log.settings import AccessLogSettings, Place, decode_place


def test_a_place_is_told_whole() -> None:
    place = Place(Path("/states/a b/access-log"), "edge-1", AccessLogSettings(True, 1000, 2))
    assert decode_place(place.encode()) == place


def test_what_is_no_place() -> None:
    for text in ("", "[]", "{}", '{"folder": "a", "writer": "b", "settings": {"size": 1}}'):
        with pytest.raises((ValueError, KeyError, TypeError)):
            decode_place(text)
