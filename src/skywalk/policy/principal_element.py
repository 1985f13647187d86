"""Read a statement's Principal or NotPrincipal: `"*"`, or an object of AWS, Service, Federated and CanonicalUser.

Source: IAM User Guide, "AWS JSON policy elements: Principal". Unconfirmed: which kinds AWS takes in the policies of
endpoints (here: all but CanonicalUser, which is S3's).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from skywalk.policy.errors import PolicyError, shown
from skywalk.policy.principal import EVERYONE, NamedPrincipal, PrincipalType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)
_ROOT = re.compile(r"arn:aws:iam::([0-9]{12}):root", re.ASCII)
_NAME = r"[A-Za-z0-9_+=,.@-]+"
_IAM = re.compile(rf"arn:aws:iam::[0-9]{{12}}:(?:user|role)/(?:[\x21-\x7e]+/)?{_NAME}", re.ASCII)
_SESSION = re.compile(rf"arn:aws:sts::[0-9]{{12}}:(?:assumed-role/{_NAME}/{_NAME}|federated-user/{_NAME})", re.ASCII)
# As what CloudFront reads a bucket: another spelling of a canonical user id of its own, and nobody who calls here.
_ORIGIN_ACCESS = re.compile(r"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity [A-Z0-9]+", re.ASCII)
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA)[A-Z0-9]{12,124}", re.ASCII)
_SERVICE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:amazonaws\.com(?:\.cn)?|aws\.internal)", re.ASCII)
_PROVIDER = re.compile(rf"arn:aws:iam::[0-9]{{12}}:(?:saml-provider/{_NAME}|oidc-provider/[\x21-\x7e]+)", re.ASCII)
_WEB_PROVIDERS = ("cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com", "accounts.google.com")
_CANONICAL_USER = re.compile(r"[0-9a-f]{64}", re.ASCII)


def read_principals(value: Any, place: str, *, canonical: bool) -> tuple[NamedPrincipal, ...]:
    """`canonical`: canonical user ids and CloudFront's identities may stand here. Raises PolicyError."""
    if value == "*" and type(value) is str:
        return (EVERYONE,)
    if not isinstance(value, dict):
        raise PolicyError(place, 'must be "*" or an object')
    if not value:
        raise PolicyError(place, "must not be empty")
    return tuple(_each_principal(value, place, canonical=canonical))


def strings(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """The strings of a string or a list of strings, each with its place. Raises PolicyError."""
    if type(value) is str:
        yield value, place
        return
    if not isinstance(value, list):
        raise PolicyError(place, "must be a string or a list of strings")
    if not value:
        raise PolicyError(place, "must not be empty")
    for index, text in enumerate(value):
        if type(text) is not str:
            raise PolicyError(f"{place}[{index}]", "must be a string")
        yield text, f"{place}[{index}]"


def _each_principal(value: dict[str, Any], place: str, *, canonical: bool) -> Iterator[NamedPrincipal]:
    readers: dict[str, Callable[[str], NamedPrincipal | None]] = {
        "AWS": _aws,
        "Service": _reader(PrincipalType.SERVICE, _SERVICE),
        "Federated": _federated,
    }
    if canonical:
        readers["AWS"] = _aws_or_origin_access
        readers["CanonicalUser"] = _reader(PrincipalType.CANONICAL_USER, _CANONICAL_USER)
    for name, entries in value.items():
        if name not in readers:
            raise PolicyError(place, f"no such kind of principal: {shown(name)}")
        for text, at in strings(entries, f"{place}.{name}"):
            found = readers[name](text)
            if found is None:
                raise PolicyError(at, f"invalid principal {shown(text)}{_why(name, text)}")
            yield found


def _why(name: str, text: str) -> str:
    if name == "Service":
        return ": not the name of a service"
    return ': no wildcards but a bare "*"' if "*" in text or "?" in text else ""


def _aws(text: str) -> NamedPrincipal | None:
    if text == "*":
        return EVERYONE
    if _ACCOUNT.fullmatch(text):
        return NamedPrincipal(PrincipalType.ACCOUNT, text)
    if root := _ROOT.fullmatch(text):
        return NamedPrincipal(PrincipalType.ACCOUNT, root[1])
    if "*" in text or "?" in text:
        return None
    if _IAM.fullmatch(text) or _SESSION.fullmatch(text):
        return NamedPrincipal(PrincipalType.ARN, text)
    return NamedPrincipal(PrincipalType.UNIQUE_ID, text) if _UNIQUE_ID.fullmatch(text) else None


def _aws_or_origin_access(text: str) -> NamedPrincipal | None:
    if _ORIGIN_ACCESS.fullmatch(text):
        return NamedPrincipal(PrincipalType.CANONICAL_USER, text)
    return _aws(text)


def _federated(text: str) -> NamedPrincipal | None:
    if text in ("*", *_WEB_PROVIDERS) or ("*" not in text and "?" not in text and _PROVIDER.fullmatch(text)):
        return NamedPrincipal(PrincipalType.FEDERATED, text)
    return None


def _reader(kind: PrincipalType, form: re.Pattern[str]) -> Callable[[str], NamedPrincipal | None]:
    return lambda text: NamedPrincipal(kind, text) if form.fullmatch(text) else None
