from __future__ import annotations

from skywalk.local_services.guest_directory import GuestDirectory
from skywalk.values.addresses import parse_address
from support.guests import guest, interface

FIRST = guest(instance_id="i-0a")
SAME_ADDRESS_ELSEWHERE = guest(
    instance_id="i-0b", interfaces=(interface(vpc_id="vpc-0b", network_interface_id="eni-0b"),)
)


def found(directory: GuestDirectory, vpc_id: str, address: str) -> str | None:
    guest_there = directory.find(vpc_id, address)
    return None if guest_there is None else guest_there.instance_id


def test_an_address_is_another_guests_in_the_next_vpc() -> None:
    directory = GuestDirectory()
    directory.put(FIRST)
    directory.put(SAME_ADDRESS_ELSEWHERE)
    assert found(directory, "vpc-0a", "10.0.1.5") == "i-0a"
    assert found(directory, "vpc-0b", "10.0.1.5") == "i-0b"
    assert found(directory, "vpc-0c", "10.0.1.5") is None
    assert found(directory, "vpc-0a", "10.0.1.6") is None


def test_all_addresses_of_an_interface_are_one_sender() -> None:
    directory = GuestDirectory()
    addresses = (parse_address("10.0.1.5"), parse_address("10.0.1.6"))
    directory.put(guest(interfaces=(interface(private_addresses=addresses),)))
    assert directory.sender("vpc-0a", "10.0.1.5") == "eni-0a"
    assert directory.sender("vpc-0a", "10.0.1.6") == "eni-0a"
    assert directory.sender("vpc-0a", "10.0.1.7") == "vpc-0a 10.0.1.7"


def test_a_changed_guest_leaves_its_old_address() -> None:
    directory = GuestDirectory()
    directory.put(FIRST)
    directory.put(guest(instance_id="i-0a", interfaces=(interface(private_addresses=(parse_address("10.0.1.9"),)),)))
    assert found(directory, "vpc-0a", "10.0.1.5") is None
    assert found(directory, "vpc-0a", "10.0.1.9") == "i-0a"


def test_an_address_that_went_on_stays_with_its_new_guest() -> None:
    directory = GuestDirectory()
    directory.put(FIRST)
    directory.put(guest(instance_id="i-0new"))
    directory.remove("i-0a")
    directory.remove("i-unknown")
    assert found(directory, "vpc-0a", "10.0.1.5") == "i-0new"
    directory.remove("i-0new")
    assert found(directory, "vpc-0a", "10.0.1.5") is None
