from __future__ import annotations

import pytest

from skywalk.edge.services.s3.xml_document import MAXIMUM_LEVELS, parse_document, render_document
from skywalk.values.errors import AwsError

XMLNS = "http://s3.amazonaws.com/doc/2006-03-01/"


@pytest.mark.parametrize(
    "body",
    [
        f'<?xml version="1.0"?><a xmlns="{XMLNS}"><b>x &amp; y</b><c/></a>',
        f'<s:a xmlns:s="{XMLNS}"><s:b><![CDATA[x & y]]></s:b><s:c></s:c></s:a>',
        '<a other="1"><!-- c --><b>x <!-- c -->&amp; y</b><c other="1"/></a>',
    ],
)
def test_one_document_is_written_in_one_way(body: str) -> None:
    written = f'<a xmlns="{XMLNS}"><b>x &amp; y</b><c></c></a>'
    assert render_document(parse_document(body.encode())).decode() == written


def test_the_type_of_a_grantee_is_kept_whatever_its_prefix() -> None:
    body = b'<a xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><b i:type="Group">x</b></a>'
    root = parse_document(body)
    assert [one.xsi_type for one in root.children] == ["Group"]
    assert b'xsi:type="Group">x</b>' in render_document(root)
    assert parse_document(render_document(root)) == root


def test_elements_are_found_by_their_path() -> None:
    root = parse_document(b"<a><b><c>1</c></b><b><c>2</c></b></a>")
    assert root.text_of("b", "c") == "1"
    assert root.text_of("b", "d") is None
    assert [one.text_of("c") for one in root.all("b")] == ["1", "2"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b"<a>",
        b"<a></b>",
        b"<a/><b/>",
        b"\xff",
        b'<?xml version="1.0" encoding="x"?><a/>',
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b"<a>" * (MAXIMUM_LEVELS + 1) + b"</a>" * (MAXIMUM_LEVELS + 1),
    ],
)
def test_what_is_no_document_is_refused(body: bytes) -> None:
    with pytest.raises(AwsError) as refused:
        parse_document(body)
    assert (refused.value.code, refused.value.status) == ("MalformedXML", 400)
