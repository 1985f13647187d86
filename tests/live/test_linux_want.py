"""A kernel that makes nothing more: the VPC concerned fails with the reason, others go on, and it heals by itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from skywalk.drivers.linux.netns import TOO_MANY

pytestmark = pytest.mark.live

TESTS = Path(__file__).parent.parent


def test_a_limit_of_namespaces() -> None:
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--net", "--mount", sys.executable, "-m", "support.few_namespaces"],
        env=os.environ | {"PYTHONPATH": f"{TESTS}{os.pathsep}{TESTS.parent / 'src'}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    ids = said["ids"]
    assert TOO_MANY in said["without"][ids["second"]]
    assert ids["second desk"] not in said["started"][1]
    assert ids["first desk"] in said["started"][1]
    assert said["healed"] == {}
    assert set(said["running"]) == {ids["first desk"], ids["second desk"]}
