"""Certificate Manager: certificates that are imported."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE = CLIENT = "acm"


def story(acm: Any) -> Look:
    certificate, key = _certificate("shop.example.com")
    authority, _ = _certificate("authority.example.com")
    arn = acm.import_certificate(Certificate=certificate, PrivateKey=key, Tags=[{"Key": "team", "Value": "shop"}])[
        "CertificateArn"
    ]
    assert acm.get_certificate(CertificateArn=arn)["Certificate"] == certificate.decode()
    assert "CertificateChain" not in acm.get_certificate(CertificateArn=arn)
    described = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert (described["DomainName"], described["Type"], described["Status"]) == (
        "shop.example.com",
        "IMPORTED",
        "ISSUED",
    )
    renewed, new_key = _certificate("shop.example.com")
    again = acm.import_certificate(
        CertificateArn=arn, Certificate=renewed, PrivateKey=new_key, CertificateChain=authority
    )
    assert again["CertificateArn"] == arn
    assert acm.get_certificate(CertificateArn=arn)["CertificateChain"] == authority.decode()
    assert _tags(acm, arn) == {"team": "shop"}
    acm.add_tags_to_certificate(CertificateArn=arn, Tags=[{"Key": "stage", "Value": "test"}])
    acm.remove_tags_from_certificate(CertificateArn=arn, Tags=[{"Key": "team"}])
    assert _tags(acm, arn) == {"stage": "test"}
    other = acm.import_certificate(Certificate=certificate, PrivateKey=key)["CertificateArn"]
    listed = acm.list_certificates(Includes={"keyTypes": ["EC_prime256v1"]})["CertificateSummaryList"]
    assert {arn, other} <= {one["CertificateArn"] for one in listed}
    acm.delete_certificate(CertificateArn=other)
    assert refused(acm.describe_certificate, CertificateArn=other) == "ResourceNotFoundException"
    assert refused(acm.import_certificate, Certificate=certificate, PrivateKey=new_key) == "ValidationException"
    assert refused(acm.import_certificate, Certificate=b"none", PrivateKey=key) == "ValidationException"
    assert refused(acm.request_certificate, DomainName="shop.example.com") == "ServiceUnavailableException"

    def look(acm: Any) -> Any:
        return acm.describe_certificate(CertificateArn=arn), acm.get_certificate(CertificateArn=arn), _tags(acm, arn)

    return look


def _tags(acm: Any, arn: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in acm.list_tags_for_certificate(CertificateArn=arn)["Tags"]}


def _certificate(name: str) -> tuple[bytes, bytes]:
    """With its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(
        subject, subject, key.public_key(), 7, now - timedelta(days=1), now + timedelta(days=1)
    )
    signed = builder.sign(key, hashes.SHA256())
    return signed.public_bytes(Encoding.PEM), key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
