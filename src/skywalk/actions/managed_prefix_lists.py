"""Customers' managed prefix lists and their versions: what changes them. What shows them is in `prefix_lists`.

Each call answers with the state in which AWS is still at work; the list is in the next one by then, as a client that
polls will find it. A list in use cannot be deleted: it stays, in state `delete-failed`, as public reports show.
Source: EC2 API Reference, Create-, Modify- and RestoreManagedPrefixList; VPC User Guide, "Managed prefix lists"; texts
from answers quoted in public reports. Unconfirmed: the texts for a name of AWS's, for a CIDR of the other family or
twice in a request, for too many entries, for an entry that is not there, for a maximum below their number, for a change
of a list of AWS's, for a version that is not there, and the state message of a list in use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from skywalk.actions.cidr_blocks import parse_block
from skywalk.actions.existing import PREFIX_LIST, existing
from skywalk.actions.idempotency import made_before, remember
from skywalk.actions.prefix_lists import no_such_version, show_managed_prefix_list, using_prefix_list
from skywalk.actions.tag_specifications import specified_tags
from skywalk.actions.unsupported import refuse_parameters
from skywalk.resources.managed_prefix_list import ManagedPrefixList, PrefixListEntry
from skywalk.resources.prefix_lists import prefix_list
from skywalk.values.errors import AwsError, invalid_parameter_value, unsupported_operation

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.values.addresses import Network

MAX_ENTRIES = 1000
MAX_ENTRIES_PER_REQUEST = 100
MAX_VERSIONS = 1000
"""Older versions go. Source: VPC User Guide, "Amazon VPC quotas"."""

MAX_TEXT_LENGTH = 255
"""Of names and descriptions. Source: API Reference."""


def create_managed_prefix_list(
    call: Call, request: ec2.CreateManagedPrefixListRequest
) -> ec2.CreateManagedPrefixListResult:
    before = made_before(call, "CreateManagedPrefixList", request)
    if before is not None:
        return {"PrefixList": show_managed_prefix_list(existing(call, PREFIX_LIST, before[0]))}
    family = request["AddressFamily"]
    if family not in ("IPv4", "IPv6"):
        raise invalid_parameter_value(f"Value ({family}) for parameter addressFamily is invalid.")
    entries = _parse_entries(request.get("Entries") or (), family)
    made = ManagedPrefixList(
        id=call.mint("pl"),
        scope=call.scope,
        tags=specified_tags(request.get("TagSpecifications"), PREFIX_LIST.resource_type),
        name=_checked_name(request["PrefixListName"]),
        address_family=family,
        max_entries=_checked_maximum(request["MaxEntries"]),
        version=1,
        state="create-complete",
        versions={"1": entries},
    )
    _check_room(made.max_entries, entries)
    call.tx.put(made)
    remember(call, "CreateManagedPrefixList", request, [made.id])
    return {"PrefixList": _at_work(made, "create-in-progress")}


def modify_managed_prefix_list(
    call: Call, request: ec2.ModifyManagedPrefixListRequest
) -> ec2.ModifyManagedPrefixListResult:
    """Entries, which makes a new version, or their maximum; the name with either."""
    refuse_parameters(request, ["IpamPrefixListResolverSyncEnabled"])
    former = _changeable(call, request["PrefixListId"])
    _check_version(former, request.get("CurrentVersion"))
    added, removed = request.get("AddEntries") or (), request.get("RemoveEntries") or ()
    maximum = request.get("MaxEntries")
    if (added or removed) and maximum is not None:
        raise AwsError(
            "InvalidParameterCombination",
            "You cannot modify the entries and the maximum entries for the prefix list in the same request.",
        )
    changed = former
    if "PrefixListName" in request:
        changed = replace(changed, name=_checked_name(request["PrefixListName"]))
    if maximum is not None:
        changed = replace(changed, max_entries=_lowered(former, maximum), state="modify-complete", state_message=None)
    if added or removed:
        entries = _changed_entries(former, added, [one["Cidr"] for one in removed])
        changed = replace(_next_version(changed, entries), state="modify-complete")
    call.tx.put(changed)
    if changed.state == former.state and changed.version == former.version and maximum is None:
        return {"PrefixList": show_managed_prefix_list(changed)}
    return {"PrefixList": _at_work(replace(changed, version=former.version), "modify-in-progress")}


def restore_managed_prefix_list_version(
    call: Call, request: ec2.RestoreManagedPrefixListVersionRequest
) -> ec2.RestoreManagedPrefixListVersionResult:
    """A new version with the entries of an old one."""
    former = _changeable(call, request["PrefixListId"])
    _check_version(former, request["CurrentVersion"])
    entries = former.versions.get(str(request["PreviousVersion"]))
    if entries is None:
        raise no_such_version(request["PreviousVersion"], "previousVersion")
    _check_room(former.max_entries, entries)
    call.tx.put(replace(_next_version(former, entries), state="restore-complete"))
    return {"PrefixList": _at_work(former, "restore-in-progress")}


def delete_managed_prefix_list(
    call: Call, request: ec2.DeleteManagedPrefixListRequest
) -> ec2.DeleteManagedPrefixListResult:
    """Lists in use stay, and say so in their state."""
    former = _changeable(call, request["PrefixListId"])
    using = using_prefix_list(call, former.id)
    if using:
        names = ", ".join(one.id for one in using[:10])
        message = f"The prefix list is in use by the following resources: {names}"
        call.tx.put(replace(former, state="delete-failed", state_message=message))
    else:
        call.tx.remove(former.id)
    return {"PrefixList": _at_work(former, "delete-in-progress")}


def _at_work(one: ManagedPrefixList, state: str) -> ec2.ManagedPrefixList:
    return show_managed_prefix_list(replace(one, state=state, state_message=None))


def _changeable(call: Call, prefix_list_id: str) -> ManagedPrefixList:
    PREFIX_LIST.ids.check(prefix_list_id)
    if prefix_list(call.region, prefix_list_id) is not None:
        raise unsupported_operation(f"The prefix list {prefix_list_id} is managed by AWS and cannot be changed.")
    return existing(call, PREFIX_LIST, prefix_list_id)


def _check_version(one: ManagedPrefixList, version: int | None) -> None:
    if version is not None and version != one.version:
        raise AwsError("PrefixListVersionMismatch", "The prefix list has the incorrect version number.")


def _checked_name(name: str) -> str:
    if not name:
        raise AwsError("MissingParameter", "The request must contain the parameter PrefixListName")
    if len(name) > MAX_TEXT_LENGTH:
        raise invalid_parameter_value(f"The prefix list name must be at most {MAX_TEXT_LENGTH} characters long.")
    if name.startswith("com.amazonaws"):
        raise invalid_parameter_value("The prefix list name cannot begin with com.amazonaws.")
    return name


def _checked_maximum(maximum: int) -> int:
    if not 1 <= maximum <= MAX_ENTRIES:
        raise invalid_parameter_value(f"Must specify a max size between 1 and {MAX_ENTRIES}")
    return maximum


def _lowered(one: ManagedPrefixList, maximum: int) -> int:
    _check_room(_checked_maximum(maximum), one.entries)
    return maximum


def _check_room(maximum: int, entries: Sequence[PrefixListEntry]) -> None:
    if len(entries) > maximum:
        raise AwsError(
            "PrefixListMaxEntriesExceeded", f"The prefix list has {len(entries)} entries; its maximum is {maximum}."
        )


def _parse_entries(entries: Sequence[ec2.AddPrefixListEntry], family: str) -> tuple[PrefixListEntry, ...]:
    """None of them twice."""
    _check_count(entries)
    parsed: dict[Network, PrefixListEntry] = {}
    for one in entries:
        network, description = _parse_network(one["Cidr"], family), one.get("Description", "")
        if len(description) > MAX_TEXT_LENGTH:
            raise invalid_parameter_value(f"Descriptions must be at most {MAX_TEXT_LENGTH} characters long.")
        if network in parsed:
            raise invalid_parameter_value(f"Request cannot contain Cidr {network} more than once.")
        parsed[network] = PrefixListEntry(network=network, description=description)
    return tuple(parsed.values())


def _check_count(entries: Sequence[object]) -> None:
    if len(entries) > MAX_ENTRIES_PER_REQUEST:
        raise invalid_parameter_value(
            f"The number of entries per request cannot exceeds limit ({MAX_ENTRIES_PER_REQUEST})."
        )


def _parse_network(text: str, family: str) -> Network:
    network = parse_block(text)
    if network is None or isinstance(network, IPv4Network) is not (family == "IPv4"):
        raise invalid_parameter_value(f"The CIDR '{text}' is invalid for the address family {family}.")
    return network


def _changed_entries(
    one: ManagedPrefixList, added: Sequence[ec2.AddPrefixListEntry], removed: Sequence[str]
) -> tuple[PrefixListEntry, ...]:
    """The entries of the next version, in the order of their making; a known network may get another description."""
    _check_count(removed)
    new = {entry.network: entry for entry in _parse_entries(added, one.address_family)}
    gone = [_parse_network(text, one.address_family) for text in removed]
    for network in gone:
        if network in new:
            raise invalid_parameter_value(
                f"Request cannot contain Cidr {network} in both AddPrefixListEntries and RemovePrefixListEntries"
            )
    entries = {entry.network: entry for entry in one.entries}
    for network in gone:
        if entries.pop(network, None) is None:
            raise AwsError("InvalidPrefixListModification", f"An entry with the CIDR ({network}) does not exist.")
    for network, entry in new.items():
        if entries.get(network) == entry:
            raise AwsError(
                "InvalidPrefixListModification",
                f"An entry with the CIDR ({network}) and description ({entry.description}) already exists.",
            )
    changed = tuple({**entries, **new}.values())
    _check_room(one.max_entries, changed)
    return changed


def _next_version(one: ManagedPrefixList, entries: tuple[PrefixListEntry, ...]) -> ManagedPrefixList:
    version = one.version + 1
    kept = {number: past for number, past in one.versions.items() if int(number) > version - MAX_VERSIONS}
    return replace(one, version=version, versions={**kept, str(version): entries}, state_message=None)
