from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.managed_prefix_lists import (
    create_managed_prefix_list,
    delete_managed_prefix_list,
    modify_managed_prefix_list,
    restore_managed_prefix_list_version,
)
from skywalk.actions.prefix_lists import (
    describe_managed_prefix_lists,
    describe_prefix_lists,
    get_managed_prefix_list_associations,
    get_managed_prefix_list_entries,
)
from skywalk.actions.security_group_rules import authorize_security_group_ingress, revoke_security_group_ingress
from skywalk.actions.security_groups import create_security_group
from skywalk.actions.shapes import ec2 as shapes
from skywalk.actions.vpcs import create_vpc
from skywalk.resources.managed_prefix_list import ManagedPrefixList
from support.region import OTHER_ACCOUNT, OWNER, Client, Region

S3 = "pl-63a5400a"
GONE = "pl-00000000000000000"


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def ec2(region: Region) -> Client:
    return region.client()


def _create(ec2: Client, *cidrs: str, **more: Any) -> str:
    request = {"PrefixListName": "offices", "MaxEntries": 3, "AddressFamily": "IPv4", **more}
    made = ec2(create_managed_prefix_list, Entries=[{"Cidr": cidr} for cidr in cidrs], **request)
    return made["PrefixList"]["PrefixListId"]


def _shown(ec2: Client, list_id: str) -> shapes.ManagedPrefixList:
    [found] = ec2(describe_managed_prefix_lists, PrefixListIds=[list_id])["PrefixLists"]
    return found


def _cidrs(ec2: Client, list_id: str, **more: Any) -> list[str]:
    return [entry["Cidr"] for entry in ec2(get_managed_prefix_list_entries, PrefixListId=list_id, **more)["Entries"]]


def test_a_new_list(ec2: Client) -> None:
    tags = [{"Key": "Name", "Value": "offices"}]
    made = ec2(
        create_managed_prefix_list,
        PrefixListName="offices",
        MaxEntries=5,
        AddressFamily="IPv4",
        Entries=[{"Cidr": "192.0.2.7/24", "Description": "Berlin"}, {"Cidr": "198.51.100.0/24"}],
        TagSpecifications=[{"ResourceType": "prefix-list", "Tags": tags}],
    )["PrefixList"]
    list_id = made["PrefixListId"]
    assert made == {
        "PrefixListId": list_id,
        "PrefixListArn": f"arn:aws:ec2:us-east-1:{OWNER}:prefix-list/{list_id}",
        "PrefixListName": "offices",
        "AddressFamily": "IPv4",
        "State": "create-in-progress",
        "MaxEntries": 5,
        "Version": 1,
        "OwnerId": OWNER,
        "Tags": tags,
    }
    assert _shown(ec2, list_id) == {**made, "State": "create-complete"}
    assert ec2(get_managed_prefix_list_entries, PrefixListId=list_id)["Entries"] == [
        {"Cidr": "192.0.2.0/24", "Description": "Berlin"},
        {"Cidr": "198.51.100.0/24"},
    ]


def test_lists_stand_beside_those_of_aws(ec2: Client) -> None:
    list_id = _create(ec2, "192.0.2.0/24")
    managed = ec2(describe_managed_prefix_lists)["PrefixLists"]
    assert [one["OwnerId"] for one in managed] == ["AWS", "AWS", OWNER]
    plain = ec2(describe_prefix_lists, Filters=[{"Name": "prefix-list-name", "Values": ["off*"]}])["PrefixLists"]
    assert plain == [{"PrefixListId": list_id, "PrefixListName": "offices", "Cidrs": ["192.0.2.0/24"]}]
    of_owner = [{"Name": "owner-id", "Values": [OWNER]}]
    assert [one["PrefixListId"] for one in ec2(describe_managed_prefix_lists, Filters=of_owner)["PrefixLists"]] == [
        list_id
    ]


def test_a_client_token_makes_one_list(ec2: Client) -> None:
    assert _create(ec2, "192.0.2.0/24", ClientToken="once") == _create(ec2, "192.0.2.0/24", ClientToken="once")
    request = {"PrefixListName": "others", "MaxEntries": 1, "AddressFamily": "IPv4", "ClientToken": "once"}
    assert ec2.refusal(create_managed_prefix_list, **request)[0] == "IdempotentParameterMismatch"


