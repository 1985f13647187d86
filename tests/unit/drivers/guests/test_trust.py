from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from skywalk.drivers.linux.guests.trust import add_to_bundle, add_to_java_store


def _pem(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"


def test_bundle_ends_with_the_added_certificate() -> None:
    assert add_to_bundle(b"# trusted\n" + _pem(b"one"), _pem(b"two")) == b"# trusted\n" + _pem(b"one") + _pem(b"two")
    assert add_to_bundle(b"", _pem(b"two")) == _pem(b"two")


def test_java_store_is_digested_anew() -> None:
    store = add_to_java_store(b"", _pem(b"one") + _pem(b"two"), _pem(b"three"))
    assert store[:12] == bytes.fromhex("feedfeed 00000002 00000003")
    key = "changeit".encode("utf-16-be") + b"Mighty Aphrodite"
    assert store[-20:] == hashlib.sha1(key + store[:-20]).digest()


def test_java_store_keeps_what_it_had() -> None:
    first = add_to_java_store(b"", _pem(b"one"), _pem(b"two"))
    second = add_to_java_store(first, b"", _pem(b"three"))
    assert second[8:12] == bytes.fromhex("00000003")
    assert second[12 : len(first) - 20] == first[12:-20]


@pytest.mark.skipif(shutil.which("keytool") is None, reason="there is no Java here")
def test_java_reads_it(tmp_path: Path) -> None:
    certificate = tmp_path / "ca.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=skywalk", "-days", "2"]
    made = subprocess.run(
        [*command, "-keyout", "/dev/null", "-out", str(certificate)], capture_output=True, check=False
    )
    assert made.returncode == 0, made.stderr
    (tmp_path / "cacerts").write_bytes(add_to_java_store(b"", b"", certificate.read_bytes()))
    keytool = ["keytool", "-list", "-keystore", str(tmp_path / "cacerts"), "-storepass", "changeit"]
    listed = subprocess.run(keytool, capture_output=True, text=True, check=False)
    assert "skywalk-region, Jan 1, 1970, trustedCertEntry" in listed.stdout, listed.stdout + listed.stderr
