"""Incremental equals afresh on the kernel: after random changes through the API, what the machine holds is what a new
driver makes of the stored state where nothing was."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from skywalk.compile.compiler import compile_plan
from skywalk.drivers.linux.kernel_dump import dump_kernel
from skywalk.resources.persist import SqlitePersistence
from skywalk.resources.store import Store
from skywalk.resources.vpc import Vpc
from support.linux_region import linux_region
from support.live_region import LiveRegion, live_region
from support.mutations import Mutations, Refused

pytestmark = pytest.mark.live

ROUNDS, STEPS_PER_ROUND = 8, 12


def perform(ec2: Any) -> Any:
    def call(action: str, request: dict[str, Any]) -> Any:
        try:
            return getattr(ec2, action)(**request)
        except ClientError as error:
            raise Refused(error.response["Error"]["Code"]) from None

    return call


def stored(region: LiveRegion, copy: Path) -> Store:
    """What the region has stored, in a store of the test's own."""
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(region.paths.database)) as original, closing(sqlite3.connect(copy)) as target:
        original.backup(target)
    return Store(SqlitePersistence(copy))


def kernel(region: LiveRegion, vpc_ids: list[str]) -> dict[str, str]:
    return {vpc_id: dump_kernel(region.paths.run_dir, vpc_id) for vpc_id in vpc_ids}


def kernel_afresh(store: Store, vpc_ids: list[str]) -> dict[str, str]:
    with linux_region() as fresh:
        for vpc_id in vpc_ids:
            snapshot = store.snapshot(vpc_id)
            assert snapshot is not None
            fresh.apply(compile_plan(snapshot))
        return {vpc_id: dump_kernel(fresh.run_dir, vpc_id) for vpc_id in vpc_ids}


def check(region: LiveRegion, copy: Path) -> None:
    region.wait()
    store = stored(region, copy)
    vpc_ids = [vpc.id for vpc in store.of_type(Vpc)]
    assert kernel(region, vpc_ids) == kernel_afresh(store, vpc_ids)
    store.close()
    status = region.status()
    assert (status["converged"], status["failures"]) == (True, {})


def test_the_kernel_after_random_changes_equals_a_fresh_one(tmp_path: Path) -> None:
    with live_region() as region:
        mutations = Mutations(20261122, perform(region.ec2), most_instances=3)
        for _ in range(ROUNDS):
            for _ in range(STEPS_PER_ROUND):
                mutations.step()
            check(region, tmp_path / "copy.sqlite")
        assert len(set(mutations.done)) >= 12, mutations.done


def test_twenty_clients_at_once_lose_nothing(region: LiveRegion, tmp_path: Path) -> None:
    """Each makes a VPC with four subnets, deletes two of them, and every other one deletes its VPC again."""
    ec2 = region.client("ec2", max_pool_connections=20)
    kept: dict[str, set[str]] = {}
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
            subnets = [
                ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{place}.0/24")["Subnet"]["SubnetId"] for place in range(4)
            ]
            for subnet in subnets[:2] if number % 2 else subnets:
                ec2.delete_subnet(SubnetId=subnet)
            if number % 2:
                kept[vpc] = set(subnets[2:])
            else:
                ec2.delete_vpc(VpcId=vpc)
        except BaseException as failure:
            failures.append(failure)

    before = {vpc["VpcId"] for vpc in region.ec2.describe_vpcs()["Vpcs"]}
    threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    found = {vpc["VpcId"] for vpc in region.ec2.describe_vpcs()["Vpcs"]} - before
    assert found == set(kept)
    assert len(found) == 10
    for vpc, subnets in kept.items():
        described = region.ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
        assert {subnet["SubnetId"] for subnet in described} == subnets
    region.wait()
    store = stored(region, tmp_path / "copy.sqlite")
    assert kernel(region, sorted(kept)) == kernel_afresh(store, sorted(kept))
    store.close()
