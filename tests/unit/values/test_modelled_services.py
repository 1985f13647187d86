"""The table of modelled services is what its tool makes of botocore's models and the catalogue."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from skywalk.resources.endpoint_services import endpoint_services
from skywalk.values.modelled_services import modelled_services, services_that_sign_as, signs_as

ROOT = Path(__file__).resolve().parents[3]


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generator", ROOT / "tools/generate_modelled_services.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_is_generated() -> None:
    generator = tool()
    assert (ROOT / generator.SERVICES).read_text() == generator.render(generator.generate())


def test_the_names_are_the_catalogue_s() -> None:
    known = {service.service for service in endpoint_services("us-east-1")}
    assert len(modelled_services()) > 250
    assert len(modelled_services().keys() & known) > 250


@pytest.mark.parametrize(
    ("signing_name", "services"),
    [
        ("sqs", ("sqs",)),
        ("ecr", ("ecr.api",)),
        ("servicediscovery", ("servicediscovery", "data-servicediscovery")),
        ("cloudwatch", ()),
        ("s3", ()),
        ("x", ()),
    ],
)
def test_what_clients_sign_for(signing_name: str, services: tuple[str, ...]) -> None:
    assert services_that_sign_as(signing_name) == services


@pytest.mark.parametrize(
    ("service", "signing_name", "does"),
    [
        ("servicecatalog-appregistry", "servicecatalog", True),
        ("sqs", "sns", False),
        ("ecr.api", "ecr.api", False),
        ("x", "x", False),
    ],
)
def test_what_a_service_signs_as(service: str, signing_name: str, does: bool) -> None:
    assert signs_as(service, signing_name) is does