def test_a_list_of_ipv6_networks(ec2: Client) -> None:
    list_id = _create(ec2, "2001:db8::1/32", AddressFamily="IPv6")
    assert _cidrs(ec2, list_id) == ["2001:db8::/32"]


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"MaxEntries": 0}, "InvalidParameterValue", "Must specify a max size between 1 and 1000"),
        ({"MaxEntries": 1001}, "InvalidParameterValue", "Must specify a max size between 1 and 1000"),
        ({"AddressFamily": "ipv4"}, "InvalidParameterValue", "Value (ipv4) for parameter addressFamily is invalid."),
        (
            {"PrefixListName": "com.amazonaws.mine"},
            "InvalidParameterValue",
            "The prefix list name cannot begin with com.amazonaws.",
        ),
        ({"PrefixListName": ""}, "MissingParameter", "The request must contain the parameter PrefixListName"),
        (
            {"PrefixListName": "n" * 256},
            "InvalidParameterValue",
            "The prefix list name must be at most 255 characters long.",
        ),
        (
            {"Entries": [{"Cidr": "2001:db8::/32"}]},
            "InvalidParameterValue",
            "The CIDR '2001:db8::/32' is invalid for the address family IPv4.",
        ),
        (
            {"Entries": [{"Cidr": "10.0.0.1"}]},
            "InvalidParameterValue",
            "The CIDR '10.0.0.1' is invalid for the address family IPv4.",
        ),
        (
            {"Entries": [{"Cidr": "10.0.0.0/8", "Description": "d" * 256}]},
            "InvalidParameterValue",
            "Descriptions must be at most 255 characters long.",
        ),
        (
            {"Entries": [{"Cidr": "10.0.0.0/8"}, {"Cidr": "10.1.0.0/8"}]},
            "InvalidParameterValue",
            "Request cannot contain Cidr 10.0.0.0/8 more than once.",
        ),
        (
            {"Entries": [{"Cidr": f"10.{n}.0.0/16"} for n in range(4)]},
            "PrefixListMaxEntriesExceeded",
            "The prefix list has 4 entries; its maximum is 3.",
        ),
        (
            {"Entries": [{"Cidr": f"10.0.{n}.0/24"} for n in range(101)], "MaxEntries": 1000},
            "InvalidParameterValue",
            "The number of entries per request cannot exceeds limit (100).",
        ),
    ],
)
def test_refusals_of_create(ec2: Client, change: dict[str, Any], code: str, message: str) -> None:
    request = {"PrefixListName": "offices", "MaxEntries": 3, "AddressFamily": "IPv4", **change}
    assert ec2.refusal(create_managed_prefix_list, **request) == (code, message)


def test_changes_make_versions_that_stay_readable(ec2: Client) -> None:
    list_id = _create(ec2, "192.0.2.0/24", "198.51.100.0/24")
    changed = ec2(
        modify_managed_prefix_list,
        PrefixListId=list_id,
        CurrentVersion=1,
        AddEntries=[{"Cidr": "203.0.113.0/24"}, {"Cidr": "192.0.2.0/24", "Description": "Berlin"}],
        RemoveEntries=[{"Cidr": "198.51.100.0/24"}],
    )["PrefixList"]
    assert (changed["State"], changed["Version"]) == ("modify-in-progress", 1)
    assert (_shown(ec2, list_id)["State"], _shown(ec2, list_id)["Version"]) == ("modify-complete", 2)
    assert ec2(get_managed_prefix_list_entries, PrefixListId=list_id)["Entries"] == [
        {"Cidr": "192.0.2.0/24", "Description": "Berlin"},
        {"Cidr": "203.0.113.0/24"},
    ]
    assert _cidrs(ec2, list_id, TargetVersion=1) == ["192.0.2.0/24", "198.51.100.0/24"]
    restored = ec2(restore_managed_prefix_list_version, PrefixListId=list_id, CurrentVersion=2, PreviousVersion=1)
    assert (restored["PrefixList"]["State"], restored["PrefixList"]["Version"]) == ("restore-in-progress", 2)
    assert (_shown(ec2, list_id)["State"], _shown(ec2, list_id)["Version"]) == ("restore-complete", 3)
    assert _cidrs(ec2, list_id) == ["192.0.2.0/24", "198.51.100.0/24"]
    assert ec2.refusal(get_managed_prefix_list_entries, PrefixListId=list_id, TargetVersion=4) == (
        "InvalidParameterValue",
        "Value (4) for parameter targetVersion is invalid.",
    )


