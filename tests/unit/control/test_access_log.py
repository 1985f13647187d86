"""A line for each call, with who asked for what and what became of it."""

from __future__ import annotations

import json
import logging

from skywalk.api.record import CallRecord
from skywalk.control import access_log
from skywalk.control.access_log import AccessLog
from skywalk.logs.lines import JsonLines, TextLines
from skywalk.logs.setup import Log

RECORD = CallRecord(
    "ec2",
    "r-1",
    caller_arn="arn:aws:iam::123456789012:user/ana",
    account_id="123456789012",
    region="us-east-1",
    action="CreateSubnet",
    vpc_id="vpc-1",
    seconds=0.0123456,
)


def access_lines(lines: TextLines | JsonLines, record: CallRecord, level: int = logging.INFO) -> list[str]:
    logger, said = logging.getLogger(access_log.__name__), list[str]()
    former = logger.level
    logger.setLevel(level)
    try:
        AccessLog(Log(lines, said.append)).note(record)
    finally:
        logger.setLevel(former)
    return said


def test_json() -> None:
    (line,) = access_lines(JsonLines("daemon"), RECORD)
    said = json.loads(line)
    assert said.pop("time").endswith("Z")
    assert said == {
        "level": "info",
        "process": "daemon",
        "logger": "skywalk.control.access_log",
        "message": "ec2 CreateSubnet: OK",
        "account": "123456789012",
        "region": "us-east-1",
        "vpc_id": "vpc-1",
        "request_id": "r-1",
        "service": "ec2",
        "action": "CreateSubnet",
        "caller": "arn:aws:iam::123456789012:user/ana",
        "status": 200,
        "code": "OK",
        "duration_ms": 12.346,
    }


def test_text_of_a_call_whose_caller_is_not_known() -> None:
    (line,) = access_lines(TextLines("daemon"), CallRecord("sts", "r-2", status=403, code="InvalidClientTokenId"))
    assert line.split(" ", 1)[1] == (
        "INFO daemon skywalk.control.access_log: sts no action: InvalidClientTokenId request_id=r-2 service=sts "
        "status=403 code=InvalidClientTokenId duration_ms=0.0\n"
    )


def test_above_info_nothing_is_said() -> None:
    assert access_lines(TextLines("daemon"), RECORD, logging.WARNING) == []
