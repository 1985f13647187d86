from __future__ import annotations

from ipaddress import IPv4Address, ip_network

from skywalk.drivers.linux.sets import DataType, Element, SetDeclaration, interval_elements


def test_declarations_as_nftables_writes_them() -> None:
    assert SetDeclaration("a", (DataType.DEVICE, DataType.ADDRESS)).render() == "set a { type ifname . ipv4_addr; }"
    assert SetDeclaration("m", (DataType.DEVICE,), DataType.MARK).render() == "map m { type ifname : mark; }"
    zones = SetDeclaration("z", (DataType.DEVICE,), DataType.ZONE, key_of="iifname")
    assert zones.render() == "map z { typeof iifname : ct zone; }"
    interval = SetDeclaration("i", (DataType.ADDRESS,), is_interval=True)
    assert interval.render() == "set i { type ipv4_addr; flags interval; }"


def test_elements_as_text() -> None:
    verdicts = SetDeclaration("v", (DataType.DEVICE,), DataType.VERDICT)
    assert Element(("p-1",), data="sg-1-in").render(verdicts) == '"p-1" : goto sg-1-in'
    services = SetDeclaration("s", (DataType.ADDRESS, DataType.SERVICE), is_interval=True)
    first, last = IPv4Address("10.0.0.0"), IPv4Address("10.0.0.255")
    assert Element((first, 443), (last, 443)).render(services) == "10.0.0.0/24 . 443"
    assert Element((first, 443), (IPv4Address("10.0.0.9"), 443)).render(services) == "10.0.0.0-10.0.0.9 . 443"


def intervals(*networks: str) -> set[str]:
    declaration = SetDeclaration("i", (DataType.ADDRESS,), is_interval=True)
    return {element.render(declaration) for element in interval_elements(map(ip_network, networks))}


def test_networks_become_intervals_that_neither_overlap_nor_touch() -> None:
    assert intervals("10.0.0.0/24", "10.0.2.0/24") == {"10.0.0.0/24", "10.0.2.0/24"}
    assert intervals("10.0.0.0/8", "10.1.0.0/16", "10.255.255.255/32") == {"10.0.0.0/8"}
    assert intervals("10.0.1.0/24", "10.0.2.0/24") == {"10.0.1.0-10.0.2.255"}
    assert intervals("0.0.0.0/1", "128.0.0.0/1") == {"0.0.0.0/0"}
    assert intervals("2001:db8::/32") == set()
