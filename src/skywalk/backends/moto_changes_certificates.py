"""What is changed in moto's Certificate Manager and its private authorities, and why. Written against moto 5.2.5.

Unconfirmed: the words of refusals, and the code of a request to an authority that is not active; that a year of a
certificate's life ends on the same day, as do a leap day's on the 28th.
Source: Certificate Manager API Reference, ImportCertificate, GetCertificate; Private CA API Reference,
IssueCertificate, ImportCertificateAuthorityCertificate, DeleteCertificateAuthority, UpdateCertificateAuthority.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from moto.acm.exceptions import AWSValidationException
from moto.acm.models import AWSCertificateManagerBackend, CertBundle
from moto.acm.responses import AWSCertificateManagerResponse
from moto.acmpca.exceptions import InvalidStateException, ResourceNotFoundException
from moto.acmpca.models import ACMPCABackend, CertificateAuthority, acmpca_backends
from moto.acmpca.responses import ACMPCAResponse
from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow

if TYPE_CHECKING:
    from moto.core.responses import ActionResult

_ROOT_TEMPLATE = "arn:aws:acm-pca:::template/RootCACertificate/V1"
_EARLIER = timedelta(hours=1)
"""A certificate is valid from before its issue on, for those whose clocks are late."""
_DAYS_OF_PRIVATE_CERTIFICATES = 395
"""Source: Certificate Manager User Guide, "Request a private certificate": 13 months."""
_HASHES: Mapping[str, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    "SHA256WITHRSA": hashes.SHA256,
    "SHA384WITHRSA": hashes.SHA384,
    "SHA512WITHRSA": hashes.SHA512,
}


def change_certificates() -> None:
    """Before Certificate Manager's first request."""
    change_authorities()
    _keep_the_chain_that_was_given()
    _keep_tags()
    _issue_by_private_authorities()


def _keep_the_chain_that_was_given() -> None:
    # moto adds a root of AWS to every chain, and takes a key that is not the certificate's.
    make, get = CertBundle.__init__, AWSCertificateManagerResponse.get_certificate

    def begin(self: Any, *args: Any, **named: Any) -> None:
        make(self, *args, **named)
        if self._key.public_key() != self._cert.public_key():
            raise AWSValidationException("The private key is not that of the certificate.")
        self.chain = named.get("chain") or b""

    def get_certificate(self: Any) -> ActionResult:
        answer = get(self)
        result = cast("dict[str, str]", answer.result)
        if not result["CertificateChain"]:
            del result["CertificateChain"]
        return answer

    setattr(CertBundle, "__init__", begin)  # noqa: B010
    setattr(AWSCertificateManagerResponse, "get_certificate", get_certificate)  # noqa: B010


def _keep_tags() -> None:
    # moto drops them when a certificate is imported in another's place.
    take = AWSCertificateManagerBackend.import_certificate

    def import_certificate(self: Any, *args: Any, **named: Any) -> str:
        before = self._certificates.get(named["arn"])
        arn = take(self, *args, **named)
        if before is not None:
            self._certificates[arn].tags.update({**before.tags, **self._certificates[arn].tags})
        return arn

    setattr(AWSCertificateManagerBackend, "import_certificate", import_certificate)  # noqa: B010


def _issue_by_private_authorities() -> None:
    # moto signs with the certificate's own key, in the name of a public authority.
    def generate_cert(
        kind: Any,
        domain_name: str,
        account_id: str,
        region: str,
        sans: list[str] | None = None,
        cert_authority_arn: str | None = None,
    ) -> Any:
        authority = acmpca_backends[account_id][region].describe_certificate_authority(cert_authority_arn or "")
        if authority.status != "ACTIVE":
            raise JsonRESTError(
                "InvalidParameterException", f"The certificate authority {authority.arn} is not active."
            )
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        algorithm = authority.certificate_authority_configuration["SigningAlgorithm"]
        asked = {"Validity": {"Type": "DAYS", "Value": _DAYS_OF_PRIVATE_CERTIFICATES}, "SigningAlgorithm": algorithm}
        names = [x509.DNSName(name) for name in dict.fromkeys((domain_name, *(sans or ())))]
        request = (
            x509.CertificateSigningRequestBuilder()
            .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, domain_name)]))
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(key, hashes.SHA256())
        )
        csr = base64.b64encode(request.public_bytes(serialization.Encoding.PEM))
        certificate, chain = authority.get_certificate(
            _issue(authority, asked, lambda: authority.issue_certificate(csr, None))
        )
        return kind(
            certificate=certificate,
            private_key=key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
            chain=chain,
            cert_type="PRIVATE",
            cert_authority_arn=authority.arn,
            account_id=account_id,
            region=region,
        )

    setattr(CertBundle, "generate_cert", classmethod(generate_cert))  # noqa: B010


def _issue(authority: Any, asked: Mapping[str, Any], issue: Callable[[], str]) -> str:
    authority.asked = asked
    try:
        return issue()
    finally:
        del authority.asked


@cache
def change_authorities() -> None:
    """Before the first request for private authorities, or for a certificate of one."""
    _issue_as_asked()
    _mind_the_state()
    _miss_unknown_certificates()


