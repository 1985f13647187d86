"""What a chapter is made of: values that say what to type, what to show and what to expect.

Texts name what earlier steps have found by `$name`: `aws ec2 create-subnet --vpc-id $vpc`.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a command must come to: its exit status, a text in its output, a pattern over its output.

    `succeeds` None leaves the status open. In `says`, `$name` stands for what was found; the text is looked for
    without regard to line breaks.
    """

    succeeds: bool | None = True
    says: str = ""
    pattern: str = ""


SUCCEEDS = Expectation()


def succeeds(says: str = "", pattern: str = "") -> Expectation:
    return Expectation(True, says, pattern)


def fails(says: str) -> Expectation:
    """A refusal or a silence, with the words that the client puts it in."""
    return Expectation(False, says)


@dataclass(frozen=True, slots=True)
class Run:
    """A command as a user would type it, without a shell: its first word is `aws`, `skywalk` or another program.

    `note` is shown before it as a comment. `keep` names what it prints for later steps. `proves` is what a met
    expectation means.
    """

    command: str
    note: str = ""
    keep: str = ""
    expect: Expectation = SUCCEEDS
    proves: str = ""


@dataclass(frozen=True, slots=True)
class Together:
    """Commands that do not need one another: run at once, told in order."""

    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Evaluate:
    """What `eval "$(command)"` does: the `export NAME=VALUE` lines that a command prints hold for what follows."""

    command: str
    note: str = ""
    proves: str = ""


@dataclass(frozen=True, slots=True)
class Export:
    """`export NAME=VALUE`: it holds for what follows."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file that later commands read; it is written, and its text shown."""

    name: str
    text: str
    shows: bool = True


@dataclass(frozen=True, slots=True)
class CountedTraffic:
    """A command, with the packets of two owners counted before and after it: those of `through` must grow by
    `least_packets` at least, those of `past` not at all."""

    run: Run
    through: str
    past: str
    least_packets: int
    proves: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Where packets may pass: `owner` of counters, in which `$name` stands for what was found, and what is crossed to
    get past it, in words."""

    owner: str
    crosses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MeasuredWay:
    """A command that prints how many milliseconds a request took (`12.3 ms`), with what all `stops` counted meanwhile.
    Those that are `expected` must have carried packets, the others none. `keep` names the measurement."""

    run: Run
    stops: tuple[Stop, ...]
    expected: tuple[str, ...]
    keep: str


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Measurements as columns of a table: `title` and the name under which each is kept."""

    columns: tuple[tuple[str, str], ...]
    proves: str


Step = Run | Together | Evaluate | Export | File | CountedTraffic | MeasuredWay | SideBySide


@dataclass(frozen=True, slots=True)
class Chapter:
    """`why` is one or two sentences."""

    title: str
    why: str
    steps: tuple[Step, ...] = field(default_factory=tuple)


def together(*runs: Run) -> Together:
    return Together(runs)
