from __future__ import annotations

from skywalk.compile.organization import compile_organization
from skywalk.plan.control_policies import ControlPolicies
from skywalk.plan.origin import Origin
from skywalk.values.organization import Organization, OrganizationAccount


def test_each_account_is_a_row() -> None:
    organization = Organization(
        "o-a1b2c3d4e5",
        "111122223333",
        (
            OrganizationAccount("222222222222", ("r-ab12", "ou-ab12-11111111"), (("s",),), (("r",),)),
            OrganizationAccount("111122223333", ("r-ab12",)),
        ),
    )
    origin = Origin("o-a1b2c3d4e5", "account of the organization")
    assert compile_organization(organization) == (
        ControlPolicies("111122223333", "o-a1b2c3d4e5", "o-a1b2c3d4e5/r-ab12/", (), (), origin),
        ControlPolicies(
            "222222222222", "o-a1b2c3d4e5", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/", (("s",),), (("r",),), origin
        ),
    )


def test_without_an_organization_there_is_none() -> None:
    assert compile_organization(None) == ()
