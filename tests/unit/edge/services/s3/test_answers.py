"""What answers have in common."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from skywalk.edge.services.s3.answers import Answers
from skywalk.values.chance import SeededChance
from skywalk.values.clock import FixedClock


def test_request_ids_are_never_the_same_and_the_date_moves() -> None:
    clock = FixedClock()
    answers = Answers(clock, SeededChance())
    exchange: Any = SimpleNamespace(noted=None)
    first, second = dict(answers.own_headers(exchange)), dict(answers.own_headers(exchange))
    assert first["x-amz-request-id"] != second["x-amz-request-id"]
    assert len(first["x-amz-request-id"]) == 16
    assert first["date"] == second["date"] == "Thu, 01 Jan 2026 00:00:00 GMT"
    clock.advance(61)
    assert answers.date() == "Thu, 01 Jan 2026 00:01:01 GMT"


def test_what_never_was_a_request_is_refused_in_the_same_form() -> None:
    answers = Answers(FixedClock(), SeededChance())
    headers, body = answers.render_head_refusal(431, "The request's headers are too large.")
    assert ("content-type", "application/xml") in headers
    assert b"<Code>RequestHeaderSectionTooLarge</Code>" in body
    assert b"<Code>InvalidRequest</Code>" in answers.render_head_refusal(400, "The Host header is missing.")[1]
