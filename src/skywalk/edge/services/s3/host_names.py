"""The host names under which S3 is served.

At interface endpoints the endpoint's own names have `bucket.` in front, and with private DNS the regional name works
unchanged; the legacy global name does not. Nowhere served: access points and S3 Control.
Source: S3 User Guide, "AWS PrivateLink for Amazon S3". Unconfirmed: what S3 answers to names that it does not support.
"""

from __future__ import annotations

import re
from functools import lru_cache

from skywalk.edge.services.s3.errors import invalid_uri, not_implemented
from skywalk.values.errors import AwsError

_NEVER_PRIVATE = frozenset({"s3.amazonaws.com", "*.s3.amazonaws.com"})
_OTHER_FAMILY = re.compile(r"(?:\A|\.)(?:s3-(accesspoint|control)\.[a-z0-9-]+\.amazonaws|(accesspoint|control)\.vpce-)")
_FAMILIES = {"accesspoint": "An access point", "control": "S3 Control"}


@lru_cache(maxsize=4096)
def served_names(names: tuple[str, ...], is_interface: bool) -> tuple[str, ...]:
    """Of the names that a request was sent to, the service's in public or an interface endpoint's own, those that
    serve S3, without `*.`."""
    served = [name.removeprefix("*.") for name in names if not (is_interface and name in _NEVER_PRIVATE)]
    own = [f"bucket.{name}" if name.startswith("vpce-") else name for name in served]
    return tuple(dict.fromkeys(name for name in own if _OTHER_FAMILY.search(name) is None))


def refusal_of_host(host: str) -> AwsError:
    """For a host name that serves no S3 here."""
    found = _OTHER_FAMILY.search(host)
    return invalid_uri() if found is None else not_implemented(_FAMILIES[found.group(1) or found.group(2)])
