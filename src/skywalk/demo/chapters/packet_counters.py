"""The proof by counting."""

from __future__ import annotations

from skywalk.demo.story import Chapter, CountedTraffic, Run, succeeds

CHAPTER = Chapter(
    title="Counting packets",
    why="The kernel counts what passes each link; what the internet gateway has counted so far is the branch's. Now "
    "the branch rests, and the teller fetches 4 MiB.",
    steps=(
        CountedTraffic(
            Run(
                "skywalk exec $teller -- aws s3 cp s3://bank-documents/annual_report.txt copy.txt --no-progress",
                expect=succeeds("download: s3://bank-documents/annual_report.txt"),
            ),
            through="endpoint",
            past="vpc",
            least_packets=20,
            proves="the internet gateway has not seen a single packet of it",
        ),
    ),
)
