"""DHCP options: what the instances of a VPC are told of names and time. A set never changes.

Source: VPC User Guide, "DHCP option sets in Amazon VPC"; API Reference, CreateDhcpOptions; the text for an unknown
option from answers quoted in public reports. Unconfirmed: the texts for values that an option cannot have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.describe import FilterValues, matching, page
from skywalk.actions.existing import DHCP_OPTIONS, VPC, existing, named_or_all
from skywalk.actions.tag_specifications import show_tags, specified_tags
from skywalk.resources.dhcp_options import NO_OPTIONS, DhcpOptions
from skywalk.resources.host_names import internal_domain
from skywalk.resources.vpc import Vpc
from skywalk.values.addresses import parse_address
from skywalk.values.errors import AwsError, dependency_violation, invalid_parameter_value, missing_parameter

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

AMAZON_PROVIDED_DNS = "AmazonProvidedDNS"
MAX_SERVERS = 4
"""Of each family. Source: API Reference, CreateDhcpOptions."""


def default_dhcp_options(call: Call) -> DhcpOptions:
    """The set that an account's VPCs of a region have from the start, made with the first of them."""
    for present in call.tx.of_owner(DhcpOptions, call.scope):
        if present.is_default:
            return present
    options = {"domain-name": (internal_domain(call.region),), "domain-name-servers": (AMAZON_PROVIDED_DNS,)}
    made = DhcpOptions(id=call.mint("dopt"), scope=call.scope, options=options, is_default=True)
    call.tx.put(made)
    return made


def create_dhcp_options(call: Call, request: ec2.CreateDhcpOptionsRequest) -> ec2.CreateDhcpOptionsResult:
    made = DhcpOptions(
        id=call.mint("dopt"),
        scope=call.scope,
        tags=specified_tags(request.get("TagSpecifications"), DHCP_OPTIONS.resource_type),
        options=_options(request["DhcpConfigurations"]),
    )
    call.tx.put(made)
    return {"DhcpOptions": _show(made)}


def _options(configurations: Sequence[ec2.NewDhcpConfiguration]) -> dict[str, tuple[str, ...]]:
    if not configurations:
        raise missing_parameter("dhcpConfiguration")
    found: dict[str, tuple[str, ...]] = {}
    for one in configurations:
        key, values = one.get("Key", ""), _values(one.get("Values", ()))
        check = _CHECKS.get(key)
        if check is None:
            raise invalid_parameter_value(f"Value ({key}) for parameter name is invalid. Unknown DHCP option")
        if key in found:
            raise invalid_parameter_value(f"Value ({key}) for parameter name is invalid. Duplicate DHCP option")
        if not values:
            raise invalid_parameter_value(f"The DHCP option {key} must have a value")
        check(key, values)
        found[key] = values
    return found


def _values(given: Iterable[str]) -> tuple[str, ...]:
    """Several addresses may stand in one value, with commas between them."""
    parts = (part.strip() for value in given for part in value.split(","))
    return tuple(part for part in parts if part)


def _check_name_servers(key: str, values: Sequence[str]) -> None:
    """Addresses, or AWS's own resolver."""
    _check_servers(key, [value for value in values if value != AMAZON_PROVIDED_DNS])


def _check_servers(key: str, values: Sequence[str]) -> None:
    versions = [_address_version(value) for value in values]
    if any(versions.count(version) > MAX_SERVERS for version in (4, 6)):
        raise invalid_parameter_value(f"The DHCP option {key} must not have more than {MAX_SERVERS} addresses")


def _address_version(value: str) -> int:
    try:
        return parse_address(value).version
    except ValueError:
        raise _invalid(value) from None


def _check_node_type(key: str, values: Sequence[str]) -> None:
    """Source: RFC 2132, section 8.7."""
    if len(values) > 1 or values[0] not in ("1", "2", "4", "8"):
        raise _invalid(", ".join(values))


def _check_lease_time(key: str, values: Sequence[str]) -> None:
    """Seconds. Source: VPC User Guide, "DHCP option set concepts"."""
    text = values[0]
    if len(values) > 1 or not (text.isascii() and text.isdigit()) or not 140 <= int(text) <= 2147483647:
        raise _invalid(", ".join(values))


def _check_domain_name(key: str, values: Sequence[str]) -> None:
    """Some systems take several names with blanks between them."""
    if len(values) > 1 or not values[0].isascii():
        raise _invalid(", ".join(values))


def _invalid(value: str) -> AwsError:
    return invalid_parameter_value(f"Value ({value}) for parameter value is invalid. Invalid DHCP option value")


_CHECKS: Mapping[str, Callable[[str, Sequence[str]], None]] = {
    "domain-name": _check_domain_name,
    "domain-name-servers": _check_name_servers,
    "ipv6-address-preferred-lease-time": _check_lease_time,
    "netbios-name-servers": _check_servers,
    "netbios-node-type": _check_node_type,
    "ntp-servers": _check_servers,
}


def describe_dhcp_options(call: Call, request: ec2.DescribeDhcpOptionsRequest) -> ec2.DescribeDhcpOptionsResult:
    found = named_or_all(call, DHCP_OPTIONS, request.get("DhcpOptionsIds"), request.get("Filters"))
    found = matching(found, request.get("Filters"), _FILTERS, lambda options: options.tags)
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"))
    result: ec2.DescribeDhcpOptionsResult = {"DhcpOptions": [_show(options) for options in shown]}
    if token is not None:
        result["NextToken"] = token
    return result


_FILTERS: Mapping[str, FilterValues[DhcpOptions]] = {
    "dhcp-options-id": lambda options: [options.id],
    "key": lambda options: list(options.options),
    "owner-id": lambda options: [options.scope.account_id],
    "value": lambda options: [value for values in options.options.values() for value in values],
}


def _show(options: DhcpOptions) -> ec2.DhcpOptions:
    return {
        "DhcpOptionsId": options.id,
        "OwnerId": options.scope.account_id,
        "DhcpConfigurations": [
            {"Key": key, "Values": [{"Value": value} for value in values]} for key, values in options.options.items()
        ],
        "Tags": show_tags(options.tags),
    }


def delete_dhcp_options(call: Call, request: ec2.DeleteDhcpOptionsRequest) -> None:
    options = existing(call, DHCP_OPTIONS, request["DhcpOptionsId"])
    if call.tx.referring(Vpc, options.id):
        raise dependency_violation(f"The dhcpOptions '{options.id}' has dependencies and cannot be deleted.")
    call.tx.remove(options.id)


def associate_dhcp_options(call: Call, request: ec2.AssociateDhcpOptionsRequest) -> None:
    """Instances learn of it with their next lease, which here is at once. `default` stands for no options at all."""
    options_id = request["DhcpOptionsId"]
    if options_id != NO_OPTIONS:
        existing(call, DHCP_OPTIONS, options_id)
    call.tx.put(replace(existing(call, VPC, request["VpcId"]), dhcp_options_id=options_id))
