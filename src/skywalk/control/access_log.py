"""One line for each call of skywalk's own services: who asked for what, what became of it, how long it took."""

from __future__ import annotations

import logging

from skywalk.api.record import CallRecord

log = logging.getLogger(__name__)


def note_access(record: CallRecord) -> None:
    """At level info. What is in a record is no secret; no other part of a request is in the line."""
    if not log.isEnabledFor(logging.INFO):
        return
    action = record.action or "no action"
    fields = {
        "account": record.account_id,
        "region": record.region,
        "vpc_id": record.vpc_id,
        "request_id": record.request_id,
        "service": record.service,
        "action": record.action,
        "caller": record.caller_arn,
        "status": record.status,
        "code": record.code,
        "duration_ms": round(record.seconds * 1000, 3),
    }
    log.info("%s %s: %s", record.service, action, record.code, extra=fields)
