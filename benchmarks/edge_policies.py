"""S3-shaped GETs with TLS through the edge to nginx, under endpoint policies of different length.

One worker, one endpoint; its policy is changed between the rounds, which take turns, so that all meet the same moments
of the machine. The request is the same, allowed by one statement of each policy; of a hundred it is the last but one,
with a wildcard and a condition like all of them. Load comes from `wrk`. Needs root, nginx and wrk.

"CPU us" is the worker's own CPU time for a request. The goal is a hundred statements within 10 % of full access, in
requests per second, by the median of the rounds' own ratios.

    python benchmarks/edge_policies.py [--rounds 8] [--seconds 2] [--connections 16]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import time
from typing import Any

from edge_requests import HOST, NGINX_PORT, OTHER_CPUS, PROXY_CPUS, Proxy, answers, described_cpus, load, nginx, pin
from support import edge_rows as rows
from support.edge_region import EdgeRegion, until

GOAL = 0.90
SIZE = "small"
FULL_ACCESS = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


def statement(bucket: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:Get*",
        "Resource": f"arn:aws:s3:::{bucket}*/*",
        "Condition": {"StringEquals": {"aws:PrincipalAccount": rows.ACCOUNT}},
    }


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))


def policies() -> dict[str, str]:
    many = [statement(f"archive-{number}-") for number in range(98)]
    return {
        "full access": policy(FULL_ACCESS),
        "2 statements": policy(statement("archive-"), statement("documents")),
        "100 statements": policy(*many, statement("documents"), statement("archive-98-")),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    for program in ("nginx", "wrk"):
        if shutil.which(program) is None:
            raise SystemExit(f"{program} is not installed")
    region = EdgeRegion(f"swb{os.getpid() % 10000}", backends={"s3": {"url": f"http://127.0.0.1:{NGINX_PORT}"}})
    try:
        region.start()
        pin(region.workers[0].pid, PROXY_CPUS)
        pin(0, OTHER_CPUS)
        with nginx(region.folder):
            report(measure(region, options))
    finally:
        region.stop()


def measure(region: EdgeRegion, options: argparse.Namespace) -> dict[str, Proxy]:
    measured = {name: Proxy(name, f"https://{HOST}", region.workers[0].pid) for name in policies()}
    region.daemon.put(rows.bucket("documents"))
    for _ in range(options.rounds):
        for name, text in policies().items():
            region.daemon.put(rows.endpoint(text))
            until(lambda name=name: answers(region, measured[name], SIZE))  # type: ignore[misc]
            load(region, measured[name], SIZE, options.seconds, options.connections)
            time.sleep(0.1)
    return measured


def report(measured: dict[str, Proxy]) -> None:
    print(f"{described_cpus()}\n")
    print(f"{'policy':16}{'characters':>12}{'requests/s':>12}{'(min-max)':>16}{'CPU us':>8}{'of full access':>16}")
    reference = measured["full access"].samples[SIZE].requests_per_second
    ratio = 1.0
    for name, text in policies().items():
        rates = measured[name].samples[SIZE].requests_per_second
        cpu = statistics.median(measured[name].samples[SIZE].cpu_microseconds)
        ratio = statistics.median(own / full for own, full in zip(rates, reference, strict=True))
        span = f"({min(rates):.0f}-{max(rates):.0f})"
        print(f"{name:16}{len(text):>12}{statistics.median(rates):>12.0f}{span:>16}{cpu:>8.0f}{ratio:>16.2f}")
    print(f"\ngoal: a hundred statements at {GOAL:.2f} of full access or more: {'met' if ratio >= GOAL else 'MISSED'}")


if __name__ == "__main__":
    main()
