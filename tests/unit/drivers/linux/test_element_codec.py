from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from skywalk.drivers.linux.element_codec import decode_elements, encode_elements
from skywalk.drivers.linux.sets import DataType, Element, SetDeclaration

A, B = IPv4Address("10.0.0.0"), IPv4Address("10.0.0.255")
FROM_THE_LOWEST = Element((IPv4Address("0.0.0.0"),), (IPv4Address("0.0.0.9"),))
TO_THE_HIGHEST = Element((IPv4Address("10.0.2.0"),), (IPv4Address("255.255.255.255"),))

CASES = {
    "device to mark": (
        SetDeclaration("m", (DataType.DEVICE,), DataType.MARK),
        {Element(("p-1",), data=0x01020304), Element(("p-0123456789ABC",), data=1)},
    ),
    "device to zone": (SetDeclaration("z", (DataType.DEVICE,), DataType.ZONE), {Element(("internet",), data=7)}),
    "device to chain": (
        SetDeclaration("v", (DataType.DEVICE,), DataType.VERDICT),
        {Element(("p-1",), data="sg-00000000000000001-in")},
    ),
    "address to address": (SetDeclaration("n", (DataType.ADDRESS,), DataType.ADDRESS), {Element((A,), data=B)}),
    "three fields": (
        SetDeclaration("s", (DataType.ADDRESS, DataType.PROTOCOL, DataType.SERVICE)),
        {Element((A, 17, 53)), Element((A, 6, 53))},
    ),
    "intervals of two fields": (
        SetDeclaration("i", (DataType.ADDRESS, DataType.SERVICE), is_interval=True),
        {Element((A, 443), (B, 443))},
    ),
    "plain intervals": (
        SetDeclaration("p", (DataType.ADDRESS,), is_interval=True),
        {Element((A,), (B,)), FROM_THE_LOWEST, TO_THE_HIGHEST},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_encoded_is_decoded(case: str) -> None:
    declaration, elements = CASES[case]
    assert decode_elements(declaration, [encode_elements(declaration, elements)]) == elements


def test_lists_that_the_kernel_has_cut_in_two() -> None:
    declaration = SetDeclaration("p", (DataType.ADDRESS,), is_interval=True)
    whole = encode_elements(declaration, [Element((A,), (B,))])
    assert len(whole) == 16 + 24
    assert decode_elements(declaration, [whole[:16], whole[16:]]) == {Element((A,), (B,))}


def test_the_bytes_of_a_mark() -> None:
    declaration = SetDeclaration("m", (DataType.DEVICE,), DataType.MARK)
    encoded = encode_elements(declaration, [Element(("e-1",), data=7)])
    key = "1400 0100" + b"e-1".ljust(16, b"\0").hex()
    value = "0800 0100 07000000"
    assert encoded == bytes.fromhex(f"2800 0180 1800 0180 {key} 0c00 0280 {value}")
