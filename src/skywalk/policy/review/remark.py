"""Remark: one thing that a review points out, with its place in the document."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """`ERROR`: it is refused, or never does what it says; `WARNING`: it does more, or less, than it seems to."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Remark:
    """`place` as in the refusals of documents: `Statement[0].Action[1]`; empty for the whole document. `code` is for
    programs: words with hyphens."""

    place: str
    severity: Severity
    code: str
    text: str

    def as_json(self) -> dict[str, str]:
        return {"place": self.place, "severity": self.severity.value, "code": self.code, "text": self.text}


def error(place: str, code: str, text: str) -> Remark:
    return Remark(place, Severity.ERROR, code, text)


def warning(place: str, code: str, text: str) -> Remark:
    return Remark(place, Severity.WARNING, code, text)
