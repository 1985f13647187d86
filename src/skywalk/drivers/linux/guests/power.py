"""How a guest ends itself: what its init says before it does, and the commands by which its users ask for it.

The init's only child waits for a signal. SIGTERM is a shutdown and SIGINT a restart, as of other inits; it notes which
in a file that is read when the init has ended. An init that ends without a note was killed.
"""

from __future__ import annotations

import os
from pathlib import Path

from skywalk.drivers.driver import GuestEnd
from skywalk.drivers.linux.guests import steps
from skywalk.drivers.linux.guests.steps import Step

NOTE, WAITING, HOLDING = 3, 4, 5
"""Descriptors of the init's child: the note, and both ends of a pipe into which nothing is ever written."""

# Read from a pipe: no other process is needed to wait, and a signal ends the waiting at once.
WAIT_FOR_SIGNAL = f"""
trap 'echo {GuestEnd.SHUTDOWN.value} >&{NOTE}; exit 0' TERM PWR
trap 'echo {GuestEnd.REBOOT.value} >&{NOTE}; exit 0' INT
while :; do read -r _ <&{WAITING}; done
"""

_COMMANDS_FOLDER = "/usr/local/sbin"
_COMMAND = b"""#!/bin/sh
# Ends this instance, or starts it again, as the command of this name does on a machine of its own.
signal=TERM
case "${0##*/}" in reboot) signal=INT;; esac
for word; do
    case "$word" in
        -r|--reboot) signal=INT;;
        -[cHk]|--help|--show) echo "${0##*/}: $word is not supported in an instance" >&2; exit 1;;
        -*|now|+0) ;;
        *) echo "${0##*/}: at once alone, not at $word" >&2; exit 1;;
    esac
done
exec kill -s "$signal" 1
"""
_COMMANDS = ("shutdown", "poweroff", "halt", "reboot")


def lay_out_commands() -> tuple[Step, ...]:
    """In front of the machine's own, which would speak to the machine's init."""
    return tuple(steps.file(f"{_COMMANDS_FOLDER}/{name}", _COMMAND, 0o755) for name in _COMMANDS)


def read_end(note: Path) -> GuestEnd:
    """How a guest that has ended did, by its note; the last word counts."""
    try:
        with note.open("rb") as file:
            # A guest may have written more, as much as it likes.
            file.seek(max(0, os.fstat(file.fileno()).st_size - _NOTE_BYTES))
            words = file.read(_NOTE_BYTES).decode(errors="replace").split()
    except OSError:
        words = []
    known = [end for word in words for end in GuestEnd if word == end.value]
    return known[-1] if known else GuestEnd.KILLED


_NOTE_BYTES = 100
