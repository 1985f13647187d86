"""What the kernel holds of a VPC, as text that is equal for equal networks: for tests and for people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from skywalk.drivers.linux.layout import render_row
from skywalk.drivers.linux.libnftables import RulesetError, list_table
from skywalk.drivers.linux.netns import NamespaceFolder, inside
from skywalk.drivers.linux.observe import observe_vpc
from skywalk.drivers.linux.ruleset import FAMILY, TABLE

NAMESPACES_FOLDER = "netns"
"""Below a driver's run folder."""


def dump_kernel(run_dir: Path, vpc_id: str) -> str:
    """Namespaces, links, addresses, neighbours, routes, rules and settings, a line each, sorted; then the tables of
    nftables as JSON, an object per line, with elements sorted. Numbers of devices and handles are left out."""
    folder = NamespaceFolder(run_dir / NAMESPACES_FOLDER)
    observation = observe_vpc(folder, vpc_id, {})
    lines = [f"namespace {name}" for name in sorted(observation.layout.namespaces)]
    lines.extend(sorted(render_row(row) for row in observation.layout.rows))
    for name in sorted(observation.layout.namespaces):
        with inside(folder.path(vpc_id, name)):
            lines.extend(f"{name} {line}" for line in _dump_table())
    return "\n".join(lines) + "\n"


def _dump_table() -> list[str]:
    try:
        listed: list[dict[str, Any]] = json.loads(list_table(FAMILY, TABLE))["nftables"]
    except RulesetError:
        return []
    rules = [json.dumps(_plain(each), sort_keys=True) for each in listed if "rule" in each]
    others = sorted(json.dumps(_plain(each), sort_keys=True) for each in listed if not {"rule", "metainfo"} & set(each))
    # Rules keep their order within a chain; chains may have been made in any.
    return [*others, *sorted(rules, key=lambda line: str(json.loads(line)["rule"]["chain"]))]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _sorted_elements(each) if key == "elem" else _plain(each)
            for key, each in value.items()
            if key != "handle"
        }
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _sorted_elements(elements: list[Any]) -> list[Any]:
    return sorted((_plain(each) for each in elements), key=lambda each: json.dumps(each, sort_keys=True))
