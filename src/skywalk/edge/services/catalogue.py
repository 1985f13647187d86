"""The services that the edge serves, by their signing names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.edge.services.dynamodb.pipeline import DynamoDbPipeline
from skywalk.edge.services.s3.pipeline import S3Pipeline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.service import EdgeService, Surroundings


def make_services(around: Surroundings) -> Mapping[str, EdgeService]:
    """One of each, for one process."""
    return {"dynamodb": DynamoDbPipeline(around), "s3": S3Pipeline(around)}
