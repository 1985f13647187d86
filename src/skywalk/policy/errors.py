"""Why a policy document is refused."""

from __future__ import annotations

from skywalk.values.errors import SkywalkError


class PolicyError(SkywalkError):
    """A document that cannot be taken; the text says what and where in it (`Statement[1].Condition.IpAddress`).

    Callers word it in their API's code: InvalidPolicyDocument (endpoint policies), MalformedPolicyDocument (IAM),
    MalformedPolicy (bucket policies).
    """

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}" if place else problem)
        self.place = place
        self.problem = problem


def not_supported(place: str) -> PolicyError:
    """For what AWS takes and skywalk cannot evaluate yet: refused whole, since skipping it would guess."""
    return PolicyError(place, "not supported yet")


def shown(text: str) -> str:
    """A client's text as an error repeats it: quoted, no longer than a line."""
    return repr(text if len(text) <= 80 else text[:77] + "...")
