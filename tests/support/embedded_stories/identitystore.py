"""Identity Store: users, groups and who is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE = CLIENT = "identitystore"
STORE = {"IdentityStoreId": "d-1234567890"}


def story(store: Any) -> Look:
    ada, group = (
        _user(store, "ada"),
        store.create_group(**STORE, DisplayName="builders", Description="who build")["GroupId"],
    )
    found = store.describe_user(**STORE, UserId=ada)
    assert (found["UserName"], found["Name"]["FamilyName"], found["Emails"][0]["Value"]) == (
        "ada",
        "Lovelace",
        "ada@example.com",
    )
    described = store.describe_group(**STORE, GroupId=group)
    assert (described["DisplayName"], described["Description"]) == ("builders", "who build")
    by_name = {"UniqueAttribute": {"AttributePath": "userName", "AttributeValue": "ada"}}
    assert store.get_user_id(**STORE, AlternateIdentifier=by_name)["UserId"] == ada
    by_name = {"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": "builders"}}
    assert store.get_group_id(**STORE, AlternateIdentifier=by_name)["GroupId"] == group
    assert refused(store.create_group, **STORE, DisplayName="builders") == "ConflictException"
    assert refused(store.describe_user, **STORE, UserId="0" * 36) == "ResourceNotFoundException"
    assert ada in [one["UserId"] for one in store.list_users(**STORE)["Users"]]
    assert group in [one["GroupId"] for one in store.list_groups(**STORE)["Groups"]]
    membership = _join(store, ada, group)
    _leave(store, ada, group)

    def look(store: Any) -> Any:
        return (
            store.describe_user(**STORE, UserId=ada),
            store.describe_group(**STORE, GroupId=group),
            store.describe_group_membership(**STORE, MembershipId=membership),
            store.list_group_memberships(**STORE, GroupId=group),
        )

    return look


def _user(store: Any, name: str) -> str:
    user = {
        "UserName": name,
        "DisplayName": name.title(),
        "Name": {"GivenName": name.title(), "FamilyName": "Lovelace"},
        "Emails": [{"Value": f"{name}@example.com", "Type": "work", "Primary": True}],
    }
    made = str(store.create_user(**STORE, **user)["UserId"])
    assert refused(store.create_user, **STORE, **user) == "ConflictException"
    return made


def _join(store: Any, user: str, group: str) -> str:
    member = {**STORE, "GroupId": group, "MemberId": {"UserId": user}}
    membership = str(store.create_group_membership(**member)["MembershipId"])
    assert refused(store.create_group_membership, **member) == "ConflictException"
    assert store.get_group_membership_id(**member)["MembershipId"] == membership
    assert store.describe_group_membership(**STORE, MembershipId=membership)["GroupId"] == group
    asked = store.is_member_in_groups(**STORE, MemberId={"UserId": user}, GroupIds=[group, "0" * 36])["Results"]
    assert [one["MembershipExists"] for one in asked] == [True, False]
    listed = store.list_group_memberships(**STORE, GroupId=group)["GroupMemberships"]
    assert [one["MembershipId"] for one in listed] == [membership]
    of_member = store.list_group_memberships_for_member(**STORE, MemberId={"UserId": user})["GroupMemberships"]
    assert [one["GroupId"] for one in of_member] == [group]
    return membership


def _leave(store: Any, ada: str, group: str) -> None:
    bob, brief = _user(store, "bob"), store.create_group(**STORE, DisplayName="brief")["GroupId"]
    first = store.create_group_membership(**STORE, GroupId=group, MemberId={"UserId": bob})["MembershipId"]
    store.delete_group_membership(**STORE, MembershipId=first)
    assert refused(store.delete_group_membership, **STORE, MembershipId=first) == "ResourceNotFoundException"
    store.create_group_membership(**STORE, GroupId=group, MemberId={"UserId": bob})
    store.create_group_membership(**STORE, GroupId=brief, MemberId={"UserId": ada})
    store.delete_user(**STORE, UserId=bob)
    store.delete_group(**STORE, GroupId=brief)
    assert refused(store.delete_group, **STORE, GroupId=brief) == "ResourceNotFoundException"
    assert refused(store.delete_user, **STORE, UserId=bob) == "ResourceNotFoundException"
    of_group = store.list_group_memberships(**STORE, GroupId=group)["GroupMemberships"]
    of_ada = store.list_group_memberships_for_member(**STORE, MemberId={"UserId": ada})["GroupMemberships"]
    assert [one["MembershipId"] for one in of_group] == [one["MembershipId"] for one in of_ada]
