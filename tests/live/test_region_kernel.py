"""Incremental equals afresh on the kernel: after random changes through the API, what the machine holds is what a new
driver makes of the stored state where nothing was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from skywalk.resources.vpc import Vpc
from support.kernel_state import kernel, kernel_afresh, stored
from support.live_region import LiveRegion, live_region
from support.mutations import Refused
from support.traffic_mutations import TrafficMutations

pytestmark = pytest.mark.live

ROUNDS, STEPS_PER_ROUND = 8, 25


def perform(ec2: Any) -> Any:
    def call(action: str, request: dict[str, Any]) -> Any:
        try:
            return getattr(ec2, action)(**request)
        except ClientError as error:
            raise Refused(error.response["Error"]["Code"]) from None

    return call


def check(region: LiveRegion, copy: Path) -> None:
    region.wait()
    with stored(region, copy) as store:
        vpc_ids = [vpc.id for vpc in store.of_type(Vpc)]
        assert kernel(region, vpc_ids) == kernel_afresh(store, vpc_ids)
    status = region.status()
    assert (status["converged"], status["failures"]) == (True, {})


def test_the_kernel_after_random_changes_equals_a_fresh_one(tmp_path: Path) -> None:
    with live_region() as region:
        mutations = TrafficMutations(20261122, perform(region.ec2), most_instances=3)
        for _ in range(ROUNDS):
            for _ in range(STEPS_PER_ROUND):
                mutations.step()
            check(region, tmp_path / "copy.sqlite")
        assert len(set(mutations.done)) >= 30, mutations.done
        assert {"create_interface_endpoint", "modify_interface_endpoint"} <= set(mutations.done)
