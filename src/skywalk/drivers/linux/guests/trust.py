"""Trust stores with one more CA in them, in the forms that programs on Linux read; pure."""

from __future__ import annotations

import base64
import hashlib
import re
import struct

_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_JKS_MAGIC = b"\xfe\xed\xfe\xed"
_JKS_VERSION = 2
_JKS_TRUSTED = 2
_DIGEST_BYTES = 20
# A Java keystore's digest is keyed with its password (that of every JDK's cacerts) and these words.
# Source: OpenJDK, sun.security.provider.JavaKeyStore.
_JKS_KEY = "changeit".encode("utf-16-be") + b"Mighty Aphrodite"
_ALIAS = "skywalk-region"


def add_to_bundle(bundle: bytes, certificate: bytes) -> bytes:
    """A PEM bundle with one more certificate."""
    return bundle.rstrip(b"\n") + b"\n" * bool(bundle.strip()) + certificate.strip() + b"\n"


def add_to_java_store(store: bytes, bundle: bytes, certificate: bytes) -> bytes:
    """A `cacerts` file (JKS, which every JDK reads) with one more certificate.

    A store that is not JKS (PKCS#12) is replaced by one of the certificates in `bundle`.
    """
    if store.startswith(_JKS_MAGIC) and len(store) > 12 + _DIGEST_BYTES:
        count = int.from_bytes(store[8:12], "big")
        entries = store[12:-_DIGEST_BYTES]
    else:
        others = _decode_pem(bundle)
        count, entries = len(others), b"".join(_java_entry(f"ca-{at}", der) for at, der in enumerate(others))
    entries += b"".join(_java_entry(_ALIAS, der) for der in _decode_pem(certificate)[:1])
    body = _JKS_MAGIC + struct.pack(">II", _JKS_VERSION, count + 1) + entries
    # SHA-1 is the format's. Source: as above.
    return body + hashlib.sha1(_JKS_KEY + body, usedforsecurity=False).digest()


def _java_entry(alias: str, der: bytes) -> bytes:
    made_at_milliseconds = 0
    head = struct.pack(">I", _JKS_TRUSTED) + _java_text(alias) + struct.pack(">Q", made_at_milliseconds)
    return head + _java_text("X.509") + struct.pack(">I", len(der)) + der


def _java_text(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode("ascii")


def _decode_pem(text: bytes) -> list[bytes]:
    return [base64.b64decode(body) for body in _CERTIFICATE.findall(text)]
