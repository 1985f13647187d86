"""GetConsoleOutput: what an instance's init and user data have said.

The machine keeps it, not the store: the API hands in how to read it. Source: API Reference (the last 64 KB; the latest
output on Nitro types alone). The text for other types is unconfirmed.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from skywalk.actions.existing import INSTANCE, existing
from skywalk.resources.instance_types import instance_type
from skywalk.values.errors import unsupported_operation

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

MAX_OUTPUT_BYTES = 65_536

ReadConsole = Callable[[str], Awaitable[bytes]]
"""Instance id → its console's text, empty where there is none."""


def get_console_output(call: Call, request: ec2.GetConsoleOutputRequest) -> ec2.GetConsoleOutputResult:
    """All but the output. `Latest` changes nothing: what is read is always the latest."""
    instance = existing(call, INSTANCE, request["InstanceId"])
    kind = instance_type(instance.instance_type)
    if request.get("Latest") and (kind is None or kind.hypervisor != "nitro"):
        raise unsupported_operation("This instance type does not support retrieving the latest console logs.")
    return {"InstanceId": instance.id, "Timestamp": call.clock.now()}


async def with_console_output(
    read_console: ReadConsole, result: ec2.GetConsoleOutputResult
) -> ec2.GetConsoleOutputResult:
    """The output is base64 text, absent while there is none."""
    output = await read_console(result["InstanceId"])
    if output:
        result["Output"] = base64.b64encode(output[-MAX_OUTPUT_BYTES:]).decode()
    return result