def _issue_as_asked() -> None:
    # moto signs with SHA-512, for a year, whatever is asked for and whatever state the authority is in.
    issue, begin = ACMPCAResponse.issue_certificate, CertificateAuthority.__init__

    def make(self: Any, *args: Any, **named: Any) -> None:
        begin(self, *args, **named)
        self.usage_mode = "GENERAL_PURPOSE"

    def issue_certificate(self: Any) -> str:
        asked = json.loads(self.body)
        authority = self.acmpca_backend.describe_certificate_authority(asked["CertificateAuthorityArn"])
        is_for_itself = asked.get("TemplateArn") == _ROOT_TEMPLATE
        if authority.status not in ("ACTIVE", *(["PENDING_CERTIFICATE"] if is_for_itself else [])):
            raise InvalidStateException(authority.arn)
        _check_request(asked["Csr"])
        return _issue(authority, asked, lambda: issue(self))

    def generate_cert(self: Any, subject: Any, public_key: Any, extensions: Any) -> bytes:
        now, end = utcnow(), _end(self.asked["Validity"])
        if end <= now or (
            self.certificate is not None and end.replace(tzinfo=UTC) > self.certificate.not_valid_after_utc
        ):
            message = "The certificate's validity must end in the future, and not after the authority's."
            raise JsonRESTError("ValidationException", message)
        builder = x509.CertificateBuilder(
            self.issuer, subject, public_key, x509.random_serial_number(), now - _EARLIER, end
        )
        for extension, is_critical in extensions:
            builder = builder.add_extension(extension, is_critical)
        signed = builder.sign(self.key, _HASHES[self.asked["SigningAlgorithm"]]())
        return signed.public_bytes(serialization.Encoding.PEM)

    setattr(CertificateAuthority, "__init__", make)  # noqa: B010
    setattr(CertificateAuthority, "generate_cert", generate_cert)  # noqa: B010
    setattr(ACMPCAResponse, "issue_certificate", issue_certificate)  # noqa: B010


def _check_request(csr: str) -> None:
    try:
        is_valid = x509.load_pem_x509_csr(base64.b64decode(csr)).is_signature_valid
    except ValueError:
        is_valid = False
    if not is_valid:
        raise JsonRESTError("MalformedCSRException", "The certificate signing request is malformed.")


def _end(validity: Mapping[str, Any]) -> datetime:
    value, now = validity["Value"], utcnow()
    try:
        if validity["Type"] == "DAYS":
            return now + timedelta(days=value)
        if validity["Type"] == "ABSOLUTE":
            return datetime.fromtimestamp(value, UTC).replace(tzinfo=None)
        is_leap_day = (now.month, now.day) == (2, 29)
        return now.replace(year=now.year + value, day=28 if is_leap_day else now.day)
    except (ValueError, OverflowError, OSError) as beyond:
        raise JsonRESTError("ValidationException", "The certificate's validity is too long.") from beyond


def _mind_the_state() -> None:
    # moto takes any certificate for an authority's own, enables one that has none, and deletes one that is in use.
    take, update = (
        CertificateAuthority.import_certificate_authority_certificate,
        ACMPCABackend.update_certificate_authority,
    )
    delete = ACMPCABackend.delete_certificate_authority

    def import_certificate_authority_certificate(self: Any, certificate: bytes, chain: bytes | None) -> None:
        if self.status not in ("PENDING_CERTIFICATE", "ACTIVE", "DISABLED", "EXPIRED"):
            raise InvalidStateException(self.arn)
        before = self.certificate_bytes, self.status, self.updated_at
        take(self, certificate, chain)
        if self.certificate.public_key() != self.key.public_key():
            self.certificate_bytes, self.status, self.updated_at = before
            message = "The certificate authority certificate is not for this authority's key."
            raise JsonRESTError("CertificateMismatchException", message)

    def update_certificate_authority(self: Any, certificate_authority_arn: str, **named: Any) -> None:
        if self.describe_certificate_authority(certificate_authority_arn).status not in ("ACTIVE", "DISABLED"):
            raise InvalidStateException(certificate_authority_arn)
        update(self, certificate_authority_arn, **named)

    def delete_certificate_authority(self: Any, certificate_authority_arn: str) -> None:
        if self.describe_certificate_authority(certificate_authority_arn).status in ("ACTIVE", "DELETED"):
            raise InvalidStateException(certificate_authority_arn)
        delete(self, certificate_authority_arn)

    setattr(  # noqa: B010
        CertificateAuthority, "import_certificate_authority_certificate", import_certificate_authority_certificate
    )
    setattr(ACMPCABackend, "update_certificate_authority", update_certificate_authority)  # noqa: B010
    setattr(ACMPCABackend, "delete_certificate_authority", delete_certificate_authority)  # noqa: B010


def _miss_unknown_certificates() -> None:
    # moto fails at them, and puts tags on authorities that are not there.
    get = CertificateAuthority.get_certificate

    def get_certificate(self: Any, certificate_arn: str) -> tuple[bytes, bytes]:
        if certificate_arn not in self.issued_certificates:
            raise ResourceNotFoundException(certificate_arn)
        return get(self, certificate_arn)

    setattr(CertificateAuthority, "get_certificate", get_certificate)  # noqa: B010

    def checked(method: Any) -> Any:
        def call(self: Any, certificate_authority_arn: str, **named: Any) -> Any:
            self.describe_certificate_authority(certificate_authority_arn)
            return method(self, certificate_authority_arn, **named)

        return call

    for name in ("tag_certificate_authority", "untag_certificate_authority", "list_tags"):
        setattr(ACMPCABackend, name, checked(getattr(ACMPCABackend, name)))