def test_old_versions_go(region: Region, ec2: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skywalk.actions.managed_prefix_lists.MAX_VERSIONS", 2)
    list_id = _create(ec2, "10.0.0.0/8")
    for number in (1, 2):
        ec2(modify_managed_prefix_list, PrefixListId=list_id, AddEntries=[{"Cidr": f"192.0.{number}.0/24"}])
    found = region.store.get(ManagedPrefixList, list_id)
    assert found is not None
    assert sorted(found.versions) == ["2", "3"]


def test_name_and_maximum_make_no_version(ec2: Client) -> None:
    list_id = _create(ec2, "192.0.2.0/24")
    renamed = ec2(modify_managed_prefix_list, PrefixListId=list_id, PrefixListName="sites")["PrefixList"]
    assert (renamed["PrefixListName"], renamed["State"], renamed["Version"]) == ("sites", "create-complete", 1)
    resized = ec2(modify_managed_prefix_list, PrefixListId=list_id, MaxEntries=1)["PrefixList"]
    assert (resized["State"], resized["MaxEntries"]) == ("modify-in-progress", 1)
    shown = _shown(ec2, list_id)
    assert (shown["State"], shown["MaxEntries"], shown["Version"]) == ("modify-complete", 1, 1)


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"CurrentVersion": 2}, "PrefixListVersionMismatch", "The prefix list has the incorrect version number."),
        (
            {"AddEntries": [{"Cidr": "10.0.0.0/8"}], "MaxEntries": 5},
            "InvalidParameterCombination",
            "You cannot modify the entries and the maximum entries for the prefix list in the same request.",
        ),
        (
            {"AddEntries": [{"Cidr": "192.0.2.0/24"}]},
            "InvalidPrefixListModification",
            "An entry with the CIDR (192.0.2.0/24) and description () already exists.",
        ),
        (
            {"RemoveEntries": [{"Cidr": "10.0.0.0/8"}]},
            "InvalidPrefixListModification",
            "An entry with the CIDR (10.0.0.0/8) does not exist.",
        ),
        (
            {"AddEntries": [{"Cidr": "192.0.2.0/24"}], "RemoveEntries": [{"Cidr": "192.0.2.0/24"}]},
            "InvalidParameterValue",
            "Request cannot contain Cidr 192.0.2.0/24 in both AddPrefixListEntries and RemovePrefixListEntries",
        ),
        (
            {"RemoveEntries": [{"Cidr": f"10.0.{n}.0/24"} for n in range(101)]},
            "InvalidParameterValue",
            "The number of entries per request cannot exceeds limit (100).",
        ),
        ({"MaxEntries": 1}, "PrefixListMaxEntriesExceeded", "The prefix list has 2 entries; its maximum is 1."),
        ({"PrefixListName": "com.amazonaws"}, "InvalidParameterValue", None),
        ({"PrefixListId": GONE}, "InvalidPrefixListID.NotFound", f"The prefix list ID '{GONE}' does not exist"),
        ({"PrefixListId": "pl-x"}, "InvalidPrefixListId.Malformed", 'Invalid id: "pl-x" (expecting "pl-...")'),
        (
            {"PrefixListId": S3},
            "UnsupportedOperation",
            f"The prefix list {S3} is managed by AWS and cannot be changed.",
        ),
        (
            {"IpamPrefixListResolverSyncEnabled": True},
            "UnsupportedOperation",
            "The parameter IpamPrefixListResolverSyncEnabled is not supported.",
        ),
    ],
)
def test_refusals_of_modify(ec2: Client, change: dict[str, Any], code: str, message: str | None) -> None:
    list_id = _create(ec2, "192.0.2.0/24", "198.51.100.0/24")
    refused = ec2.refusal(modify_managed_prefix_list, **{"PrefixListId": list_id, **change})
    assert refused[0] == code
    assert message in (None, refused[1])


