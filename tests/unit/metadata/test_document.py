from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from skywalk.metadata.document import BYTES, TEXT, VERSIONS, document
from skywalk.metadata.role_credentials import RoleCredentials
from skywalk.plan.guests import Guest
from skywalk.values.addresses import parse_address
from support.guests import guest, interface

CREDENTIALS = RoleCredentials(
    "ASIAEXAMPLE",
    "secret",
    "token",
    datetime(2026, 1, 1, 12, 0, 1, 500000, tzinfo=UTC),
    datetime(2026, 1, 1, 18, 0, 1, tzinfo=UTC),
)
PUBLIC = guest(
    interfaces=(
        interface(
            public_address=parse_address("203.0.113.5"),
            public_addresses=((parse_address("203.0.113.5"), parse_address("10.0.1.5")),),
            public_hostname="ec2-203-0-113-5.compute-1.amazonaws.com",
        ),
        interface(
            mac="02:00:0a:00:02:07",
            device_index=1,
            network_interface_id="eni-0b",
            private_addresses=(parse_address("10.0.2.7"), parse_address("10.0.2.8")),
            subnet_id="subnet-0b",
        ),
    )
)


def read(path: str, of: Guest | None = None) -> str | None:
    found = document(of or guest(), path, lambda _guest: CREDENTIALS)
    return None if found is None else found.content.decode()


def no_credentials(_guest: Guest) -> RoleCredentials:
    raise AssertionError("nobody asked for credentials")


MAC = "/latest/meta-data/network/interfaces/macs/02:00:0a:00:01:05/"


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/latest", "dynamic/\nmeta-data/"),
        ("/latest/", "dynamic/\nmeta-data/"),
        ("/2021-03-23/meta-data/instance-id", "i-0123456789abcdef0"),
        ("//latest//meta-data//instance-id", "i-0123456789abcdef0"),
        ("/latest/meta-data/instance-type", "t3.micro"),
        ("/latest/meta-data/ami-id", "ami-0a"),
        ("/latest/meta-data/ami-launch-index", "0"),
        ("/latest/meta-data/hostname", "ip-10-0-1-5.ec2.internal"),
        ("/latest/meta-data/local-hostname", "ip-10-0-1-5.ec2.internal"),
        ("/latest/meta-data/local-ipv4", "10.0.1.5"),
        ("/latest/meta-data/mac", "02:00:0a:00:01:05"),
        ("/latest/meta-data/security-groups", "default\nweb"),
        ("/latest/meta-data/reservation-id", "r-0a"),
        ("/latest/meta-data/placement/", "availability-zone\navailability-zone-id\nregion"),
        ("/latest/meta-data/placement/availability-zone", "us-east-1a"),
        ("/latest/meta-data/placement/availability-zone/", "us-east-1a"),
        ("/latest/meta-data/placement/availability-zone-id", "use1-az1"),
        ("/latest/meta-data/placement/region", "us-east-1"),
        ("/latest/meta-data/services/domain", "amazonaws.com"),
        ("/latest/meta-data/network/interfaces/macs/", "02:00:0a:00:01:05/"),
        (MAC + "subnet-id", "subnet-0a"),
        (MAC + "vpc-id", "vpc-0a"),
        (MAC + "interface-id", "eni-0a"),
        (MAC + "local-ipv4s", "10.0.1.5"),
        (MAC + "subnet-ipv4-cidr-block", "10.0.1.0/24"),
        (MAC + "vpc-ipv4-cidr-block", "10.0.0.0/16"),
        (MAC + "vpc-ipv4-cidr-blocks", "10.0.0.0/16\n10.9.0.0/16"),
        (MAC + "security-group-ids", "sg-0a\nsg-0b"),
        (MAC + "owner-id", "123456789012"),
        (MAC + "device-number", "0"),
        ("/latest/meta-data/iam", "info\nsecurity-credentials/"),
        ("/latest/meta-data/iam/security-credentials/", "app"),
        ("/latest/dynamic/", "instance-identity/"),
        ("/latest/dynamic/instance-identity/", "document"),
        # what is not there
        ("/1999-01-01/meta-data/", None),
        ("/latest/meta-data/nothing", None),
        ("/latest/meta-data/instance-id/more", None),
        ("/latest/meta-data/../meta-data/instance-id", None),
        ("/latest/meta-data/public-ipv4", None),
        ("/latest/meta-data/public-hostname", None),
        ("/latest/meta-data/iam/security-credentials/other", None),
        ("/latest/dynamic/instance-identity/signature", None),
        ("/latest/dynamic/instance-identity/pkcs7", None),
        ("/latest/user-data", None),
        ("/favicon.ico", None),
    ],
)
def test_a_guest_reads(path: str, content: str | None) -> None:
    assert read(path) == content


