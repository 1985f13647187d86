"""The catalogue of public services: names and addresses that are one service's, in lists and out of them."""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_address, ip_network

import pytest

from skywalk.resources.prefix_lists import prefix_lists_of, service_prefix_list
from skywalk.resources.public_services import (
    PUBLIC_SERVICES,
    PublicServiceEntry,
    catalogue_services,
    shared_address,
)
from skywalk.resources.regions import REGION_NAMES

ALL_LISTED = [network for region in REGION_NAMES for one in prefix_lists_of(region) for network in one.networks]
LISTED = [entry for entry in PUBLIC_SERVICES if entry.service in ("s3", "dynamodb")]
OTHERS = [entry for entry in PUBLIC_SERVICES if entry not in LISTED]


def entry(service: str, region: str) -> PublicServiceEntry:
    return next(one for one in PUBLIC_SERVICES if (one.service, one.region) == (service, region))


def test_each_region_has_its_services_and_one_of_them_iam() -> None:
    regional = ("s3", "dynamodb", "ec2", "sts")
    expected = Counter({(service, region): 1 for region in REGION_NAMES for service in regional})
    expected["iam", "us-east-1"] = 1
    assert Counter((one.service, one.region) for one in PUBLIC_SERVICES) == expected


def test_no_name_and_no_address_is_two_services() -> None:
    names = [name for one in PUBLIC_SERVICES for name in one.names]
    addresses = [address for one in PUBLIC_SERVICES for address in one.addresses]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert [address for address, count in Counter(addresses).items() if count > 1] == []


def s3_names(region: str) -> tuple[str, ...]:
    return (
        *(f"s3.{region}.amazonaws.com", f"*.s3.{region}.amazonaws.com"),
        *(f"s3-accesspoint.{region}.amazonaws.com", f"*.s3-accesspoint.{region}.amazonaws.com"),
        *(f"s3-control.{region}.amazonaws.com", f"*.s3-control.{region}.amazonaws.com"),
    )


@pytest.mark.parametrize(
    ("service", "region", "names"),
    [
        ("s3", "eu-west-1", s3_names("eu-west-1")),
        ("s3", "us-east-1", (*s3_names("us-east-1"), "s3.amazonaws.com", "*.s3.amazonaws.com")),
        ("dynamodb", "us-east-1", ("dynamodb.us-east-1.amazonaws.com", "*.ddb.us-east-1.amazonaws.com")),
        ("ec2", "us-east-1", ("ec2.us-east-1.amazonaws.com", "ec2.amazonaws.com")),
        ("sts", "us-east-1", ("sts.us-east-1.amazonaws.com", "sts.amazonaws.com")),
        ("sts", "eu-west-1", ("sts.eu-west-1.amazonaws.com",)),
        ("iam", "us-east-1", ("iam.amazonaws.com",)),
    ],
)
def test_names_are_aws_s(service: str, region: str, names: tuple[str, ...]) -> None:
    assert entry(service, region).names == names


def test_a_wildcard_is_one_label_in_front() -> None:
    """So that a certificate covers what the resolver answers, and a bucket with dots fails TLS as on AWS."""
    for one in PUBLIC_SERVICES:
        wild = [name.removeprefix("*.") for name in one.names if name.startswith("*.")]
        assert not any("*" in name for name in wild)
        if one.service == "s3":
            assert set(wild) <= set(one.names)


@pytest.mark.parametrize("service", ["s3", "dynamodb"])
@pytest.mark.parametrize("region", REGION_NAMES)
def test_s3_and_dynamodb_answer_inside_their_prefix_lists(region: str, service: str) -> None:
    found = entry(service, region)
    networks = service_prefix_list(region, f"com.amazonaws.{region}.{service}").networks
    assert found.networks == networks
    assert len(set(found.addresses)) == 8
    for address in found.addresses:
        holding = [network for network in networks if address in network]
        assert len(holding) == 1
        assert address not in (holding[0].network_address, holding[0].broadcast_address)


@pytest.mark.parametrize("region", REGION_NAMES)
def test_every_network_of_the_list_has_an_address_while_there_are_enough(region: str) -> None:
    found = entry("s3", region)
    held = {network for network in found.networks for address in found.addresses if address in network}
    assert len(held) == min(len(found.networks), 8)


def test_other_services_lie_outside_every_prefix_list() -> None:
    for one in OTHERS:
        assert one.networks == tuple(ip_network(address) for address in one.addresses)
        assert len(one.addresses) == 1
        assert one.addresses[0] in ip_network("198.51.100.0/24")
        assert [network for network in ALL_LISTED if one.addresses[0] in network] == []


def test_only_s3_and_dynamodb_speak_plain_http() -> None:
    assert {one.serves_plain_http for one in LISTED} == {True}
    assert {one.serves_plain_http for one in OTHERS} == {False}


def test_addresses_stay_what_they_were() -> None:
    """They are in resolvers' answers and in what users wrote down; a new region must come last."""
    assert entry("iam", "us-east-1").addresses == (ip_address("198.51.100.10"),)
    assert str(entry("s3", "us-east-1").addresses[0]) == "3.5.10.187"
    assert str(shared_address("ap-northeast-1", 0)) == "198.51.100.64"
    assert str(shared_address("ap-northeast-1", 1)) == "198.51.100.96"


def test_the_rest_of_the_catalogue_shares_addresses() -> None:
    shared = [shared_address(region, place) for region in REGION_NAMES for place in (0, 1)]
    taken = [address for one in PUBLIC_SERVICES for address in one.addresses]
    assert len(set(shared) | set(taken)) == len(shared) + len(taken)
    assert all(address in ip_network("198.51.100.0/24") for address in shared)
    names = {name.format(region="us-east-1") for one in catalogue_services() for name in one.names}
    assert not names & {name for one in PUBLIC_SERVICES for name in one.names}
    assert {"sqs.us-east-1.amazonaws.com", "route53resolver.us-east-1.amazonaws.com"} <= names
