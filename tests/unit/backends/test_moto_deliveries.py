from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from skywalk.backends.moto_deliveries import DELIVERIES_HEADER
from skywalk.edge.services.modelled.resource_policies import deliveries
from support.backend_clients import OWNER, BackendUnderTest

MANY = """
from skywalk.backends.moto_deliveries import deliver_to_those_who_take_it
deliver_to_those_who_take_it()
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
owner, region = "111111111111", "us-east-1"
topics, queues = sns_backends[owner][region], sqs_backends[owner][region]
topic = topics.create_topic("news")
for number in range(150):
    queue = queues.create_queue(f"q{number}")
    topics.subscribe(topic.arn, queue.queue_arn, "sqs")
topics.publish("to all", topic.arn)
print(sum(len(queue.messages) for queue in queues.queues.values()))
print(len({one.private_key() for one in topics.subscriptions.values()}))
print(len(topics.list_subscriptions_by_topic(topic.arn, next_token=None)[0]))
"""


def test_a_topic_of_many_queues() -> None:
    # In a process of its own: what is changed stays changed.
    told = subprocess.run([sys.executable, "-c", MANY], capture_output=True, text=True, check=True).stdout
    assert told.splitlines() == ["150", "1", "100"]


def test_it_is_the_header_that_the_edge_sends() -> None:
    assert deliveries.DELIVERIES_HEADER == DELIVERIES_HEADER


def test_only_to_those_that_are_named_and_again_after_a_kill(tmp_path: Path) -> None:
    backend = BackendUnderTest("modelled", tmp_path / "modelled")
    try:
        sqs, sns = backend.client("sqs"), backend.client("sns")
        urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("open", "closed")}
        topic = sns.create_topic(Name="news")["TopicArn"]
        for name in urls:
            sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{OWNER}:{name}")
        told = backend.client("sns")

        def name_open(request: Any, **_: Any) -> None:
            request.headers[DELIVERIES_HEADER] = (
                f"arn:aws:sqs:us-east-1:{OWNER}:open,arn:aws:sqs:us-east-1:{OWNER}:none"
            )

        told.meta.events.register("request-created.*.*", name_open)
        told.publish(TopicArn=topic, Message="to the open one")
        backend.end(signal.SIGKILL)
        backend.start()
        sns.publish(TopicArn=topic, Message="to all")
        received = {
            name: len(sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", ()))
            for name, url in urls.items()
        }
        assert received == {"open": 2, "closed": 1}
    finally:
        backend.end(signal.SIGKILL)
