"""Attacks a region of its own until so many processes have been killed, and says what it found.

    python tests/chaos/run.py --seed 7 --kills 200

Needs root. The same seed leads to much the same run: what is drawn is the same, what the kernel schedules is not.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support.chaos import Broken, Chaos
from support.live_region import live_region


def attack(seed: int, kills: int, say: Callable[[str], None]) -> Chaos:
    """Raises Broken."""
    with tempfile.TemporaryDirectory(prefix="skywalk-chaos-") as folder, live_region() as region:
        chaos = Chaos(region, seed, Path(folder) / "copy.sqlite", say)
        try:
            chaos.prepare()
            while sum(chaos.kills.values()) < kills:
                chaos.round()
        finally:
            chaos.end_witness()
        region.run("down")
        chaos.check_nothing_is_left()
    return chaos


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--quiet", action="store_true", help="say only what was found")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    began = time.monotonic()
    try:
        chaos = attack(options.seed, options.kills, (lambda _: None) if options.quiet else _say)
    except Broken as found:
        print(f"BROKEN (seed {options.seed}): {found}")
        return 1
    print(f"whole after {time.monotonic() - began:.0f} s")
    for title, counts in (("killed", chaos.kills), ("changed by hand", chaos.foreign), ("calls", chaos.calls)):
        print(f"  {title}: {', '.join(f'{what} {count}' for what, count in sorted(counts.items()))}")
    print(f"  writes to backends: answered {chaos.data.acknowledged}")
    return 0


def _say(text: str) -> None:
    print(f"  {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
