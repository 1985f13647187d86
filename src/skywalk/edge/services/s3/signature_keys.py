"""Condition keys that every request to S3 has: how it was signed, and how it came.

Source: S3 API Reference, "Amazon S3 Signature Version 4 authentication specific policy keys"; Service Authorization
Reference. Unconfirmed: that an anonymous request has none of the signature's keys, and a URL presigned by version 2,
which does not say when it was made, no s3:signatureAge.
"""

from __future__ import annotations

import ssl
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skywalk.http1.exchange import Exchange
    from skywalk.identity.sigv4 import Verified
    from skywalk.values.clock import Clock

AUTH_TYPE = "s3:authtype"
CONTENT_SHA256 = "s3:x-amz-content-sha256"
SIGNATURE_AGE = "s3:signatureage"
SIGNATURE_VERSION = "s3:signatureversion"
TLS_VERSION = "s3:tlsversion"

_VERSION_2, _VERSION_4 = "AWS", "AWS4-HMAC-SHA256"
_OF_HEADER = {AUTH_TYPE: "REST-HEADER", SIGNATURE_VERSION: _VERSION_4}
_TLS = "TLSv"
_MILLISECOND = timedelta(milliseconds=1)


def signature_keys(signed: Verified, clock: Clock) -> dict[str, str]:
    """What follows from the signature."""
    if not signed.is_presigned:
        # What an anonymous client says of its body is nobody's word.
        return {} if signed.payload is None else {**_OF_HEADER, CONTENT_SHA256: signed.payload}
    keys = {AUTH_TYPE: "REST-QUERY-STRING", SIGNATURE_VERSION: _VERSION_4}
    if signed.signed_at is None:
        keys[SIGNATURE_VERSION] = _VERSION_2
    else:
        keys[SIGNATURE_AGE] = str(max(0, (clock.now() - signed.signed_at) // _MILLISECOND))
    if signed.payload is not None:
        keys[CONTENT_SHA256] = signed.payload
    return keys


def tls_version(exchange: Exchange) -> str | None:
    """A number such as 1.3; None where a request came without TLS."""
    connection = exchange.ssl_object
    version = connection.version() if isinstance(connection, (ssl.SSLObject, ssl.SSLSocket)) else None
    return None if version is None else version.removeprefix(_TLS)
