from __future__ import annotations

from xml.etree import ElementTree

from skywalk.edge.authorize import Check
from skywalk.edge.services.s3.mapping import ALL_BUCKETS
from skywalk.edge.services.s3.refusal import access_denied, error_answer, render_error
from skywalk.policy.evaluate import Decision
from skywalk.policy.principal import ANONYMOUS, session_principal
from skywalk.values.errors import AwsError

CALLER = session_principal("123456789012", "app", "i-1")
CHECK = Check("s3:PutObject", "arn:aws:s3:::bank/my_file.txt")
BY_ENDPOINT = Decision(False, "endpoint_policy", False)


def test_the_long_text_within_an_account() -> None:
    error = access_denied(BY_ENDPOINT, CHECK, CALLER, "123456789012")
    assert (error.code, error.status) == ("AccessDenied", 403)
    assert error.message == (
        "User: arn:aws:sts::123456789012:assumed-role/app/i-1 is not authorized to perform: s3:PutObject on "
        'resource: "arn:aws:s3:::bank/my_file.txt" because no VPC endpoint policy allows the s3:PutObject action'
    )


def test_access_denied_and_no_more_across_accounts_and_for_anonymous_callers() -> None:
    assert access_denied(BY_ENDPOINT, CHECK, CALLER, "210987654321").message == "Access Denied"
    assert access_denied(BY_ENDPOINT, CHECK, ANONYMOUS, "").message == "Access Denied"


def test_the_long_text_within_an_organization_but_of_endpoint_policies() -> None:
    by_bucket = Decision(False, "resource_policy", True, 0)
    told = access_denied(by_bucket, CHECK, CALLER, "210987654321", of_one_organization=True)
    assert told.message.endswith("with an explicit deny in a resource-based policy")
    assert access_denied(by_bucket, CHECK, CALLER, "210987654321").message == "Access Denied"
    told = access_denied(BY_ENDPOINT, CHECK, CALLER, "210987654321", of_one_organization=True)
    assert told.message == "Access Denied"
    told = access_denied(BY_ENDPOINT, CHECK, CALLER, "123456789012", of_one_organization=True)
    assert told.message.endswith("because no VPC endpoint policy allows the s3:PutObject action")


def test_listing_buckets_names_no_resource() -> None:
    check = Check("s3:ListAllMyBuckets", ALL_BUCKETS)
    assert access_denied(Decision(False, "endpoint_policy", True, 0), check, CALLER, "123456789012").message == (
        "User: arn:aws:sts::123456789012:assumed-role/app/i-1 is not authorized to perform: s3:ListAllMyBuckets "
        "with an explicit deny in a VPC endpoint policy"
    )


def test_error_document() -> None:
    assert render_error(AwsError("AccessDenied", "Access Denied", 403), "REQ", "HOST") == (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message>'
        b"<RequestId>REQ</RequestId><HostId>HOST</HostId></Error>"
    )


def test_messages_are_escaped_whatever_a_key_holds() -> None:
    body = render_error(AwsError("AccessDenied", "</Message>&\x00\x1b\r\n\ufffe]]>", 403), "R", "H")
    assert ElementTree.fromstring(body).findtext("Message") == "</Message>&\ufffd\ufffd\r\n\ufffd]]>"


def test_head_has_no_body() -> None:
    error = AwsError("AccessDenied", "Access Denied", 403)
    head, get = error_answer(error, "HEAD", "R", "H"), error_answer(error, "GET", "R", "H")
    assert (head.status, head.body) == (403, b"")
    assert get.body.startswith(b"<?xml")
    assert ("x-amz-request-id", "R") in get.headers
    assert ("content-type", "application/xml") in get.headers
