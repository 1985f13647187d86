from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.dsa import generate_parameters
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_ssh_private_key,
    load_ssh_public_key,
)

from skywalk.actions.key_material import PublicKey, draw_key, read_public_key
from skywalk.values.chance import SeededChance, SystemChance
from support.keys import (
    ED25519_FINGERPRINT,
    ED25519_PUBLIC,
    RSA_IMPORTED_FINGERPRINT,
    RSA_PUBLIC,
    RSA_RFC_4716,
)


def without_comment(text: str) -> str:
    return " ".join(text.split()[:2])


RSA_KEY = PublicKey("rsa", without_comment(RSA_PUBLIC), RSA_IMPORTED_FINGERPRINT)


def as_der(text: str) -> bytes:
    return load_ssh_public_key(text.encode()).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def as_pem(text: str) -> bytes:
    return load_ssh_public_key(text.encode()).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    "material",
    [
        RSA_PUBLIC.encode(),
        f"\n{RSA_PUBLIC}\n".encode(),
        RSA_RFC_4716.encode(),
        as_pem(RSA_PUBLIC),
        base64.encodebytes(as_der(RSA_PUBLIC)),
    ],
    ids=["openssh", "with empty lines", "RFC 4716", "PEM", "DER in base64"],
)
def test_all_forms_of_one_key(material: bytes) -> None:
    assert read_public_key(material) == RSA_KEY


def test_ed25519() -> None:
    found = read_public_key(ED25519_PUBLIC.encode())
    assert found == PublicKey("ed25519", without_comment(ED25519_PUBLIC), ED25519_FINGERPRINT + "=")


def test_a_drawn_ed25519_key() -> None:
    public, private = draw_key("ed25519", SeededChance(1))
    assert draw_key("ed25519", SeededChance(1))[0] == public
    assert draw_key("ed25519", SeededChance(2))[0] != public
    loaded = load_ssh_private_key(private.encode(), None)
    text = loaded.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    assert read_public_key(text.encode()) == public


def test_a_drawn_rsa_key() -> None:
    public, private = draw_key("rsa", SystemChance())
    loaded = load_pem_private_key(private.encode(), None)
    der = loaded.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    digits = hashlib.sha1(der).hexdigest()
    assert public.fingerprint == ":".join(digits[at : at + 2] for at in range(0, 40, 2))
    again = read_public_key(public.openssh.encode())
    assert again.openssh == public.openssh
    assert again.fingerprint != public.fingerprint, "an imported key's is of its public half"


def test_keys_that_ec2_does_not_take() -> None:
    odd = generate_private_key(65537, 3072).public_key()
    with pytest.raises(ValueError, match="1024, 2048 or 4096"):
        read_public_key(odd.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))
    dsa = generate_parameters(1024).generate_private_key().public_key()
    with pytest.raises(ValueError, match="neither RSA nor Ed25519"):
        read_public_key(dsa.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


@pytest.mark.parametrize("material", [b"", b"key", b"ssh-rsa AAAA", b"\xff\xfe", b"-----BEGIN PUBLIC KEY-----\n!"])
def test_what_is_no_key(material: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the library's own words)
        read_public_key(material)
