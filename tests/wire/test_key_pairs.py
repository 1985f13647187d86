"""Key pairs through boto3, and their keys through ssh's own reader."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_ssh_private_key,
)

from support.keys import RSA_IMPORTED_FINGERPRINT, RSA_PUBLIC
from support.wire_region import WireRegion

IMAGE = "ami-0abcdef1234567890"


def public_half(key_type: str, material: str) -> str:
    read = load_pem_private_key if key_type == "rsa" else load_ssh_private_key
    return read(material.encode(), None).public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


@pytest.mark.parametrize("key_type", ["rsa", "ed25519"])
def test_a_created_pair_fits_together(ec2: Any, key_type: str) -> None:
    made = ec2.create_key_pair(KeyName=f"wire-{key_type}", KeyType=key_type)
    found = ec2.describe_key_pairs(KeyNames=[made["KeyName"]], IncludePublicKey=True)["KeyPairs"]
    assert [(one["KeyPairId"], one["KeyType"]) for one in found] == [(made["KeyPairId"], key_type)]
    assert found[0]["PublicKey"] == f"{public_half(key_type, made['KeyMaterial'])} wire-{key_type}"
    assert found[0]["KeyFingerprint"] == made["KeyFingerprint"]
    ec2.get_waiter("key_pair_exists").wait(KeyNames=[made["KeyName"]], WaiterConfig={"Delay": 1, "MaxAttempts": 2})


def test_an_imported_pair_on_an_instance(wire: WireRegion, ec2: Any) -> None:
    imported = ec2.import_key_pair(KeyName="wire-imported", PublicKeyMaterial=RSA_PUBLIC.encode())
    assert imported["KeyFingerprint"] == RSA_IMPORTED_FINGERPRINT
    launched = ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, KeyName="wire-imported")["Instances"][0]
    assert launched["KeyName"] == "wire-imported"
    ec2.get_waiter("instance_running").wait(
        InstanceIds=[launched["InstanceId"]], WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )
    (guest,) = wire.driver.plans[launched["VpcId"]].guests
    assert guest.public_key == " ".join([*RSA_PUBLIC.split()[:2], "wire-imported"])


def test_refusals(ec2: Any) -> None:
    def code(call: Any, **asked: Any) -> str:
        with pytest.raises(ClientError) as caught:
            call(**asked)
        return str(caught.value.response["Error"]["Code"])

    ec2.create_key_pair(KeyName="wire-once", KeyType="ed25519")
    assert code(ec2.create_key_pair, KeyName="wire-once") == "InvalidKeyPair.Duplicate"
    assert code(ec2.create_key_pair, KeyName="wire-dry", DryRun=True) == "DryRunOperation"
    assert code(ec2.import_key_pair, KeyName="wire-bad", PublicKeyMaterial=b"no key") == "InvalidKey.Format"
    assert code(ec2.describe_key_pairs, KeyNames=["wire-none"]) == "InvalidKeyPair.NotFound"
    asked = {"ImageId": IMAGE, "MinCount": 1, "MaxCount": 1, "KeyName": "wire-none"}
    assert code(ec2.run_instances, **asked) == "InvalidKeyPair.NotFound"
    assert ec2.delete_key_pair(KeyName="wire-once")["Return"] is True
    assert ec2.delete_key_pair(KeyName="wire-once")["Return"] is True
