"""The main story: no way to S3 without the endpoint, a way with it, and none again after it."""

from __future__ import annotations

import pytest

from support.live_region import REACHES_WITHIN, SILENT_FOR, LiveRegion

pytestmark = pytest.mark.live

READABLE = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}

ONE_CONNECTION = f"""
import http.client, ssl, sys
connection = http.client.HTTPSConnection("BUCKET.s3.us-east-1.amazonaws.com", timeout={REACHES_WITHIN})
def get():
    try:
        connection.request("GET", "/a.txt")
        answer = connection.getresponse()
        print(answer.status, answer.read().decode())
    except OSError as error:
        print(type(error).__name__)
def watch():
    try:
        print("data" if connection.sock.recv(1) else "cut")
    except TimeoutError:
        print("open")
    except OSError:
        print("cut")
connection.connect()
connection.auto_open = 0
print("connected")
for line in sys.stdin:
    {{"get": get, "watch": watch}}[line.strip()]()
"""

PING = """
import socket
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
raw.settimeout(0.3)
raw.sendto(bytes([8, 0, 0xF7, 0xFD, 0, 1, 0, 1]), ("52.216.170.187", 0))
try:
    print(raw.recv(100))
except OSError as error:
    print(type(error).__name__)
"""


def readable_bucket(region: LiveRegion, name: str) -> str:
    statement = {**READABLE, "Resource": f"arn:aws:s3:::{name}/*"}
    region.bucket(name, {"Statement": [statement]})
    region.s3.put_object(Bucket=name, Key="a.txt", Body=b"hello")
    return f"https://{name}.s3.us-east-1.amazonaws.com/a.txt"


def test_s3_is_out_of_reach_without_the_endpoint_and_within_with_it(region: LiveRegion) -> None:
    url = readable_bucket(region, "main-story")
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    table = region.table(vpc, subnet)
    instance = region.instance(subnet)
    before = region.get(instance, url, SILENT_FOR)
    assert before.network is not None
    assert "timed out" in before.network

    endpoint = region.endpoint(vpc, table)
    during = region.get(instance, url)
    assert (during.status, during.answer) == (200, "hello")

    with region.start(instance, ONE_CONNECTION.replace("BUCKET", "main-story")) as program:
        assert program.hear() == "connected"
        program.say("get")
        assert program.hear() == "200 hello"
        region.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
        program.say("watch")
        assert program.hear() == "cut"
        program.say("get")
        assert not program.hear().startswith("200")

    after = region.get(instance, url, SILENT_FOR)
    assert after.network is not None
    assert "timed out" in after.network


def test_a_table_without_the_endpoint_keeps_the_public_path(region: LiveRegion) -> None:
    url = readable_bucket(region, "public-path")
    vpc = region.vpc()
    associated, other = region.subnet(vpc, "10.0.1.0/24"), region.subnet(vpc, "10.0.2.0/24")
    private, public = region.table(vpc, associated), region.table(vpc, other)
    region.internet_gateway(vpc, private, public)
    endpoint = region.endpoint(vpc, private)
    inside = region.instance(associated, public=True)
    outside = region.instance(other, public=True)
    before = region.control.ask("counters")

    assert region.get(inside, url).answer == "hello"
    between = region.control.ask("counters")
    assert between[endpoint]["received_packets"] > before[endpoint]["received_packets"]
    assert between[vpc] == before[vpc], "nothing of it may have crossed the internet gateway"

    assert region.get(outside, url).answer == "hello"
    after = region.control.ask("counters")
    assert after[endpoint] == between[endpoint]
    assert after[vpc]["received_packets"] > between[vpc]["received_packets"]


def test_the_endpoint_answers_on_its_ports_alone(region: LiveRegion) -> None:
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    region.endpoint(vpc, region.table(vpc, subnet))
    instance = region.instance(subnet)
    probe = (
        "import socket\n"
        "for port in (443, 80, 22, 8080):\n"
        "    seconds = 30 if port in (443, 80) else 0.3\n"
        "    try: socket.create_connection(('52.216.170.187', port), seconds); print(port, 'open')\n"
        "    except OSError as error: print(port, type(error).__name__)\n"
    )
    assert region.python(instance, probe).splitlines() == [
        "443 open",
        "80 open",
        "22 TimeoutError",
        "8080 TimeoutError",
    ]
    assert region.python(instance, PING).strip() == "TimeoutError"
