"""The tour from its first line to its last."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from skywalk.cli.control_client import ControlClient
from skywalk.cli.up import check_machine
from skywalk.demo.chapters import STORY
from skywalk.demo.own_region import OwnRegion, own_region
from skywalk.demo.printer import Printer, printer_for
from skywalk.demo.render import BLANK, Line, Style, render_title
from skywalk.demo.runner import ProcessRunner, user_environment
from skywalk.demo.story import Chapter
from skywalk.demo.teller import Counters, NotAsExpected, Teller

TITLE = "A bank's documents"
ABOUT = (
    "A guided tour of private access to S3: a private subnet, a gateway endpoint, and what it refuses. Each command "
    "is run as it is shown, and what follows it is what it printed."
)
SUMMARY = (
    "Without the endpoint a private subnet has no way to S3; with it, an unchanged program has.",
    "The endpoint's policy, a security group and the bucket's policy each refused what they should, as on AWS.",
    "The internet gateway carried nothing of it.",
)
GO_ON = (
    "./skywalk up --detach              # a region that stays, with its state",
    'eval "$(./skywalk env)"            # aws, boto3 and others talk to it',
    "./skywalk exec i-… -- COMMAND      # inside an instance",
    "./skywalk reset                    # and all of it is gone",
)


def run_tour() -> int:
    """0 when everything came out as told, 1 at the first thing that did not. Raises SkywalkError where no region
    can run, KeyboardInterrupt when interrupted; nothing is left behind in any case."""
    check_machine()
    printer = printer_for(sys.stdout)
    printer.show(render_title(TITLE, ABOUT, printer.width))
    with own_region() as region:
        try:
            tell_story(STORY, region, printer)
        except NotAsExpected:
            return 1
        finally:
            printer.show([BLANK, Line("Taking the tour's region away.")])
    printer.show(render_ending())
    return 0


def tell_story(story: Sequence[Chapter], region: OwnRegion, printer: Printer) -> None:
    runner = ProcessRunner(user_environment(os.environ, region.paths.state_dir), region.folder)
    control = ControlClient(region.paths.control_socket)

    def read_counters() -> Counters:
        found: Mapping[str, Mapping[str, int]] = control.ask("counters")
        return found

    teller = Teller(runner, printer, region.folder, read_counters, {"port": str(region.port)})
    try:
        for number, chapter in enumerate(story, 1):
            teller.tell(number, len(story), chapter)
    finally:
        runner.end()


def render_ending() -> list[Line]:
    return [
        BLANK,
        Line("What you have seen", Style.HEADING),
        *(Line(f"  ✓ {text}", Style.PASSED) for text in SUMMARY),
        BLANK,
        Line("How to go on", Style.HEADING),
        *(Line(f"  {text}", Style.COMMAND) for text in GO_ON),
    ]
