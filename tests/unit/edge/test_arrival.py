"""The condition keys of the way that a request has come."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any
from urllib.parse import quote

import pytest

from skywalk.edge.arrival import OUTSIDE, Arrival
from skywalk.edge.callers import VerifiedCaller
from skywalk.policy.keys import names
from skywalk.policy.keys.request import TimeKeys
from skywalk.policy.principal import user_principal
from skywalk.values.clock import FixedClock
from support import edge_rows as rows
from support.edge_in_process import AT_ENDPOINT, IN_PUBLIC, in_process_edge

NAMES = {"aws:principaltype": "User"}
TIMES = {"aws:currenttime": "2026-01-01T00:00:00Z", "aws:epochtime": "1767225600"}


class _Head:
    def __init__(self, fields: dict[str, str]) -> None:
        self.fields = fields


class _Exchange:
    """As much of an exchange as an arrival looks at."""

    def __init__(self, peername: object, **fields: str) -> None:
        self.peername = peername
        self.head = _Head(fields)


def _context(arrival: Arrival, exchange: Any) -> dict[str, Any]:
    caller = VerifiedCaller(user_principal(rows.ACCOUNT, "ana"), keys=NAMES)
    return dict(arrival.context(caller, exchange, rows.REGION, TimeKeys(FixedClock())))


def _at_endpoint(service: str, *, account_id: str = rows.ACCOUNT, vpc_region: str = rows.REGION) -> Arrival:
    return Arrival(
        True, rows.ENDPOINT_ID, rows.VPC_ID, service, rows.REGION, account_id=account_id, vpc_region=vpc_region
    )


def test_through_an_endpoint() -> None:
    assert _context(_at_endpoint("s3"), _Exchange(("10.0.1.4", 4711))) == {
        **NAMES,
        **TIMES,
        "aws:securetransport": "true",
        "aws:sourcevpce": rows.ENDPOINT_ID,
        "aws:sourcevpc": rows.VPC_ID,
        "aws:sourcevpcarn": f"arn:aws:ec2:{rows.REGION}:{rows.ACCOUNT}:vpc/{rows.VPC_ID}",
        "aws:vpceaccount": rows.ACCOUNT,
        "aws:vpcsourceip": "10.0.1.4",
        "aws:requestedregion": rows.REGION,
    }


def test_not_every_service_tells_whose_the_endpoint_is() -> None:
    at_dynamodb = _at_endpoint("dynamodb").keys
    assert at_dynamodb["aws:vpceaccount"] == rows.ACCOUNT
    assert "aws:sourcevpcarn" not in at_dynamodb
    assert not {"aws:vpceaccount", "aws:sourcevpcarn"} & _at_endpoint("sqs").keys.keys()


def test_the_vpc_of_a_service_of_another_region_is_where_it_is() -> None:
    keys = _at_endpoint("s3", vpc_region="eu-west-1").keys
    assert keys["aws:sourcevpcarn"] == f"arn:aws:ec2:eu-west-1:{rows.ACCOUNT}:vpc/{rows.VPC_ID}"


def test_in_public_there_is_the_address_alone() -> None:
    assert _context(Arrival(False), _Exchange(("198.51.100.7", 4711))) == {
        **NAMES,
        **TIMES,
        "aws:securetransport": "false",
        "aws:sourceip": "198.51.100.7",
        "aws:requestedregion": rows.REGION,
    }


def test_addresses_are_in_their_one_form_and_sockets_of_the_machine_have_none() -> None:
    v6 = Arrival(True).network_keys(_Exchange(("2001:DB8:0::1", 4711, 0, 0)))  # type: ignore[arg-type]
    assert v6["aws:sourceip"] == "2001:db8::1"
    assert "aws:sourceip" not in OUTSIDE.network_keys(_Exchange(""))  # type: ignore[arg-type]
    assert OUTSIDE.network_keys(_Exchange(("127.0.0.1", 1)))["aws:sourceip"] == "127.0.0.1"  # type: ignore[arg-type]


def test_what_a_client_says_of_itself_is_its_program_and_nothing_else() -> None:
    said = _Exchange(
        ("10.0.1.4", 1), **{"user-agent": "curl/8", "referer": "https://a.example/", "aws:sourcevpce": "x"}
    )
    context = _context(_at_endpoint("s3"), said)
    assert (context["aws:useragent"], context["aws:referer"]) == ("curl/8", "https://a.example/")
    assert context["aws:sourcevpce"] == rows.ENDPOINT_ID


FORGED = "forged"
SENT_BY_CLIENTS = {names.USER_AGENT, names.REFERER}
KEYS = sorted(
    f"{value}team" if value.endswith("/") else value
    for name, value in vars(names).items()
    if name.isupper() and isinstance(value, str) and value not in SENT_BY_CLIENTS
)


def _denies_forged(*keys: str) -> str:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
    return json.dumps(
        {"Statement": [{**statement, "Condition": {"ForAnyValue:StringLike": {key: f"*{FORGED}*"}}} for key in keys]}
    )


@pytest.mark.parametrize("arrival", [AT_ENDPOINT, IN_PUBLIC], ids=["endpoint", "public"])
def test_nothing_that_a_client_sends_makes_a_key(arrival: Arrival) -> None:
    async def story() -> None:
        async with in_process_edge(arrival) as edge:
            edge.put(rows.bucket("documents", _denies_forged(*KEYS)))
            for key in KEYS:
                plain = re.sub("[:/]", "-", key)
                headers = dict.fromkeys((plain, f"x-{plain}", f"x-amz-{plain.partition('-')[2]}"), FORGED)
                target = f"/documents/k?{quote(key, safe='')}={FORGED}&x-amz-{plain.partition('-')[2]}={FORGED}"
                answer = await edge.ask("GET", target, headers=headers)
                assert answer.status == 200, (key, answer.body)
            edge.put(rows.bucket("documents", _denies_forged(*SENT_BY_CLIENTS)))
            assert (await edge.ask("GET", "/documents/k")).status == 200
            for header in ("user-agent", "referer"):
                assert (await edge.ask("GET", "/documents/k", headers={header: FORGED})).status == 403

    asyncio.run(story())
