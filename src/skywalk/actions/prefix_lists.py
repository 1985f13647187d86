"""Prefix lists as EC2 shows them: AWS's own of the region, and the caller's. Customers' change in
`managed_prefix_lists`.

Unconfirmed: the answers to a version that is not there, and who is told of the associations of a list of AWS's (here:
everybody, of their own).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from skywalk.actions.describe import FilterValues, matching, page
from skywalk.actions.existing import PREFIX_LIST
from skywalk.actions.tag_specifications import show_tags
from skywalk.resources.managed_prefix_list import ManagedPrefixList
from skywalk.resources.prefix_lists import PrefixList, prefix_list, prefix_lists_of
from skywalk.resources.route_table import RouteTable
from skywalk.resources.security_group import SecurityGroup
from skywalk.values.arn import ec2_arn
from skywalk.values.errors import AwsError, invalid_parameter_value

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.resource import Resource
    from skywalk.values.tags import Tag

AnyPrefixList = PrefixList | ManagedPrefixList

OWNER = "AWS"
_IDS = PREFIX_LIST.ids
_ONLY_VERSION = 1
"""Of AWS's lists."""


def existing_prefix_list(call: Call, prefix_list_id: str) -> AnyPrefixList:
    """AWS's list of this id in the call's region, or the caller's. Raises InvalidPrefixListId.Malformed,
    InvalidPrefixListID.NotFound."""
    return _existing_prefix_lists(call, [prefix_list_id])[0]


def prefix_list_id_of(one: AnyPrefixList) -> str:
    return one.prefix_list_id if isinstance(one, PrefixList) else one.id


def _existing_prefix_lists(call: Call, prefix_list_ids: Sequence[str]) -> list[AnyPrefixList]:
    for prefix_list_id in prefix_list_ids:
        _IDS.check(prefix_list_id)
    asked = {one: _find(call, one) for one in prefix_list_ids}
    missing = [prefix_list_id for prefix_list_id, found in asked.items() if found is None]
    if missing:
        raise _IDS.not_found(*missing)
    return [found for found in asked.values() if found is not None]


def _find(call: Call, prefix_list_id: str) -> AnyPrefixList | None:
    return prefix_list(call.region, prefix_list_id) or call.tx.owned(ManagedPrefixList, call.scope, prefix_list_id)


def _named_or_all(call: Call, prefix_list_ids: Sequence[str] | None) -> list[AnyPrefixList]:
    if prefix_list_ids:
        return _existing_prefix_lists(call, prefix_list_ids)
    return [*prefix_lists_of(call.region), *call.tx.of_owner(ManagedPrefixList, call.scope)]


_FILTERS: Mapping[str, FilterValues[AnyPrefixList]] = {
    "prefix-list-id": lambda one: [prefix_list_id_of(one)],
    "prefix-list-name": lambda one: [one.name],
}
_MANAGED_FILTERS: Mapping[str, FilterValues[AnyPrefixList]] = {
    **_FILTERS,
    "owner-id": lambda one: [OWNER if isinstance(one, PrefixList) else one.scope.account_id],
}


def _tags(one: AnyPrefixList) -> tuple[Tag, ...]:
    return () if isinstance(one, PrefixList) else one.tags


def describe_prefix_lists(call: Call, request: ec2.DescribePrefixListsRequest) -> ec2.DescribePrefixListsResult:
    found = matching(_named_or_all(call, request.get("PrefixListIds")), request.get("Filters"), _FILTERS)
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"), limits=(1, 1000))
    result: ec2.DescribePrefixListsResult = {
        "PrefixLists": [
            {"PrefixListId": prefix_list_id_of(one), "PrefixListName": one.name, "Cidrs": _networks(one)}
            for one in shown
        ]
    }
    if token is not None:
        result["NextToken"] = token
    return result


def _networks(one: AnyPrefixList) -> list[str]:
    networks = one.networks if isinstance(one, PrefixList) else [entry.network for entry in one.entries]
    return [str(network) for network in networks]


