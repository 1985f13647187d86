"""ARNs that moto would read the end of."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.edge.services.modelled.access import Asker
from skywalk.edge.services.modelled.foreign_arns import check_arns
from skywalk.edge.services.modelled.protocols.understood import Understood
from skywalk.edge.services.modelled.service_models import JSON, service_model
from skywalk.values.errors import AwsError

OWN = "arn:aws:kinesis:us-east-1:123456789012:stream/s"


def check(service: str, parameters: dict[str, Any]) -> None:
    model = service_model("kinesis")
    found = model.operation("DescribeStream")
    assert found is not None
    asker = Asker("123456789012", "us-east-1")
    check_arns(service, "kinesis", Understood(model, JSON, found, parameters), asker, "InvalidArgumentException")


@pytest.mark.parametrize(
    "foreign",
    [
        OWN.replace("1234", "4321"),
        OWN.replace("us-east-1", "us-west-2"),
        OWN.replace("arn:aws:", "arn:aws-cn:"),
    ],
)
def test_another_s(foreign: str) -> None:
    for parameters in ({"StreamARN": foreign}, {"Deep": [{"Inner": foreign}]}, {"Tags": {foreign: "x"}}):
        with pytest.raises(AwsError) as caught:
            check("kinesis-streams", parameters)
        assert (caught.value.code, caught.value.message) == (
            "InvalidArgumentException",
            f"{foreign} is not the name of a resource of this service in this region.",
        )


@pytest.mark.parametrize(
    "text",
    [
        OWN,
        OWN.replace("123456789012", ""),
        OWN.replace("us-east-1", ""),
        OWN.replace("123456789012", "aws"),
        OWN.replace(":kinesis:", ":lambda:").replace("1234", "4321"),
        "arn:aws:kinesis",
        f"see {OWN.replace('1234', '4321')}",
    ],
)
def test_what_is_no_other_s(text: str) -> None:
    check("kinesis-streams", {"StreamARN": text, "Limit": 3})


def test_services_that_read_their_arns_themselves() -> None:
    check("sqs", {"QueueUrl": OWN.replace("1234", "4321")})
