"""Rows as the edge keeps them."""

from __future__ import annotations

import json
import logging

import pytest

from skywalk.edge.state import EdgeState
from skywalk.feed.rows import RowChange
from skywalk.policy.compiled import AccessRequest, CompiledPolicy
from skywalk.policy.principal import root_principal, user_principal
from support import edge_rows as rows

GET = AccessRequest("s3:GetObject", "arn:aws:s3:::b/k", root_principal(rows.ACCOUNT), rows.ACCOUNT, {})


def full(*put: object) -> RowChange:
    return RowChange(put, (), True)  # type: ignore[arg-type]


def denies(policy: CompiledPolicy) -> bool:
    return policy.verdict(GET).denied_by is not None


def test_an_equal_row_keeps_its_compiled_policy() -> None:
    state = EdgeState()
    state.apply(full(rows.endpoint(), rows.bucket("a")))
    compiled = state.endpoints[rows.ENDPOINT_ID].endpoint_policy
    state.apply(full(rows.endpoint(), rows.bucket("b")))
    assert state.endpoints[rows.ENDPOINT_ID].endpoint_policy is compiled
    assert list(state.resources) == ["arn:aws:s3:::b"]


def test_a_change_puts_and_removes() -> None:
    state = EdgeState()
    state.apply(full(rows.ACCESS_KEY, rows.bucket("a"), rows.S3))
    state.apply(RowChange((rows.role("app"),), (("ServiceResource", "arn:aws:s3:::a"),), False))
    assert not state.resources
    assert list(state.access_keys) == [rows.KEY_ID]
    assert list(state.roles) == [f"arn:aws:iam::{rows.ACCOUNT}:role/app"]
    assert state.services_by_name["s3.amazonaws.com"] == rows.S3


def test_a_policy_that_cannot_be_evaluated_denies_all_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    state = EdgeState()
    bad = '{"Statement":[{"Effect":"Maybe","Principal":"*","Action":"*","Resource":"*"}]}'
    with caplog.at_level(logging.ERROR):
        state.apply(full(rows.endpoint(bad), rows.bucket("a", "no JSON"), rows.role("app", "{}")))
    assert denies(state.endpoints[rows.ENDPOINT_ID].endpoint_policy)
    policy = state.resources["arn:aws:s3:::a"].resource_policy
    assert policy is not None
    assert denies(policy)
    assert denies(state.roles[f"arn:aws:iam::{rows.ACCOUNT}:role/app"].identity_policies[0])
    assert rows.ENDPOINT_ID in caplog.text
    assert len(caplog.records) == 3


@pytest.mark.parametrize("action", ["s3:GetObject", "dynamodb:GetItem"])
def test_an_account_is_its_root_user_at_gateway_endpoints_alone(action: str) -> None:
    state = EdgeState()
    statement = {"Effect": "Allow", "Principal": {"AWS": rows.ACCOUNT}, "Action": "*", "Resource": "*"}
    policy = json.dumps({"Statement": statement})
    state.apply(full(rows.endpoint(policy), rows.s3_interface(policy)))
    gateway, interface = (state.endpoints[one].endpoint_policy for one in (rows.ENDPOINT_ID, rows.S3_INTERFACE_ID))
    by_root = GET._replace(action=action)
    by_user = by_root._replace(principal=user_principal(rows.ACCOUNT, "anna"))
    by_stranger = by_root._replace(principal=user_principal(rows.OTHER_ACCOUNT, "otto"))
    asked = (by_root, by_user, by_stranger)
    assert [gateway.verdict(one).allowed_by is not None for one in asked] == [True, False, False]
    assert [interface.verdict(one).allowed_by is not None for one in asked] == [True, True, False]


def test_services_of_a_catalogue_have_names_too() -> None:
    state = EdgeState()
    state.apply(RowChange((rows.S3, rows.CATALOGUE), (), True))
    found = state.service_of_host("monitoring.us-east-1.api.aws")
    assert found is not None
    assert (found.service, found.region) == ("monitoring", rows.REGION)
    assert state.service("monitoring", rows.REGION) == found
    assert state.service_of_host("s3.us-east-1.amazonaws.com") is rows.S3
    assert state.service("monitoring", "eu-west-1") is None
    state.apply(RowChange((), (("PublicCatalogue", rows.CATALOGUE.key),), False))
    assert state.service_of_host("monitoring.us-east-1.api.aws") is None
