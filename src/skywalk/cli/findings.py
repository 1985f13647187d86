"""What an examination has found: one thing each, with what to do about it; and how it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from skywalk.cli.wrapping import wrapped

_SUBJECT_WIDTH = 12
_VERDICT_WIDTH = 5
_BEFORE_REMEDIES = " " * (_VERDICT_WIDTH + _SUBJECT_WIDTH + 6)
_COLOURS = {"ok": "32", "less": "33", "lacks": "31", "wrong": "31"}


class Verdict(Enum):
    """`LESS`: a region runs, but can do less; `LACKS`: it cannot run; `WRONG`: it runs, and not as it should."""

    OK = "ok"
    LESS = "less"
    LACKS = "lacks"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """`remedies` are what to type or to change, one of them or several in order."""

    subject: str
    verdict: Verdict
    text: str
    remedies: Sequence[str] = ()

    def as_json(self) -> dict[str, object]:
        return {
            "subject": self.subject,
            "verdict": self.verdict.value,
            "text": self.text,
            "remedies": list(self.remedies),
        }


def are_good(findings: Iterable[Finding]) -> bool:
    """Whether a region can run, and nothing of it looks wrong."""
    return all(finding.verdict in {Verdict.OK, Verdict.LESS} for finding in findings)


def render_findings(title: str, findings: Iterable[Finding], in_colour: bool, width: int | None = None) -> str:
    """Lines for people: a title, then one line a finding and one a remedy; of at most `width` columns where words
    allow it."""
    lines = [_styled(title, "1", in_colour)]
    for finding in findings:
        verdict = finding.verdict.value
        shown = _styled(f"{verdict:<{_VERDICT_WIDTH}}", _COLOURS[verdict], in_colour)
        before = f"  {verdict:<{_VERDICT_WIDTH}}  {finding.subject:<{_SUBJECT_WIDTH}}  "
        line, *rest = wrapped(before, finding.text, width)
        lines += [f"  {shown}{line[2 + _VERDICT_WIDTH :]}", *rest]
        lines += [f"{_BEFORE_REMEDIES}{_styled(remedy, '2', in_colour)}" for remedy in finding.remedies]
    return "\n".join(lines)


def _styled(text: str, code: str, in_colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if in_colour else text
