"""Values of records against those of a general DNS library."""

from __future__ import annotations

import re

import dns.rdata
import dns.rdataclass
import dns.rdatatype
import pytest

from skywalk.values.record_data import RECORD_TYPES, read_name_value, record_data


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        ("A", "10.0.0.1"),
        ("AAAA", "2001:db8::1"),
        ("NS", "ns-0.awsdns-00.com."),
        ("CNAME", "www.example.com."),
        ("PTR", "www.example.com."),
        ("MX", "10 mail.example.com."),
        ("SRV", "1 10 5269 xmpp.example.com."),
        ("SOA", "ns.example.com. root.example.com. 1 7200 900 1209600 86400"),
        ("TXT", '"one" "two"'),
        ("TXT", r'"a \"b\" c\\d"'),
        ("SPF", '"v=spf1 ip4:192.168.0.1/16 -all"'),
        ("CAA", '0 issue "ca.example.com"'),
        ("CAA", '128 iodef "mailto:root@example.com"'),
        ("NAPTR", '100 50 "u" "E2U+sip" "!^.*$!sip:info@example.com!" .'),
        ("NAPTR", '100 50 "s" "SIP+D2U" "" _sip._udp.example.com.'),
    ],
)
def test_values_are_as_a_library_writes_them(type_: str, text: str) -> None:
    expected = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(type_), text).to_wire()
    assert record_data(type_, text) == expected
    assert RECORD_TYPES[type_] == dns.rdatatype.from_text(type_)


def test_escapes_in_texts_are_octal() -> None:
    assert record_data("TXT", r'"\052"') == b"\x01*"


@pytest.mark.parametrize(
    ("type_", "text", "reason"),
    [
        ("A", "10.0.0", "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"),
        ("AAAA", "10.0.0.1", "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"),
        ("MX", "mail.example.com", "MXRRDATANotTwoFields (MX record doesn't have 2 fields)"),
        ("MX", "ten mail.example.com", "MXRRDATAIllegalNumber (Value is not a number of 16 bits)"),
        ("SRV", "1 2 3", "SRVRRDATANotFourFields (SRV record doesn't have 4 fields)"),
        ("SRV", "1 2 65536 a.b", "SRVRRDATAIllegalNumber (Value is not a number of 16 bits)"),
        ("SOA", "a. b. 1 2 3 4", "SOARRDATANotSevenFields (SOA record doesn't have 7 fields)"),
        ("TXT", "hello", "InvalidCharacterString (Value should be enclosed in quotation marks)"),
        ("TXT", '"one" two', "InvalidCharacterString (Value should be enclosed in quotation marks)"),
        ("TXT", f'"{"a" * 256}"', "CharacterStringTooLong (Value is too long)"),
        ("TXT", '"\u4e2d"', "InvalidCharacterString (Value contains a character outside of Latin-1)"),
        ("CAA", "0 issue", "CAARRDATANotThreeFields (CAA record doesn't have 3 fields)"),
        ("CAA", "0 issue ca", "CAARRDATAInvalid (CAA record has an invalid tag, or a value without quotation marks)"),
        ("CAA", '256 issue "ca"', "CAARRDATAIllegalNumber (Value is not a number of 8 bits)"),
        ("NAPTR", '1 2 "s" "a" .', "NAPTRRRDATANotSixFields (NAPTR record doesn't have 6 fields)"),
        ("CNAME", "a..b", "DomainLabelEmpty (Domain label is empty)"),
    ],
)
def test_what_is_no_value_is_refused_with_its_reason(type_: str, text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        record_data(type_, text)


def test_a_name_value_is_kept_as_names_are() -> None:
    assert read_name_value(" WWW.Example.com. ") == "www.example.com"
