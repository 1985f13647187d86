from __future__ import annotations

import time
from xml.etree import ElementTree

import pytest

from skywalk.edge.authorize import Check
from skywalk.edge.services.s3.delete_objects import (
    DeleteBody,
    ObjectToDelete,
    checks_of,
    merge_refusals,
    parse_delete,
    render_delete,
)
from skywalk.values.errors import AwsError

DENIED = AwsError("AccessDenied", 'no "<&>" for you', 403)


def delete(inner: str) -> bytes:
    return f'<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{inner}</Delete>'.encode()


def code(body: bytes) -> str:
    with pytest.raises(AwsError) as error:
        parse_delete(body)
    return error.value.code


def test_keys_and_versions() -> None:
    body = delete(
        "\n <Object><Key> a&amp;b\n</Key><VersionId>v1</VersionId></Object>"
        "<Object><Key><![CDATA[c<d]]>&#13;</Key></Object><!-- x --><Quiet>true</Quiet>"
    )
    assert parse_delete(body) == DeleteBody((ObjectToDelete(" a&b\n", "v1"), ObjectToDelete("c<d\r")), True)
    assert parse_delete(b"<Delete><Object><Key>k</Key></Object></Delete>").objects == (ObjectToDelete("k"),)


def test_what_is_rendered_reads_back_the_same() -> None:
    objects = tuple(
        ObjectToDelete(key, version)
        for key, version in [("a", None), (" <&>\r\n\t\"'", "null"), ("ü\U0001f600]]>", "v&1")]
    )
    assert parse_delete(render_delete(objects, quiet=True)) == DeleteBody(objects, True)
    assert parse_delete(render_delete(objects, quiet=False)) == DeleteBody(objects, False)


def test_each_key_has_its_checks() -> None:
    assert checks_of("bank", ObjectToDelete("k"), bypass_governance=False) == (
        Check("s3:DeleteObject", "arn:aws:s3:::bank/k"),
    )
    assert checks_of("bank", ObjectToDelete("k", "v"), bypass_governance=True) == (
        Check("s3:DeleteObjectVersion", "arn:aws:s3:::bank/k", {"s3:versionid": "v"}),
        Check("s3:BypassGovernanceRetention", "arn:aws:s3:::bank/k"),
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"<Delete>",
        delete(""),
        delete("<Quiet>true</Quiet>"),
        delete("<Quiet>maybe</Quiet><Object><Key>k</Key></Object>"),
        delete("<Quiet>true</Quiet><Quiet>false</Quiet><Object><Key>k</Key></Object>"),
        delete("<Object><Key></Key></Object>"),
        delete("<Object><VersionId>v</VersionId></Object>"),
        delete("<Object><Key>a</Key><Key>b</Key></Object>"),
        delete("<Object><Key>a<b/></Key></Object>"),
        delete("<Object><Key>a</Key>text</Object>"),
        delete("<Object><key>a</key></Object>"),
        delete("<x:Object><x:Key>a</x:Key></x:Object>"),
        b"<Other><Object><Key>k</Key></Object></Other>",
        delete("<Object><Key>&unknown;</Key></Object>"),
        delete("<Object><Key>&#0;</Key></Object>"),
        delete("<Object><Key>k</Key></Object>") * 2,
        b'<?xml version="1.0" encoding="no-such"?><Delete/>',
        delete("<Object><Key>k</Key></Object>" * 1001),
        delete("<Object><Key>k</Key></Object>" + " " * 4_200_000),
    ],
)
def test_malformed(body: bytes) -> None:
    assert code(body) == "MalformedXML"


def test_document_types_are_refused_before_anything_expands() -> None:
    laughs = '<!DOCTYPE d [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {after} "{f"&{before};" * 10}">' for before, after in zip("abcdefgh", "bcdefghi", strict=True)
    )
    start = time.process_time()
    assert code(laughs.encode() + b"]>" + delete("<Object><Key>&i;</Key></Object>")) == "MalformedXML"
    external = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    assert code(external + delete("<Object><Key>&x;</Key></Object>")) == "MalformedXML"
    assert code(b"<!DOCTYPE Delete>" + delete("<Object><Key>k</Key></Object>")) == "MalformedXML"
    assert time.process_time() - start < 0.5


def test_deep_nesting_is_refused_at_its_first_level() -> None:
    start = time.process_time()
    assert code(b"<Delete>" + b"<a>" * 1_000_000) == "MalformedXML"
    assert time.process_time() - start < 0.5


def test_conditions_and_long_keys_are_refused() -> None:
    assert code(delete("<Object><Key>k</Key><ETag>x</ETag></Object>")) == "NotImplemented"
    assert code(delete(f"<Object><Key>{'k' * 1025}</Key></Object>")) == "KeyTooLongError"


def test_refusals_join_the_backends_result() -> None:
    result = (
        b'<?xml version="1.0"?>\n<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        b"<Deleted><Key>a</Key></Deleted></DeleteResult>\n"
    )
    merged = merge_refusals(result, [(ObjectToDelete("b&c", "v"), DENIED)])
    root = ElementTree.fromstring(merged)
    assert [[part.text for part in child] for child in root] == [
        ["a"],
        ["b&c", "v", "AccessDenied", 'no "<&>" for you'],
    ]
    assert root[1].tag.endswith("}Error")


@pytest.mark.parametrize(
    "result", [None, b"<DeleteResult/>", b'<DeleteResult xmlns="x" />', b"<DeleteResult></DeleteResult>"]
)
def test_refusals_alone(result: bytes | None) -> None:
    root = ElementTree.fromstring(merge_refusals(result, [(ObjectToDelete("k"), DENIED)]))
    assert [part.text for part in root[0]] == ["k", "AccessDenied", 'no "<&>" for you']


@pytest.mark.parametrize("result", [b"", b"<Error></Error>", b"<DeleteResult>", b"{}"])
def test_other_answers_are_not_merged(result: bytes) -> None:
    with pytest.raises(ValueError, match="the backend's answer"):
        merge_refusals(result, [(ObjectToDelete("k"), DENIED)])
