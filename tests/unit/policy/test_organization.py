from __future__ import annotations

from skywalk.policy.evaluate import Layers
from skywalk.policy.organization import (
    MANAGED,
    NO_MEMBERS,
    Member,
    compile_rcps,
    compile_scps,
    members_of,
    organization_keys,
    same_organization,
    with_control_policies,
)
from skywalk.policy.principal import ANONYMOUS, service_principal, user_principal
from skywalk.values.organization import Organization, OrganizationAccount

MANAGER, MEMBER, OUTSIDER = "111122223333", "123456789012", "999999999999"
SCPS = ((MANAGED["FullAWSAccess"],),) * 2
RCPS = ((MANAGED["RCPFullAWSAccess"],),) * 2
ORGANIZATION = Organization(
    "o-a1b2c3d4e5",
    MANAGER,
    (
        OrganizationAccount(MEMBER, ("r-ab12", "ou-ab12-11111111"), SCPS, RCPS),
        OrganizationAccount(MANAGER, ("r-ab12",)),
    ),
)
MEMBERS = members_of(ORGANIZATION)
ANA, EVE = user_principal(MEMBER, "ana"), user_principal(OUTSIDER, "eve")
PATH = "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/"


def test_members() -> None:
    assert members_of(None) == NO_MEMBERS == {}
    assert MEMBERS[MEMBER] == Member("o-a1b2c3d4e5", PATH, compile_scps(SCPS), compile_rcps(RCPS))
    assert MEMBERS[MANAGER] == Member("o-a1b2c3d4e5", "o-a1b2c3d4e5/r-ab12/")


def test_control_policies_are_those_of_the_callers_account_and_of_the_owner() -> None:
    member = MEMBERS[MEMBER]
    both = with_control_policies(Layers(), MEMBERS, ANA, MEMBER)
    assert (both.scps, both.rcps) == (member.scps, member.rcps)
    away = with_control_policies(Layers(), MEMBERS, ANA, OUTSIDER)
    assert (away.scps, away.rcps) == (member.scps, ())
    from_outside = with_control_policies(Layers(), MEMBERS, EVE, MEMBER)
    assert (from_outside.scps, from_outside.rcps) == ((), member.rcps)
    assert with_control_policies(Layers(), MEMBERS, user_principal(MANAGER, "boss"), MANAGER) == Layers()
    assert with_control_policies(Layers(), MEMBERS, EVE, OUTSIDER) == Layers()


def test_keys_of_the_organization() -> None:
    of_both = {"aws:principalorgid": "o-a1b2c3d4e5", "aws:principalorgpaths": (PATH,)}
    of_owner = {"aws:resourceorgid": "o-a1b2c3d4e5", "aws:resourceorgpaths": ("o-a1b2c3d4e5/r-ab12/",)}
    of_endpoint = {"aws:vpceorgid": "o-a1b2c3d4e5", "aws:vpceorgpaths": (PATH,)}
    assert organization_keys(MEMBERS, ANA, MANAGER, {"aws:vpceaccount": MEMBER}) == of_both | of_owner | of_endpoint
    assert organization_keys(MEMBERS, ANA, OUTSIDER, {}) == of_both
    assert organization_keys(MEMBERS, EVE, MANAGER, {"aws:vpceaccount": OUTSIDER}) == of_owner
    for nobody in (ANONYMOUS, service_principal("sns.amazonaws.com")):
        assert organization_keys(MEMBERS, nobody, MANAGER, {}) == of_owner
    assert organization_keys(NO_MEMBERS, ANA, MEMBER, {"aws:vpceaccount": MEMBER}) == {}


def test_accounts_of_one_organization() -> None:
    assert same_organization(MEMBERS, MEMBER, MANAGER)
    assert not same_organization(MEMBERS, MEMBER, OUTSIDER)
    assert not same_organization(NO_MEMBERS, MEMBER, MEMBER)


def test_a_stored_policy_that_cannot_be_evaluated_denies_everything() -> None:
    for levels in (compile_scps((("{",),)), compile_rcps((("{",),))):
        assert [one.policy.statements[0].effect.value for one in levels[0]] == ["Deny"]
