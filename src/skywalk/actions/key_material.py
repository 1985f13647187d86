"""Keys of key pairs: drawn, read, written, and their fingerprints as EC2 computes them.

Source: EC2 User Guide, "Verify the fingerprint of your key pair" (SHA-1 of the PKCS #8 private key for RSA pairs that
EC2 made, MD5 of the public key for imported ones, SHA-256 for Ed25519) and "Import your own public key". Whether EC2
pads the SHA-256 fingerprint with `=` is unconfirmed; here it does.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
    load_ssh_public_key,
)

if TYPE_CHECKING:
    from skywalk.values.chance import Chance

RSA, ED25519 = "rsa", "ed25519"
_RSA_BITS = 2048
_RSA_EXPONENT = 65537
_IMPORTED_RSA_BITS = (1024, 2048, 4096)
_RFC_4716 = re.compile(r"---- BEGIN SSH2 PUBLIC KEY ----(.*)---- END SSH2 PUBLIC KEY ----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """`openssh` is the key's type and base64 text, without a comment."""

    key_type: str
    openssh: str
    fingerprint: str


def draw_key(key_type: str, chance: Chance) -> tuple[PublicKey, str]:
    """A new key and its private half as a PEM text. The primes of an RSA key are drawn by the library itself, from
    the operating system."""
    if key_type == ED25519:
        private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(chance.hex(64)))
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        return _public_key(private.public_key()), pem.decode()
    rsa = generate_private_key(_RSA_EXPONENT, _RSA_BITS)
    pem = rsa.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    der = rsa.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    fingerprint = _with_colons(hashlib.sha1(der, usedforsecurity=False).digest())
    return PublicKey(RSA, _openssh(rsa.public_key()), fingerprint), pem.decode()


def read_public_key(material: bytes) -> PublicKey:
    """A key in OpenSSH's form, in that of RFC 4716, in PEM, or DER in base64. Raises ValueError for anything else,
    for kinds of keys that EC2 does not take, and for RSA keys of another length than it takes."""
    key = _load(material)
    if isinstance(key, RSAPublicKey) and key.key_size not in _IMPORTED_RSA_BITS:
        raise ValueError("RSA keys have 1024, 2048 or 4096 bits")
    if not isinstance(key, (RSAPublicKey, Ed25519PublicKey)):
        raise ValueError("neither RSA nor Ed25519")
    return _public_key(key)


def _load(material: bytes) -> object:
    text = material.decode("ascii", errors="strict").strip()
    try:
        if text.startswith("ssh-"):
            return load_ssh_public_key(text.encode())
        if text.startswith("-----BEGIN"):
            return load_pem_public_key(text.encode())
        found = _RFC_4716.fullmatch(text)
        if found:
            return _load_ssh_blob(_without_headers(found[1]))
        return load_der_public_key(base64.b64decode("".join(text.split()), validate=True))
    except (UnsupportedAlgorithm, binascii.Error) as error:
        raise ValueError(str(error)) from None


def _without_headers(text: str) -> bytes:
    """The key's bytes. A header (`Comment: …`) has a colon; a backslash at its end leads on to the next line."""
    lines = text.strip().replace("\\\n", "").splitlines()
    return base64.b64decode("".join(line.strip() for line in lines if ":" not in line), validate=True)


def _load_ssh_blob(blob: bytes) -> object:
    """A blob begins with the length and the name of its type. Source: RFC 4253, section 6.6."""
    name = blob[4 : 4 + int.from_bytes(blob[:4], "big")]
    return load_ssh_public_key(name + b" " + base64.b64encode(blob))


def _public_key(key: RSAPublicKey | Ed25519PublicKey) -> PublicKey:
    text = _openssh(key)
    if isinstance(key, Ed25519PublicKey):
        blob = base64.b64decode(text.split()[1])
        return PublicKey(ED25519, text, base64.b64encode(hashlib.sha256(blob).digest()).decode())
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey(RSA, text, _with_colons(hashlib.md5(der, usedforsecurity=False).digest()))


def _openssh(key: RSAPublicKey | Ed25519PublicKey) -> str:
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def _with_colons(digest: bytes) -> str:
    return digest.hex(":")
