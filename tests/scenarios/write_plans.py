"""Writes every scenario's plan.txt anew. Read what changed before you keep it.

PYTHONPATH=tests python tests/scenarios/write_plans.py
"""

from __future__ import annotations

from support.scenarios import SCENARIOS, load, render_all


def main() -> None:
    for folder in SCENARIOS:
        (folder / "plan.txt").write_text(render_all(load(folder)))


if __name__ == "__main__":
    main()
