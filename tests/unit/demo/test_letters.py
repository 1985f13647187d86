"""The second program of the story, against a client of its kind."""

from __future__ import annotations

import re
from types import SimpleNamespace

import boto3
import pytest

from skywalk.demo import letters


class Queue:
    """What the program uses of an SQS client."""

    meta = SimpleNamespace(endpoint_url="https://sqs.us-east-1.amazonaws.com")

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def get_queue_url(self, QueueName: str) -> dict[str, str]:
        return {"QueueUrl": f"https://queues/{QueueName}"}

    def send_message(self, QueueUrl: str, MessageBody: str) -> None:
        self.sent.append((QueueUrl, MessageBody))


def test_it_tells_how_long_a_letter_took(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    queue = Queue()
    monkeypatch.setattr(boto3, "client", lambda _service: queue)
    letters.main("mortgages")
    assert [url for url, _ in queue.sent] == ["https://queues/mortgages"] * 9
    said = capsys.readouterr().out
    assert re.fullmatch(r"9 letters to https://sqs\.us-east-1\.amazonaws\.com, \d+\.\d ms each\n", said)
