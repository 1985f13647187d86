"""Reports of the edge: what is stored, whose it stays, and when they are answered."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from skywalk.reconcile import reports
from skywalk.reconcile.reports import Reports
from skywalk.resources.account import Account
from skywalk.resources.role import Role
from skywalk.resources.service_resource import ServiceResource
from skywalk.resources.store import Change, Store
from skywalk.values.errors import SkywalkError
from skywalk.values.scope import Scope

OWNER, OTHER = "123456789012", "111122223333"
ARN = "arn:aws:s3:::documents"
POLICY = '{"Statement": []}'


class Desk:
    """Reports over a store; remembers what it waited for."""

    def __init__(self) -> None:
        self.store = Store()
        self.waited: list[Change] = []
        self.reports = Reports(self.store, self._settled)

    async def _settled(self, change: Change) -> None:
        assert self.store.revision == change.revision  # stored before anybody is waited for
        self.waited.append(change)

    def take(self, subject: str, **data: Any) -> dict[str, Any]:
        return asyncio.run(self.reports.take(subject, data))

    def put(self, account_id: str = OWNER, region: str = "us-east-1", policy: str | None = None) -> dict[str, Any]:
        return self.take("put_resource", arn=ARN, account_id=account_id, region=region, policy=policy)

    def refusal(self, subject: str, **data: Any) -> str:
        before = self.store.revision
        with pytest.raises(SkywalkError) as refused:
            self.take(subject, **data)
        assert self.store.revision == before
        return str(refused.value)

    def found(self) -> ServiceResource | None:
        return self.store.get(ServiceResource, ARN)


def test_a_new_resource_is_its_maker_s_and_everybody_is_waited_for() -> None:
    desk = Desk()
    assert desk.put() == {}
    assert desk.found() == ServiceResource(id=ARN, scope=Scope(OWNER, "us-east-1"), policy=None)
    assert [(change.touched, change.account_ids) for change in desk.waited] == [
        ((("ServiceResource", ARN),), frozenset({OWNER}))
    ]


def test_a_policy_comes_and_goes_and_owner_and_region_stay() -> None:
    desk = Desk()
    desk.put(region="eu-west-1")
    desk.put(region="us-east-1", policy=POLICY)
    assert desk.found() == ServiceResource(id=ARN, scope=Scope(OWNER, "eu-west-1"), policy=POLICY)
    desk.put(policy=None)
    assert desk.found() == ServiceResource(id=ARN, scope=Scope(OWNER, "eu-west-1"), policy=None)


def test_what_changes_nothing_waits_for_nobody() -> None:
    desk = Desk()
    desk.put(policy=POLICY)
    desk.put(policy=POLICY)
    assert len(desk.waited) == 1


def test_another_account_cannot_take_a_name() -> None:
    desk = Desk()
    desk.put(policy=POLICY)
    reason = desk.refusal("put_resource", arn=ARN, account_id=OTHER, region="us-east-1", policy=None)
    assert reason == "arn:aws:s3:::documents belongs to another account"
    assert desk.found() == ServiceResource(id=ARN, scope=Scope(OWNER, "us-east-1"), policy=POLICY)


def test_a_deleted_name_is_free() -> None:
    desk = Desk()
    desk.put()
    assert desk.take("delete_resource", arn=ARN) == {}
    assert desk.found() is None
    desk.put(account_id=OTHER)
    assert desk.found() == ServiceResource(id=ARN, scope=Scope(OTHER, "us-east-1"), policy=None)


def test_a_policy_means_whom_it_meant_when_it_was_read() -> None:
    desk = Desk()
    role = Role(
        id=f"arn:aws:iam::{OWNER}:role/app", scope=Scope(OWNER, ""), name="app", path="/", unique_id="AROA1",
        trust_policy="", created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    with desk.store.transaction() as tx:
        tx.put(role)
    place = {"arn": ARN, "account_id": OWNER, "region": "us-east-1", "policy": POLICY}
    desk.take("put_resource", **place, principals={role.id: "AROA1"})
    for gone in ({role.id: "AROA2"}, {f"arn:aws:iam::{OWNER}:user/ana": "AIDA1"}):
        reason = desk.refusal("put_resource", **place, principals=gone)
        assert reason == f"{next(iter(gone))} is not who it was"


def test_deleting_what_is_not_there_is_done_already() -> None:
    desk = Desk()
    assert desk.take("delete_resource", arn=ARN) == {}
    assert desk.waited == []


def test_only_resources_of_services_can_be_reported() -> None:
    desk = Desk()
    account = Account(id=OWNER, scope=Scope(OWNER, ""), access_key_id="k", secret_access_key="s")
    with desk.store.transaction() as tx:
        tx.put(account)
    desk.take("delete_resource", arn=OWNER)
    reason = desk.refusal("put_resource", arn=OWNER, account_id=OWNER, region="", policy=None)
    assert reason == f"{OWNER} is no service's resource"
    assert desk.store.get(Account, OWNER) == account


def test_an_unknown_subject() -> None:
    assert Desk().refusal("drop_table", arn=ARN) == "drop_table is not taken"


def test_whoever_does_not_obey_in_time_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "APPLY_SECONDS", 0.01)
    store = Store()

    async def never(_: Change) -> None:
        await asyncio.Event().wait()

    asked = Reports(store, never).take(
        "put_resource", {"arn": ARN, "account_id": OWNER, "region": "us-east-1", "policy": None}
    )
    with pytest.raises(SkywalkError, match=r"stored, but not obeyed by every process within 0\.01 s"):
        asyncio.run(asked)
    assert store.holds(ARN)
