"""Why a case cannot be decided."""

from __future__ import annotations

from skywalk.values.errors import SkywalkError


class CaseError(SkywalkError):
    """A case that is none; the text names the field (`request.principal.arn: …`)."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}" if field else problem)
