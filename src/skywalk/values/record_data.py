"""The data of DNS records: from a zone file's text to the bytes of a packet.

Source: RFC 1035 §3.3 and §5.1, RFC 2782 (SRV), RFC 3403 (NAPTR), RFC 8659 (CAA); Route 53 Developer Guide, "Supported
DNS record types", for how its values are written. The words of refusals are Route 53's as quoted in public reports;
those for types that nobody quoted are unconfirmed.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv6Address

from skywalk.values.dns_names import name_bytes, read_name

RECORD_TYPES: Mapping[str, int] = {
    "A": 1,
    "NS": 2,
    "CNAME": 5,
    "SOA": 6,
    "PTR": 12,
    "MX": 15,
    "TXT": 16,
    "AAAA": 28,
    "SRV": 33,
    "NAPTR": 35,
    "SPF": 99,
    "CAA": 257,
}
"""The types whose data skywalk can carry, by name, with their numbers (IANA, "DNS Parameters")."""

NAME_TYPES = frozenset({"CNAME", "NS", "PTR"})
"""Those whose data is one name."""

_STRING_LIMIT = 255
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\([0-3][0-7]{2}|.)", re.DOTALL)
_CAA_TAG = re.compile(r"[a-zA-Z0-9]+")


def record_data(type_name: str, text: str) -> bytes:
    """One value of a record as a packet has it. Raises ValueError, which says what is wrong with it."""
    return _READERS[type_name](text)


def read_name_value(text: str) -> str:
    """The name that a value of a CNAME, NS or PTR record is, in the kept form. Raises ValueError."""
    return read_name(text.strip())


def _a(text: str) -> bytes:
    try:
        return IPv4Address(text.strip()).packed
    except ValueError:
        raise ValueError("ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)") from None


def _aaaa(text: str) -> bytes:
    try:
        return IPv6Address(text.strip()).packed
    except ValueError:
        raise ValueError("AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)") from None


def _name(text: str) -> bytes:
    return name_bytes(read_name_value(text))


def _mx(text: str) -> bytes:
    preference, name = _fields("MX", text, 2)
    return struct.pack("!H", _number("MX", preference, 16)) + _name(name)


def _srv(text: str) -> bytes:
    *numbers, target = _fields("SRV", text, 4)
    return struct.pack("!HHH", *(_number("SRV", one, 16) for one in numbers)) + _name(target)


def _soa(text: str) -> bytes:
    server, mailbox, *times = _fields("SOA", text, 7)
    return _name(server) + _name(mailbox) + struct.pack("!IIIII", *(_number("SOA", one, 32) for one in times))


def _txt(text: str) -> bytes:
    strings = _QUOTED.findall(text)
    if not strings or _QUOTED.sub("", text).strip():
        raise ValueError("InvalidCharacterString (Value should be enclosed in quotation marks)")
    return b"".join(_string(one) for one in strings)


def _caa(text: str) -> bytes:
    flags, tag, value = _fields("CAA", text, 3)
    quoted = _QUOTED.fullmatch(value.strip())
    if not _CAA_TAG.fullmatch(tag) or quoted is None:
        raise ValueError("CAARRDATAInvalid (CAA record has an invalid tag, or a value without quotation marks)")
    return bytes([_number("CAA", flags, 8), len(tag)]) + tag.encode() + _plain(quoted.group(1))


def _naptr(text: str) -> bytes:
    order, preference, rest = _fields("NAPTR", text, 3)
    strings = [found.group(1) for found in _QUOTED.finditer(rest)]
    if len(strings) != 3:
        raise ValueError("NAPTRRRDATANotSixFields (NAPTR record doesn't have 6 fields)")
    numbers = struct.pack("!HH", _number("NAPTR", order, 16), _number("NAPTR", preference, 16))
    return numbers + b"".join(map(_string, strings)) + _name(rest[rest.rindex('"') + 1 :])


_READERS: Mapping[str, Callable[[str], bytes]] = {
    "A": _a,
    "NS": _name,
    "CNAME": _name,
    "SOA": _soa,
    "PTR": _name,
    "MX": _mx,
    "TXT": _txt,
    "AAAA": _aaaa,
    "SRV": _srv,
    "NAPTR": _naptr,
    "SPF": _txt,
    "CAA": _caa,
}


def _fields(type_name: str, text: str, count: int) -> list[str]:
    fields = text.split(None, count - 1)
    is_one_too_many = type_name in ("MX", "SRV", "SOA") and len(text.split()) != count
    if len(fields) != count or is_one_too_many:
        raise ValueError(f"{type_name}RRDATANot{_COUNTS[count]}Fields ({type_name} record doesn't have {count} fields)")
    return fields


_COUNTS = {2: "Two", 3: "Three", 4: "Four", 7: "Seven"}


def _number(type_name: str, text: str, bits: int) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) >> bits:
        raise ValueError(f"{type_name}RRDATAIllegalNumber (Value is not a number of {bits} bits)")
    return int(text)


def _string(escaped: str) -> bytes:
    content = _plain(escaped)
    if len(content) > _STRING_LIMIT:
        raise ValueError("CharacterStringTooLong (Value is too long)")
    return bytes([len(content)]) + content


def _plain(escaped: str) -> bytes:
    text = _ESCAPE.sub(lambda found: chr(int(found[1], 8)) if len(found[1]) == 3 else found[1], escaped)
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise ValueError("InvalidCharacterString (Value contains a character outside of Latin-1)") from None
