"""The host names under which S3 is served at interface endpoints.

The endpoint's own names have `bucket.` in front, and with private DNS the regional name works unchanged. The legacy
global name, dash names, dual-stack, website and FIPS names do not. Access points and S3 Control are not served.
Source: S3 User Guide, "AWS PrivateLink for Amazon S3".
"""

from __future__ import annotations

from functools import lru_cache

from skywalk.edge.services.s3.errors import not_implemented

_NEVER_PRIVATE = frozenset({"s3.amazonaws.com", "*.s3.amazonaws.com"})
_OTHER_FAMILIES = {"accesspoint": "An access point", "control": "S3 Control"}


@lru_cache(maxsize=4096)
def names_at_interface(names: tuple[str, ...]) -> tuple[str, ...]:
    """Of the names that a request was sent to, the endpoint's own or the service's in public, those that serve S3
    here, without `*.`."""
    served = (name.removeprefix("*.") for name in names if name not in _NEVER_PRIVATE)
    return tuple(dict.fromkeys(f"bucket.{name}" if name.startswith("vpce-") else name for name in served))


def check_family(host: str, names: tuple[str, ...]) -> None:
    """Raises NotImplemented for a host name of a family that is not served."""
    for base in (name.removeprefix("*.") for name in names):
        in_front = host.removesuffix(f".{base}")
        what = _OTHER_FAMILIES.get(in_front.rpartition(".")[2]) if in_front != host else None
        if what is not None and base.startswith("vpce-"):
            raise not_implemented(what)
