"""`python -m skywalk.local_services --socket PATH --region-key FILE`"""

from __future__ import annotations

import argparse
from pathlib import Path

import uvloop

from skywalk.local_services.process import serve
from skywalk.logs.setup import log_as_told
from skywalk.metadata.role_sessions import role_sessions
from skywalk.values.chance import SystemChance
from skywalk.values.clock import SystemClock


def main() -> None:
    parser = argparse.ArgumentParser(prog="skywalk.local_services", description="resolver and metadata of every VPC")
    parser.add_argument("--socket", type=Path, required=True, help="unix socket on which the daemon gives rows")
    parser.add_argument("--region-key", type=Path, required=True, help="file with the region's key")
    arguments = parser.parse_args()
    log_as_told("resolver")
    region_key = arguments.region_key.read_bytes()
    mint = role_sessions(region_key, SystemChance())
    uvloop.run(serve(arguments.socket, region_key, mint, SystemClock()))


if __name__ == "__main__":
    main()
