"""What a backup holds: files of the state directory, by their names there.

Not in it: what instances wrote to their disks (after a restore they start from their images, with their user data run
again), logs, what is made anew at the start, sockets and locks.
"""

from __future__ import annotations

import re

DATABASE = "state.sqlite"
CONFIG = "config.toml"
KEYS = ("region.key", "ca.pem", "ca-key.pem")
SERVICES = ("dynamodb", "modelled", "s3")
"""The embedded backends, each with a folder in `backends/`."""

REQUIRED = frozenset({DATABASE, *KEYS})
_PUBLIC = frozenset({"ca.pem"})
_OF_BACKENDS = re.compile(rf"backends/(?:{'|'.join(SERVICES)})/(?:state\.pickle|journal|(?:objects|bodies)/[a-z0-9]+)")


def may_hold(name: str) -> bool:
    """Whether a backup may have a file of this name. Names that lead anywhere else are none of these."""
    return name in REQUIRED or name == CONFIG or _OF_BACKENDS.fullmatch(name) is not None


def mode(name: str) -> int:
    """A restored file's: for the owner alone, unless everybody may know it."""
    return 0o644 if name in _PUBLIC else 0o600
