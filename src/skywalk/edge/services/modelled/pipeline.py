"""What happens to a request to a modelled service, in order. Every step may refuse (AwsError); the last one serves.

The body is held whole: its hash is part of the signature, and the parameters in it decide.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from skywalk.edge.authorize import endpoint_policy_of
from skywalk.edge.services.modelled import messages
from skywalk.edge.services.modelled.access import NameNotUsable, wanted
from skywalk.edge.services.modelled.answers import Answers, in_own_protocol, returned_headers, translated
from skywalk.edge.services.modelled.authorize import ModelledAuthorization
from skywalk.edge.services.modelled.call import BackendAnswer, ModelledCall
from skywalk.edge.services.modelled.embedded import check_embedded
from skywalk.edge.services.modelled.foreign_arns import check_arns
from skywalk.edge.services.modelled.lookups import with_full_arns
from skywalk.edge.services.modelled.made_by_stacks import checks_of_made
from skywalk.edge.services.modelled.plain_names import write_plainly
from skywalk.edge.services.modelled.preconditions import check_preconditions
from skywalk.edge.services.modelled.protocols.understand import find_operation, protocol_of, unpacked
from skywalk.edge.services.modelled.refusals import (
    body_broken,
    internal_failure,
    misdirected,
    no_model,
    not_of_here,
    request_too_large,
    service_unavailable,
)
from skywalk.edge.services.modelled.resource_keys import with_resource_keys
from skywalk.edge.services.modelled.resource_policies.ciphertexts import check_answered_key, with_given_key
from skywalk.edge.services.modelled.resource_policies.owners import is_new, is_shared, main_resource, owner_of
from skywalk.edge.services.modelled.resource_policies.serve import handler
from skywalk.edge.services.modelled.service_models import JSON, service_model
from skywalk.edge.services.modelled.serving import serving
from skywalk.edge.services.modelled.validation import check_parameters
from skywalk.edge.verdicts import note_operation
from skywalk.http1.body import Body, BodyAborted, BodyTooLarge
from skywalk.identity.body_check import UNSIGNED_PAYLOAD
from skywalk.identity.sigv4 import SignedRequest
from skywalk.policy.keys.request import via_service
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from skywalk.edge.arrival import Arrival
    from skywalk.edge.service import Surroundings
    from skywalk.edge.services.modelled.service_models import ServiceModel
    from skywalk.http1.exchange import Exchange
    from skywalk.http1.request import RequestHead

log = logging.getLogger(__name__)

_CLOUDFORMATION = "cloudformation.amazonaws.com"


class ModelledPipeline:
    """One service, as it is served to every arrival. `service` is its name as an endpoint service."""

    def __init__(self, around: Surroundings, service: str) -> None:
        self._around = around
        self._serving = serving(service)
        self._answers = Answers(around.clock, around.chance)

    def handle(
        self, arrival: Arrival, region: str, names: tuple[str, ...], head: RequestHead, body: Body, exchange: Exchange
    ) -> Awaitable[None] | None:
        """`region` is that of the service that the request was sent to."""
        call = ModelledCall(self._around, self._serving, arrival, head, exchange, region, self._answers.request_id())
        return self._answer(call, body)

    def refuse_misdirected(self, exchange: Exchange) -> None:
        self._refuse_unread(exchange, misdirected(self._serving.service))

    def refuse_unavailable(self, exchange: Exchange, reason: str) -> None:
        self._refuse_unread(exchange, service_unavailable(reason))

    def render_head_refusal(self, status: int, reason: str) -> tuple[list[tuple[str, str]], bytes]:
        models = self._serving.models
        return self._answers.render_head_refusal(status, reason, service_model(models[0]) if models else None)

    def _refuse_unread(self, exchange: Exchange, error: AwsError) -> None:
        """In the service's first protocol: nobody has looked which the client speaks."""
        models = self._serving.models
        model = service_model(models[0]) if models else None
        protocol = JSON if model is None else protocol_of(model, exchange.head)
        self._answers.refuse(exchange, error, protocol, model, self._answers.request_id())

    async def _answer(self, call: ModelledCall, body: Body) -> None:
        try:
            await understand(call, body)
            verify(call)
            await decide(call)
            answer = await serve(call)
            status, headers, content = self._in_client_s_protocol(call, answer)
        except AwsError as error:
            self._answers.refuse(call.exchange, error, call.protocol, call.model, call.request_id)
            return
        if call.exchange.lost:
            call.exchange.abort()
            return
        self._answers.respond(call.exchange, status, headers, content, call.request_id)

    def _in_client_s_protocol(
        self, call: ModelledCall, answer: BackendAnswer
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        headers = returned_headers(call.understood, answer.headers)
        if call.backend_protocol(call.understood) == call.understood.protocol:
            return *in_own_protocol(call.understood, answer.status, headers), answer.body
        try:
            return translated(call.understood, answer.status, headers, answer.body, call.request_id)
        except (ValueError, AttributeError, KeyError):
            log.exception("the answer to %s cannot be translated", call.understood.operation.name)
            raise internal_failure() from None


async def understand(call: ModelledCall, body: Body) -> None:
    """First: what is asked, in which protocol. Its parameters are read when it is known who asks."""
    models = [service_model(folder) for folder in call.serving.models]
    if not models:
        raise no_model(call.serving.service)
    call.model = models[0]
    call.protocol = protocol_of(models[0], call.head)
    call.content = await _read(body, call.serving.limit_bytes)
    plain = unpacked(call.head, call.content, call.serving.limit_bytes)
    for model in models:
        if _finds(call, model, plain):
            return
    call.protocol = protocol_of(models[0], call.head)
    find_operation(models[0], call.protocol, call.head, plain)


def _finds(call: ModelledCall, model: ServiceModel, plain: bytes) -> bool:
    """Of services with several models, the first that has the operation is meant."""
    protocol = protocol_of(model, call.head)
    try:
        reading = find_operation(model, protocol, call.head, plain)
    except AwsError:
        return False
    call.model, call.protocol, call.reading = model, protocol, reading
    note_operation(call.exchange, reading.operation.name)
    return True


def verify(call: ModelledCall) -> None:
    """Before anything is looked up: who asks."""
    head, verifier, name = call.head, call.around.verifier, call.serving.signing_name
    region = None if call.arrival.is_outside else call.region
    signed = SignedRequest(head.method, head.path, head.query, head.headers)
    verified = verifier.verify(signed, name, region, _signed_payload(call))
    call.caller = verifier.find(verified.caller, name)
    if call.arrival.is_outside:
        call.region = verified.region


def _signed_payload(call: ModelledCall) -> str:
    """What the signature covers of the body: its hash, or nothing where the service takes that.

    Source: "authtype" of PutSnapshotBlock in the model of EBS direct APIs.
    """
    is_unsigned = call.head.get("x-amz-content-sha256") == UNSIGNED_PAYLOAD
    return UNSIGNED_PAYLOAD if is_unsigned and call.serving.service == "ebs" else sha256(call.content).hexdigest()


async def decide(call: ModelledCall) -> None:
    """What can be said without knowing whose anything is; then every check against every policy."""
    call.understood = understood = call.reading.parse()
    write_plainly(call.serving.service, understood, call.asker)
    check_parameters(understood.operation.input, understood.parameters, call.serving.validation_code)
    try:
        found = wanted(call.serving.service, call.serving.signing_name, understood, call.asker)
    except NameNotUsable as name:
        raise not_of_here(call.serving.validation_code, str(name)) from None
    checks = await with_full_arns(call, found)
    call.checks = checks = with_given_key(call.serving.service, understood, call.asker, checks)
    call.authorization = _authorization(call, with_endpoint=True)
    call.checks = checks = await with_resource_keys(call, call.authorization, checks)
    refusal = call.authorization.refusal(checks)
    if refusal is None and (made := await checks_of_made(call)):
        refusal = _authorization(call, with_endpoint=False).refusal(made)
    if refusal is not None:
        raise refusal


async def serve(call: ModelledCall) -> BackendAnswer:
    """Forwarded as it was understood, in the name of whoever owns what it is about; policies of resources are not."""
    await call.find_backend()
    service, operation = call.serving.service, call.understood.operation.name
    call.owner_account_id = owner = owner_of(call.checks, call.asker.account_id)
    is_embedded = call.backend.backend.is_embedded
    if is_embedded:
        asker, code = replace(call.asker, account_id=owner), call.serving.validation_code
        check_preconditions(service, call.understood, code)
        check_embedded(service, call.understood, asker, call.around.state.roles)
        check_arns(service, call.checks[0].action.partition(":")[0], call.understood, asker, code)
    about_policies = handler(service, operation)
    if about_policies is not None:
        return await about_policies(call, main_resource(call.checks))
    if is_embedded and service == "sqs" and operation == messages.OPERATION:
        return await messages.receive(call)
    answer = await call.ask(call.understood)
    check_answered_key(call, answer)
    return answer


def _authorization(call: ModelledCall, *, with_endpoint: bool) -> ModelledAuthorization:
    state = call.around.state
    context = call.arrival.context(call.caller, call.exchange, call.region, call.around.times)
    if not with_endpoint:
        context = via_service(context, _CLOUDFORMATION)
    policy = endpoint_policy_of(state, call.arrival) if with_endpoint else None
    entry = call.exchange.noted
    operation = call.understood.operation.name
    shared, new = is_shared(call.serving.service, operation), is_new(operation)
    return ModelledAuthorization(
        state, call.caller, context, policy, call.serving.denied_code, shared, new, entry=entry
    )


async def _read(body: Body, limit_bytes: int) -> bytes:
    try:
        return await body.read_all(limit_bytes)
    except BodyTooLarge:
        raise request_too_large(limit_bytes) from None
    except BodyAborted:
        raise body_broken() from None
