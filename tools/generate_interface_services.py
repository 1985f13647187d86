"""Say which host names of `src/skywalk/resources/interface_services.json` nobody confirms.

The services, their names and what is special about them are written by hand. This tool looks every name up in
botocore's endpoint data (what SDKs call in every region, with and without FIPS and dual stack) and writes
`unconfirmed_names`: the services with a name that is not there, and for which `documented_names` does not say that a
guide has it.
With `--check` nothing is written; the exit status says whether the committed file is current.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError
from botocore.loaders import Loader

from skywalk.resources.interface_services import DATA, InterfaceService, interface_services, services_in_public_only

_REGIONS = ("us-east-1", "eu-west-1")
_PREFIXES = ("api", "env", "ops", "data", "analytics", "control-storage", "storage", "tags", "workflows", "management")
_MORE_PREFIXES = ("scheduling", "streaming", "sync", "dicom", "runtime")
"""That clients put in front of the hosts of some services by their models' `endpoint` traits."""


def known_hosts() -> set[str]:
    """All host names of botocore's, `{region}` for the region."""
    loader = Loader()
    partitions = loader.load_data("partitions")
    hosts = set(_classic_hosts(loader.load_data("endpoints")["partitions"][0]))
    for service in loader.list_available_services("endpoint-rule-set-1"):
        provider = EndpointProvider(loader.load_service_model(service, "endpoint-rule-set-1"), partitions)
        for region, fips, dual_stack in itertools.product(_REGIONS, (False, True), (False, True)):
            try:
                found = provider.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dual_stack)
            except EndpointProviderError:
                continue
            hosts.add((urlsplit(found.url).hostname or "").replace(region, "{region}"))
    return hosts


def _classic_hosts(partition: dict[str, Any]) -> list[str]:
    """Those of the older data, whose services are named by their host labels."""
    default = partition["defaults"]["hostname"].replace("{dnsSuffix}", "amazonaws.com")
    hosts = [default.replace("{service}", service) for service in partition["services"]]
    for service in partition["services"].values():
        for region, endpoint in service["endpoints"].items():
            scope = endpoint.get("credentialScope", {}).get("region", region)
            hosts.append(endpoint.get("hostname", "").replace(scope, "{region}"))
    return hosts


def is_known(name: str, hosts: set[str]) -> bool:
    """Whether clients call the name, perhaps with a label that their models put in front."""
    fronts = [f"{prefix}{mark}" for prefix in (*_PREFIXES, *_MORE_PREFIXES) for mark in ".-"]
    bare = name.removeprefix("*.")
    return any(one in hosts for one in (bare, *(bare.removeprefix(front) for front in fronts)))


def unconfirmed(services: tuple[InterfaceService, ...], documented: list[str], hosts: set[str]) -> list[str]:
    return sorted(
        one.service
        for one in services
        if one.service not in documented and not all(is_known(name, hosts) for name in one.names)
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare with the committed file")
    options = parser.parse_args(arguments)
    data = json.loads(DATA.read_text())
    services = (*interface_services(), *services_in_public_only())
    data["unconfirmed_names"] = unconfirmed(services, data["documented_names"], known_hosts())
    text = json.dumps(data, indent=2) + "\n"
    if options.check:
        return 0 if DATA.read_text() == text else 1
    Path(DATA).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
