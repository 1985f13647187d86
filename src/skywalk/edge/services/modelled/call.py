"""One request to a modelled service on its way: what each step has found out."""

from __future__ import annotations

import logging
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from skywalk.backends.backend import BackendRequest
from skywalk.edge.services.modelled.access import Asker
from skywalk.edge.services.modelled.protocols.results import read_result
from skywalk.edge.services.modelled.protocols.understand import usual_protocol, write
from skywalk.edge.services.modelled.protocols.understood import Understood
from skywalk.edge.services.modelled.refusals import internal_failure, no_backend, service_unavailable
from skywalk.edge.services.modelled.service_models import JSON, service_model
from skywalk.edge.services.modelled.serving import serving
from skywalk.edge.services.modelled.stumbles import meaning_of_failure
from skywalk.http1.upstream import ConnectFailed, UpstreamError
from skywalk.values.embedded_services import embedded_services
from skywalk.values.errors import AwsError, SkywalkError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skywalk.edge.arrival import Arrival
    from skywalk.edge.authorize import Check
    from skywalk.edge.backend_directory import OpenBackend
    from skywalk.edge.callers import VerifiedCaller
    from skywalk.edge.service import Surroundings
    from skywalk.edge.services.modelled.authorize import ModelledAuthorization
    from skywalk.edge.services.modelled.protocols.understand import Reading
    from skywalk.edge.services.modelled.service_models import Operation, ServiceModel
    from skywalk.edge.services.modelled.serving import Serving
    from skywalk.http1.exchange import Exchange
    from skywalk.http1.request import RequestHead
    from skywalk.http1.response import ResponseHead

log = logging.getLogger(__name__)

OPERATION_HEADER = "x-skywalk-operation"
"""Tells the embedded backend what is asked for, as it was understood. Clients' headers that begin like it are never
forwarded."""
_ANSWER_LIMIT_BYTES = 128 << 20
_DONE, _FIRST_SERVER_ERROR, _UNAVAILABLE = 200, 500, 503


