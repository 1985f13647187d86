"""For all tests: what refuses is watched (see `support.refusal_check`), and garbage looked for as in the daemon."""

from __future__ import annotations

import gc

import pytest

from support.refusal_check import RefusalCheck

_OBJECTS_BEFORE_COLLECTING = 10_000
"""With Python's 700 a quarter of the tests' time goes into looking through AWS's models, which stay."""


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(RefusalCheck(), "refusals")


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTING)
