from __future__ import annotations

import json

from skywalk.policy.cases.layers import FIELDS_REMEMBERED, CompiledFields
from skywalk.policy.compiled import AccessRequest
from skywalk.policy.document import PolicyKind
from skywalk.policy.evaluate import Layers
from skywalk.policy.principal import user_principal

ANA = user_principal("123456789012", "ana")
GET = AccessRequest("s3:GetObject", "arn:aws:s3:::b/k", ANA, "123456789012", {})
ASSUME = AccessRequest("sts:AssumeRole", "arn:aws:iam::123456789012:role/app", ANA, "123456789012", {})
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}


def boundary(fields: CompiledFields, policy: object) -> object:
    return fields.layers({"permission_boundary": json.dumps(policy)}, GET).permission_boundary


def test_policies_are_objects_or_texts() -> None:
    as_object = CompiledFields().layers({"identity_policies": json.dumps([ALLOW])}, GET)
    as_text = CompiledFields().layers({"identity_policies": json.dumps([json.dumps(ALLOW)])}, GET)
    assert as_object.identity_policies[0].policy == as_text.identity_policies[0].policy


def test_policies_are_compiled_once_and_forgotten_in_time() -> None:
    fields = CompiledFields()
    first = boundary(fields, ALLOW)
    for number in range(FIELDS_REMEMBERED - 1):
        boundary(fields, {**ALLOW, "Id": str(number)})
    assert boundary(fields, ALLOW) is first
    for number in range(FIELDS_REMEMBERED):
        boundary(fields, {**ALLOW, "Id": f"other {number}"})
    assert boundary(fields, ALLOW) is not first


def test_one_text_may_be_two_kinds_of_policy() -> None:
    fields, text = CompiledFields(), {"resource_policy": json.dumps(TRUST)}
    trusted = fields.layers(text, ASSUME)
    assert trusted.resource_policy is not None
    assert (trusted.resource_policy.kind, trusted.resource_must_allow) == (PolicyKind.TRUST, True)


def test_null_is_absent() -> None:
    assert CompiledFields().layers({"endpoint_policy": "null", "scps": "null", "rcps": "[]"}, GET) == Layers()
