"""Certificate Manager: certificates that are imported, and those that a private authority issues."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from support.embedded_refusal import refused
from support.embedded_stories.acm_pca import active_authority

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "acm", ("acm", "acm-pca")


def story(acm: Any, pca: Any) -> Look:
    certificate, key = certificate_and_key("shop.example.com")
    authority, _ = certificate_and_key("authority.example.com")
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
    renewed, new_key = certificate_and_key("shop.example.com")
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

    issued = _request(acm, pca, arn)

    def look(acm: Any, pca: Any) -> Any:
        certificates = [acm.get_certificate(CertificateArn=one) for one in (arn, issued)]
        return certificates, [acm.describe_certificate(CertificateArn=one) for one in (arn, issued)], _tags(acm, arn)

    return look


def _request(acm: Any, pca: Any, imported: str) -> str:
    authority = active_authority(pca)
    new = {"DomainName": "inner.example.com", "SubjectAlternativeNames": ["*.inner.example.com"]}
    arn = str(acm.request_certificate(**new, CertificateAuthorityArn=authority)["CertificateArn"])
    described = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert (described["Type"], described["Status"], described["CertificateAuthorityArn"]) == (
        "PRIVATE",
        "ISSUED",
        authority,
    )
    assert set(described["SubjectAlternativeNames"]) == {"inner.example.com", "*.inner.example.com"}
    found = acm.get_certificate(CertificateArn=arn)
    leaf, root = (x509.load_pem_x509_certificate(found[one].encode()) for one in ("Certificate", "CertificateChain"))
    leaf.verify_directly_issued_by(root)
    exported = acm.export_certificate(CertificateArn=arn, Passphrase=b"a secret")
    assert exported["Certificate"] == found["Certificate"]
    key = load_pem_private_key(exported["PrivateKey"].encode(), b"a secret")
    assert key.public_key() == leaf.public_key()
    assert refused(acm.export_certificate, CertificateArn=imported, Passphrase=b"a secret") == "ValidationException"
    pca.update_certificate_authority(CertificateAuthorityArn=authority, Status="DISABLED")
    idle = {**new, "CertificateAuthorityArn": authority}
    assert refused(acm.request_certificate, **idle) == "InvalidParameterException"
    return arn


def _tags(acm: Any, arn: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in acm.list_tags_for_certificate(CertificateArn=arn)["Tags"]}


def certificate_and_key(name: str) -> tuple[bytes, bytes]:
    """With its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(
        subject, subject, key.public_key(), 7, now - timedelta(days=1), now + timedelta(days=1)
    )
    signed = builder.sign(key, hashes.SHA256())
    return signed.public_bytes(Encoding.PEM), key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
