from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.key_pairs import (
    create_key_pair,
    delete_key_pair,
    describe_key_pairs,
    import_key_pair,
)
from skywalk.actions.tags import create_tags, describe_tags
from support.keys import ED25519_PUBLIC
from support.region import OTHER_ACCOUNT, Client, Region

GONE = "key-00000000000000000"


@pytest.fixture
def ec2() -> Client:
    return Region().client()


def make(ec2: Client, name: str, **more: Any) -> dict[str, Any]:
    return dict(ec2(create_key_pair, KeyName=name, KeyType="ed25519", **more))


def names(ec2: Client, *filters: tuple[str, str], **more: Any) -> list[str]:
    asked = [{"Name": name, "Values": [value]} for name, value in filters]
    return [pair["KeyName"] for pair in ec2(describe_key_pairs, Filters=asked, **more)["KeyPairs"]]


def test_a_created_pair(ec2: Client) -> None:
    tags = [{"ResourceType": "key-pair", "Tags": [{"Key": "team", "Value": "net"}]}]
    made = make(ec2, "laptop", TagSpecifications=tags)
    assert made["KeyMaterial"].startswith("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    assert made["Tags"] == [{"Key": "team", "Value": "net"}]
    (shown,) = ec2(describe_key_pairs)["KeyPairs"]
    assert shown == {
        "KeyPairId": made["KeyPairId"],
        "KeyName": "laptop",
        "KeyType": "ed25519",
        "KeyFingerprint": made["KeyFingerprint"],
        "CreateTime": ec2.world.clock.now(),
        "Tags": [{"Key": "team", "Value": "net"}],
    }
    (shown,) = ec2(describe_key_pairs, IncludePublicKey=True)["KeyPairs"]
    assert shown["PublicKey"].split()[0::2] == ["ssh-ed25519", "laptop"]


def test_rsa_is_the_default(ec2: Client) -> None:
    made = ec2(create_key_pair, KeyName="laptop")
    assert made["KeyMaterial"].startswith("-----BEGIN RSA PRIVATE KEY-----\n")
    assert "Tags" not in made
    assert ec2(describe_key_pairs)["KeyPairs"][0]["KeyType"] == "rsa"


def test_an_imported_pair(ec2: Client) -> None:
    made = ec2(import_key_pair, KeyName="laptop", PublicKeyMaterial=ED25519_PUBLIC.encode())
    assert made["KeyName"] == "laptop"
    assert "KeyMaterial" not in made
    (shown,) = ec2(describe_key_pairs, IncludePublicKey=True)["KeyPairs"]
    assert shown["PublicKey"] == " ".join(ED25519_PUBLIC.split()[:2]) + " laptop"


def test_names(ec2: Client) -> None:
    make(ec2, "laptop")
    taken = ("InvalidKeyPair.Duplicate", "The keypair 'laptop' already exists.")
    assert ec2.refusal(create_key_pair, KeyName="laptop") == taken
    assert ec2.refusal(import_key_pair, KeyName="laptop", PublicKeyMaterial=b"") == taken
    for name in ("é", "a" * 256, "a\nb"):
        assert ec2.refusal(create_key_pair, KeyName=name) == (
            "InvalidParameterValue",
            "Value for parameter KeyName is invalid. Up to 255 ASCII characters are allowed.",
        )
    for stranger in (ec2.world.client(OTHER_ACCOUNT), ec2.elsewhere("eu-west-1")):
        assert names(stranger) == []
        make(stranger, "laptop")


@pytest.mark.parametrize(
    ("asked", "code", "text"),
    [
        ({"KeyType": "dsa"}, "InvalidParameterValue", "Value (dsa) for parameter KeyType is invalid."),
        ({"KeyFormat": "der"}, "InvalidParameterValue", "Value (der) for parameter KeyFormat is invalid."),
        ({"KeyFormat": "ppk"}, "UnsupportedOperation", "Keys in the format ppk are not supported; pem is."),
    ],
)
def test_kinds_that_cannot_be_had(ec2: Client, asked: dict[str, str], code: str, text: str) -> None:
    assert ec2.refusal(create_key_pair, KeyName="laptop", **asked) == (code, text)


@pytest.mark.parametrize("material", [b"", b"laptop", b"ssh-rsa AAAA", b"\xff", b"ssh-ed25519 !!!!", b"aGVsbG8="])
def test_material_that_is_no_key(ec2: Client, material: bytes) -> None:
    assert ec2.refusal(import_key_pair, KeyName="laptop", PublicKeyMaterial=material) == (
        "InvalidKey.Format",
        "Key is not in valid OpenSSH public key format",
    )


def test_describe_by_name_id_and_filter(ec2: Client) -> None:
    one, other = make(ec2, "laptop"), make(ec2, "bastion")
    assert names(ec2, KeyNames=["bastion"]) == ["bastion"]
    assert names(ec2, KeyPairIds=[one["KeyPairId"]], KeyNames=["laptop"]) == ["laptop"]
    assert names(ec2, ("key-name", "l*")) == ["laptop"]
    assert names(ec2, ("key-pair-id", other["KeyPairId"])) == ["bastion"]
    assert names(ec2, ("fingerprint", other["KeyFingerprint"])) == ["bastion"]
    assert ec2.refusal(describe_key_pairs, KeyNames=["laptop", "x"]) == (
        "InvalidKeyPair.NotFound",
        "The key pair 'x' does not exist",
    )
    assert ec2.refusal(describe_key_pairs, KeyNames=["x", "y"]) == (
        "InvalidKeyPair.NotFound",
        "The key pairs 'x, y' do not exist",
    )
    assert ec2.refusal(describe_key_pairs, KeyPairIds=[GONE])[0] == "InvalidKeyPair.NotFound"
    assert ec2.refusal(describe_key_pairs, Filters=[{"Name": "name", "Values": ["x"]}])[0] == "InvalidParameterValue"


def test_tags_by_id(ec2: Client) -> None:
    key_pair_id = make(ec2, "laptop")["KeyPairId"]
    ec2(create_tags, Resources=[key_pair_id], Tags=[{"Key": "team", "Value": "net"}])
    assert names(ec2, ("tag:team", "net")) == ["laptop"]
    (line,) = ec2(describe_tags)["Tags"]
    assert (line["ResourceId"], line["ResourceType"]) == (key_pair_id, "key-pair")


def test_delete(ec2: Client) -> None:
    one, other = make(ec2, "laptop"), make(ec2, "bastion")
    assert ec2(delete_key_pair, KeyName="laptop") == {"Return": True, "KeyPairId": one["KeyPairId"]}
    assert ec2(delete_key_pair, KeyName="laptop") == {"Return": True}
    assert ec2(delete_key_pair, KeyPairId=GONE) == {"Return": True}
    assert ec2.world.client(OTHER_ACCOUNT)(delete_key_pair, KeyPairId=other["KeyPairId"]) == {"Return": True}
    assert names(ec2) == ["bastion"]
    assert ec2(delete_key_pair, KeyPairId=other["KeyPairId"])["KeyPairId"] == other["KeyPairId"]
    assert ec2.refusal(delete_key_pair) == (
        "MissingParameter",
        "The request must contain the parameter KeyName or KeyPairId",
    )