def describe_managed_prefix_lists(
    call: Call, request: ec2.DescribeManagedPrefixListsRequest
) -> ec2.DescribeManagedPrefixListsResult:
    named = _named_or_all(call, request.get("PrefixListIds"))
    found = matching(named, request.get("Filters"), _MANAGED_FILTERS, _tags)
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"), limits=(1, 100))
    result: ec2.DescribeManagedPrefixListsResult = {"PrefixLists": [_show(one) for one in shown]}
    if token is not None:
        result["NextToken"] = token
    return result


def _show(one: AnyPrefixList) -> ec2.ManagedPrefixList:
    return _show_aws_list(one) if isinstance(one, PrefixList) else show_managed_prefix_list(one)


def _show_aws_list(one: PrefixList) -> ec2.ManagedPrefixList:
    """AWS's lists have no version and no maximum of entries to show."""
    return {
        "PrefixListId": one.prefix_list_id,
        "PrefixListArn": f"arn:aws:ec2:{one.region}:aws:prefix-list/{one.prefix_list_id}",
        "PrefixListName": one.name,
        "AddressFamily": "IPv4",
        "State": "create-complete",
        "OwnerId": OWNER,
        "Tags": [],
    }


def show_managed_prefix_list(one: ManagedPrefixList) -> ec2.ManagedPrefixList:
    """A customer's list as answers have it."""
    shown: ec2.ManagedPrefixList = {
        "PrefixListId": one.id,
        "PrefixListArn": ec2_arn(one.scope.region, one.scope.account_id, f"prefix-list/{one.id}"),
        "PrefixListName": one.name,
        "AddressFamily": one.address_family,
        "State": one.state,
        "MaxEntries": one.max_entries,
        "Version": one.version,
        "OwnerId": one.scope.account_id,
        "Tags": show_tags(one.tags),
    }
    if one.state_message is not None:
        shown["StateMessage"] = one.state_message
    return shown


def get_managed_prefix_list_entries(
    call: Call, request: ec2.GetManagedPrefixListEntriesRequest
) -> ec2.GetManagedPrefixListEntriesResult:
    """The networks of a version, the newest if none is named; AWS's lists have one version here."""
    found = existing_prefix_list(call, request["PrefixListId"])
    entries = _entries(found, request.get("TargetVersion"))
    shown, token = page(entries, request.get("MaxResults"), request.get("NextToken"), limits=(1, 100))
    result: ec2.GetManagedPrefixListEntriesResult = {"Entries": list(shown)}
    if token is not None:
        result["NextToken"] = token
    return result


def _entries(one: AnyPrefixList, version: int | None) -> list[ec2.PrefixListEntry]:
    if isinstance(one, PrefixList):
        if version not in (None, _ONLY_VERSION):
            raise no_such_version(version, "targetVersion")
        return [{"Cidr": str(network)} for network in one.networks]
    entries = one.entries if version is None else one.versions.get(str(version))
    if entries is None:
        raise no_such_version(version, "targetVersion")
    shown: list[ec2.PrefixListEntry] = []
    for entry in entries:
        shown.append({"Cidr": str(entry.network)})
        if entry.description:
            shown[-1]["Description"] = entry.description
    return shown


def no_such_version(version: int | None, parameter: str) -> AwsError:
    return invalid_parameter_value(f"Value ({version}) for parameter {parameter} is invalid.")


def get_managed_prefix_list_associations(
    call: Call, request: ec2.GetManagedPrefixListAssociationsRequest
) -> ec2.GetManagedPrefixListAssociationsResult:
    """The caller's route tables and security groups that name the list."""
    found = prefix_list_id_of(existing_prefix_list(call, request["PrefixListId"]))
    using = [one for one in using_prefix_list(call, found) if one.scope == call.scope]
    shown, token = page(using, request.get("MaxResults"), request.get("NextToken"), limits=(5, 255))
    result: ec2.GetManagedPrefixListAssociationsResult = {
        "PrefixListAssociations": [{"ResourceId": one.id, "ResourceOwner": one.scope.account_id} for one in shown]
    }
    if token is not None:
        result["NextToken"] = token
    return result


def using_prefix_list(call: Call, prefix_list_id: str) -> list[Resource]:
    """What names a list, whoever owns it."""
    return [
        *call.tx.referring(RouteTable, prefix_list_id),
        *call.tx.referring(SecurityGroup, prefix_list_id),
    ]
