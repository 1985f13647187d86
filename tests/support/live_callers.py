"""Programs inside instances that say who called them, and callers that say what they were told.

with answering(region, server):
    assert told(region, client, address) == "198.18.0.7"
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from support.live_region import REACHES_WITHIN, SILENT_FOR, LiveRegion

PORT = 7070
ANYBODY = [{"IpProtocol": "tcp", "FromPort": PORT, "ToPort": PORT, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
"""An ingress permission for what listens here."""

SILENCE = "TimeoutError"

_LISTENER = f"""
import socket
server = socket.create_server(("0.0.0.0", {PORT}))
print("up")
while True:
    connection, (caller, _) = server.accept()
    own, _ = connection.getsockname()
    with connection:
        connection.sendall(f"{{caller}} at {{own}}".encode())
"""


@contextmanager
def answering(region: LiveRegion, instance_id: str) -> Iterator[None]:
    """While it is open, the instance tells everybody who connects their address and its own: `10.0.1.4 at 10.0.1.5`."""
    with region.start(instance_id, _LISTENER) as program:
        assert program.hear() == "up"
        yield


def is_silent(region: LiveRegion, instance_id: str, address: str) -> bool:
    """Whether nobody answers the instance where it calls."""
    return told(region, instance_id, address, seconds=SILENT_FOR) == SILENCE


def told(region: LiveRegion, instance_id: str, address: str, source: str = "", seconds: float = REACHES_WITHIN) -> str:
    """What the instance is told where it calls, or the kind of error that it meets there."""
    program = f"""
import socket
try:
    connection = socket.create_connection(("{address}", {PORT}), {seconds}, ("{source}", 0))
    print(connection.recv(200).decode())
except OSError as error:
    print(type(error).__name__)
"""
    return region.python(instance_id, program).strip()


def open_group(region: LiveRegion, vpc_id: str, name: str = "open") -> str:
    """A security group whose members anybody may call."""
    group_id = str(region.ec2.create_security_group(VpcId=vpc_id, GroupName=name, Description=name)["GroupId"])
    region.ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=ANYBODY)
    return group_id
