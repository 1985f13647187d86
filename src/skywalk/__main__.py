"""`python -m skywalk` is the command line."""

from __future__ import annotations

import sys

from skywalk.cli.main import main

sys.exit(main())