def test_the_root_lists_the_versions() -> None:
    listing = (read("/") or "").split("\n")
    assert tuple(listing) == VERSIONS
    assert listing[-1] == "latest"
    assert "2009-04-04" in listing


def test_the_metadata_listing_marks_sub_trees() -> None:
    assert (read("/latest/meta-data/") or "").split("\n") == [
        "ami-id",
        "ami-launch-index",
        "ami-manifest-path",
        "hostname",
        "iam/",
        "instance-action",
        "instance-id",
        "instance-life-cycle",
        "instance-type",
        "local-hostname",
        "local-ipv4",
        "mac",
        "network/",
        "placement/",
        "profile",
        "reservation-id",
        "security-groups",
        "services/",
    ]


def test_every_listed_path_can_be_read() -> None:
    def walk(path: str) -> int:
        count = 0
        for name in (read(path, PUBLIC) or "").split("\n"):
            assert read(path + name, PUBLIC) is not None, path + name
            count += walk(path + name) if name.endswith("/") else 1
        return count

    assert walk("/latest/") > 50


def test_a_public_address_is_shown_with_its_name() -> None:
    assert read("/latest/meta-data/public-ipv4", PUBLIC) == "203.0.113.5"
    assert read("/latest/meta-data/public-hostname", PUBLIC) == "ec2-203-0-113-5.compute-1.amazonaws.com"
    assert read(MAC + "public-ipv4s", PUBLIC) == "203.0.113.5"
    assert read(MAC + "public-hostname", PUBLIC) == "ec2-203-0-113-5.compute-1.amazonaws.com"
    assert read(MAC + "ipv4-associations/203.0.113.5", PUBLIC) == "10.0.1.5"


def test_each_public_address_is_shown_with_its_private_one() -> None:
    pairs = ("203.0.113.5", "10.0.1.5"), ("203.0.113.6", "10.0.1.7")
    several = interface(
        private_addresses=tuple(map(parse_address, ("10.0.1.5", "10.0.1.6", "10.0.1.7"))),
        public_address=parse_address("203.0.113.5"),
        public_addresses=tuple((parse_address(public), parse_address(own)) for public, own in pairs),
    )
    of = guest(interfaces=(several,))
    assert read(MAC + "local-ipv4s", of) == "10.0.1.5\n10.0.1.6\n10.0.1.7"
    assert read(MAC + "public-ipv4s", of) == "203.0.113.5\n203.0.113.6"
    assert "ipv4-associations/" in (read(MAC, of) or "").splitlines()
    assert read(MAC + "ipv4-associations/", of) == "203.0.113.5\n203.0.113.6"
    assert read(MAC + "ipv4-associations/203.0.113.6", of) == "10.0.1.7"
    assert read(MAC + "ipv4-associations/203.0.113.7", of) is None
    assert read("/latest/meta-data/public-ipv4", of) == "203.0.113.5"


def test_a_public_address_of_a_secondary_one_is_not_the_instances() -> None:
    pair = parse_address("203.0.113.6"), parse_address("10.0.1.6")
    addresses = parse_address("10.0.1.5"), parse_address("10.0.1.6")
    of = guest(interfaces=(interface(private_addresses=addresses, public_addresses=(pair,)),))
    assert read("/latest/meta-data/public-ipv4", of) is None
    assert read(MAC + "public-ipv4s", of) == "203.0.113.6"


def test_without_dns_host_names_a_public_address_has_no_name() -> None:
    nameless = guest(interfaces=(interface(public_address=parse_address("203.0.113.5")),))
    assert read("/latest/meta-data/public-ipv4", nameless) == "203.0.113.5"
    assert read("/latest/meta-data/public-hostname", nameless) is None


