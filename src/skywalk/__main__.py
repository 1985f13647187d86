"""`python -m skywalk` is the command line."""

from __future__ import annotations

import sys

try:
    from skywalk.cli.main import main

    status = main()
except KeyboardInterrupt:  # as early as that: main itself has not begun, or has just ended
    status = 130
sys.exit(status)
