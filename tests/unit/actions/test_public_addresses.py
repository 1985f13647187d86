from __future__ import annotations

import pytest

from skywalk.actions import public_addresses
from skywalk.actions.addresses import allocate_address
from skywalk.resources.allocate import PUBLIC_POOL
from support.launching import Home
from support.region import Region


def test_drawn_addresses_are_of_the_pool_and_distinct() -> None:
    home = Home(Region())
    with home.ec2.call() as call:
        drawn = public_addresses.draw_public_addresses(call, 50)
    assert len(set(drawn)) == 50
    assert all(address in PUBLIC_POOL for address in drawn)


def test_the_pool_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(Region())
    monkeypatch.setattr(public_addresses, "choose_public_address", lambda start, is_taken: None)
    assert home.ec2.refusal(allocate_address) == (
        "InsufficientAddressCapacity",
        "Not enough available public addresses.",
    )
    assert home.ec2(allocate_address, Address="198.18.3.3")["PublicIp"] == "198.18.3.3", "a wished one is not drawn"
