"""One line for each call of skywalk's own services: who asked for what, what became of it, how long it took."""

from __future__ import annotations

import logging

from skywalk.api.record import CallRecord
from skywalk.logs.setup import Log

_NAME = __name__


class AccessLog:
    """At level info. What is in a record is no secret; no other part of a request is in the line."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._is_wanted = logging.getLogger(_NAME).isEnabledFor(logging.INFO)

    def note(self, record: CallRecord) -> None:
        if not self._is_wanted:
            return
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
        self._log.say(_NAME, f"{record.service} {record.action or 'no action'}: {record.code}", fields)
