"""Every service of the shared backend by stock clients: all that is served of it, and that nothing of it is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from skywalk.edge.services.modelled.embedded import embedded_service
from skywalk.values.embedded_services import embedded_services
from support import edge_rows as rows
from support.embedded_story import Told, story_names, tell
from support.modelled_region import ModelledRegion, modelled_region

HAVE_TESTS_OF_THEIR_OWN = frozenset(
    {"cloudformation", "ecr.api", "kms", "lambda", "logs", "monitoring", "secretsmanager", "sns", "sqs", "ssm"}
)
"""`test_modelled_services` and others."""
OTHERWISE = "was answered otherwise than before"
UNSAVED = "cannot be saved"


@pytest.fixture(scope="module")
def region() -> Iterator[ModelledRegion]:
    with modelled_region({}, rows.role("runner")) as running:
        yield running


@pytest.fixture(scope="module")
def told() -> dict[str, Told]:
    return {}


@pytest.mark.parametrize("name", story_names())
def test_a_story(name: str, region: ModelledRegion, told: dict[str, Told]) -> None:
    told[name] = found = tell(name, region)
    assert embedded_service(found.service).served - found.called == set()


def test_nothing_is_lost_by_a_kill(region: ModelledRegion, told: dict[str, Told]) -> None:
    """Of all stories before; alone, of one."""
    told = told or {name: tell(name, region) for name in story_names()[:1]}
    region.kill_backend()
    assert {name: one.again() for name, one in told.items()} == {name: one.seen for name, one in told.items()}
    assert OTHERWISE not in region.backend_log
    assert UNSAVED not in region.backend_log


def test_every_service_has_a_story() -> None:
    stories = {name.replace("_", "-") for name in story_names()}
    services = embedded_services().keys() - HAVE_TESTS_OF_THEIR_OWN
    assert stories == {service.replace(".", "-").replace("_", "-") for service in services}
