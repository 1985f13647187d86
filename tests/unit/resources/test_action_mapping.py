"""For which services a policy other than full access can be obeyed."""

from __future__ import annotations

from skywalk.api.route import OWN_SERVICES
from skywalk.edge.services.catalogue import API_SERVICES
from skywalk.resources.action_mapping import is_mapped
from skywalk.resources.endpoint_services import endpoint_services
from skywalk.values.modelled_services import modelled_services


def test_all_that_anything_is_served_of() -> None:
    served = {"s3", "dynamodb", *OWN_SERVICES, *modelled_services()}
    assert all(map(is_mapped, served))
    assert served >= API_SERVICES


def test_what_has_no_model_is_not() -> None:
    offered = {service.service for service in endpoint_services("us-east-1")}
    assert {"codewhisperer", "ecr.dkr", "sts-fips"} <= {name for name in offered if not is_mapped(name)}
