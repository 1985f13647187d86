from __future__ import annotations

from skywalk.policy.keys import names


def test_names_are_lower_case_and_differ() -> None:
    found = [value for name, value in vars(names).items() if name.isupper() and isinstance(value, str)]
    assert all(value == value.lower() for value in found)
    assert len(set(found)) == len(found)
    assert len(found) > 40
