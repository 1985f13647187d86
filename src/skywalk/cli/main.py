"""`skywalk`: the commands and their options."""

from __future__ import annotations

import argparse
import importlib
import os
import re
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta

from skywalk import __version__
from skywalk.config import (
    DEFAULT_ACCOUNT_ID,
    DEFAULT_PORT,
    DEFAULT_QUOTAS,
    DEFAULT_REGION,
    STATE_DIR_VARIABLE,
    ConfigError,
)
from skywalk.logs.settings import DEFAULT_FORMAT, DEFAULT_LEVEL, FORMATS, LEVELS
from skywalk.values.errors import SkywalkError

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
MAX_PORT = 65_535


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; answers its exit status: 0 done, 1 failed or refused, 2 wrong usage."""
    parser = build_parser()
    if not (sys.argv[1:] if argv is None else argv):
        parser.print_help(sys.stderr)
        return EXIT_USAGE
    arguments = parser.parse_args(argv)
    # Only the command's own module is loaded: most commands must start in no time.
    command = importlib.import_module(f"skywalk.cli.{arguments.module}")
    try:
        status: int = command.run(arguments)
        sys.stdout.flush()
    except ConfigError as error:
        print(f"skywalk: {error}", file=sys.stderr)
        return EXIT_USAGE
    except SkywalkError as error:
        print(f"skywalk: {error}", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has seen enough; Python must not try again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    except OSError as error:
        # A state directory of somebody else's, a disk that fails: the user's to see to.
        print(f"skywalk: {error}", file=sys.stderr)
        return EXIT_FAILED
    return status


def build_parser() -> argparse.ArgumentParser:
    """The texts are also those of docs/reference/cli.md."""
    parser = argparse.ArgumentParser(
        prog="skywalk",
        description="A VPC region on this machine, with VPC endpoints that are enforced.",
        epilog="Exit status: 0 done, 1 failed or refused, 2 wrong usage, 130 interrupted; others where a command says.",
    )
    parser.add_argument("--version", action="version", version=f"skywalk {__version__}", help="print it and exit")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_up(commands)
    _add_simple(
        commands,
        "down",
        "stop the region; its state stays",
        "Instances end; the next up starts them anew with their files. Succeeds too where nothing runs. What a "
        "daemon that died has left behind is taken down as well.",
    )
    _add_simple(
        commands,
        "reset",
        "stop the region and forget everything",
        "config.toml stays, and all that the region has not made. A folder that is not a region's state directory is "
        "left alone.",
    )
    _add_status(commands)
    _add_env(commands)
    _add_account(commands)
    _add_exec(commands)
    _add_simple(
        commands,
        "wait",
        "return when everything obeys the newest accepted change",
        "Packets, names, policies and states. What fails is tried again every second; where something has failed five "
        "times in a row, or a process of the region is gone for 30 seconds, that is said, with exit status 1. It is "
        "tried on, and wait may be asked again.",
    )
    _add_log(commands)
    _add_policy(commands)
    _add_doctor(commands)
    _add_backup(commands)
    _add_restore(commands)
    _add_simple(
        commands,
        "demo",
        "the guided tour, on real traffic",
        "It brings up a region of its own, whatever --state-dir says, and leaves nothing behind.",
    )
    return parser


_Commands = argparse._SubParsersAction


def _add_simple(
    commands: _Commands[argparse.ArgumentParser], name: str, text: str, more: str = ""
) -> argparse.ArgumentParser:
    """`text` is the command's line in the overview; its own help adds `more`."""
    description = f"{text[:1].upper()}{text[1:]}. {more}".rstrip()
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=description, allow_abbrev=False)
    parser.set_defaults(module=name if name != "exec" else "exec_")
    parser.add_argument("--state-dir", metavar="D", help=_STATE_DIR_HELP)
    return parser


_STATE_DIR_HELP = f"the region's state directory (${STATE_DIR_VARIABLE}, else the user's own)"


