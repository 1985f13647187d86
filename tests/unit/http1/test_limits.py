from __future__ import annotations

from dataclasses import fields

from skywalk.http1.limits import Limits


def test_every_limit_limits() -> None:
    assert all(0 < getattr(Limits(), field.name) < float("inf") for field in fields(Limits))
    assert Limits().max_target_bytes < Limits().max_head_bytes
