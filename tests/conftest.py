"""For all tests: what refuses is watched (see `support.refusal_check`)."""

from __future__ import annotations

import pytest

from support.refusal_check import RefusalCheck


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(RefusalCheck(), "refusals")
