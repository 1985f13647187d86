from __future__ import annotations

import hmac

from skywalk.identity.signing_key import SigningKey, derive_signing_key


def test_a_key_signs_any_number_of_texts() -> None:
    key = SigningKey(derive_signing_key("secret", "20260101", "us-east-1", "s3"))
    for text in ("", "one", "é" * 100):
        assert key.sign(text) == hmac.new(key.key, text.encode(), "sha256").hexdigest()


def test_the_key_of_aws_own_example() -> None:
    """Source: IAM User Guide, "Examples of how to derive a signing key"."""
    key = derive_signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20120215", "us-east-1", "iam")
    assert key.hex() == "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d"
