"""`skywalk demo`: the guided tour."""

from __future__ import annotations

import argparse

from skywalk.demo.tour import run_tour


def run(_arguments: argparse.Namespace) -> int:
    """In a region of its own, whatever --state-dir says."""
    return run_tour()
