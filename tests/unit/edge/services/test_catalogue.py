"""Which service answers under which name."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from skywalk.edge.api_passage import ApiPassage, PassedService
from skywalk.edge.services.catalogue import API_SERVICES, make_services
from skywalk.edge.services.dynamodb.pipeline import DynamoDbPipeline
from skywalk.edge.services.modelled.pipeline import ModelledPipeline
from skywalk.edge.services.s3.pipeline import S3Pipeline
from support.edge_in_process import in_process_edge


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("s3", S3Pipeline),
        ("dynamodb", DynamoDbPipeline),
        ("monitoring", ModelledPipeline),
        ("ecr.api", ModelledPipeline),
        ("no-such-service", ModelledPipeline),
        *((name, PassedService) for name in sorted(API_SERVICES)),
    ],
)
def test_who_answers(name: str, kind: type[object]) -> None:
    async def story() -> None:
        async with in_process_edge() as edge:
            services = make_services(edge.around, ApiPassage(Path("/nowhere")))
            assert isinstance(services[name], kind)
            assert services[name] is services[name]
            assert services[f"{name}-fips"] is services[name]

    asyncio.run(story())
