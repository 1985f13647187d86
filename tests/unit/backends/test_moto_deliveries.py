from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

from skywalk.backends.moto_deliveries import DELIVERIES_HEADER
from skywalk.edge.services.modelled.resource_policies import deliveries
from support.backend_clients import OWNER, BackendUnderTest


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
