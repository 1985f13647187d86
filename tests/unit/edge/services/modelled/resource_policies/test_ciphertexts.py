from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from skywalk.edge.authorize import Check
from skywalk.edge.services.modelled.access import Asker
from skywalk.edge.services.modelled.call import BackendAnswer
from skywalk.edge.services.modelled.protocols.understood import Understood
from skywalk.edge.services.modelled.resource_policies.ciphertexts import check_answered_key, with_given_key
from skywalk.edge.services.modelled.service_models import JSON, service_model
from skywalk.values.errors import AwsError

ASKER = Asker("123456789012", "us-east-1")
ID = "11111111-2222-4333-8444-555555555555"
OWN = f"arn:aws:kms:us-east-1:123456789012:key/{ID}"
OTHERS = OWN.replace("123456789012", "210987654321")
KEYS = {"kms:calleraccount": "123456789012"}


def understood(operation: str, **parameters: Any) -> Understood:
    model = service_model("kms")
    found = model.operation(operation)
    assert found is not None
    return Understood(model, JSON, found, parameters)


@pytest.mark.parametrize(
    ("given", "resource", "expected"),
    [
        (OTHERS, OWN, OTHERS),
        (OTHERS, "*", OTHERS),
        (ID, OWN, OWN),
        (None, OWN, OWN),
        (OTHERS.replace("us-east-1", "eu-west-1"), OWN, OWN),
        (OTHERS.replace("key/", "alias/"), OWN, OWN),
        (OWN.replace("123456789012", ""), OWN, OWN),
        (OWN.replace("us-east-1", ""), OWN, OWN),
    ],
)
def test_a_key_that_is_named_is_whose(given: str | None, resource: str, expected: str) -> None:
    asked = understood("Decrypt", **({} if given is None else {"KeyId": given}))
    assert with_given_key("kms", asked, ASKER, [Check("kms:Decrypt", resource)]) == [Check("kms:Decrypt", expected)]


def test_the_source_of_a_new_encryption() -> None:
    asked = understood("ReEncrypt", SourceKeyId=OTHERS, DestinationKeyId=OWN)
    checks = [Check("kms:ReEncryptTo", OWN), Check("kms:ReEncryptFrom", OWN)]
    assert with_given_key("kms", asked, ASKER, checks) == [checks[0], Check("kms:ReEncryptFrom", OTHERS)]


def test_another_key_than_the_ciphertext_s() -> None:
    asked = understood("Decrypt", KeyId=OTHERS.replace("1111-2222", "1111-9999"))
    with pytest.raises(AwsError, match="IncorrectKeyException"):
        with_given_key("kms", asked, ASKER, [Check("kms:Decrypt", OWN)])


class Refusing:
    def __init__(self) -> None:
        self.asked: list[Check] = []

    def refusal(self, checks: list[Check]) -> AwsError:
        self.asked += checks
        return AwsError("AccessDeniedException", "no", 400)


def answered(operation: str, resource: str, answer: object, service: str = "kms") -> list[Check]:
    """What is asked about an answer."""
    refusing = Refusing()
    action = {"Decrypt": "kms:Decrypt", "ReEncrypt": "kms:ReEncryptFrom"}.get(operation, "kms:Encrypt")
    call: Any = SimpleNamespace(
        serving=SimpleNamespace(service=service),
        understood=understood(operation),
        checks=[Check(action, resource, KEYS)],
        authorization=refusing,
    )
    try:
        check_answered_key(call, BackendAnswer(200, {}, json.dumps(answer).encode()))
    except AwsError:
        assert refusing.asked
    return refusing.asked


def test_a_key_that_the_answer_names_first_is_asked_about_then() -> None:
    assert answered("Decrypt", "*", {"KeyId": OTHERS}) == [Check("kms:Decrypt", OTHERS, KEYS)]
    assert answered("ReEncrypt", "*", {"SourceKeyId": OTHERS}) == [Check("kms:ReEncryptFrom", OTHERS, KEYS)]
    assert answered("Decrypt", OWN, {"KeyId": OWN}) == []
    assert answered("Decrypt", "*", {"KeyId": "no key"}) == []
    assert answered("Encrypt", "*", {"KeyId": OWN}) == []
