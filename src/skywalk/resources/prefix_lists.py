"""AWS's own prefix lists: the networks of S3 and DynamoDB in each region. A catalogue, not stored.

An id names a list only together with a region: `pl-6ea54007` is S3 in eu-central-1 and DynamoDB in us-west-1.
Ids and networks are those of a public capture of DescribePrefixLists in every region (us-east-1: of several, later
ones as well). AWS changes the networks as it grows; these stay, and never overlap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class PrefixList:
    """`service` is `s3` or `dynamodb`; `name` is also the service name of the endpoints that route it."""

    prefix_list_id: str
    region: str
    service: str
    networks: tuple[IPv4Network, ...]

    @property
    def name(self) -> str:
        return f"com.amazonaws.{self.region}.{self.service}"


_CAPTURED: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "ap-northeast-1": {
        "s3": ("pl-61a54008", "52.219.0.0/20 52.219.16.0/22 52.219.68.0/22 54.231.224.0/21"),
        "dynamodb": ("pl-78a54011", "52.94.8.0/24"),
    },
    "ap-northeast-2": {
        "s3": ("pl-78a54011", "52.92.0.0/20 52.219.56.0/22 52.219.60.0/23"),
        "dynamodb": ("pl-48a54021", "52.94.6.0/24"),
    },
    "ap-south-1": {
        "s3": ("pl-78a54011", "52.92.248.0/22 52.219.62.0/23 52.219.64.0/22"),
        "dynamodb": ("pl-66a7420f", "52.94.20.0/24"),
    },
    "ap-southeast-1": {
        "s3": ("pl-6fa54006", "52.219.32.0/21 52.219.40.0/22 52.219.76.0/22 54.231.240.0/22"),
        "dynamodb": ("pl-67a5400e", "52.94.11.0/24"),
    },
    "ap-southeast-2": {
        "s3": ("pl-6ca54005", "52.95.128.0/21 54.231.248.0/22 54.231.252.0/24"),
        "dynamodb": ("pl-62a5400b", "52.94.13.0/24"),
    },
    "ca-central-1": {
        "s3": ("pl-7da54014", "52.92.84.0/22 52.95.145.0/24 52.95.146.0/23"),
        "dynamodb": ("pl-4ea54027", "52.94.14.0/24"),
    },
    "eu-central-1": {
        "s3": ("pl-6ea54007", "52.219.44.0/22 52.219.72.0/22 54.231.192.0/20"),
        "dynamodb": ("pl-66a5400f", "52.94.17.0/24"),
    },
    "eu-west-1": {
        "s3": ("pl-6da54004", "52.218.0.0/17 54.231.128.0/19"),
        "dynamodb": ("pl-6fa54006", "52.94.5.0/24 52.94.24.0/23 52.119.240.0/21"),
    },
    "eu-west-2": {
        "s3": ("pl-7ca54015", "52.92.88.0/22 52.95.148.0/23 52.95.150.0/24"),
        "dynamodb": ("pl-b3a742da", "52.94.15.0/24"),
    },
    "eu-west-3": {
        "s3": ("pl-23ad484a", "52.95.154.0/23 52.95.156.0/24"),
        "dynamodb": ("pl-abb451c2", "52.94.16.0/24"),
    },
    "sa-east-1": {
        "s3": (
            "pl-6aa54003",
            "52.92.64.0/22 52.92.72.0/22 52.95.136.0/23 52.95.138.0/24 52.95.163.0/24 52.95.164.0/23",
        ),
        "dynamodb": ("pl-60a54009", "52.94.7.0/24"),
    },
    "us-east-1": {
        # 54.231.0.0/16 in later captures; the /17 leaves us-west-2 and eu-west-1 their older parts of it.
        "s3": (
            "pl-63a5400a",
            "3.5.0.0/19 16.182.0.0/16 18.34.0.0/19 18.34.232.0/21 52.216.0.0/15 54.231.0.0/17",
        ),
        "dynamodb": ("pl-02cd2c6b", "3.218.180.0/23 3.218.182.0/24 52.94.0.0/22 52.119.224.0/20"),
    },
    "us-east-2": {
        "s3": ("pl-7ba54012", "52.92.76.0/22 52.219.80.0/20 52.219.96.0/20"),
        "dynamodb": ("pl-4ca54025", "52.94.4.0/24"),
    },
    "us-west-1": {
        "s3": ("pl-6ba54002", "52.92.48.0/22 52.219.20.0/22 52.219.24.0/21 54.231.232.0/21"),
        "dynamodb": ("pl-6ea54007", "52.94.12.0/24"),
    },
    "us-west-2": {
        "s3": ("pl-68a54001", "52.92.32.0/22 52.218.128.0/17 54.231.160.0/19"),
        "dynamodb": ("pl-00a54069", "52.94.28.0/23"),
    },
}


def _prefix_list(region: str, service: str, prefix_list_id: str, networks: str) -> PrefixList:
    return PrefixList(prefix_list_id, region, service, tuple(IPv4Network(text) for text in networks.split()))


_BY_REGION: Mapping[str, tuple[PrefixList, ...]] = MappingProxyType(
    {
        region: tuple(_prefix_list(region, service, *entry) for service, entry in services.items())
        for region, services in _CAPTURED.items()
    }
)


def prefix_lists_of(region: str) -> tuple[PrefixList, ...]:
    """A region's prefix lists; none in a region that skywalk does not know."""
    return _BY_REGION.get(region, ())


def prefix_list(region: str, prefix_list_id: str) -> PrefixList | None:
    """The list of this id in a region; None if the region has no such list."""
    return next((one for one in prefix_lists_of(region) if one.prefix_list_id == prefix_list_id), None)


@lru_cache(maxsize=1024)
def service_prefix_list(region: str, service_name: str) -> PrefixList:
    """The list of a service that has gateway endpoints: `com.amazonaws.us-east-1.s3`. Raises KeyError for others."""
    for one in prefix_lists_of(region):
        if one.name == service_name:
            return one
    raise KeyError(service_name)
