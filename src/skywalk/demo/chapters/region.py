"""A region for the tour alone."""

from __future__ import annotations

from skywalk.demo.story import Chapter, Evaluate, Run

CHAPTER = Chapter(
    title="A region of its own",
    why="skywalk brings up an AWS region on this machine, here in a temporary folder, beside whatever else runs. "
    "From then on every command is the stock AWS CLI, and every packet is a real one.",
    steps=(
        Run("skywalk up --detach --port $port"),
        Evaluate("skywalk env", proves="aws talks to the region now, as any AWS client would"),
    ),
)