def test_refusals_of_restore(ec2: Client) -> None:
    list_id = _create(ec2, "192.0.2.0/24", "198.51.100.0/24")
    ec2(modify_managed_prefix_list, PrefixListId=list_id, RemoveEntries=[{"Cidr": "192.0.2.0/24"}])
    ec2(modify_managed_prefix_list, PrefixListId=list_id, MaxEntries=1)
    request = {"PrefixListId": list_id, "CurrentVersion": 2, "PreviousVersion": 1}
    assert ec2.refusal(restore_managed_prefix_list_version, **request)[0] == "PrefixListMaxEntriesExceeded"
    assert ec2.refusal(restore_managed_prefix_list_version, **{**request, "CurrentVersion": 1})[0] == (
        "PrefixListVersionMismatch"
    )
    assert ec2.refusal(restore_managed_prefix_list_version, **{**request, "PreviousVersion": 7}) == (
        "InvalidParameterValue",
        "Value (7) for parameter previousVersion is invalid.",
    )


def test_deleting(ec2: Client) -> None:
    list_id = _create(ec2, "192.0.2.0/24")
    assert ec2(delete_managed_prefix_list, PrefixListId=list_id)["PrefixList"]["State"] == "delete-in-progress"
    assert ec2.refusal(delete_managed_prefix_list, PrefixListId=list_id)[0] == "InvalidPrefixListID.NotFound"
    assert ec2.refusal(delete_managed_prefix_list, PrefixListId=S3)[0] == "UnsupportedOperation"


def test_a_list_in_use_stays(ec2: Client) -> None:
    list_id = _create(ec2, "192.0.2.0/24")
    vpc_id = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group_id = ec2(create_security_group, VpcId=vpc_id, GroupName="web", Description="web")["GroupId"]
    permission = {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": list_id}]}
    ec2(authorize_security_group_ingress, GroupId=group_id, IpPermissions=[permission])
    associations = ec2(get_managed_prefix_list_associations, PrefixListId=list_id)
    assert associations == {"PrefixListAssociations": [{"ResourceId": group_id, "ResourceOwner": OWNER}]}
    assert ec2(delete_managed_prefix_list, PrefixListId=list_id)["PrefixList"]["State"] == "delete-in-progress"
    shown = _shown(ec2, list_id)
    assert (shown["State"], shown["StateMessage"]) == (
        "delete-failed",
        f"The prefix list is in use by the following resources: {group_id}",
    )
    ec2(revoke_security_group_ingress, GroupId=group_id, IpPermissions=[permission])
    assert ec2(get_managed_prefix_list_associations, PrefixListId=list_id) == {"PrefixListAssociations": []}
    ec2(delete_managed_prefix_list, PrefixListId=list_id)
    assert ec2.refusal(get_managed_prefix_list_associations, PrefixListId=list_id)[0] == "InvalidPrefixListID.NotFound"


def test_a_change_after_a_failed_deletion_forgets_it(ec2: Client) -> None:
    list_id = _create(ec2, "192.0.2.0/24")
    vpc_id = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group_id = ec2(create_security_group, VpcId=vpc_id, GroupName="web", Description="web")["GroupId"]
    permission = {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": list_id}]}
    ec2(authorize_security_group_ingress, GroupId=group_id, IpPermissions=[permission])
    ec2(delete_managed_prefix_list, PrefixListId=list_id)
    ec2(modify_managed_prefix_list, PrefixListId=list_id, AddEntries=[{"Cidr": "10.0.0.0/8"}])
    shown = _shown(ec2, list_id)
    assert shown["State"] == "modify-complete"
    assert "StateMessage" not in shown


def test_pages_of_entries(ec2: Client) -> None:
    list_id = _create(ec2, "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
    first = ec2(get_managed_prefix_list_entries, PrefixListId=list_id, MaxResults=2)
    rest = _cidrs(ec2, list_id, MaxResults=2, NextToken=first["NextToken"])
    assert [entry["Cidr"] for entry in first["Entries"]] + rest == ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"]


def test_lists_of_another_account(region: Region, ec2: Client) -> None:
    list_id = _create(ec2, "192.0.2.0/24")
    stranger = region.client(OTHER_ACCOUNT)
    unknown = ("InvalidPrefixListID.NotFound", f"The prefix list ID '{list_id}' does not exist")
    assert stranger.refusal(describe_managed_prefix_lists, PrefixListIds=[list_id]) == unknown
    assert stranger.refusal(get_managed_prefix_list_entries, PrefixListId=list_id) == unknown
    assert stranger.refusal(modify_managed_prefix_list, PrefixListId=list_id, MaxEntries=9) == unknown
    assert stranger.refusal(delete_managed_prefix_list, PrefixListId=list_id) == unknown
    assert ec2.elsewhere("eu-west-1").refusal(describe_prefix_lists, PrefixListIds=[list_id]) == unknown
