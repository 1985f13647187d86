"""What is changed in how moto makes its backends, for every service, and why. Written against moto 5.2.5.

A backend here is moto's: what a service holds of one account in one region.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from moto.core.base_backend import AccountSpecificBackend, BackendDict

from skywalk.backends.moment import SEED_BYTES, Moment, at, current_nanoseconds


def make_the_same_backends_again() -> None:
    """Once per process, before the first is made.

    A backend has things of its own from the start, and may be made by a mere read, which is recorded nowhere: its ids
    must not be others when it is made again, and those of the change that it is made in must not depend on it.
    """
    for kind in (BackendDict, AccountSpecificBackend):
        _make_at_moments_of_their_own(kind)


def _make_at_moments_of_their_own(kind: Any) -> None:
    def getitem(self: Any, name: str) -> Any:
        own = "aws" if name == "global" else name
        if dict.__contains__(self, own):
            return dict.__getitem__(self, own)
        whose = f"{self.service_name}/{getattr(self, 'account_id', '')}/{own}"
        seed = hashlib.sha256(whose.encode()).digest()[:SEED_BYTES]
        with at(Moment(current_nanoseconds(), seed)):
            return make(self, name)

    make: Callable[[Any, str], Any] = kind.__getitem__
    kind.__getitem__ = getitem
