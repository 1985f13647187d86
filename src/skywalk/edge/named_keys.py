"""Which condition keys the policies of a request name: what costs something to find out is found out for them alone."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from skywalk.policy.compiled import CompiledPolicy
from skywalk.policy.match import any_of_globs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from skywalk.edge.authorize import Authorization, Check
    from skywalk.policy.document import Statement
    from skywalk.policy.evaluate import Layers

_REMEMBERED = 4096
_VARIABLE = re.compile(r"\$\{([^},]+)")


def names_one_of(authorization: Authorization, check: Check, keys: frozenset[str]) -> bool:
    """Whether one of the policies that a check is decided by names one of `keys` and the check's action.

    `keys` are lower-cased; those that end in `/` stand for all that begin so.
    """
    _, resource_policy = authorization.owner_and_policy(check.resource)
    layers = authorization.caller.layers(authorization.endpoint_policy, resource_policy)
    return _is_named(layers, check.action, keys)


@lru_cache(maxsize=_REMEMBERED)
def _is_named(layers: Layers, action: str, keys: frozenset[str]) -> bool:
    return any(_names(policy, action, keys) for policy in _policies(layers))


def _policies(layers: Iterable[object]) -> Iterator[CompiledPolicy]:
    """All policies of the layers, however deep: control policies are several on several levels."""
    for layer in layers:
        if isinstance(layer, CompiledPolicy):
            yield layer
        elif isinstance(layer, tuple) and layer:
            yield from _policies(layer)


def _names(policy: CompiledPolicy, action: str, keys: frozenset[str]) -> bool:
    """In one statement: what others say of other actions costs nothing."""
    families = tuple(key for key in keys if key.endswith("/"))
    return any(
        any(name in keys or name.startswith(families) for name in _keys_of(statement))
        and any_of_globs(one.lower() for one in statement.actions)(action.lower()) is not statement.not_action
        for statement in policy.policy.statements
    )


def _keys_of(statement: Statement) -> Iterator[str]:
    """Those of conditions, and those of policy variables."""
    yield from (condition.key for condition in statement.conditions)
    texts = (*statement.resources, *(value for condition in statement.conditions for value in condition.values))
    yield from (name.strip().lower() for text in texts for name in _VARIABLE.findall(text))
