"""The services that a region serves at public addresses: their names and where those lead. Data, no behaviour.

The addresses of S3 and DynamoDB are members of their prefix lists, as at AWS; those of the others lie outside every
prefix list of AWS's, in 198.51.100.0/24 (TEST-NET-2 of RFC 5737, so that they are nobody's). Those that are only in the
catalogue of interface endpoints share an address in each region.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network

from skywalk.resources.interface_services import InterfaceService, interface_services, services_in_public_only
from skywalk.resources.prefix_lists import service_prefix_list
from skywalk.resources.regions import REGION_NAMES
from skywalk.values.addresses import Address, Network, address_at

_OTHER_SERVICES: IPv4Network = IPv4Network("198.51.100.0/24")
_FIRST_HOST = 10
_ADDRESSES_PER_NAME = 8
_FIRST_SHARED_HOST = 64
_SHARED_HOSTS_APART = 32
CATALOGUE_TTL_SECONDS = 60

GLOBAL_SERVICE_REGION = "us-east-1"
"""Where global names and global services are served from."""


@dataclass(frozen=True, slots=True)
class PublicServiceEntry:
    """`names` are host names, `*.` in front for all names below."""

    service: str
    region: str
    names: tuple[str, ...]
    networks: tuple[Network, ...]
    addresses: tuple[Address, ...]
    serves_plain_http: bool
    name_ttl_seconds: int


def _s3(region: str) -> PublicServiceEntry:
    families = (f"{family}.{region}.amazonaws.com" for family in ("s3", "s3-accesspoint", "s3-control"))
    names = [name for family in families for name in (family, f"*.{family}")]
    if region == GLOBAL_SERVICE_REGION:
        names += ["s3.amazonaws.com", "*.s3.amazonaws.com"]
    networks = service_prefix_list(region, f"com.amazonaws.{region}.s3").networks
    return PublicServiceEntry(
        service="s3",
        region=region,
        names=tuple(names),
        networks=networks,
        addresses=_spread(networks),
        serves_plain_http=True,
        name_ttl_seconds=5,  # as seen in public answers for S3 names
    )


def _dynamodb(region: str) -> PublicServiceEntry:
    """With the names that have an account in front: newer SDKs use them where their credentials tell the account.

    Source: DynamoDB Developer Guide, "Account-based endpoints".
    """
    networks = service_prefix_list(region, f"com.amazonaws.{region}.dynamodb").networks
    return PublicServiceEntry(
        service="dynamodb",
        region=region,
        names=(f"dynamodb.{region}.amazonaws.com", f"*.ddb.{region}.amazonaws.com"),
        networks=networks,
        addresses=_spread(networks),
        serves_plain_http=True,
        name_ttl_seconds=5,  # as seen in public answers
    )


def _spread(networks: tuple[Network, ...]) -> tuple[Address, ...]:
    """Some addresses over all networks, none of them a network's first or last."""
    places = [(networks[n % len(networks)], n // len(networks)) for n in range(_ADDRESSES_PER_NAME)]
    return tuple(address_at(network, network.num_addresses // 3 + 17 * (turn + 1)) for network, turn in places)


def _with_one_address(service: str, region: str, names: tuple[str, ...], offset: int) -> PublicServiceEntry:
    address = address_at(_OTHER_SERVICES, _FIRST_HOST + offset)
    return PublicServiceEntry(
        service=service,
        region=region,
        names=names,
        networks=(ip_network(address),),
        addresses=(address,),
        serves_plain_http=False,
        name_ttl_seconds=60,
    )


def _api_services() -> list[PublicServiceEntry]:
    entries = [_with_one_address("iam", GLOBAL_SERVICE_REGION, ("iam.amazonaws.com",), 0)]
    for number, region in enumerate(REGION_NAMES):
        is_global = region == GLOBAL_SERVICE_REGION
        for place, service in enumerate(("ec2", "sts"), start=1):
            regional = f"{service}.{region}.amazonaws.com"
            names = (regional, f"{service}.amazonaws.com") if is_global else (regional,)
            entries.append(_with_one_address(service, region, names, 2 * number + place))
    return entries


PUBLIC_SERVICES: tuple[PublicServiceEntry, ...] = (
    *(_s3(region) for region in REGION_NAMES),
    *(_dynamodb(region) for region in REGION_NAMES),
    *_api_services(),
)


def shared_address(region: str, place: int) -> Address:
    """Where a region's services of the catalogue are; `place` tells apart those that answer on different ports."""
    return address_at(_OTHER_SERVICES, _FIRST_SHARED_HOST + _SHARED_HOSTS_APART * place + REGION_NAMES.index(region))


def catalogue_services() -> tuple[InterfaceService, ...]:
    """The services that have public names and are none of `PUBLIC_SERVICES`."""
    served = {entry.service for entry in PUBLIC_SERVICES}
    return tuple(one for one in (*interface_services(), *services_in_public_only()) if one.service not in served)
