"""Which condition keys the policies of a request name: what costs something to find out is found out for them alone."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from skywalk.policy.compiled import CompiledPolicy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from skywalk.edge.authorize import Authorization, Check
    from skywalk.policy.evaluate import Layers

_REMEMBERED = 4096


def names_one_of(authorization: Authorization, check: Check, keys: frozenset[str]) -> bool:
    """Whether one of the policies that a check is decided by names one of `keys` and the check's action.

    `keys` are lower-cased; those that end in `/` stand for all that begin so.
    """
    _, layers = authorization.owner_and_layers(check.resource)
    return _is_named(layers, check.action, keys, in_denials=False)


def denies_by_one_of(authorization: Authorization, check: Check, keys: frozenset[str]) -> bool:
    """As `names_one_of`, of statements that deny."""
    _, layers = authorization.owner_and_layers(check.resource)
    return _is_named(layers, check.action, keys, in_denials=True)


@lru_cache(maxsize=_REMEMBERED)
def _is_named(layers: Layers, action: str, keys: frozenset[str], *, in_denials: bool) -> bool:
    families = tuple(key for key in keys if key.endswith("/"))
    named = (key for policy in _policies(layers) for key in policy.keys_named_for(action, in_denials=in_denials))
    return any(key in keys or key.startswith(families) for key in named)


def _policies(layers: Iterable[object]) -> Iterator[CompiledPolicy]:
    """All policies of the layers, however deep: control policies are several on several levels."""
    for layer in layers:
        if isinstance(layer, CompiledPolicy):
            yield layer
        elif isinstance(layer, tuple) and layer:
            yield from _policies(layer)
