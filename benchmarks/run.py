"""Runs all benchmarks and writes docs/performance.md.

    python benchmarks/run.py [NAME ...]

Without names all of them, half an hour long, as root. With names only those: their sections are written anew, the
others stay as they are. Absolute figures are this machine's; the ratios are what should hold elsewhere.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from os import cpu_count
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance.md"
MINUTES_PER_BENCHMARK = 15


@dataclass(frozen=True)
class Benchmark:
    name: str
    title: str
    question: str


BENCHMARKS = (
    Benchmark("start_up", "Start-up", "How long until the first answer, and how large is the daemon?"),
    Benchmark("create_to_first_packet", "A gateway endpoint", "How long from the call until packets pass?"),
    Benchmark("interface_endpoints", "1,000 interface endpoints", "What do they cost, and does their number matter?"),
    Benchmark("one_vpc", "A change in one large VPC", "Does its cost follow the change, or what the VPC has?"),
    Benchmark("region_scale", "One change in a large region", "Does its cost follow the change or the region?"),
    Benchmark("describe", "Describe calls", "How long do 1,000 resources take, and does the region's size matter?"),
    Benchmark("peers", "Beside moto's server", "What do the same calls cost on an emulator that carries no packets?"),
    Benchmark("instance_throughput", "Between two instances", "What do router, filters and tracking cost?"),
    Benchmark("resolver", "A VPC's resolver", "How many queries does it answer, beside dnsmasq with the same names?"),
    Benchmark("edge_requests", "S3-shaped requests through the edge", "How does it compare with HAProxy there?"),
    Benchmark("edge_policies", "Endpoint policies at the edge", "What does a long policy cost a request?"),
    Benchmark("backend_journal", "The backend's journal", "What does it cost that a kill loses nothing?"),
    Benchmark("policy_decisions", "Policy decisions", "What does a decision cost, beside other evaluators?"),
)


def run(benchmark: Benchmark) -> str:
    """What it printed. A goal that was missed is in the text; a benchmark that broke ends the run."""
    print(f"{benchmark.name} …", file=sys.stderr, flush=True)
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / f"{benchmark.name}.py")],
        capture_output=True,
        text=True,
        check=False,
        timeout=MINUTES_PER_BENCHMARK * 60,
        cwd=ROOT,
    )
    if "Traceback" in done.stderr or not done.stdout.strip():
        raise SystemExit(f"{benchmark.name} broke:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def section(benchmark: Benchmark, printed: str) -> str:
    shown = printed if printed.startswith("|") else f"```text\n{printed}\n```"
    command = f"`python benchmarks/{benchmark.name}.py`"
    return f"## {benchmark.title}\n\n{benchmark.question} ({command})\n\n{shown}\n"


def written() -> dict[str, str]:
    """The sections that the page has, by title."""
    text = PAGE.read_text() if PAGE.exists() else ""
    return {part.splitlines()[0]: f"## {part.rstrip()}\n" for part in text.split("\n## ")[1:]}


def page(sections: Mapping[str, str]) -> str:
    """In the order of BENCHMARKS, whichever was written last."""
    machine = f"{cpu_count()} virtual CPUs, Linux {platform.release()}, Python {platform.python_version()}"
    head = (
        "# Performance\n\n"
        "Written by `python benchmarks/run.py`; each section is what one benchmark printed. Trust ratios and goals,\n"
        f"not absolute figures: machines differ. This one: {machine}.\n"
    )
    return "\n".join([head, *(sections[one.title] for one in BENCHMARKS if one.title in sections)])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(one.name for one in BENCHMARKS))
    arguments = parser.parse_args()
    unknown = set(arguments.names) - {one.name for one in BENCHMARKS}
    if unknown:
        parser.error(f"there is no benchmark {sorted(unknown)[0]}")
    for one in BENCHMARKS:
        if not arguments.names or one.name in arguments.names:
            PAGE.write_text(page({**written(), one.title: section(one, run(one))}))
            print(f"wrote {one.name} to {PAGE.relative_to(ROOT)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
