"""`skywalk`: the commands and their options."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from skywalk import __version__
from skywalk.config import DEFAULT_PORT, DEFAULT_REGION, ConfigError
from skywalk.values.errors import SkywalkError

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
MAX_PORT = 65_535


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; answers its exit status: 0 done, 1 failed or refused, 2 wrong usage."""
    arguments = build_parser().parse_args(argv)
    # Only the command's own module is loaded: most commands must start in no time.
    command = importlib.import_module(f"skywalk.cli.{arguments.module}")
    try:
        status: int = command.run(arguments)
    except ConfigError as error:
        print(f"skywalk: {error}", file=sys.stderr)
        return EXIT_USAGE
    except SkywalkError as error:
        print(f"skywalk: {error}", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        return EXIT_FAILED
    return status


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="skywalk", description="A VPC region on this machine, with VPC endpoints that are enforced."
    )
    parser.add_argument("--version", action="version", version=f"skywalk {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_up(commands)
    _add_simple(commands, "down", "stop the region; its state stays")
    _add_simple(commands, "reset", "stop the region and forget everything")
    status = _add_simple(commands, "status", "what runs, and whether it has converged")
    status.add_argument("--json", action="store_true", help="for programs")
    env = _add_simple(commands, "env", "shell lines that point AWS clients here")
    env.add_argument("--account", metavar="A", help="the account whose keys to print")
    _add_account(commands)
    _add_exec(commands)
    _add_simple(commands, "wait", "return when everything obeys the newest accepted change")
    _add_simple(commands, "demo", "the guided tour, on real traffic")
    return parser


_Commands = argparse._SubParsersAction


def _add_simple(commands: _Commands[argparse.ArgumentParser], name: str, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
    parser.set_defaults(module=name if name != "exec" else "exec_")
    parser.add_argument("--state-dir", metavar="D", help="the region's state directory")
    return parser


def _add_up(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _add_simple(commands, "up", "start the region")
    parser.add_argument("--detach", action="store_true", help="return when it is ready, and leave it running")
    parser.add_argument("--region", metavar="R", default=DEFAULT_REGION, help=f"default for env ({DEFAULT_REGION})")
    parser.add_argument("--port", metavar="P", type=_port, default=DEFAULT_PORT, help=f"the API's ({DEFAULT_PORT})")
    parser.add_argument("--quotas", choices=("aws", "off"), default="aws", help="AWS's default quotas, or none")
    parser.add_argument("--uplink", action="store_true", help="not there yet")


def _port(text: str) -> int:
    port = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= port <= MAX_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to {MAX_PORT}, not {text!r}")
    return port


def _add_account(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _add_simple(commands, "account", "accounts and their keys")
    actions = parser.add_subparsers(dest="account_command", metavar="COMMAND", required=True)
    add = actions.add_parser("add", help="make an account")
    add.add_argument("id", metavar="ID", help="twelve digits")
    add.add_argument("--access-key-id", metavar="K")
    add.add_argument("--secret-access-key", metavar="S")
    listing = actions.add_parser("list", help="accounts and keys")
    listing.add_argument("--json", action="store_true", help="for programs")
    for action in (add, listing):
        action.add_argument("--state-dir", metavar="D", default=argparse.SUPPRESS, help="the region's state directory")


def _add_exec(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _add_simple(commands, "exec", "run a command inside an instance")
    parser.add_argument("--detach", action="store_true", help="leave it running until the instance stops")
    parser.add_argument("--bind", metavar="PATH", action="append", default=[], help="share a folder for writing")
    parser.add_argument("instance_id", metavar="i-…")
    parser.add_argument("command", metavar="CMD", nargs=argparse.REMAINDER)


if __name__ == "__main__":
    sys.exit(main())
