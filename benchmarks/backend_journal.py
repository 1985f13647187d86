"""What the embedded backend's journal costs: requests straight at its socket, with it and without, in turns.

    python benchmarks/backend_journal.py [--rounds 100] [--goal 1.2]

Two processes of each service, one of which writes no journal (and so would lose its last changes in a kill), are asked
over kept connections, some requests each in turn. Both save their state as ever, so a round may have a save in it: the
medians of rounds are compared. The goal is for the largest ratio.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from skywalk.backends.process import backend_environment, listener_process_id
from support.unix_http import UnixConnection
from support.waiting import wait_until

WITH = "import sys; from skywalk.backends.moto_server import main; sys.exit(main())"
WITHOUT = """
from skywalk.backends import journal, recorded, request_body
journal.Journal.begin = journal.Journal.finish = lambda *_: None
request_body.RequestBody.keep = lambda _: None
recorded.at = __import__("contextlib").nullcontext
"""
TABLE = {
    "TableName": "t",
    "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
Ask = Callable[[UnixConnection, int], None]


def backend(service: str, program: str, folder: Path, held: ExitStack) -> UnixConnection:
    folder.mkdir()
    arguments = ["--service", service, "--socket", str(folder / "socket"), "--state", str(folder)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", program, *arguments], env=backend_environment(os.environ), stderr=log
        )
    held.callback(process.wait, 20)
    held.callback(process.terminate)
    wait_until(lambda: listener_process_id(folder / "socket") is not None, 20)
    return held.enter_context(UnixConnectionHeld(folder / "socket"))


class UnixConnectionHeld(UnixConnection):
    def __enter__(self) -> UnixConnection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def asked(connection: UnixConnection, method: str, target: str, body: bytes, headers: dict[str, str]) -> None:
    connection.request(method, target, body, headers | {"x-moto-account-id": "111111111111"})
    answer: http.client.HTTPResponse = connection.getresponse()
    text = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{method} {target}: {answer.status} {text.decode(errors='replace')}")


def put_object(size_bytes: int) -> Ask:
    body = os.urandom(size_bytes)

    def put(connection: UnixConnection, number: int) -> None:
        asked(connection, "PUT", f"/bucket/{size_bytes}-{number % 8}", body, {"Host": "s3.us-east-1.amazonaws.com"})

    return put


def dynamodb(connection: UnixConnection, operation: str, content: object) -> None:
    headers = {"Host": "dynamodb.us-east-1.amazonaws.com", "x-amz-target": f"DynamoDB_20120810.{operation}"}
    kind = {"content-type": "application/x-amz-json-1.0"}
    asked(connection, "POST", "/", json.dumps(content).encode(), headers | kind)


def put_item(connection: UnixConnection, number: int) -> None:
    item = {"k": {"S": str(number % 100)}, "v": {"S": "x" * 200}}
    dynamodb(connection, "PutItem", {"TableName": "t", "Item": item})


def milliseconds(ask: Ask, connection: UnixConnection, numbers: range) -> float:
    """Of one request, in the middle of these."""
    taken = []
    for number in numbers:
        begun = time.perf_counter()
        ask(connection, number)
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def measure(ask: Ask, pair: tuple[UnixConnection, UnixConnection], rounds: int, requests: int) -> tuple[float, float]:
    medians: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        order = (0, 1) if turn % 2 else (1, 0)
        for which in order:
            taken = milliseconds(ask, pair[which], range(turn * requests, (turn + 1) * requests))
            if turn:  # the first is for warming up
                medians[which].append(taken)
    return statistics.median(medians[0]), statistics.median(medians[1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--goal", type=float, default=1.2)
    arguments = parser.parse_args()
    ratios = []
    with tempfile.TemporaryDirectory(prefix="skywalk-journal-") as name, ExitStack() as held:
        pairs = {
            service: (
                backend(service, WITH, Path(name) / f"{service}-with", held),
                backend(service, WITHOUT + WITH, Path(name) / f"{service}-without", held),
            )
            for service in ("s3", "dynamodb")
        }
        for connection in pairs["s3"]:
            asked(connection, "PUT", "/bucket", b"", {"Host": "s3.us-east-1.amazonaws.com"})
        for connection in pairs["dynamodb"]:
            dynamodb(connection, "CreateTable", TABLE)
        print(f"| one request, {arguments.rounds} rounds | with the journal | without | ratio |")
        print("|---|---|---|---|")
        for title, service, ask, requests in (
            ("PutObject, 1 KiB", "s3", put_object(1 << 10), 10),
            ("PutObject, 8 MiB", "s3", put_object(8 << 20), 1),
            ("PutItem", "dynamodb", put_item, 10),
        ):
            taken, plain = measure(ask, pairs[service], arguments.rounds, requests)
            ratios.append(taken / plain)
            print(f"| {title} | {taken:.2f} ms | {plain:.2f} ms | {ratios[-1]:.2f} |", flush=True)
    is_met = max(ratios) <= arguments.goal
    print(f"\n- goal: every ratio at most {arguments.goal:.1f}: {'met' if is_met else 'MISSED'}")
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
