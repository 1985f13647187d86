"""The condition keys that EC2's checks have of the request: its tags, the service of an endpoint, what it changes.

Tags that are given to what is made are keys of the check of its type, and of `ec2:CreateTags` on it, which says besides
by which action (`ec2:CreateAction`). The id of what is about to be made is `*` to conditions.

`ec2:Attribute` names what a Modify call changes, and `ec2:Attribute/Name` has its new value: parameters that are a
text, a number or a truth value, or an object with a Value alone. Unconfirmed: how the older pair of parameters,
Attribute and Value, is told (here: `Attribute=disableApiStop` as `DisableApiStop`).
Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon EC2"; EC2 User Guide,
"Condition keys for Amazon EC2" (ec2:Attribute, ec2:ResourceID); PrivateLink Guide, "Identity-based policy examples".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from skywalk.api.permissions.check import Keys, request_tag_keys
from skywalk.api.permissions.ec2_resource_keys import truth, vpc_arn
from skywalk.policy.keys.names import CREATE_ACTION
from skywalk.values.scope import Scope

if TYPE_CHECKING:
    from skywalk.api.permissions.ec2_key_table import Values
    from skywalk.api.permissions.ec2_lookup import Ec2Lookup

NEW = "*"
"""The id of what is about to be made."""
_AMAZON = "amazon"
"""The owner of every service that endpoints can be made for here."""
TAGGING = ("CreateTags", "DeleteTags")
"""Their tags are those of every resource that they name."""

_NO_ATTRIBUTES = frozenset(
    {
        "Attribute",
        "DryRun",
        "InstanceId",
        "NetworkInterfaceId",
        "PrefixListId",
        "SubnetId",
        "Value",
        "VpcEndpointId",
        "VpcId",
        "VpcPeeringConnectionId",
    }
)
"""Parameters of Modify calls that say of what something is changed."""

_ID_OF_NEW: Mapping[tuple[str, str], str] = {
    ("CreateDhcpOptions", "dhcp-options"): "dhcpoptionsid",
    ("CreateInternetGateway", "internet-gateway"): "internetgatewayid",
    ("CreateNetworkAcl", "network-acl"): "networkaclid",
    ("CreateNetworkInterface", "network-interface"): "networkinterfaceid",
    ("CreateRouteTable", "route-table"): "routetableid",
    ("CreateSecurityGroup", "security-group"): "securitygroupid",
    ("CreateSubnet", "subnet"): "subnetid",
    ("CreateVpc", "vpc"): "vpcid",
    ("CreateVpcPeeringConnection", "vpc-peering-connection"): "vpcpeeringconnectionid",
}


def tag_keys(action: str, request: Mapping[str, Any], resource_type: str) -> Keys:
    """Of the check of what is made, of one type, and of every resource that gets or loses tags."""
    if action in TAGGING:
        return request_tag_keys(request.get("Tags") or ())
    keys: Keys = {}
    for specification in request.get("TagSpecifications") or ():
        if specification.get("ResourceType") == resource_type:
            keys.update(request_tag_keys(specification.get("Tags") or ()))
    return keys


def create_tags_keys(action: str, tags: Iterable[Mapping[str, str]]) -> Keys:
    """Of `ec2:CreateTags` for what `action` makes."""
    return {**request_tag_keys(tags), CREATE_ACTION: action}


def new_values(action: str, resource_type: str) -> Values:
    """Of what is about to be made, if it is of this type."""
    name = _ID_OF_NEW.get((action, resource_type))
    return {} if name is None else {name: NEW}


def request_values(action: str, request: Mapping[str, Any], lookup: Ec2Lookup) -> Values:
    """What a request says, for whichever of its checks has a key for it."""
    if action == "CreateVpcEndpoint":
        return _of_service(request, lookup.region)
    if action == "CreateVpcPeeringConnection":
        return _of_peering(request, lookup.scope)
    if action == "CreateKeyPair":
        return {"keypairtype": request.get("KeyType") or "rsa"}
    if action in ("AssociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation"):
        return {"newinstanceprofile": lookup.profile_arn(request.get("IamInstanceProfile") or {})}
    if action == "RunInstances":
        return {"islaunchtemplateresource": truth(False)}
    if action.startswith("Modify"):
        return _of_attributes(request)
    return {"ipv4ipampoolid": request.get("Ipv4IpamPoolId"), "ipv6ipampoolid": request.get("Ipv6IpamPoolId")}


def _of_service(request: Mapping[str, Any], region: str) -> Values:
    options = request.get("DnsOptions") or {}
    return {
        "vpceservicename": request.get("ServiceName") or None,
        "vpceserviceowner": _AMAZON,
        "vpceserviceregion": request.get("ServiceRegion") or region,
        "vpceprivatednspreference": options.get("PrivateDnsPreference"),
        "vpceprivatednsspecifieddomains": tuple(options.get("PrivateDnsSpecifiedDomains") or ()) or None,
    }


def _of_peering(request: Mapping[str, Any], scope: Scope) -> Values:
    accepter = Scope(request.get("PeerOwnerId") or scope.account_id, request.get("PeerRegion") or scope.region)
    own, peers = request.get("VpcId"), request.get("PeerVpcId")
    return {
        "requestervpc": vpc_arn(scope, own) if own else None,
        "acceptervpc": vpc_arn(accepter, peers) if peers else None,
    }


def _of_attributes(request: Mapping[str, Any]) -> Values:
    changed = dict(_attributes(request))
    if not changed:
        return {}
    names = tuple(changed)
    return {
        "attribute": names if len(names) > 1 else names[0],
        **{f"attribute/{name.lower()}": value for name, value in changed.items()},
    }


def _attributes(request: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Name and new value of what is changed."""
    if older := request.get("Attribute"):
        yield older[:1].upper() + older[1:], request.get("Value")
    for name, value in request.items():
        if name in _NO_ATTRIBUTES:
            continue
        inner = value["Value"] if isinstance(value, Mapping) and value.keys() == {"Value"} else value
        if isinstance(inner, bool):
            yield name, truth(inner)
        elif isinstance(inner, (str, int)):
            yield name, str(inner)
        elif isinstance(inner, bytes):
            yield name, None
