"""Keys and certificates. Imported by edge workers, and by the daemon only when it makes the region's authority."""

from __future__ import annotations

from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from skywalk.values.clock import Clock

AUTHORITY_VALID = timedelta(days=3650)
LEAF_VALID = timedelta(days=397)
"""What browsers accept at most; leaves are made anew whenever a worker starts."""

_BACKDATED = timedelta(hours=1)
_COMMON_NAME_LIMIT = 64


class Authority:
    """Signs leaf certificates."""

    def __init__(self, key_pem: bytes, certificate_pem: bytes, clock: Clock) -> None:
        self._key = _load_key(key_pem)
        self._certificate = x509.load_pem_x509_certificate(certificate_pem)
        self._clock = clock

    def issue(self, names: tuple[str, ...]) -> bytes:
        """A key and a certificate for these names, as one PEM text."""
        key = _new_key()
        subject = _name(names[0]) if len(names[0]) <= _COMMON_NAME_LIMIT else x509.Name([])
        # RFC 5280, 4.2.1.6: names are critical where there is no subject, and strict clients insist.
        alternative_names_alone = not list(subject)
        now = self._clock.now()
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _BACKDATED)
            .not_valid_after(min(now + LEAF_VALID, self._certificate.not_valid_after_utc))
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=alternative_names_alone
            )
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return _pem_of_key(key) + _pem_of(certificate)


def new_authority_key() -> bytes:
    """A private key, as PEM."""
    return _pem_of_key(_new_key())


def authority_certificate(key_pem: bytes, clock: Clock) -> bytes:
    """The key's own certificate, as PEM."""
    return _self_signed(_load_key(key_pem), clock)


def _load_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the authority's key is no elliptic-curve key")
    return key


def _self_signed(key: ec.EllipticCurvePrivateKey, clock: Clock) -> bytes:
    name = _name("skywalk region authority")
    now = clock.now()
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    return _pem_of(
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + AUTHORITY_VALID)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _pem_of(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def _pem_of_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
