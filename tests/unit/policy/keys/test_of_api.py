"""Every condition key that the reference has for a service of the API is set, rightly absent, or refused by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from skywalk.policy.authorization_reference import keys_of_service
from skywalk.policy.keys.carried import is_carried
from skywalk.policy.keys.of_api import (
    EC2_KEYS,
    IAM_KEYS,
    NEVER_IN_EC2,
    NEVER_IN_IAM,
    NEVER_IN_STS,
    RESOLVER_KEYS,
    ROUTE53_KEYS,
    STS_KEYS,
    UNKNOWN_IN_EC2,
    is_of_identity_provider,
)

LIMITS = Path(__file__).parents[4] / "docs" / "reference" / "limits.md"
SET = {
    "ec2": EC2_KEYS,
    "iam": IAM_KEYS,
    "route53": ROUTE53_KEYS,
    "route53resolver": RESOLVER_KEYS,
    "sts": STS_KEYS,
}
ABSENT = {"ec2": NEVER_IN_EC2, "iam": NEVER_IN_IAM, "sts": NEVER_IN_STS}
REFUSED = {"ec2": UNKNOWN_IN_EC2.keys()}
NOWHERE: frozenset[str] = frozenset()


def of_reference(service: str) -> dict[str, str]:
    """A key or family (`aws:resourcetag/`), lower-cased, and as the reference writes it; none of identity providers,
    whose domains have placeholders."""
    own = [key for key in keys_of_service(service) if not is_of_identity_provider(key.replace("${", "."))]
    return {re.split(r"\$\{", key)[0].lower(): key for key in own}


@pytest.mark.parametrize("service", SET)
def test_each_key_of_the_reference_is_in_one_list(service: str) -> None:
    reference = of_reference(service).keys() - {"ec2:roledelivery", "ec2:sourceinstancearn"}
    """Without those of credentials, which requests to all services have."""
    lists = [SET[service], ABSENT.get(service, NOWHERE), REFUSED.get(service, NOWHERE)]
    listed = [key for one in lists for key in one]
    assert len(listed) == len(set(listed)), "no key is in two lists"
    assert reference - set(listed) == set(), "the reference has more"
    extra = {key for key in set(listed) - reference if key.partition(":")[0] == service}
    assert extra == set(), "the reference does not have these"


@pytest.mark.parametrize("service", SET)
def test_all_but_the_refused_ones_may_be_named(service: str) -> None:
    refused = {
        key for key in of_reference(service) if not is_carried(f"{key}team" if key.endswith("/") else key, service)
    }
    assert refused == set(REFUSED.get(service, NOWHERE))


def test_keys_of_identity_providers() -> None:
    assert is_of_identity_provider("saml:aud")
    assert is_of_identity_provider("token.actions.githubusercontent.com:sub")
    assert not is_of_identity_provider("sts:externalid")
    assert is_carried("accounts.google.com:aud", "sts")
    assert not is_carried("accounts.google.com:aud", "s3")


def test_the_reference_of_limits_names_those_that_are_refused() -> None:
    text = LIMITS.read_text("utf-8")
    for key in UNKNOWN_IN_EC2:
        assert f"`{of_reference('ec2')[key]}`" in text, key
