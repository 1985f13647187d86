"""Stock boto3 clients by anybody's keys.

One session makes them all: what it has read of AWS's models, which is most of what a client costs, serves the next too.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import boto3

_SESSION = boto3.Session(region_name="us-east-1")
_MAKING = threading.Lock()
"""Clients may be used by several threads, but not be made by them at the same time."""


@dataclass(frozen=True)
class Keys:
    """`client` and `resource` are boto3's, with these keys."""

    key_id: str
    secret: str
    token: str | None = None
    region: str = "us-east-1"

    def client(self, service: str, **options: Any) -> Any:
        with _MAKING:
            return _SESSION.client(service, **self._own, **options)

    def resource(self, service: str, **options: Any) -> Any:
        with _MAKING:
            return _SESSION.resource(service, **self._own, **options)

    @property
    def _own(self) -> dict[str, Any]:
        return {
            "region_name": self.region,
            "aws_access_key_id": self.key_id,
            "aws_secret_access_key": self.secret,
            "aws_session_token": self.token,
        }
