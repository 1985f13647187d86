"""The backends' settings, as they travel to the processes that use them: JSON, by service.

{"s3": {"url": "http://127.0.0.1:9000", "access_key_id": "…", "secret_access_key": "…"}}

Where the region has no network but its own, each has a `door` besides: the unix socket of the relay (`relay.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from skywalk.backends.remote import RemoteBackend, RemoteKeys, RemoteNotUsable
from skywalk.values.clock import Clock
from skywalk.values.modelled_services import modelled_services

_FIELDS = frozenset({"url", "access_key_id", "secret_access_key", "door"})


def read_remotes(text: str, clock: Clock) -> dict[str, RemoteBackend]:
    """The configured backends by service; services that are not named have the embedded one. Raises RemoteNotUsable."""
    try:
        entries = json.loads(text)
        return {service: _read_remote(service, entry, clock) for service, entry in entries.items()}
    except (ValueError, AttributeError) as error:
        raise RemoteNotUsable(f"the backends' settings are not as they should be: {error}") from None


def _read_remote(service: str, entry: Mapping[str, str | None], clock: Clock) -> RemoteBackend:
    url, key, secret = (entry.get(name) for name in ("url", "access_key_id", "secret_access_key"))
    if not isinstance(url, str) or set(entry) - _FIELDS or (key is None) != (secret is None):
        raise RemoteNotUsable(f"the backend of {service} needs a url, and a key with its secret or neither")
    keys = RemoteKeys(key, secret) if key is not None and secret is not None else None
    known = modelled_services().get(service)
    signing_name = service if known is None else known.signing_name
    return RemoteBackend(signing_name, url, keys, clock, entry.get("door"))
