"""The folders of tests/scenarios: loading a world, rendering its plans."""

from __future__ import annotations

import runpy
from pathlib import Path

from skywalk.resources.vpc import Vpc
from support.world import World

FOLDER = Path(__file__).parent.parent / "scenarios"
SCENARIOS = sorted(path.parent for path in FOLDER.glob("*/world.py"))


def load(folder: Path, seed: int = 0) -> World:
    """The world that a folder's `build(world)` fills."""
    world = World(seed)
    runpy.run_path(str(folder / "world.py"))["build"](world)
    return world


def render_all(world: World) -> str:
    """The plans of all VPCs, in the order in which they were made."""
    names = {resource_id: name for name, resource_id in world.ids.items()}
    return "\n".join(world.render(names[vpc.id]) for vpc in world.region.store.of_type(Vpc))
