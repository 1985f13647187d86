"""Question and known names → answer. Pure: the tracer asks it what an instance would be told."""

from __future__ import annotations

from dataclasses import dataclass

from skywalk.dns.chain import CHAIN, Asked, Turn
from skywalk.dns.known_names import PublicNames, ViewNames
from skywalk.dns.message import ANY, AXFR, CNAME, INTERNET_CLASS, IXFR, REFUSED, SERVFAIL, Answer, Question

HOPS = 8
"""How many names an answer may lead through; those that lead further, or in a circle, fail."""


def first_turn(_name: str, _choices: int) -> int:
    """Addresses in the order of the plan."""
    return 0


def answer(question: Question, names: ViewNames | None, public: PublicNames, turn: Turn = first_turn) -> Answer:
    """What a VPC's resolver says; `names` is None where there is no VPC. Unknown names are refused, not denied:
    nothing here can tell whether they exist."""
    if question.class_ != INTERNET_CLASS or question.type in (AXFR, IXFR):
        return _REFUSED
    return _Search(names, public, turn).answer(question, HOPS)


@dataclass(frozen=True, slots=True)
class _Search:
    names: ViewNames | None
    public: PublicNames
    turn: Turn

    def answer(self, question: Question, hops: int) -> Answer:
        if hops == 0:
            return _FAILED
        asked = Asked(question, self.names, self.public, self.turn, lambda other: self.answer(other, hops - 1))
        for handler in CHAIN:
            found = handler(asked)
            if found is not None:
                return self._chase(question, found, hops)
        return _REFUSED

    def _chase(self, question: Question, found: Answer, hops: int) -> Answer:
        """The answer with what its last CNAME leads to, which says how it ends (RFC 1034 §4.3.2, step 3a)."""
        if not found.records or found.records[-1].type != CNAME or question.type in (CNAME, ANY):
            return found
        target = found.records[-1].data
        end = self.answer(Question(str(target), question.type), hops - 1)
        # The client cannot tell whose refusal it is: the name that it asked for is one that we answer.
        rcode = SERVFAIL if end.rcode == REFUSED else end.rcode
        return Answer(rcode, (*found.records, *end.records), end.authority)


_REFUSED = Answer(REFUSED)
_FAILED = Answer(SERVFAIL)
