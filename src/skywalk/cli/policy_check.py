"""`skywalk policy check`: what of a policy can never match, and what it locks out."""

from __future__ import annotations

import argparse
import json
import os
import sys
import textwrap
from collections.abc import Sequence

from skywalk.cli.documents import read_document
from skywalk.cli.log import printable
from skywalk.cli.main import EXIT_FAILED
from skywalk.cli.progress import has_colour
from skywalk.policy.review.kind import ReviewedKind
from skywalk.policy.review.remark import Remark, Severity
from skywalk.policy.review.review import review

_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33"}
_WIDTH = 100
_INDENT = "    "


def run(arguments: argparse.Namespace) -> int:
    """0 where there is nothing to tell."""
    kind = ReviewedKind(arguments.kind) if arguments.kind else None
    remarks = review(read_document(arguments.file), kind)
    if arguments.json:
        for remark in remarks:
            print(json.dumps(remark.as_json()))
    elif remarks:
        print(render(remarks, has_colour(sys.stdout, os.environ)))
    else:
        print("nothing to tell")
    return EXIT_FAILED if remarks else 0


def render(remarks: Sequence[Remark], in_colour: bool) -> str:
    """Severity and place on a line, below it what is to be said."""
    lines = []
    for remark in remarks:
        severity = remark.severity.value
        shown = f"\x1b[{_COLOURS[remark.severity]}m{severity}\x1b[0m" if in_colour else severity
        lines.append(f"{shown}  {printable(remark.place) or 'the document'}  ({remark.code})")
        lines += textwrap.wrap(
            printable(remark.text),
            _WIDTH,
            initial_indent=_INDENT,
            subsequent_indent=_INDENT,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines)
