"""The names that an interface endpoint has of its own: regional and zonal, those of S3 with labels in front; and the
names of certificates that no door holds from the start.

Source: PrivateLink Guide, "DNS hostnames"; S3 User Guide, "AWS PrivateLink for Amazon S3".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from skywalk.edge.certificates import group_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.arrival import Arrival
    from skywalk.edge.state import EdgeState, KnownEndpoint

_ENDPOINT_LABEL = re.compile(r"(?:\A|\.)(vpce-[0-9a-f]+)-")


@lru_cache(maxsize=4096)
def is_own_name(names: tuple[str, ...], host: str) -> bool:
    """Whether a host name is one of `names`, or has labels in front of one that begins with `*.`."""
    return any(host.endswith(name[1:]) if name.startswith("*.") else host == name for name in names)


def find_certificate_names(state: EdgeState, arrival: Arrival, server_name: str) -> tuple[str, ...] | None:
    """At interface endpoints, those of any endpoint's certificate for the same service, which share their doors' TLS
    contexts; in public those of catalogues' services."""
    if arrival.is_interface:
        return own_certificate_names(state.endpoints, arrival.serves, server_name)
    named = state.catalogues.find(server_name) if arrival.service is None else None
    if named is None:
        return None
    return group_names(named.service.names).get(named.name.removeprefix("*."), (named.name,))


def own_certificate_names(
    endpoints: Mapping[str, KnownEndpoint], service: tuple[str, str] | None, server_name: str
) -> tuple[str, ...] | None:
    """The names of the certificate of the endpoint that a name is of, if there is such an endpoint for a service."""
    found = _ENDPOINT_LABEL.search(server_name)
    known = endpoints.get(found.group(1)) if found is not None else None
    if known is None or (known.row.service, known.row.region) != service:
        return None
    if not is_own_name(known.certificate_names, server_name):
        return None
    return known.certificate_names


def is_of_one_endpoint(certificate_names: tuple[str, ...]) -> bool:
    """Whether a certificate of these names is a single endpoint's, and not for all endpoints of a service."""
    return any(_ENDPOINT_LABEL.search(name) for name in certificate_names)
