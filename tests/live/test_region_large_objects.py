"""100 MiB up and down through the endpoint: the same bytes, and an edge that streams them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from support.live_region import LiveRegion

pytestmark = pytest.mark.live

GROWTH_LIMIT_BYTES = 32 << 20
"""Far below one object: what a worker may come to hold while several parts of 8 MiB pass at a time."""

PROGRAM = """
import boto3, hashlib, json
sent = hashlib.sha256()
with open("/root/large", "wb") as file:
    for number in range(100):
        block = hashlib.shake_128(number.to_bytes(4, "big")).digest(1 << 20)
        sent.update(block)
        file.write(block)
s3 = boto3.client("s3")
def received(key):
    found = hashlib.sha256()
    for block in s3.get_object(Bucket="large-objects", Key=key)["Body"].iter_chunks(1 << 20):
        found.update(block)
    return found.hexdigest()
def downloaded(key):
    s3.download_file("large-objects", key, "/root/again")
    with open("/root/again", "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
s3.upload_file("/root/large", "large-objects", "in-parts")
with open("/root/large", "rb") as file:
    s3.put_object(Bucket="large-objects", Key="whole", Body=file)
print(json.dumps([sent.hexdigest(), received("in-parts"), downloaded("whole")]))
"""


def memory_bytes(pid: int, name: str = "VmRSS") -> int:
    found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


def test_a_large_object_stays_intact_and_the_edge_small(region: LiveRegion) -> None:
    region.bucket("large-objects")
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    region.endpoint(vpc, region.table(vpc, subnet))
    may = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    instance = region.instance(subnet, IamInstanceProfile=region.profile("large-role", may))
    region.call(instance, "s3", "put_object", Bucket="large-objects", Key="small", Body="the backend is up by now")
    workers = region.processes("skywalk.edge.worker")
    assert workers
    before = {pid: memory_bytes(pid) for pid in workers}
    sent, received, downloaded = json.loads(region.python(instance, PROGRAM))
    assert sent == received == downloaded
    growth = {pid: memory_bytes(pid, "VmHWM") - before[pid] for pid in workers}
    assert all(grown < GROWTH_LIMIT_BYTES for grown in growth.values()), growth
