"""Question and known names → answer. Pure: the tracer asks it what an instance would be told."""

from __future__ import annotations

from skywalk.dns.chain import CHAIN, Asked, Turn
from skywalk.dns.known_names import PublicNames, ViewNames
from skywalk.dns.message import AXFR, INTERNET_CLASS, IXFR, REFUSED, Answer, Question


def first_turn(_name: str) -> int:
    """Addresses in the order of the plan."""
    return 0


def answer(question: Question, names: ViewNames | None, public: PublicNames, turn: Turn = first_turn) -> Answer:
    """What a VPC's resolver says; `names` is None where there is no VPC. Unknown names are refused, not denied:
    nothing here can tell whether they exist."""
    if question.class_ != INTERNET_CLASS or question.type in (AXFR, IXFR):
        return _REFUSED
    asked = Asked(question, names, public, turn)
    for handler in CHAIN:
        found = handler(asked)
        if found is not None:
            return found
    return _REFUSED


_REFUSED = Answer(REFUSED)
