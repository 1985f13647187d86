"""No request makes an action fail: it is answered or refused, whatever its parameters are and whatever is there."""

from __future__ import annotations

import random

import pytest

from skywalk.api.dispatch import ACTIONS
from support.any_requests import AnyRequests
from support.region import Region


@pytest.mark.parametrize("seed", range(4))
def test_every_action_answers_or_refuses(seed: int) -> None:
    requests = AnyRequests(Region(seed), seed)
    actions = [(service, action) for service in ("ec2", "iam", "sts") for action in ACTIONS[service]]
    random.Random(seed).shuffle(actions)
    answers = {requests.send(service, action) for _ in range(2) for service, action in actions}
    assert {"ok", "InvalidParameterValue", "NoSuchEntity"} <= answers
