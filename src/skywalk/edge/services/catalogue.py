"""The services that the edge serves, by the names that endpoint services have (`s3`, `monitoring`, `ecr.api`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.edge.services.dynamodb.pipeline import DynamoDbPipeline
from skywalk.edge.services.s3.pipeline import S3Pipeline

if TYPE_CHECKING:
    from skywalk.edge.api_passage import ApiPassage
    from skywalk.edge.service import EdgeService, Surroundings

API_SERVICES = frozenset({"ec2", "elasticloadbalancing", "iam", "route53", "route53resolver", "sts"})
"""Skywalk's own, answered by its API server."""
_FIPS = "-fips"
"""Such services are those without it, under names of their own."""


class Services(dict[str, "EdgeService"]):
    """One of each, for one process; what is not S3 or DynamoDB is made when it is first asked for.

    `api` is the way to the API server; without one, at the API's own port, its services are not to be asked for.
    """

    def __init__(self, around: Surroundings, api: ApiPassage | None = None) -> None:
        super().__init__({"dynamodb": DynamoDbPipeline(around), "s3": S3Pipeline(around)})
        self._around = around
        self._api = api

    def __missing__(self, name: str) -> EdgeService:
        made = self[name] = self._make(name)
        return made

    def _make(self, name: str) -> EdgeService:
        if name.endswith(_FIPS):
            return self[name.removesuffix(_FIPS)]
        if name in API_SERVICES and self._api is not None:
            return self._api.service(name)
        from skywalk.edge.services.modelled.pipeline import ModelledPipeline

        return ModelledPipeline(self._around, name)


def make_services(around: Surroundings, api: ApiPassage | None = None) -> Services:
    return Services(around, api)
