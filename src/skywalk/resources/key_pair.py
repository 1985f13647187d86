"""KeyPair: the public half of a key that instances are launched with. Its id is `key-…`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from skywalk.resources.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair(Resource):
    """`key_type` is `rsa` or `ed25519`; `public_key` in OpenSSH's form; the fingerprint as EC2 shows it for the way
    in which the pair came to be (created or imported)."""

    name: str
    key_type: str
    fingerprint: str
    public_key: str
    created_at: datetime

    @property
    def references(self) -> tuple[str, ...]:
        return (self.name,)
