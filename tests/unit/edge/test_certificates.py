"""Which certificate a client gets, and that nothing is minted for what it asks."""

from __future__ import annotations

import ssl
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from skywalk.edge.authority import ensure_authority
from skywalk.edge.certificates import Certificates, group_names, server_name
from skywalk.edge.signing import Authority
from skywalk.values.clock import SystemClock

NAMES = (
    "s3.us-east-1.amazonaws.com",
    "*.s3.us-east-1.amazonaws.com",
    "s3.amazonaws.com",
    "*.s3.amazonaws.com",
    "sts.us-east-1.amazonaws.com",
)
CLOCK = SystemClock()


class Issued:
    """An authority that remembers what it was asked for."""

    def __init__(self, state_dir: Path) -> None:
        self.paths = ensure_authority(state_dir, CLOCK)
        self.authority = Authority(self.paths.key.read_bytes(), self.paths.certificate.read_bytes(), CLOCK)
        self.groups: list[tuple[str, ...]] = []

    def __call__(self, names: tuple[str, ...]) -> bytes:
        self.groups.append(names)
        return self.authority.issue(names)


@pytest.fixture
def issued(tmp_path: Path) -> Issued:
    return Issued(tmp_path)


def shake_hands(server: ssl.SSLContext, issued: Issued, name: str | None) -> tuple[ssl.SSLObject, ssl.SSLObject]:
    """Both ends of a handshake in memory. Raises ssl.SSLError where the client refuses the certificate."""
    client = ssl.create_default_context(cafile=str(issued.paths.certificate))
    # Python 3.13 and other clients of today insist on every letter of RFC 5280.
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    client.check_hostname = name is not None
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client_end = client.wrap_bio(to_client, to_server, server_hostname=name)
    server_end = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for end in (client_end, server_end):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return client_end, server_end


def names_of(end: ssl.SSLObject) -> list[str]:
    certificate = end.getpeercert(binary_form=True)
    assert certificate is not None
    found = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return found.value.get_values_for_type(x509.DNSName)


@pytest.mark.parametrize(
    ("asked_for", "expected"),
    [
        ("s3.us-east-1.amazonaws.com", "s3.us-east-1.amazonaws.com"),
        ("documents.s3.us-east-1.amazonaws.com", "s3.us-east-1.amazonaws.com"),
        ("DOCUMENTS.s3.US-east-1.amazonaws.com", "s3.us-east-1.amazonaws.com"),
        ("s3.amazonaws.com", "s3.amazonaws.com"),
        ("documents.s3.amazonaws.com", "s3.amazonaws.com"),
        ("sts.us-east-1.amazonaws.com", "sts.us-east-1.amazonaws.com"),
        (None, "s3.us-east-1.amazonaws.com"),
    ],
)
def test_the_certificate_of_the_name(issued: Issued, asked_for: str | None, expected: str) -> None:
    client_end, server_end = shake_hands(Certificates(NAMES, issued).context, issued, asked_for)
    assert names_of(client_end)[0] == expected
    assert server_name(server_end) == (None if asked_for is None else asked_for.lower())


@pytest.mark.parametrize(
    "asked_for", ["a.b.s3.us-east-1.amazonaws.com", "x.sts.us-east-1.amazonaws.com", "bank.example"]
)
def test_other_names_fail_as_on_aws_and_mint_nothing(issued: Issued, asked_for: str) -> None:
    certificates = Certificates(NAMES, issued)
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake_hands(certificates.context, issued, asked_for)
    assert issued.groups == [("s3.us-east-1.amazonaws.com", "*.s3.us-east-1.amazonaws.com")]


def test_one_certificate_for_each_base_name() -> None:
    assert list(group_names(("*.a", "a", "b"))) == ["a", "b"]
    assert group_names(("*.a", "a", "b"))["a"] == ("a", "*.a")


def test_the_authority_is_made_once_and_its_key_is_kept(tmp_path: Path) -> None:
    paths = ensure_authority(tmp_path / "new", CLOCK)
    before = paths.certificate.read_bytes(), paths.key.read_bytes()
    assert stat.S_IMODE(paths.key.stat().st_mode) == 0o600
    assert ensure_authority(tmp_path / "new", CLOCK) == paths
    assert (paths.certificate.read_bytes(), paths.key.read_bytes()) == before
    paths.certificate.unlink()
    ensure_authority(tmp_path / "new", CLOCK)
    assert paths.key.read_bytes() == before[1]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["ca-key.pem", "ca.pem"]


def test_leaves_are_servers_for_a_year(issued: Issued) -> None:
    leaf = x509.load_pem_x509_certificate(issued(("s3.us-east-1.amazonaws.com",)))
    left = leaf.not_valid_after_utc - CLOCK.now()
    assert timedelta(days=396) < left <= timedelta(days=397)
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_a_name_too_long_for_a_common_name_is_no_problem(issued: Issued) -> None:
    name = f"{'a' * 60}.us-east-1.amazonaws.com"
    client_end, _ = shake_hands(Certificates((name,), issued).context, issued, name)
    assert names_of(client_end) == [name]


OWN = ("*.vpce-1-a.s3.us-east-1.vpce.amazonaws.com", "*.bucket.vpce-1-a.s3.us-east-1.vpce.amazonaws.com")


def own_names(name: str) -> tuple[str, ...] | None:
    return OWN if name.endswith(".vpce-1-a.s3.us-east-1.vpce.amazonaws.com") else None


def test_an_endpoint_s_own_certificate_is_made_when_it_is_asked_for(issued: Issued) -> None:
    certificates = Certificates(NAMES, issued, own_names)
    assert issued.groups == [NAMES[:2]]
    for name in (
        "bucket.vpce-1-a.s3.us-east-1.vpce.amazonaws.com",
        "a.bucket.vpce-1-a.s3.us-east-1.vpce.amazonaws.com",
    ):
        shake_hands(certificates.context, issued, name)
    assert issued.groups == [NAMES[:2], OWN]
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(certificates.context, issued, "bucket.vpce-2-a.s3.us-east-1.vpce.amazonaws.com")
    with pytest.raises(ssl.SSLCertVerificationError):  # of public names alone
        shake_hands(Certificates(NAMES, issued).context, issued, "bucket.vpce-1-a.s3.us-east-1.vpce.amazonaws.com")


def test_certificates_of_many_endpoints_are_forgotten(issued: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skywalk.edge.certificates._FOUND_CONTEXTS", 1)
    certificates = Certificates(NAMES, issued, lambda name: (f"*.{name.partition('.')[2]}",))
    for name in ("a.vpce-1.aws.com", "b.vpce-1.aws.com", "a.vpce-2.aws.com", "a.vpce-1.aws.com"):
        shake_hands(certificates.context, issued, name)
    assert issued.groups[1:] == [("*.vpce-1.aws.com",), ("*.vpce-2.aws.com",), ("*.vpce-1.aws.com",)]
