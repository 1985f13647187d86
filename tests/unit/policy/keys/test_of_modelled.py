"""Which keys policies about the modelled services may name."""

from __future__ import annotations

import pytest

from skywalk.policy.keys.known import service_has
from skywalk.policy.keys.of_modelled import OF_RESOURCES, OWN_KEYS, RESOURCE_TAGS, keys_of_modelled


def test_every_service_has_those_of_tags() -> None:
    found = keys_of_modelled()
    assert len(found) > 200
    assert all({"aws:requesttag/", "aws:tagkeys"} <= keys for keys in found.values())
    assert "sns:protocol" in found["sns"]
    assert {"cloudwatch", "iot", "tag"} <= found.keys()


@pytest.mark.parametrize("prefix", OWN_KEYS)
def test_all_of_them_are_aws_s(prefix: str) -> None:
    for key in OWN_KEYS[prefix] | OF_RESOURCES.get(prefix, frozenset()):
        assert service_has(prefix, f"{key}x" if key.endswith((":", "/")) else key), key


def test_tags_of_resources_where_the_backend_is_asked_for_them() -> None:
    found = keys_of_modelled()
    assert {prefix for prefix, keys in found.items() if "aws:resourcetag/" in keys} == set(OF_RESOURCES)


@pytest.mark.parametrize("prefix", RESOURCE_TAGS)
def test_tags_are_in_the_families_that_aws_has(prefix: str) -> None:
    own = f"{prefix}:resourcetag/"
    assert service_has(prefix, "aws:resourcetag/x") or prefix == "cloudwatch"
    assert (own in RESOURCE_TAGS[prefix]) == service_has(prefix, f"{own}x")
