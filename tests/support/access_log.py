"""Entries of requests that nobody has sent, for tests of the access log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from skywalk.access_log.entry import Checked, Endpoint, Entry
from skywalk.access_log.settings import AccessLogSettings, Place
from skywalk.access_log.writer import AccessLog, Later
from skywalk.policy.compiled import AccessRequest
from skywalk.policy.evaluate import ENDPOINT_POLICY, IDENTITY_POLICIES, Decision
from skywalk.policy.principal import Principal, session_principal
from skywalk.values.chance import SeededChance
from skywalk.values.clock import Clock, FixedClock

ACCOUNT, OTHER_ACCOUNT = "123456789012", "210987654321"
ENDPOINT_ID = "vpce-0aaaaaaaaaaaaaaaa"
ENDPOINT = Endpoint(ENDPOINT_ID, ACCOUNT, "s3", "us-east-1", is_interface=False)
SESSION = session_principal(ACCOUNT, "app", "i-0123")
CONTEXT = {
    "aws:principalarn": f"arn:aws:iam::{ACCOUNT}:role/app",
    "aws:principalaccount": ACCOUNT,
    "aws:sourcevpce": ENDPOINT_ID,
    "aws:vpcsourceip": "10.0.1.5",
    "aws:currenttime": "2026-01-01T00:00:00Z",
    "aws:epochtime": "1767225600",
}
ALLOWED = Decision(True, IDENTITY_POLICIES, True, "Docs")
NOT_ALLOWED = Decision(False, IDENTITY_POLICIES, False)
NOT_BY_ENDPOINT = Decision(False, ENDPOINT_POLICY, False)
DENIED_BY_ENDPOINT = Decision(False, ENDPOINT_POLICY, True, "NoPut")


@dataclass
class Head:
    fields: Mapping[str, str] = field(default_factory=lambda: {"user-agent": "Boto3/1.43"})


@dataclass
class Answering:
    """A request, answered unless it is said otherwise."""

    started: bool = True
    finished: bool = False
    lost: bool = False
    head: Head = field(default_factory=Head)


def check(
    action: str = "s3:GetObject",
    resource: str = "arn:aws:s3:::documents/a.txt",
    decision: Decision = ALLOWED,
    otherwise: Decision | None = None,
    keys: Mapping[str, str] | None = None,
    principal: Principal = SESSION,
    *,
    by_endpoint: bool = True,
) -> Checked:
    context = {**CONTEXT, "aws:resourceaccount": ACCOUNT, **(keys or {})}
    request = AccessRequest(action, resource, principal, ACCOUNT, context)
    return Checked(request, by_endpoint, decision, otherwise)


def fill(entry: Entry, *questions: list[Checked], operation: str = "GetObject") -> Entry:
    entry.operation = operation
    for question in questions:
        asked = entry.ask(question[0].request.principal, CONTEXT)
        asked += question
    return entry


def entry(
    *questions: list[Checked],
    operation: str = "GetObject",
    answering: Answering | None = None,
    endpoint: Endpoint = ENDPOINT,
) -> Entry:
    """Of one check that was allowed, unless questions are given."""
    made = Entry(endpoint, 0.0, answering or Answering())
    return fill(made, *(questions or ([check()],)), operation=operation)


def place(folder: Path, maximum_bytes: int = 1 << 20, files: int = 3, writer: str = "edge-0") -> Place:
    return Place(folder / "access-log", writer, AccessLogSettings(True, maximum_bytes, files))


def access_log(where: Place, clock: Clock | None = None, later: Later = lambda _seconds, _call: None) -> AccessLog:
    return AccessLog(where, clock or FixedClock(), SeededChance(), later)