def test_each_interface_is_under_its_mac_and_the_first_is_the_guests() -> None:
    second = "/latest/meta-data/network/interfaces/macs/02:00:0a:00:02:07/"
    assert read("/latest/meta-data/network/interfaces/macs/", PUBLIC) == "02:00:0a:00:01:05/\n02:00:0a:00:02:07/"
    assert read(second + "local-ipv4s", PUBLIC) == "10.0.2.7\n10.0.2.8"
    assert read(second + "device-number", PUBLIC) == "1"
    assert read(second + "public-ipv4s", PUBLIC) is None
    assert read("/latest/meta-data/local-ipv4", PUBLIC) == "10.0.1.5"


def test_user_data_is_given_as_raw_bytes() -> None:
    raw = b"#!/bin/sh\necho \xff\n"
    of = guest(user_data=base64.b64encode(raw).decode())
    found = document(of, "/latest/user-data", no_credentials)
    assert found is not None
    assert (found.content, found.content_type) == (raw, BYTES)
    assert read("/latest/", of) == "dynamic/\nmeta-data/\nuser-data"


def test_role_credentials() -> None:
    assert read("/latest/meta-data/iam/security-credentials/app") == (
        "{\n"
        '  "Code" : "Success",\n'
        '  "LastUpdated" : "2026-01-01T12:00:01Z",\n'
        '  "Type" : "AWS-HMAC",\n'
        '  "AccessKeyId" : "ASIAEXAMPLE",\n'
        '  "SecretAccessKey" : "secret",\n'
        '  "Token" : "token",\n'
        '  "Expiration" : "2026-01-01T18:00:01Z"\n'
        "}"
    )


def test_profile_info() -> None:
    assert json.loads(read("/latest/meta-data/iam/info") or "") == {
        "Code": "Success",
        "LastUpdated": "2026-01-01T12:00:01Z",
        "InstanceProfileArn": "arn:aws:iam::123456789012:instance-profile/app",
        "InstanceProfileId": "AIPAQ3EGRX5ZEXAMPLE00",
    }


def test_a_profile_without_a_role_has_info_and_no_credentials() -> None:
    roleless = guest(role_arn=None, role_id=None)
    assert read("/latest/meta-data/iam/", roleless) == "info"
    assert json.loads(read("/latest/meta-data/iam/info", roleless) or "")["LastUpdated"] == "2026-01-01T00:00:00Z"
    assert read("/latest/meta-data/iam/security-credentials/", roleless) is None


def test_without_a_profile_there_is_no_iam() -> None:
    bare = guest(instance_profile_arn=None, instance_profile_id=None, role_arn=None, role_id=None)
    assert read("/latest/meta-data/iam/", bare) is None
    assert read("/latest/meta-data/iam/security-credentials/", bare) is None


def test_the_identity_document() -> None:
    text = read("/latest/dynamic/instance-identity/document") or ""
    assert '\n  "accountId" : "123456789012",\n' in text
    assert json.loads(text) == {
        "accountId": "123456789012",
        "architecture": "x86_64",
        "availabilityZone": "us-east-1a",
        "billingProducts": None,
        "devpayProductCodes": None,
        "marketplaceProductCodes": None,
        "imageId": "ami-0a",
        "instanceId": "i-0123456789abcdef0",
        "instanceType": "t3.micro",
        "kernelId": None,
        "pendingTime": "2026-01-01T00:00:00Z",
        "privateIp": "10.0.1.5",
        "ramdiskId": None,
        "region": "us-east-1",
        "version": "2017-09-30",
    }


def test_credentials_are_made_only_when_somebody_reads_them() -> None:
    found = document(guest(), "/latest/meta-data/iam/security-credentials/", no_credentials)
    assert found is not None
    assert found.content_type == TEXT


def test_the_public_key() -> None:
    named = guest(key_name="laptop", public_key="ssh-ed25519 AAAA laptop")
    assert "public-keys/" in (read("/latest/meta-data", named) or "").splitlines()
    assert read("/latest/meta-data/public-keys/", named) == "0=laptop"
    assert read("/latest/meta-data/public-keys/0/", named) == "openssh-key"
    assert read("/latest/meta-data/public-keys/0/openssh-key", named) == "ssh-ed25519 AAAA laptop"
    assert read("/latest/meta-data/public-keys/1/openssh-key", named) is None
    assert read("/latest/meta-data/public-keys/") is None
