"""What the edge serves: endpoints with their policies, services at their public addresses, and whose resources
they are."""

from __future__ import annotations

from dataclasses import dataclass

from skywalk.plan.origin import Origin
from skywalk.values.addresses import Address, Network


@dataclass(frozen=True, slots=True, order=True)
class GatewayEndpoint:
    """A gateway endpoint: a link of its own behind which the service's networks are local addresses.

    `service` is the short name (`s3`), `policy` the text of the endpoint policy, `ports` the TCP ports that answer.
    """

    vpc_endpoint_id: str
    vpc_id: str
    account_id: str
    region: str
    service: str
    networks: tuple[Network, ...]
    ports: tuple[int, ...]
    policy: str
    origin: Origin

    @property
    def key(self) -> str:
        return self.vpc_endpoint_id


@dataclass(frozen=True, slots=True, order=True)
class InterfaceEndpoint:
    """An interface endpoint: private addresses at which one service answers.

    `service` and `region` are the service's, as in `PublicService`; `ports` the TCP ports that answer at `addresses`,
    those of its network interfaces. `names` are the endpoint's own, regional and zonal, `*.` for labels in front;
    `certificate_names` those of its certificate beside the service's public ones.
    """

    vpc_endpoint_id: str
    vpc_id: str
    account_id: str
    region: str
    service: str
    addresses: tuple[Address, ...]
    ports: tuple[int, ...]
    names: tuple[str, ...]
    certificate_names: tuple[str, ...]
    policy: str
    origin: Origin
    vpc_region: str = ""
    """Where the endpoint is, if that is not its service's region."""

    @property
    def key(self) -> str:
        return self.vpc_endpoint_id


@dataclass(frozen=True, slots=True, order=True)
class PublicService:
    """A service at its public addresses, reached through an internet gateway. `names` are what its certificate and
    its routing by host carry, `*.` for one label in front."""

    service: str
    region: str
    networks: tuple[Network, ...]
    addresses: tuple[Address, ...]
    names: tuple[str, ...]
    ports: tuple[int, ...]
    origin: Origin

    @property
    def key(self) -> str:
        return f"{self.region} {self.service}"


@dataclass(frozen=True, slots=True, order=True)
class ServiceResource:
    """A resource that lives in a service's backend (a bucket): its owner and its resource policy's text, if any.

    `arn` is the key: `arn:aws:s3:::documents`.
    """

    arn: str
    account_id: str
    region: str
    policy: str | None
    origin: Origin

    @property
    def key(self) -> str:
        return self.arn
