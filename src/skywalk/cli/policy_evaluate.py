"""`skywalk policy evaluate`: policy cases in, decisions out, a line each."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from typing import BinaryIO

from skywalk.policy.cases.answer import MAXIMUM_BYTES, answer_lines


def run(arguments: argparse.Namespace) -> int:
    """1 where a line could not be decided."""
    all_decided = True
    with nullcontext(sys.stdin.buffer) if arguments.file == "-" else open(arguments.file, "rb") as file:
        for answer, decided in answer_lines(lines_of(file)):
            # At once: whoever writes cases one by one waits for each answer.
            print(answer, flush=True)
            all_decided &= decided
    return 0 if all_decided else 1


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The lines as they come; of one that is too long a little more than is allowed, and its rest is passed over."""
    while line := file.readline(MAXIMUM_BYTES + 1):
        yield line
        while len(line) > MAXIMUM_BYTES and not line.endswith(b"\n"):
            if not (line := file.readline(MAXIMUM_BYTES + 1)):
                return
