from __future__ import annotations

from dataclasses import dataclass, field, replace

from skywalk.actions.new_interfaces import draw_macs
from support.addressing import new_interface, shown_interface
from support.launching import Home
from support.region import Region


@dataclass
class Scripted:
    """Chance that draws what it is told."""

    draws: list[str] = field(default_factory=list)

    def hex(self, digits: int) -> str:
        assert len(self.draws[0]) == digits
        return self.draws.pop(0)

    def text(self, alphabet: str, length: int) -> str:
        raise AssertionError((alphabet, length))


def test_no_mac_is_given_twice() -> None:
    home = Home(Region())
    held = shown_interface(home, new_interface(home))["MacAddress"]
    taken = held.removeprefix("02:").replace(":", "")
    draws = Scripted([taken, "0000000001", "0000000001", "00000000ff"])
    with home.ec2.call() as call:
        assert draw_macs(replace(call, chance=draws), 2) == ["02:00:00:00:00:01", "02:00:00:00:00:ff"]
    assert draws.draws == []
