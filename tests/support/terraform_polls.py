"""How terraform-provider-aws waits: it polls a state and takes nothing that it has not listed.

passes_through(state, {"pending"}, "available")
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.waiting import wait_until

SECONDS = 120


def tagged(kind: str, name: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]


def code_of(call: Callable[..., Any], **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    code: str = caught.value.response["Error"]["Code"]
    return code


def passes_through(state: Callable[[], str | None], pending: set[str], target: str | None) -> None:
    """The provider's StateChangeConf: it polls until the target and fails at any state that it has not listed."""

    def reached() -> bool:
        found = state()
        assert found == target or found in pending, found
        return found == target

    wait_until(reached, SECONDS)


def gone_or(call: Callable[[], str | None], *codes: str) -> Callable[[], str | None]:
    """A state, or None where the API says that there is nothing."""

    def state() -> str | None:
        try:
            return call()
        except ClientError as error:
            if error.response["Error"]["Code"] in codes:
                return None
            raise

    return state
