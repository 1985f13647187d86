"""AWS's quotas are in force unless something else is asked for."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from support.live_region import LiveRegion, live_region

pytestmark = pytest.mark.live


def endpoints_until_refused(region: LiveRegion, vpc: str) -> tuple[int, str]:
    """Gateway endpoints that could be made, and the code of the refusal."""
    for made in range(30):
        try:
            region.endpoint(vpc)
        except ClientError as refused:
            return made, str(refused.response["Error"]["Code"])
    raise AssertionError("none was refused")


def test_they_are_awss_until_they_are_raised_or_off() -> None:
    with live_region(started=False) as region:
        region.up("--quotas", "aws")
        vpc = region.vpc()
        assert endpoints_until_refused(region, vpc) == (20, "VpcEndpointLimitExceeded")
        region.run("down")
        region.paths.config.write_text("[quotas]\ngateway_endpoints = 21\n")
        started = region.run("up", "--detach", "--port", str(region.port))
        assert started.returncode == 0
        assert endpoints_until_refused(region, vpc) == (1, "VpcEndpointLimitExceeded")
        region.run("down")
        region.up()  # of tests: with --quotas off
        region.endpoint(vpc)
