from __future__ import annotations

import pytest

from skywalk.edge.services.s3.tags import OF_BUCKET, OF_OBJECT, check_tagging_header, check_tags
from skywalk.values.errors import AwsError


def test_tags_within_their_limits_are_taken() -> None:
    check_tags([], OF_OBJECT)
    check_tags([("k" * 128, "v" * 256), ("K", "")], OF_OBJECT)
    check_tags([(str(number), "") for number in range(50)], OF_BUCKET)


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ([("", "v")], "The TagKey you have provided is invalid"),
        ([("k" * 129, "v")], "The TagKey you have provided is invalid"),
        ([("k", "v" * 257)], "The TagValue you have provided is invalid"),
        ([("aws:k", "v")], "System tags cannot be added/updated by requester"),
        ([("k", "1"), ("k", "2")], "Cannot provide multiple Tags with the same key"),
        ([(str(number), "") for number in range(11)], "Object tags cannot be greater than 10"),
    ],
)
def test_other_tags_are_refused(tags: list[tuple[str, str]], message: str) -> None:
    with pytest.raises(AwsError) as refused:
        check_tags(tags, OF_OBJECT)
    assert refused.value.message == message
    assert refused.value.code == ("BadRequest" if len(tags) > 10 else "InvalidTag")


@pytest.mark.parametrize("text", ["", "a=b", "a=&b", "a%26=c%3D"])
def test_tags_in_a_header_are_a_query(text: str) -> None:
    if "&b" in text:
        with pytest.raises(AwsError):
            check_tagging_header(text)
    else:
        check_tagging_header(text)


@pytest.mark.parametrize("text", ["a=b&a=c", "&&", "=", "a=%ff"])
def test_other_headers_are_refused(text: str) -> None:
    with pytest.raises(AwsError) as refused:
        check_tagging_header(text)
    assert refused.value.code in ("InvalidArgument", "InvalidTag")
