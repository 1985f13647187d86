"""A region for which the kernel makes only so many network namespaces: a program, run as root of a user namespace of
its own, which says as JSON what became of two VPCs.

    unshare --user --map-root-user --net --mount python few_namespaces.py
"""

from __future__ import annotations

import json
from pathlib import Path

from support.linux_region import linux_region
from support.world import World

_LIMIT = Path("/proc/sys/user/max_net_namespaces")


def two_offices() -> World:
    world = World()
    for number, name in enumerate(("first", "second")):
        world.vpc(name, f"10.{number}.0.0/16")
        world.subnet(f"{name} floor", name, f"10.{number}.1.0/24")
        world.instance(f"{name} desk", f"{name} floor")
    return world


def main() -> None:
    world, plenty = two_offices(), _LIMIT.read_text()
    first, second = world.plan("first"), world.plan("second")
    with linux_region() as region:
        region.apply(first)
        region.driver.observe()
        region.apply(first)
        _LIMIT.write_text("1")  # less than there are: there is no way to make one more
        without = dict(region.driver.apply(second).failures)
        region.apply(first)
        started = dict(region.driver.run_guests(second).failures), sorted(region.guests.running)
        _LIMIT.write_text(plenty)
        healed = dict(region.driver.apply(second).failures) | dict(region.driver.run_guests(second).failures)
        running = sorted(region.guests.running)
    said = {"without": without, "started": started, "healed": healed, "running": running, "ids": world.ids}
    print(json.dumps(said))


if __name__ == "__main__":
    main()
