from __future__ import annotations

import pytest

from skywalk.dns.known_names import PublicNames, ViewNames
from skywalk.values.addresses import parse_address
from support.name_views import name_view, public_name

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
