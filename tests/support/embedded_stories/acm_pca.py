"""Private certificate authorities: what they issue is really signed by them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from support import edge_rows as rows
from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE = CLIENT = "acm-pca"
ROOT = "arn:aws:acm-pca:::template/RootCACertificate/V1"
SETTINGS = {
    "KeyAlgorithm": "RSA_2048",
    "SigningAlgorithm": "SHA256WITHRSA",
    "Subject": {"CommonName": "Shop's authority", "Organization": "Shop", "Country": "CH"},
}


def story(pca: Any) -> Look:
    arn = pca.create_certificate_authority(
        CertificateAuthorityConfiguration=SETTINGS,
        CertificateAuthorityType="ROOT",
        Tags=[{"Key": "team", "Value": "shop"}],
    )["CertificateAuthorityArn"]
    described = _described(pca, arn)
    assert (described["Status"], described["UsageMode"]) == ("PENDING_CERTIFICATE", "GENERAL_PURPOSE")
    own = pca.get_certificate_authority_csr(CertificateAuthorityArn=arn)["Csr"].encode()
    leaf_csr = _request()
    asked: dict[str, Any] = {
        "CertificateAuthorityArn": arn,
        "Csr": leaf_csr,
        "SigningAlgorithm": "SHA384WITHRSA",
        "Validity": {"Type": "DAYS", "Value": 30},
    }
    assert refused(pca.issue_certificate, **asked) == "InvalidStateException"
    years = {"Type": "YEARS", "Value": 2}
    certificate = _issued(pca, {**asked, "Csr": own, "TemplateArn": ROOT, "Validity": years})["Certificate"]
    strange = {"CertificateAuthorityArn": arn, "Certificate": _selfmade()}
    assert refused(pca.import_certificate_authority_certificate, **strange) == "CertificateMismatchException"
    assert _described(pca, arn)["Status"] == "PENDING_CERTIFICATE"
    pca.import_certificate_authority_certificate(CertificateAuthorityArn=arn, Certificate=certificate.encode())
    assert _described(pca, arn)["Status"] == "ACTIVE"
    held = pca.get_certificate_authority_certificate(CertificateAuthorityArn=arn)
    assert held["Certificate"].strip() == certificate
    issued = pca.issue_certificate(**asked)["CertificateArn"]
    _check_chain(pca, arn, issued)
    late = {**asked, "Validity": {"Type": "DAYS", "Value": 5000}}
    assert refused(pca.issue_certificate, **late) == "ValidationException"
    assert refused(pca.issue_certificate, **{**asked, "Csr": b"none"}) == "MalformedCSRException"
    nothing = {"CertificateAuthorityArn": arn, "CertificateArn": f"{arn}/certificate/{'0' * 32}"}
    assert refused(pca.get_certificate, **nothing) == "ResourceNotFoundException"
    _manage(pca, arn)

    def look(pca: Any) -> Any:
        certificates = pca.get_certificate(CertificateAuthorityArn=arn, CertificateArn=issued)
        return _described(pca, arn), certificates, pca.get_policy(ResourceArn=arn), _tags(pca, arn)

    return look


def _check_chain(pca: Any, arn: str, issued: str) -> None:
    found = pca.get_certificate(CertificateAuthorityArn=arn, CertificateArn=issued)
    leaf, authority = (
        x509.load_pem_x509_certificate(found[one].encode()) for one in ("Certificate", "CertificateChain")
    )
    leaf.verify_directly_issued_by(authority)
    authority.verify_directly_issued_by(authority)
    assert isinstance(leaf.signature_hash_algorithm, hashes.SHA384)
    assert leaf.subject.rfc4514_string() == "CN=shop.example.com"
    assert authority.subject.rfc4514_string() == "CN=Shop's authority,O=Shop,C=CH"
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc == timedelta(days=30, hours=1)
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def _manage(pca: Any, arn: str) -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": rows.OTHER_ACCOUNT},
            "Action": "acm-pca:GetCertificate",
            "Resource": arn,
        },
    }
    pca.put_policy(ResourceArn=arn, Policy=json.dumps(policy))
    pca.delete_policy(ResourceArn=arn)
    assert refused(pca.get_policy, ResourceArn=arn) == "ResourceNotFoundException"
    pca.put_policy(ResourceArn=arn, Policy=json.dumps(policy))
    pca.tag_certificate_authority(CertificateAuthorityArn=arn, Tags=[{"Key": "stage", "Value": "test"}])
    pca.untag_certificate_authority(CertificateAuthorityArn=arn, Tags=[{"Key": "team", "Value": "shop"}])
    assert _tags(pca, arn) == {"stage": "test"}
    missing = arn[:-12] + "0" * 12
    assert refused(pca.list_tags, CertificateAuthorityArn=missing) == "ResourceNotFoundException"
    assert refused(pca.delete_certificate_authority, CertificateAuthorityArn=arn) == "InvalidStateException"
    pca.update_certificate_authority(CertificateAuthorityArn=arn, Status="DISABLED")
    assert _described(pca, arn)["Status"] == "DISABLED"
    other = pca.create_certificate_authority(
        CertificateAuthorityConfiguration=SETTINGS, CertificateAuthorityType="ROOT"
    )["CertificateAuthorityArn"]
    listed = {one["Arn"]: one["Status"] for one in pca.list_certificate_authorities()["CertificateAuthorities"]}
    assert (listed[arn], listed[other]) == ("DISABLED", "PENDING_CERTIFICATE")
    update = {"CertificateAuthorityArn": other, "Status": "ACTIVE"}
    assert refused(pca.update_certificate_authority, **update) == "InvalidStateException"
    pca.delete_certificate_authority(CertificateAuthorityArn=other)
    assert _described(pca, other)["Status"] == "DELETED"
    assert refused(pca.describe_certificate_authority, CertificateAuthorityArn=missing) == "ResourceNotFoundException"
    subordinate = {"CertificateAuthorityConfiguration": SETTINGS, "CertificateAuthorityType": "SUBORDINATE"}
    assert refused(pca.create_certificate_authority, **subordinate) == "ServiceUnavailableException"


def active_authority(pca: Any) -> str:
    """The ARN of a root with a certificate of its own."""
    new = {"CertificateAuthorityConfiguration": SETTINGS, "CertificateAuthorityType": "ROOT"}
    arn = str(pca.create_certificate_authority(**new)["CertificateAuthorityArn"])
    csr = pca.get_certificate_authority_csr(CertificateAuthorityArn=arn)["Csr"].encode()
    years = {"Type": "YEARS", "Value": 5}
    asked = {"CertificateAuthorityArn": arn, "Csr": csr, "SigningAlgorithm": "SHA256WITHRSA", "Validity": years}
    certificate = _issued(pca, {**asked, "TemplateArn": ROOT})["Certificate"].encode()
    pca.import_certificate_authority_certificate(CertificateAuthorityArn=arn, Certificate=certificate)
    return arn


def _described(pca: Any, arn: str) -> Any:
    return pca.describe_certificate_authority(CertificateAuthorityArn=arn)["CertificateAuthority"]


def _tags(pca: Any, arn: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in pca.list_tags(CertificateAuthorityArn=arn)["Tags"]}


def _issued(pca: Any, asked: dict[str, Any]) -> Any:
    arn = pca.issue_certificate(**asked)["CertificateArn"]
    return pca.get_certificate(CertificateAuthorityArn=asked["CertificateAuthorityArn"], CertificateArn=arn)


def _request() -> bytes:
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "shop.example.com")])
    return x509.CertificateSigningRequestBuilder(subject).sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def _selfmade() -> bytes:
    key, now = rsa.generate_private_key(65537, 2048), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nobody")])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 7, now, now + timedelta(days=1))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
