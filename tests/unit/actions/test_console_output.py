from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest

from skywalk.actions.console_output import MAX_OUTPUT_BYTES, get_console_output, with_console_output
from support.launching import Home
from support.region import OTHER_ACCOUNT, Region


@pytest.fixture
def home() -> Home:
    return Home(Region())


def gathered(answer: Any, said: bytes) -> Any:
    async def read(instance_id: str) -> bytes:
        assert instance_id == answer["InstanceId"]
        return said

    return asyncio.run(with_console_output(read, answer))


def test_the_output(home: Home) -> None:
    instance_id = home.launch()["Instances"][0]["InstanceId"]
    answer = home.ec2(get_console_output, InstanceId=instance_id)
    assert answer == {"InstanceId": instance_id, "Timestamp": home.region.clock.now()}
    assert "Output" not in gathered(dict(answer), b"")
    assert base64.b64decode(gathered(dict(answer), b"hello\n")["Output"]) == b"hello\n"
    long = b"early" + b"x" * MAX_OUTPUT_BYTES
    assert base64.b64decode(gathered(dict(answer), long)["Output"]) == long[5:]


def test_the_latest_output_is_for_nitro_types(home: Home) -> None:
    old = home.launch(InstanceType="t2.micro")["Instances"][0]["InstanceId"]
    new = home.launch(InstanceType="t3.micro")["Instances"][0]["InstanceId"]
    assert home.ec2(get_console_output, InstanceId=new, Latest=True)["InstanceId"] == new
    assert home.ec2.refusal(get_console_output, InstanceId=old, Latest=True) == (
        "UnsupportedOperation",
        "This instance type does not support retrieving the latest console logs.",
    )


def test_others_read_nothing(home: Home) -> None:
    instance_id = home.launch()["Instances"][0]["InstanceId"]
    stranger = home.region.client(OTHER_ACCOUNT)
    assert stranger.refusal(get_console_output, InstanceId=instance_id)[0] == "InvalidInstanceID.NotFound"
    assert home.ec2.refusal(get_console_output, InstanceId="x")[0] == "InvalidInstanceID.Malformed"
