"""A region for the tour alone."""

from __future__ import annotations

from skywalk.demo.story import Chapter, Evaluate, Export, Run

CHAPTER = Chapter(
    title="A region of its own",
    why="skywalk brings up an AWS region on this machine, here in a temporary folder, beside whatever else runs. "
    "It has an API, instances with a network between them, and real packets on it.",
    steps=(
        Run("skywalk up --detach --port $port"),
        Export("AWS_DEFAULT_OUTPUT", "text", note="aws shall print plain text, and talk to the region"),
        Evaluate("skywalk env", proves="aws talks to the region now, as any AWS client would"),
    ),
)
