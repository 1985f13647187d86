"""AWS's prefix lists, as EC2 shows them. There are no customers' lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from skywalk.actions.describe import FilterValues, matching, page
from skywalk.actions.existing import IdFamily
from skywalk.resources.prefix_lists import PrefixList, prefix_list, prefix_lists_of
from skywalk.values.errors import invalid_parameter_value

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

OWNER = "AWS"
_IDS = IdFamily("pl", "InvalidPrefixListId.Malformed", "InvalidPrefixListID.NotFound", "prefix list ID")
_ONLY_VERSION = 1


def existing_prefix_list(call: Call, prefix_list_id: str) -> PrefixList:
    """The list of this id in the call's region. Raises InvalidPrefixListId.Malformed, InvalidPrefixListID.NotFound."""
    return _existing_prefix_lists(call, [prefix_list_id])[0]


def _existing_prefix_lists(call: Call, prefix_list_ids: Sequence[str]) -> list[PrefixList]:
    for prefix_list_id in prefix_list_ids:
        _IDS.check(prefix_list_id)
    asked = {one: prefix_list(call.region, one) for one in prefix_list_ids}
    missing = [prefix_list_id for prefix_list_id, found in asked.items() if found is None]
    if missing:
        raise _IDS.not_found(*missing)
    return [found for found in asked.values() if found is not None]


def _named_or_all(call: Call, prefix_list_ids: Sequence[str] | None) -> Sequence[PrefixList]:
    return _existing_prefix_lists(call, prefix_list_ids) if prefix_list_ids else prefix_lists_of(call.region)


_FILTERS: Mapping[str, FilterValues[PrefixList]] = {
    "prefix-list-id": lambda one: [one.prefix_list_id],
    "prefix-list-name": lambda one: [one.name],
}
_MANAGED_FILTERS: Mapping[str, FilterValues[PrefixList]] = {**_FILTERS, "owner-id": lambda one: [OWNER]}


def describe_prefix_lists(call: Call, request: ec2.DescribePrefixListsRequest) -> ec2.DescribePrefixListsResult:
    found = matching(_named_or_all(call, request.get("PrefixListIds")), request.get("Filters"), _FILTERS)
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"), limits=(1, 1000))
    result: ec2.DescribePrefixListsResult = {
        "PrefixLists": [
            {
                "PrefixListId": one.prefix_list_id,
                "PrefixListName": one.name,
                "Cidrs": [str(network) for network in one.networks],
            }
            for one in shown
        ]
    }
    if token is not None:
        result["NextToken"] = token
    return result


def describe_managed_prefix_lists(
    call: Call, request: ec2.DescribeManagedPrefixListsRequest
) -> ec2.DescribeManagedPrefixListsResult:
    """AWS's lists have no version and no maximum of entries to show."""
    found = matching(_named_or_all(call, request.get("PrefixListIds")), request.get("Filters"), _MANAGED_FILTERS)
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"), limits=(1, 100))
    result: ec2.DescribeManagedPrefixListsResult = {"PrefixLists": [_show_managed(one) for one in shown]}
    if token is not None:
        result["NextToken"] = token
    return result


def _show_managed(one: PrefixList) -> ec2.ManagedPrefixList:
    return {
        "PrefixListId": one.prefix_list_id,
        "PrefixListArn": f"arn:aws:ec2:{one.region}:aws:prefix-list/{one.prefix_list_id}",
        "PrefixListName": one.name,
        "AddressFamily": "IPv4",
        "State": "create-complete",
        "OwnerId": OWNER,
        "Tags": [],
    }


def get_managed_prefix_list_entries(
    call: Call, request: ec2.GetManagedPrefixListEntriesRequest
) -> ec2.GetManagedPrefixListEntriesResult:
    """The networks; AWS's lists have one version here (what AWS answers to another number is unconfirmed)."""
    one = existing_prefix_list(call, request["PrefixListId"])
    version = request.get("TargetVersion", _ONLY_VERSION)
    if version != _ONLY_VERSION:
        raise invalid_parameter_value(f"Value ({version}) for parameter targetVersion is invalid.")
    shown, token = page(one.networks, request.get("MaxResults"), request.get("NextToken"), limits=(1, 100))
    result: ec2.GetManagedPrefixListEntriesResult = {"Entries": [{"Cidr": str(network)} for network in shown]}
    if token is not None:
        result["NextToken"] = token
    return result
