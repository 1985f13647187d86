from __future__ import annotations

import pytest

from skywalk.dns.known_names import PublicNames, ViewNames, host_address
from skywalk.plan.name_views import PublicName
from skywalk.plan.origin import Origin
from skywalk.plan.public_catalogue import CatalogueService, CatalogueSite, PublicCatalogue
from skywalk.resources.host_names import public_domain, public_host_name
from skywalk.resources.regions import REGION_NAMES
from skywalk.values.addresses import parse_address
from support.name_views import name_view, public_hosts, public_name

PUBLIC = PublicNames(
    [
        public_name("s3.us-east-1.amazonaws.com", "52.216.0.1"),
        public_name("*.s3.us-east-1.amazonaws.com", "52.216.0.2"),
        public_name("*.s3.dualstack.us-east-1.amazonaws.com", "52.216.0.3"),
        public_name("*.amazonaws.com", "203.0.113.1"),
        public_name("sts.amazonaws.com", "203.0.113.2"),
    ]
)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("s3.us-east-1.amazonaws.com", "s3.us-east-1.amazonaws.com"),
        ("documents.s3.us-east-1.amazonaws.com", "*.s3.us-east-1.amazonaws.com"),
        ("my.documents.s3.us-east-1.amazonaws.com", "*.s3.us-east-1.amazonaws.com"),
        ("a.s3.dualstack.us-east-1.amazonaws.com", "*.s3.dualstack.us-east-1.amazonaws.com"),
        ("xs3.us-east-1.amazonaws.com", "*.amazonaws.com"),
        ("sts.amazonaws.com", "sts.amazonaws.com"),
        ("amazonaws.com", None),
        ("com", None),
        ("", None),
    ],
)
def test_the_nearest_wildcard_covers_a_name(name: str, found: str | None) -> None:
    record = PUBLIC.find(name)
    assert (record.name if record else None) == found


def test_public_names_come_and_go() -> None:
    names = PublicNames()
    names.put(public_name("sts.amazonaws.com", "203.0.113.2"))
    assert names.find("sts.amazonaws.com") is not None
    names.remove("sts.amazonaws.com")
    names.remove("sts.amazonaws.com")
    assert names.find("sts.amazonaws.com") is None


HOSTS = PublicNames(hosts=[public_hosts("compute-1.amazonaws.com"), public_hosts("us-west-2.compute.amazonaws.com")])


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("ec2-198-18-5-6.compute-1.amazonaws.com", "compute-1.amazonaws.com"),
        ("a.b.compute-1.amazonaws.com", "compute-1.amazonaws.com"),
        ("compute-1.amazonaws.com", "compute-1.amazonaws.com"),
        ("ec2-198-18-5-6.us-west-2.compute.amazonaws.com", "us-west-2.compute.amazonaws.com"),
        ("xcompute-1.amazonaws.com", None),
        ("compute.amazonaws.com", None),
        ("amazonaws.com", None),
        ("", None),
    ],
)
def test_hosts_are_found_by_their_domain(name: str, found: str | None) -> None:
    hosts = HOSTS.find_hosts(name)
    assert (hosts.domain if hosts else None) == found


def test_hosts_come_and_go() -> None:
    names = PublicNames()
    names.put_hosts(public_hosts("compute-1.amazonaws.com", "198.18.0.0/15"))
    names.put_hosts(public_hosts("compute-1.amazonaws.com", "198.18.0.0/16"))
    found = names.find_hosts("ec2-198-18-5-6.compute-1.amazonaws.com")
    assert found == public_hosts("compute-1.amazonaws.com", "198.18.0.0/16")
    names.remove_hosts("compute-1.amazonaws.com")
    names.remove_hosts("compute-1.amazonaws.com")
    assert names.find_hosts("ec2-198-18-5-6.compute-1.amazonaws.com") is None


@pytest.mark.parametrize("region", REGION_NAMES)
@pytest.mark.parametrize("text", ["198.18.0.0", "198.18.5.6", "198.19.255.255"])
def test_a_host_name_tells_the_address_that_it_was_made_of(region: str, text: str) -> None:
    address = parse_address(text)
    assert host_address(public_hosts(public_domain(region)), public_host_name(address, region)) == address


@pytest.mark.parametrize(
    "label",
    [
        "ec2-198-20-0-1",  # outside of the network
        "ec2-10-0-0-5",
        "198-18-5-6",
        "ip-198-18-5-6",
        "ec2-ec2-198-18-5-6",
        "ec2-198-18-5",
        "ec2-198-18-5-6-7",
        "ec2-198-18-5-256",
        "ec2-198-18-05-6",
        "ec2-198.18.5.6",
        "ec2-198-18-5.6",
        "x.ec2-198-18-5-6",
        "ec2-198-18-5-6.x",
        "ec2-",
        "ec2",
    ],
)
def test_other_names_in_the_domain_tell_none(label: str) -> None:
    assert host_address(public_hosts("compute-1.amazonaws.com"), f"{label}.compute-1.amazonaws.com") is None


def test_the_reverse_name_is_the_one_that_tells_the_address() -> None:
    names = ViewNames(
        name_view(
            {
                "ec2-203-0-113-5.compute-1.amazonaws.com": ("10.0.0.5",),
                "i-0123456789abcdef0.ec2.internal": ("10.0.0.5",),
                "ip-10-0-0-5.ec2.internal": ("10.0.0.5",),
                "i-0123456789abcdef1.ec2.internal": ("10.0.0.6",),
            }
        )
    )
    assert names.pointers == {
        "5.0.0.10.in-addr.arpa": "ip-10-0-0-5.ec2.internal",
        "6.0.0.10.in-addr.arpa": "i-0123456789abcdef1.ec2.internal",
    }
    assert names.hosts["ec2-203-0-113-5.compute-1.amazonaws.com"] == (parse_address("10.0.0.5"),)


def test_names_between_a_host_and_the_domain_are_branches() -> None:
    names = ViewNames(name_view({"a.b.c.ec2.internal": ("10.0.0.5",), "x.example.com": ("10.0.0.6",)}))
    assert names.branches == {"b.c.ec2.internal", "c.ec2.internal"}


def test_names_of_a_catalogue_are_known_without_rows_of_their_own() -> None:
    names = PublicNames()
    origin = Origin("https", "services")
    address = parse_address("198.51.100.64")
    catalogue = PublicCatalogue(
        "https",
        (CatalogueService("sqs", ("sqs.{region}.amazonaws.com",), None),),
        (CatalogueSite("eu-west-1", address),),
        (443,),
        60,
        origin,
    )
    names.put_catalogue(catalogue)
    assert names.find("sqs.eu-west-1.amazonaws.com") == PublicName(
        "sqs.eu-west-1.amazonaws.com", (address,), 60, origin
    )
    assert names.find("sqs.eu-west-2.amazonaws.com") is None
    before = names.changes
    names.remove_catalogue("https")
    assert names.find("sqs.eu-west-1.amazonaws.com") is None
    assert names.changes == before + 1
