"""CallRecord: what there is to say of one call when it has been answered, for the access log and the counters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class CallRecord:
    """Filled in as the call goes on: who asks is known once they have proven it, `action` only if there is one of that
    name. Nothing of the request's body or credentials is here."""

    service: str
    request_id: str
    caller_arn: str = ""
    account_id: str = ""
    region: str = ""
    action: str = ""
    vpc_id: str = ""
    """The VPC that it changed, if it was one."""
    status: int = 200
    code: str = "OK"
    """AWS's error code; `OK` where there was no error."""
    seconds: float = 0.0


Observe = Callable[[CallRecord], None]
"""Is told of every call of skywalk's own services, after its answer. Must not raise."""
