"""How a request has come, told by the edge to the API server: one header, of a name that clients' requests never keep.

A JSON object: `service` (the endpoint service's name, `sts`) and `keys`, the condition keys that follow from the way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from skywalk.policy.context import Context
from skywalk.policy.keys.names import NETWORK_KEYS, SECURE_TRANSPORT, VPCE_ORG_PATHS

ARRIVAL_HEADER = "x-skywalk-arrival"
_KEYS = NETWORK_KEYS | {SECURE_TRANSPORT}


def write_arrival(service: str, keys: Context) -> str:
    return json.dumps({"service": service, "keys": keys})


def read_arrival(text: str) -> tuple[str, Context]:
    """Service and keys. Raises ValueError for what `write_arrival` did not write."""
    told = json.loads(text)
    if not isinstance(told, dict) or not isinstance(told.get("service"), str):
        raise ValueError("no arrival")
    keys = told.get("keys")
    if not isinstance(keys, Mapping) or not keys.keys() <= _KEYS:
        raise ValueError("no arrival's keys")
    return told["service"], {key: _value(key, value) for key, value in keys.items()}


def _value(key: str, value: object) -> str | tuple[str, ...]:
    if isinstance(value, str) and key != VPCE_ORG_PATHS:
        return value
    if key == VPCE_ORG_PATHS and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    raise ValueError("no arrival's values")