def _add_up(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _add_simple(
        commands,
        "up",
        "start the region",
        "In the foreground until Ctrl-C, which stops it, or detached. It is ready when its API answers; what it had "
        "before comes up behind that, pending until it is there, and wait waits for it. A region that runs already is "
        "left as it is, and asking for another region, port or quotas, or an uplink that it has not, fails; what a "
        "daemon that died has left running is taken over. The end of a down is waited for.",
    )
    parser.add_argument("--detach", action="store_true", help="return when it is ready, and leave it running")
    parser.add_argument("--region", metavar="R", help=f"default for env ({DEFAULT_REGION})")
    parser.add_argument("--port", metavar="P", type=_port, help=f"the API's ({DEFAULT_PORT})")
    parser.add_argument(
        "--quotas",
        choices=("aws", "off"),
        help=f"AWS's, of endpoints, groups of an interface and routes of a table, or none ({DEFAULT_QUOTAS})",
    )
    parser.add_argument("--log-format", choices=FORMATS, help=f"of every process ({DEFAULT_FORMAT})")
    parser.add_argument("--log-level", choices=LEVELS, help=f"what is said and what is not ({DEFAULT_LEVEL})")
    parser.add_argument(
        "--uplink", action="store_true", help="what the region does not serve itself is in the machine's network; root"
    )


def _port(text: str) -> int:
    port = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= port <= MAX_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to {MAX_PORT}, not {text!r}")
    return port


def _add_status(commands: _Commands[argparse.ArgumentParser]) -> None:
    more = (
        "Exit status 3 where no daemon answers: then it tells whether one has died, and how many instances go on "
        "without it."
    )
    parser = _add_simple(commands, "status", "what runs, and whether it has converged", more)
    parser.add_argument("--json", action="store_true", help="for programs")


def _add_env(commands: _Commands[argparse.ArgumentParser]) -> None:
    more = "AWS_ENDPOINT_URL, AWS_DEFAULT_REGION, AWS_REGION and the keys of an account's root, as export lines."
    parser = _add_simple(commands, "env", "shell lines that point AWS clients here", more)
    parser.add_argument("--account", metavar="A", help=f"the account whose keys to print ({DEFAULT_ACCOUNT_ID})")


def _add_account(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _add_simple(commands, "account", "accounts and their keys")
    actions = parser.add_subparsers(dest="account_command", metavar="COMMAND", required=True)
    add = actions.add_parser(
        "add", help="make an account", description="Make an account; prints its id and keys.", allow_abbrev=False
    )
    add.add_argument("id", metavar="ID", help="twelve digits")
    add.add_argument("--access-key-id", metavar="K", help="the root's, 16 to 128 letters and digits (drawn)")
    add.add_argument("--secret-access-key", metavar="S", help="goes with it")
    listing = actions.add_parser(
        "list", help="accounts and keys", description="Accounts and the keys of their roots.", allow_abbrev=False
    )
    listing.add_argument("--json", action="store_true", help="for programs")
    for action in (add, listing):
        action.add_argument("--state-dir", metavar="D", default=argparse.SUPPRESS, help=_STATE_DIR_HELP)


def _add_policy(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "policy", help="what policies say", description="What policies say.", allow_abbrev=False
    )
    commands = parser.add_subparsers(dest="policy_command", metavar="COMMAND", required=True)
    _add_policy_check(commands)
    _add_policy_evaluate(commands)
    _add_policy_replay(commands)


def _add_policy_check(commands: _Commands[argparse.ArgumentParser]) -> None:
    text = "what of a policy can never match, and what it locks out"
    more = (
        "Needs no region. Told are documents that are refused, actions and condition keys that AWS does not have, "
        "resources that an action is never asked on, values that a key never has, principals that a gateway endpoint "
        "does not take, and lock-outs. Exit status 1 where there is anything to tell."
    )
    parser = commands.add_parser(
        "check", help=text, description=f"{text[:1].upper()}{text[1:]}. {more}", allow_abbrev=False
    )
    parser.set_defaults(module="policy_check")
    parser.add_argument("file", metavar="FILE", help="the document; - is the standard input")
    parser.add_argument(
        "--kind",
        choices=("endpoint", "gateway-endpoint", "interface-endpoint", "resource", "identity", "trust"),
        help="what the policy is for (guessed: with principals an endpoint's)",
    )
    parser.add_argument("--json", action="store_true", help="for programs: one object a line")


def _add_policy_evaluate(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "evaluate",
        help="decide policy cases",
        description="Decide policy cases: a JSON object in each line, each answered with a line as soon as it is read. "
        "It asks no region. A line that is no case is answered with an object that has error and line, and the next "
        "ones are decided all the same. Exit status 1 where a line could not be decided.",
        allow_abbrev=False,
    )
    parser.set_defaults(module="policy_evaluate")
    parser.add_argument("file", metavar="FILE|-", help="the cases, or - for the standard input")


def _add_policy_replay(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "replay",
        help="which requests another endpoint policy would decide otherwise",
        description="Which requests another endpoint policy would decide otherwise. Asked are those that the endpoint "
        "has really seen and its access log still has; all other policies count as they did. Nothing is changed, and "
        "no daemon is needed. Exit status 3 where a verdict would change.",
        allow_abbrev=False,
    )
    parser.set_defaults(module="policy_replay")
    parser.add_argument("file", metavar="NEW.json", help="the policy that it could have; - is the standard input")
    parser.add_argument("--endpoint", metavar="vpce-…", type=_endpoint_id, required=True, help="the endpoint")
    parser.add_argument("--json", action="store_true", help="for programs: one object a line")
    parser.add_argument("--state-dir", metavar="D", help=_STATE_DIR_HELP)


def _add_log(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _add_simple(
        commands,
        "log",
        "what was asked through endpoints, by whom, and the verdict",
        "Oldest first: time in UTC, endpoint, caller, action, resource, verdict, and the layer and statement that "
        "decided; fitted to a terminal, else whole. undecided: refused before any policy was asked. A request is there "
        "within a second of its answer; how many are kept is set in config.toml. No daemon is needed.",
    )
    parser.add_argument("--endpoint", metavar="vpce-…", type=_endpoint_id, help="of this endpoint alone")
    parser.add_argument("--since", metavar="T", type=_since, help="not before 2026-01-31T12:00:00Z, or 15m, 2h, 3d ago")
    parser.add_argument("--follow", action="store_true", help="go on with what comes, until Ctrl-C")
    parser.add_argument("--json", action="store_true", help="for programs: CloudTrail's events, one a line")
    parser.add_argument("--denied", action="store_true", help="only what was refused")
    parser.add_argument("-n", metavar="N", type=_count, help="the last N alone")


def _since(text: str) -> datetime | timedelta:
    from skywalk.cli.log import since

    return since(text)


def _endpoint_id(text: str) -> str:
    if re.fullmatch(r"vpce-[\w-]+", text) is None:
        raise argparse.ArgumentTypeError(f"an endpoint's id is vpce-…, not {text!r}")
    return text


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise argparse.ArgumentTypeError(f"a number from 0, not {text!r}")
    return int(text)


def _add_doctor(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _add_simple(
        commands,
        "doctor",
        "what this machine lacks and how to get it; what in the region looks wrong",
        "What a region does is tried in namespaces that end with the command; nothing is changed. ok: as it should be; "
        "less: a region runs, but can do less; lacks: it cannot run; wrong: it runs, and not as it should. Exit status "
        "1 where something lacks or is wrong.",
    )
    parser.add_argument("--port", metavar="P", type=_port, help=f"the one to look at ({DEFAULT_PORT})")
    parser.add_argument("--json", action="store_true", help="for programs")


def _add_backup(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _add_simple(
        commands,
        "backup",
        "the region in one file",
        "Of a region that runs or not: its resources, keys, certificate authority and settings, and the data of its "
        "embedded backends, each as it is at that moment; not the instances' disks. The file is for its owner alone "
        "(it holds all keys) and is there when it is whole.",
    )
    parser.add_argument("file", metavar="FILE", help="the backup; must not be there")


def _add_restore(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _add_simple(
        commands,
        "restore",
        "a region from a backup",
        "Into a state directory that is new or empty; all of the backup is checked before anything is written. Trust "
        "the file as a program: what the backends read of it could run as one.",
    )
    parser.add_argument("file", metavar="FILE", help="what backup made")


def _add_exec(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _add_simple(
        commands,
        "exec",
        "run a command inside an instance",
        "In its network, with its resolver, trust stores, files and the credentials of its instance profile; not with "
        "the caller's AWS variables. Nothing is added to its output. It needs no daemon: instances go on "
        "without one. Exit status: the command's, 127 if it is not found, 126 if it cannot be executed, 128 and the "
        "signal's number if one killed it.",
    )
    parser.add_argument("--detach", action="store_true", help="leave it running until the instance stops")
    parser.add_argument(
        "--bind", metavar="PATH", action="append", default=[], help="share a folder for writing; may be given again"
    )
    parser.add_argument("instance_id", metavar="i-…", help="the instance")
    parser.add_argument("command", metavar="CMD", nargs=argparse.REMAINDER, help="the command and its own options")


if __name__ == "__main__":
    sys.exit(main())
