from __future__ import annotations

import pytest

from skywalk.actions.unsupported import refuse_parameters
from skywalk.values.errors import AwsError


@pytest.mark.parametrize("value", [True, 0, "", "x", 24, [], {"Value": True}, {"Mode": "monitor"}])
def test_asking_is_refused_by_name(value: object) -> None:
    with pytest.raises(AwsError) as refused:
        refuse_parameters({"Fine": 1, "Ipv6Native": value}, ["Other", "Ipv6Native"])
    assert refused.value.code == "UnsupportedOperation"
    assert refused.value.message == "The parameter Ipv6Native is not supported."


@pytest.mark.parametrize("value", [False, None, {"Value": False}, {}])
def test_asking_for_nothing_is_fine(value: object) -> None:
    refuse_parameters({"Ipv6Native": value}, ["Ipv6Native"])
