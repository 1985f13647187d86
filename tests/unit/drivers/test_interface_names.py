from __future__ import annotations

import random

from skywalk.drivers.interface_names import DeviceKind, interface_name


def test_a_name_has_its_kinds_letter_and_fits() -> None:
    assert interface_name(DeviceKind.PORT, "eni-00000000000000001") == "p-000000000001"
    assert interface_name(DeviceKind.ENDPOINT, "vpce-0123456789abcdef0") == "e-01YtudU73D5k"
    assert interface_name(DeviceKind.ENDPOINTS, "vpc-00000000000000001") == "n-000000000001"
    assert interface_name(DeviceKind.VPC, "vpc-fffffffffffffffff") == "v-5feuXIHaeWq7"


def test_ids_never_share_a_name() -> None:
    chance = random.Random(1)
    numbers = {chance.randrange(16**17) for _ in range(5000)} | set(range(2000))
    names = {interface_name(DeviceKind.PORT, f"eni-{number:017x}") for number in numbers}
    assert len(names) == len(numbers)
    assert max(map(len, names)) == 14


def test_short_ids_and_other_texts_have_widths_of_their_own() -> None:
    short = interface_name(DeviceKind.PORT, "eni-00000001")
    assert short == "p-000001"
    other = interface_name(DeviceKind.PORT, "eni-not-an-id")
    assert len(other) == 15
    assert other != interface_name(DeviceKind.PORT, "eni-not-another")
    assert len(interface_name(DeviceKind.PORT, "eni-0000000000000000Z")) == 15
