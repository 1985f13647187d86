"""From CreateVpcEndpoint to the first packets through it, seen by an instance that waits for them.

    python benchmarks/create_to_first_packet.py [--rounds 100] [--goal-ms 100]

An instance without any way to S3 tries to connect every millisecond. A round: the call is sent, the instance's first
connection stands, the first byte of S3's answer is there; then the endpoint is deleted again. Times are of one clock
(CLOCK_MONOTONIC is the same inside and outside) and begin before the client has signed its request.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.live_region import LiveRegion, live_region

WATCHER = """
import select, socket, sys, time
ADDRESS = ("52.216.170.187", 80)
REQUEST = b"HEAD / HTTP/1.1\\r\\nHost: s3.us-east-1.amazonaws.com\\r\\nConnection: close\\r\\n\\r\\n"

def connect():
    while True:
        trying = socket.socket()
        trying.setblocking(False)
        trying.connect_ex(ADDRESS)
        if select.select([], [trying], [], 0.001)[1] and trying.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
            return trying
        trying.close()

print("ready")
for _ in sys.stdin:
    connection = connect()
    connected = time.monotonic()
    connection.setblocking(True)
    connection.sendall(REQUEST)
    connection.recv(1)
    print(connected, time.monotonic())
    connection.close()
"""
QUIET_SECONDS = 0.05
"""Between the watcher's start of a round and the call: it has tried in vain several times by then."""


def measure(region: LiveRegion, rounds: int) -> dict[str, list[float]]:
    """Milliseconds since the call was sent, of each round, by what has happened."""
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    table = region.table(vpc, subnet)
    instance = region.instance(subnet)
    found: dict[str, list[float]] = {"connected": [], "first byte": [], "call answered": []}
    with region.start(instance, WATCHER) as watcher:
        assert watcher.hear() == "ready"
        for _ in range(rounds):
            watcher.say()
            time.sleep(QUIET_SECONDS)
            sent = time.monotonic()
            endpoint = region.endpoint(vpc, table)
            answered = time.monotonic()
            connected, first_byte = map(float, watcher.hear().split())
            assert connected > sent, "the instance had a way to S3 before there was an endpoint"
            for name, moment in (("connected", connected), ("first byte", first_byte), ("call answered", answered)):
                found[name].append((moment - sent) * 1000)
            region.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--goal-ms", type=float, default=100.0, help="of the 99th percentile of the first byte")
    arguments = parser.parse_args()
    with live_region() as region:
        found = measure(region, arguments.rounds)
    print(f"| CreateVpcEndpoint sent, {arguments.rounds} rounds | p50 ms | p99 ms | slowest ms |")
    print("|---|---|---|---|")
    for name, milliseconds in found.items():
        p99 = percentile(milliseconds, 99)
        print(f"| {name} | {statistics.median(milliseconds):.1f} | {p99:.1f} | {max(milliseconds):.1f} |")
    p99 = percentile(found["first byte"], 99)
    print(f"\n- goal: first byte below {arguments.goal_ms:.0f} ms at the 99th percentile: ", end="")
    print("met" if p99 < arguments.goal_ms else "MISSED")
    return 0 if p99 < arguments.goal_ms else 1


def percentile(values: list[float], percent: int) -> float:
    """The smallest value that so many per cent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


if __name__ == "__main__":
    sys.exit(main())
