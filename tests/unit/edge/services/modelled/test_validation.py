"""Parameters against the model, in the words of AWS's services."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.edge.services.modelled.service_models import service_model
from skywalk.edge.services.modelled.validation import check_parameters
from skywalk.values.errors import AwsError


def refusal(service: str, operation: str, **parameters: Any) -> tuple[str, str]:
    found = service_model(service).operation(operation)
    assert found is not None
    with pytest.raises(AwsError) as caught:
        check_parameters(found.input, parameters, "ValidationException")
    return caught.value.code, caught.value.message


def test_what_must_be_there() -> None:
    assert refusal("kms", "Encrypt") == (
        "ValidationException",
        "2 validation errors detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null; "
        "Value null at 'plaintext' failed to satisfy constraint: Member must not be null",
    )


def test_lengths_ranges_and_sets() -> None:
    many = refusal("kms", "CreateKey", KeySpec="RSA_1", Description="x" * 9000)[1]
    assert many.startswith("2 validation errors detected: Value 'RSA_1' at 'keySpec' failed to satisfy constraint: ")
    assert "Member must satisfy enum value set: [RSA_2048, " in many
    assert many.endswith(
        "; Value at 'description' failed to satisfy constraint: Member must have length less than or equal to 8192"
    )
    assert refusal("kms", "ListKeys", Limit=0)[1] == (
        "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1"
    )
    tag = {"TagKey": "", "TagValue": "v"}
    assert "'tags.1.member.tagKey'" in refusal("kms", "TagResource", KeyId="k", Tags=[tag])[1]
    assert (
        "'tags.2.member' failed to satisfy constraint: Member must not be null"
        in refusal("kms", "TagResource", KeyId="k", Tags=[{"TagKey": "a", "TagValue": "b"}, None])[1]
    )


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"KeyId": 7, "Plaintext": "YQ=="}, "NUMBER_VALUE cannot be converted to String"),
        ({"KeyId": "k", "Plaintext": "?"}, "STRING_VALUE cannot be converted to Blob"),
        ({"KeyId": "k", "Plaintext": 1.5}, "DECIMAL_VALUE cannot be converted to Blob"),
        ({"KeyId": "k", "Plaintext": "YQ==", "EncryptionContext": []}, "START_ARRAY cannot be converted to map"),
        ({"KeyId": "k", "Plaintext": "YQ==", "GrantTokens": {}}, "START_OBJECT cannot be converted to list"),
        ({"KeyId": "k", "Plaintext": "YQ==", "DryRun": "true"}, "STRING_VALUE cannot be converted to Boolean"),
    ],
)
def test_types(parameters: dict[str, Any], message: str) -> None:
    assert refusal("kms", "Encrypt", **parameters) == ("SerializationException", message)


def test_numbers_and_moments() -> None:
    assert refusal("kms", "ListKeys", Limit=True)[0] == "SerializationException"
    assert refusal("kms", "ListKeys", Limit=1 << 31)[0] == "SerializationException"
    assert refusal("cloudwatch", "PutMetricAlarm", AlarmName="a", Threshold="x")[0] == "SerializationException"
    times = {"Namespace": "n", "MetricName": "m", "EndTime": 1, "Period": 60}
    assert refusal("cloudwatch", "GetMetricStatistics", StartTime=[], **times)[0] == "SerializationException"
    assert refusal("cloudwatch", "PutMetricData", Namespace="n", MetricData=[1])[0] == "SerializationException"


def test_what_is_right() -> None:
    found = service_model("cloudwatch").operation("PutMetricAlarm")
    assert found is not None
    right = {"AlarmName": "a", "EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold", "Threshold": "NaN"}
    check_parameters(found.input, right, "ValidationError")
    check_parameters(None, {}, "ValidationError")
