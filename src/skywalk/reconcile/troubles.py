"""What fails at the moment, how often in a row, and since when nobody should wait for it any more."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from skywalk.values.errors import SkywalkError

log = logging.getLogger(__name__)

TRIES = 5
"""How often something has to fail in a row until nobody waits for it any more. It is tried on all the same."""

LISTED_AT_MOST = 10
"""Failures of one subject that a text names; the status has them all."""

INTERNET = "internet"
"""The subject that is neither a VPC nor an account: what the region has of the internet."""


class NotConverged(SkywalkError):
    """Something fails again and again; the text says what and why."""


class Troubles:
    """Subjects (ids of VPCs and accounts, INTERNET) that are not as they should be, and why."""

    def __init__(self) -> None:
        self._reasons: dict[str, tuple[str, ...]] = {}
        self._tries: dict[str, int] = {}

    def __bool__(self) -> bool:
        return bool(self._reasons)

    def __contains__(self, subject: str) -> bool:
        return subject in self._reasons

    def reasons(self) -> dict[str, str]:
        return {subject: "; ".join(reasons) for subject, reasons in self._reasons.items()}

    def lists(self) -> dict[str, tuple[str, ...]]:
        """As `reasons`, one by one."""
        return dict(self._reasons)

    def note_all(self, subject: str, failures: Mapping[str, str], *, counts: bool = True) -> None:
        """Failures by resource id."""
        reasons = (f"{resource_id}: {failure}" for resource_id, failure in sorted(failures.items()))
        self._note(subject, tuple(reasons), None, counts=counts)

    def note(self, subject: str, reason: str, failure: Exception | None = None) -> None:
        self._note(subject, (reason,), failure, counts=True)

    def _note(self, subject: str, reasons: tuple[str, ...], failure: Exception | None, *, counts: bool) -> None:
        """Said once, not with every try: what fails for want of disk must not fill it. A try that does not count is
        one that waited for another subject."""
        if self._reasons.get(subject) != reasons:
            # What disk or kernel refuse is told by its reason; anything else is ours, and is told with its place.
            is_ours = failure is not None and not isinstance(failure, OSError | SkywalkError)
            exception = failure if is_ours else None
            told = "; ".join(listed(reasons))
            log.warning("%s is not as it should be: %s", subject, told, exc_info=exception, extra=about(subject))
        self._reasons[subject] = reasons
        self._tries[subject] = self._tries.get(subject, 0) + counts

    def end(self, subject: str) -> None:
        """It is as it should be."""
        if self._reasons.pop(subject, None) is not None:
            del self._tries[subject]
            log.info("%s is as it should be again", subject, extra=about(subject))

    def patience(self) -> Patience:
        """Of one who begins to wait now: earlier tries are not held against anything."""
        return Patience(self._reasons, self._tries)


class Patience:
    """It ends when something has failed TRIES times in a row since."""

    def __init__(self, reasons: dict[str, tuple[str, ...]], tries: dict[str, int]) -> None:
        self._reasons = reasons
        self._tries = tries
        self._before = dict(tries)

    def check(self) -> None:
        """Raises NotConverged."""
        for subject in self._before.keys() - self._tries.keys():
            del self._before[subject]
        lasting = [subject for subject, count in self._tries.items() if count - self._before.get(subject, 0) >= TRIES]
        if lasting:
            raise NotConverged("\n".join(_sentence(subject, self._reasons[subject]) for subject in sorted(lasting)))


def listed(reasons: Sequence[str]) -> list[str]:
    """As many as a reader may be told of."""
    more = len(reasons) - LISTED_AT_MOST
    return list(reasons) if more <= 0 else [*reasons[:LISTED_AT_MOST], f"and {more} more"]


def _sentence(subject: str, reasons: Sequence[str]) -> str:
    """One line, or one for each reason."""
    if len(reasons) == 1:
        return f"{subject} is not as it should be: {reasons[0]}"
    return "\n  ".join([f"{subject} is not as it should be:", *listed(reasons)])


def about(subject: str) -> dict[str, str]:
    """The subject as a field of a log line."""
    if subject == INTERNET:
        return {}
    return {"account" if subject.isdigit() else "vpc_id": subject}
