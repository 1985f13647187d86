"""From `skywalk up --detach` to the first answer of EC2, and the daemon's memory when nothing happens.

    python benchmarks/start_up.py [--rounds 10] [--goal-seconds 1.0] [--goal-mib 100]

The machine is prepared and the region has been up before, as on every day but the first. The clock runs from the start
of the command's process until a signed DescribeVpcs is answered; a client asks every few milliseconds from the start.
Memory is the resident set of the daemon's process, the backend not running, after all those rounds.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from first_answer import answers, signed_headers
from support.live_region import LiveRegion, live_region

ASK_EVERY_SECONDS = 0.003
PATIENCE_SECONDS = 30.0


def first_answer_seconds(region: LiveRegion, keys: dict[str, str]) -> tuple[float, float]:
    """Until the first answer, and until the command has ended."""
    headers = signed_headers(region.port, keys)
    begun = time.monotonic()
    command = subprocess.Popen(
        region.command("up", "--detach", "--port", str(region.port)),
        env=region.process_environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not answers(region.port, headers):
        if time.monotonic() - begun > PATIENCE_SECONDS:
            raise SystemExit(f"no answer: {region.logs()}")
        time.sleep(ASK_EVERY_SECONDS)
    answer_seconds = time.monotonic() - begun
    if command.wait(PATIENCE_SECONDS) != 0:
        raise SystemExit(f"the region did not come up: {region.logs()}")
    return answer_seconds, time.monotonic() - begun


def memory_mib(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--goal-seconds", type=float, default=1.0, help="of the slowest round's first answer")
    parser.add_argument("--goal-mib", type=float, default=100.0)
    arguments = parser.parse_args()
    answers, commands = [], []
    with live_region() as region:
        keys = region.environment()
        region.run("down")
        for _ in range(arguments.rounds):
            answer, command = first_answer_seconds(region, keys)
            answers.append(answer)
            commands.append(command)
            mib = memory_mib(region.status()["pid"])
            region.run("down")
    print(f"| `skywalk up --detach`, {arguments.rounds} rounds | median s | slowest s |")
    print("|---|---|---|")
    print(f"| first answer of EC2 | {statistics.median(answers):.2f} | {max(answers):.2f} |")
    print(f"| command has ended | {statistics.median(commands):.2f} | {max(commands):.2f} |")
    print(f"\n- resident memory of the daemon: {mib:.0f} MiB")
    fast, small = max(answers) < arguments.goal_seconds, mib < arguments.goal_mib
    print(f"- goal: first answer below {arguments.goal_seconds:.1f} s: {'met' if fast else 'MISSED'}")
    print(f"- goal: daemon below {arguments.goal_mib:.0f} MiB: {'met' if small else 'MISSED'}")
    return 0 if fast and small else 1


if __name__ == "__main__":
    sys.exit(main())
