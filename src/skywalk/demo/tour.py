"""The tour from its first line to its last."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from skywalk.cli import hints
from skywalk.cli.control_client import ControlClient
from skywalk.cli.up import check_machine
from skywalk.demo.chapters import STORY
from skywalk.demo.own_region import OwnRegion, own_region
from skywalk.demo.printer import Printer, printer_for
from skywalk.demo.render import BLANK, Line, Style, render_passed, render_title
from skywalk.demo.runner import ProcessRunner, user_environment
from skywalk.demo.story import Chapter
from skywalk.demo.teller import Counters, NotAsExpected, Teller

TITLE = "A bank's documents"
ABOUT = (
    "A guided tour of private access to AWS services: a private subnet, a gateway endpoint and interface endpoints, "
    "and what they refuse. Each command is run as it is shown, and what follows it is what it printed; aws is the "
    "stock AWS CLI, skywalk this program."
)
SUMMARY = (
    "Without the endpoint a private subnet has no way to S3; with it, an unchanged program has.",
    "The endpoint's policy, a security group and the bucket's policy each refused what they should, as on AWS.",
    "The internet gateway carried nothing of it.",
    "Interface endpoints brought CloudWatch and SQS to an address of the subnet, guarded by a security group and found "
    "by the services' own names.",
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
            printer.show([Line("Taking the tour's region away.")])
    printer.show(render_ending(printer.width, ways_on(hints.program(), os.environ.get("PATH"))))
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


def ways_on(program: str, search_path: str | None) -> list[tuple[str, str]]:
    """What to type next, and what it does."""
    ways = [
        (f"{program} up --detach", "a region that stays, with its state"),
        (f'eval "$({program} env)"', "aws, boto3 and others talk to it"),
        (f"{program} exec i-… -- COMMAND", "inside an instance"),
        (f"{program} reset", "and all of it is gone"),
    ]
    if shutil.which("aws", path=search_path) is None:
        ways.insert(2, (f'export PATH="$PATH:{Path(sys.executable).parent}"', "the AWS CLI that came with it"))
    return ways


def render_ending(width: int, ways: Sequence[tuple[str, str]]) -> list[Line]:
    column = max(len(command) for command, _ in ways if len(command) < width // 2)
    return [
        BLANK,
        Line("What you have seen", Style.HEADING),
        *(line for text in SUMMARY for line in render_passed(text, width) if line != BLANK),
        BLANK,
        Line("How to go on", Style.HEADING),
        *(Line(f"  {command:<{column}}  # {does}", Style.COMMAND) for command, does in ways),
    ]
