"""The services of moto's that share an embedded backend, by the names of endpoint services: moto's own name of each.

S3 and DynamoDB have backends of their own and are not among them. What is answered of a service is the edge's affair.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("embedded_services.json")


@cache
def embedded_services() -> Mapping[str, str]:
    """moto's name by the endpoint service's."""
    loaded: Mapping[str, str] = json.loads(_FILE.read_bytes())
    return loaded
