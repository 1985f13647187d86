"""The JavaScript SDK v3, from npm, on a stock Node.js: outside the instances and inside one."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support.client_installations import NODE, install_javascript
from support.live_region import REACHES_WITHIN, SILENT_FOR, LiveRegion

pytestmark = pytest.mark.live

SECONDS = 300


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install_javascript(tmp_path_factory.mktemp("clients"))


def test_vpcs_endpoints_waiters_paginators_and_refusals(region: LiveRegion, programs: Path) -> None:
    done = subprocess.run(
        [str(NODE), "--test", "--test-reporter=spec", "region.test.mjs"],
        cwd=programs,
        env=os.environ | region.environment() | {"EXPECTED_ACCOUNT": region.account_id},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fail 0" in done.stdout


def test_an_instance_reads_and_writes_through_its_endpoint_alone(region: LiveRegion, programs: Path) -> None:
    vpc = region.vpc("10.41.0.0/16")
    subnet = region.subnet(vpc, "10.41.1.0/24")
    table = region.table(vpc, subnet)
    own, foreign = region.bucket("javascript-documents"), region.bucket("javascript-not-these")
    region.s3.put_object(Bucket=foreign, Key="greeting", Body=b"not for the role")
    allowed = {
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
        "Resource": [f"arn:aws:s3:::{own}", f"arn:aws:s3:::{own}/*"],
    }
    instance = region.instance(subnet, IamInstanceProfile=region.profile("javascript", allowed))

    def told(seconds: float) -> dict[str, Any]:
        program = str(programs / "inside.mjs")
        done = region.exec(instance, str(NODE), program, own, foreign, str(int(seconds * 1000)))
        assert done.returncode == 0, done.stderr
        answers: dict[str, Any] = json.loads(done.stdout)
        return answers

    without = told(SILENT_FOR)
    assert [answer["error"] for answer in without.values()] == ["TimeoutError"] * 6, without

    region.endpoint(vpc, table)
    through = told(REACHES_WITHIN)
    assert through["put"] == 200
    assert through["get"] == "from JavaScript"
    assert through["list"] == ["a/b c.txt"]
    assert (through["missing"]["error"], through["missing"]["status"]) == ("NoSuchKey", 404)
    assert (through["foreign"]["error"], through["foreign"]["status"]) == ("AccessDenied", 403)
    assert "no identity-based policy allows the s3:GetObject action" in through["foreign"]["message"]
    assert through["other service"]["error"] == "TimeoutError"

    stored = region.s3.get_object(Bucket=own, Key="a/b c.txt")["Body"].read()
    assert stored == b"from JavaScript"
