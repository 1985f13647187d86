"""Which service a request means that only its signature names, where several sign as one: the first that has the
operation. None of them speaks a protocol whose operation is in the body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.edge.services.modelled.protocols.understand import find_operation, protocol_of
from skywalk.edge.services.modelled.service_models import service_model
from skywalk.values.errors import AwsError
from skywalk.values.modelled_services import modelled_services, services_that_sign_as

if TYPE_CHECKING:
    from skywalk.http1.request import RequestHead


def service_meant(signing_name: str, head: RequestHead) -> str | None:
    """The first of them where none has the operation, None where nobody signs so."""
    services = services_that_sign_as(signing_name)
    if len(services) < 2:
        return services[0] if services else None
    return next((service for service in services if _has(service, head)), services[0])


def _has(service: str, head: RequestHead) -> bool:
    return any(_finds(folder, head) for folder in modelled_services()[service].models)


def _finds(folder: str, head: RequestHead) -> bool:
    model = service_model(folder)
    try:
        find_operation(model, protocol_of(model, head), head, b"")
    except AwsError:
        return False
    return True
