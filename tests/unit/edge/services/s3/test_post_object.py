from __future__ import annotations

import pytest

from skywalk.edge.authorize import Check
from skywalk.edge.services.s3.post_object import form_checks, form_key
from skywalk.values.errors import AwsError


def test_the_key_may_name_the_file() -> None:
    assert form_key({"key": "user/${filename}"}, "a.txt") == "user/a.txt"
    assert form_key({"key": "fixed"}, "a.txt") == "fixed"


@pytest.mark.parametrize(
    ("fields", "code"),
    [({}, "InvalidArgument"), ({"key": "${filename}"}, "InvalidArgument"), ({"key": "../x"}, "InvalidURI")],
)
def test_refused(fields: dict[str, str], code: str) -> None:
    with pytest.raises(AwsError) as error:
        form_key(fields, "")
    assert error.value.code == code


def test_fields_stand_for_headers() -> None:
    resource = "arn:aws:s3:::bank/k"
    assert form_checks("bank", "k", {"key": "k"}) == (Check("s3:PutObject", resource),)
    fields = {"acl": "public-read", "tagging": "<Tagging/>", "x-amz-object-lock-legal-hold": "ON"}
    assert [check.action for check in form_checks("bank", "k", fields)] == [
        "s3:PutObject",
        "s3:PutObjectAcl",
        "s3:PutObjectTagging",
        "s3:PutObjectLegalHold",
    ]
