"""The policies of the VPC endpoints that calls come through, compiled, and remembered until an endpoint changes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from skywalk.policy.compiled import CompiledPolicy, compile_policy
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.errors import PolicyError
from skywalk.policy.keys.names import SOURCE_VPCE
from skywalk.resources.vpc_endpoint import VpcEndpoint

if TYPE_CHECKING:
    from skywalk.policy.context import Context
    from skywalk.resources.store import Change, Store

log = logging.getLogger(__name__)

_DENIES_ALL = compile_policy(
    parse_policy(
        '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}', PolicyKind.ENDPOINT
    )
)


class EndpointPolicies:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, CompiledPolicy] = {}
        store.on_change(self._on_change)

    def of(self, network: Context) -> CompiledPolicy | None:
        """Of the endpoint that a call came through, whoever owns it; None where it came through none. The last calls of
        an endpoint that is gone are refused: nothing is left that would allow them."""
        endpoint_id = network.get(SOURCE_VPCE)
        if not isinstance(endpoint_id, str):
            return None
        known = self._known.get(endpoint_id)
        if known is None:
            endpoint = self._store.get(VpcEndpoint, endpoint_id)
            if endpoint is None:
                return _DENIES_ALL
            known = self._known[endpoint_id] = _compiled(endpoint)
        return known

    def _on_change(self, change: Change) -> None:
        for kind, resource_id in change.touched:
            if kind == VpcEndpoint.__name__:
                self._known.pop(resource_id, None)


def _compiled(endpoint: VpcEndpoint) -> CompiledPolicy:
    """The API takes none that cannot be compiled."""
    try:
        return compile_policy(parse_policy(endpoint.policy, PolicyKind.ENDPOINT))
    except PolicyError as error:
        log.error("the policy of %s cannot be evaluated and denies everything: %s", endpoint.id, error)
        return _DENIES_ALL
