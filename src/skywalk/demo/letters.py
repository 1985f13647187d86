"""Puts letters into a queue and tells how long one took: python letters.py QUEUE"""

from __future__ import annotations

import statistics
import sys
import time

import boto3


def main(queue: str) -> None:
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    took = []
    for number in range(9):
        started = time.perf_counter()
        sqs.send_message(QueueUrl=url, MessageBody=f"Dear bank, this is letter {number}.")
        took.append(time.perf_counter() - started)
    each = f"{statistics.median(took) * 1000:.1f} ms each"
    print(f"{len(took)} letters to {sqs.meta.endpoint_url}, {each}")


if __name__ == "__main__":
    main(sys.argv[1])