@dataclass(frozen=True, slots=True)
class BackendAnswer:
    """`headers` have lower-case names."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class ModelledCall:
    """Filled in from top to bottom."""

    around: Surroundings
    serving: Serving
    arrival: Arrival
    head: RequestHead
    exchange: Exchange
    region: str
    request_id: str
    protocol: str = JSON
    model: ServiceModel | None = None
    content: bytes = b""
    reading: Reading = field(init=False)
    caller: VerifiedCaller = field(init=False)
    understood: Understood = field(init=False)
    checks: list[Check] = field(default_factory=list)
    authorization: ModelledAuthorization = field(init=False)
    owner_account_id: str | None = None
    """The account that the backend is asked in: the resource's, once it is known whose that is."""
    backend: OpenBackend = field(init=False)

    @property
    def asker(self) -> Asker:
        return Asker(self.caller.principal.account_id, self.region)

    async def find_backend(self) -> None:
        """Starts it, if need be. Raises AwsError."""
        service, backends = self.serving.service, self.around.backends
        if backends.find(service) is None and service not in embedded_services():
            raise no_backend(service)
        try:
            self.backend = await backends.get(service)
        except SkywalkError as error:
            log.warning("the backend of %s cannot be had: %s", service, error)
            raise service_unavailable(f"The backend of {service} cannot be had: {error}") from None

    async def ask(self, understood: Understood, more_headers: Iterable[tuple[str, str]] = ()) -> BackendAnswer:
        """The backend's answer in the owner's account: of an embedded backend in JSON, if the service speaks it.

        `more_headers` are for the embedded backend.

        Raises AwsError.
        """
        is_embedded = self.backend.backend.is_embedded
        written = write(understood, self.backend_protocol(understood))
        headers = list(written.headers)
        if is_embedded:
            moto_name = embedded_services()[self.serving.service]
            headers += [(OPERATION_HEADER, f"{moto_name}.{understood.operation.name}"), *more_headers]
        request = BackendRequest(
            written.method,
            written.target,
            headers,
            self.owner_account_id or self.caller.principal.account_id,
            self.region,
            len(written.content),
            written.content,
        )
        return await self._answer(request, written.content, understood, is_embedded)

    def backend_protocol(self, understood: Understood) -> str:
        if self.backend.backend.is_embedded and JSON in understood.model.protocols:
            return JSON
        return understood.protocol

    async def ask_for(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any] | None:
        """The result of an operation of the edge's own (`read_result`); None where the backend refuses.

        Raises AwsError, also where a backend by URL fails, or answers with what cannot be read.
        """
        found = self._model_with(operation)
        if found is None:
            return None
        model, asked = found
        protocol = JSON if JSON in model.protocols else usual_protocol(model)
        answer = await self.ask(Understood(model, protocol, asked, parameters))
        if answer.status >= _FIRST_SERVER_ERROR:
            service = self.serving.service
            raise service_unavailable(f"The backend of {service} did not answer {operation}: {answer.status}")
        if answer.status != _DONE:
            return None
        result = read_result(asked, protocol, answer.body)
        if result is None:
            log.error("the backend of %s answered %s with what cannot be read", self.serving.service, operation)
            raise internal_failure()
        return result

    async def beside(self, service: str, account_id: str) -> ModelledCall:
        """To ask a service for something in another account on the way. Raises AwsError."""
        other = copy(self)
        other.serving, other.owner_account_id = serving(service), account_id
        await other.find_backend()
        return other

    def _model_with(self, operation: str) -> tuple[ServiceModel, Operation] | None:
        """The request's own model comes first, if it is of the service that is asked."""
        own, models = self.understood.model, self.serving.models
        ordered = [own] if own.folder in models else []
        for model in (*ordered, *map(service_model, models)):
            found = model.operation(operation)
            if found is not None:
                return model, found
        return None

    async def ask_for_answer(self, operation: str, parameters: dict[str, Any]) -> BackendAnswer:
        """To an operation of the edge's own, as the client's is answered. Raises AwsError."""
        model = self.understood.model
        asked = model.operation(operation)
        assert asked is not None
        return await self.ask(Understood(model, self.understood.protocol, asked, parameters))

    async def succeeds(self, operation: str, parameters: dict[str, Any]) -> bool:
        """Raises AwsError."""
        return (await self.ask_for_answer(operation, parameters)).status == 200

    async def _answer(
        self, request: BackendRequest, content: bytes, understood: Understood, is_embedded: bool
    ) -> BackendAnswer:
        service = self.serving.service
        try:
            try:
                head, body = await self._ask(request, content)
            except ConnectFailed:
                if not is_embedded:
                    raise
                await self.find_backend()  # it has ended since it was last asked
                head, body = await self._ask(request, content)
        except ConnectFailed:
            raise service_unavailable(f"The backend of {service} cannot be reached.") from None
        except UpstreamError as error:
            log.warning("the backend of %s did not answer: %s", service, error)
            raise internal_failure() from None
        if head.status >= _FIRST_SERVER_ERROR and is_embedded:
            raise self._failure(head.status, body, understood)
        return BackendAnswer(head.status, {name.lower(): value for name, value in head.headers}, body)

    async def _ask(self, request: BackendRequest, content: bytes) -> tuple[ResponseHead, bytes]:
        """Raises UpstreamError, ConnectFailed where nothing was sent."""
        return await self.around.backends.ask(
            self.serving.service, self.backend, request, content, limit_bytes=_ANSWER_LIMIT_BYTES
        )

    def _failure(self, status: int, body: bytes, understood: Understood) -> AwsError:
        service, operation = self.serving.service, understood.operation.name
        if status == _UNAVAILABLE:
            return service_unavailable(f"The backend of {service} did not do it: {body.decode(errors='replace')}")
        # moto takes parameters that nobody looked at for what it expects, and stumbles.
        log.warning("the backend of %s failed at %s with status %d", service, operation, status)
        return meaning_of_failure(service, operation, understood.parameters, self.serving.validation_code)
