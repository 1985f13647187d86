"""What a document's version makes of its texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from skywalk.policy.review.remark import Remark, warning
from skywalk.policy.review.subject import Text
from skywalk.policy.variables import VERSION

if TYPE_CHECKING:
    from skywalk.policy.review.subject import Subject


def variables_as_text(subject: Subject) -> Iterator[Remark]:
    if subject.version == VERSION:
        return
    values = (Text(value, test.place) for test in subject.conditions for value in test.values)
    for text, place in (*subject.resources, *values):
        if "${" in text:
            said = f"{text}: version {subject.version} has no policy variables; this is its text as it stands"
            yield warning(place, "variable-taken-literally", said)
