"""What a line of cases is answered with: a decision, or why it cannot be decided."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from skywalk.policy.cases.case import CaseReader
from skywalk.policy.cases.errors import CaseError
from skywalk.policy.evaluate import Decision, evaluate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAXIMUM_BYTES = 16 << 20
"""Of a line: more than all policies of a request can have."""


def answer_lines(lines: Iterable[bytes]) -> Iterator[tuple[str, bool]]:
    """For each line its answer and whether it was decided; blank lines have none."""
    reader = CaseReader()
    for number, line in enumerate(lines, 1):
        if line and not line.isspace():
            yield _answer(line, number, reader)


def _answer(line: bytes, number: int, reader: CaseReader) -> tuple[str, bool]:
    try:
        if len(line) > MAXIMUM_BYTES:
            raise CaseError("", f"the line is longer than {MAXIMUM_BYTES} bytes")
        case = reader.read(_decoded(line))
    except CaseError as error:
        return json.dumps({"error": str(error), "line": number}), False
    return render_decision(evaluate(case.request, case.layers)), True


def _decoded(line: bytes) -> str:
    try:
        # Some programs begin a file with a byte order mark.
        return line.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseError("", f"not UTF-8: {error.reason}") from None


def render_decision(decision: Decision) -> str:
    verdict = "Allow" if decision.allowed else "ExplicitDeny" if decision.explicit else "ImplicitDeny"
    return json.dumps({"decision": verdict, "by": decision.by, "statement": decision.statement})
