"""The condition keys of the services of skywalk's own API, lower-cased: those that are set, those that are rightly
absent because their circumstances do not occur here, and those that cannot be known.

What is set for which action and type of resource is `api.permissions`'.
Source: Service Authorization Reference, of EC2, IAM, Route 53, Route 53 Resolver, STS.
"""

from __future__ import annotations

from collections.abc import Mapping

from skywalk.policy.keys import names

_OF_TAGS = frozenset({names.REQUEST_TAG, names.RESOURCE_TAG, names.TAG_KEYS})

EC2_KEYS = _OF_TAGS | {
    f"ec2:{name}"
    for name in (
        # of every request, and of tags
        "createaction",
        "region",
        "resourcetag/",
        # what a resource is called, and where it is
        "allocationid",
        "availabilityzone",
        "availabilityzoneid",
        "dhcpoptionsid",
        "domain",
        "imageid",
        "instanceid",
        "internetgatewayid",
        "keypairname",
        "networkaclid",
        "networkinterfaceid",
        "publicipaddress",
        "routetableid",
        "securitygroupid",
        "snapshotid",
        "subnet",
        "subnetid",
        "volumeid",
        "vpc",
        "vpcid",
        "vpcpeeringconnectionid",
        # endpoints and peering
        "acceptervpc",
        "requestervpc",
        "vpceprivatednspreference",
        "vpceprivatednsspecifieddomains",
        "vpceservicename",
        "vpceserviceowner",
        "vpceserviceregion",
        # what is made, and what it is
        "associatepublicipaddress",
        "ebsoptimized",
        "encrypted",
        "imagetype",
        "instanceautorecovery",
        "instancebandwidthweighting",
        "instancemarkettype",
        "instancemetadatatags",
        "instanceprofile",
        "instancetype",
        "ipv4ipampoolid",
        "ipv6ipampoolid",
        "islaunchtemplateresource",
        "keypairtype",
        "metadatahttpendpoint",
        "metadatahttpputresponsehoplimit",
        "metadatahttptokens",
        "owner",
        "parentsnapshot",
        "public",
        "rootdevicetype",
        "tenancy",
        "volumeinitializationrate",
        "volumeiops",
        "volumesize",
        "volumethroughput",
        "volumetype",
        # what is changed
        "attribute",
        "attribute/",
        "newinstanceprofile",
    )
}

NEVER_IN_EC2 = frozenset(
    f"ec2:{name}"
    for name in (
        # No action is served that changes images and snapshots, or makes volumes.
        "add/group",
        "add/userid",
        "bootmodeoverride",
        "kmskeyid",
        "location",
        "outpostarn",
        "remove/group",
        "remove/userid",
        "snapshotcooloffperiod",
        "snapshotlockduration",
        "sourceavailabilityzone",
        "sourceoutpostarn",
        # Nor one of reservations, and of hosts.
        "autoplacement",
        "capacityreservationfleet",
        "commitmentduration",
        "createdate",
        "destinationcapacityreservationid",
        "enddate",
        "enddatetype",
        "ephemeralstorage",
        "hostrecovery",
        "instancecount",
        "instancematchcriteria",
        "instanceplatform",
        "interruptiblecapacityreservationid",
        "interruptiontype",
        "isinterruptible",
        "quantity",
        "reservedinstancesofferingtype",
        "sourcecapacityreservationid",
        "targetinstancecount",
        # What launches may not ask for, and no instance or interface has: they are not managed by others, images have
        # no product codes.
        "authorizedservice",
        "authorizeduser",
        "cpuoptionsamdsevsnp",
        "elasticgputype",
        "launchtemplate",
        "managedresourceoperator",
        "permission",
        "placementgroup",
        "placementgroupname",
        "placementgroupstrategy",
        "productcode",
        # There are no VPNs, transit gateways, endpoint services of accounts, resolvers of IPAM, fault injections.
        "authenticationtype",
        "clientrootcertificatechainarn",
        "cloudwatchloggrouparn",
        "cloudwatchlogstreamarn",
        "directoryarn",
        "dpdtimeoutseconds",
        "fisactionid",
        "fistargetarns",
        "gatewaytype",
        "ikeversions",
        "insidetunnelcidr",
        "insidetunnelipv6cidr",
        "ipamprefixlistresolvertargetid",
        "phase1dhgroup",
        "phase1encryptionalgorithms",
        "phase1integrityalgorithms",
        "phase1lifetimeseconds",
        "phase2dhgroup",
        "phase2encryptionalgorithms",
        "phase2integrityalgorithms",
        "phase2lifetimeseconds",
        "rekeyfuzzpercentage",
        "rekeymargintimeseconds",
        "replaywindowsizepackets",
        "routingtype",
        "samlproviderarn",
        "servercertificatearn",
        "transitgatewayattachmentid",
        "transitgatewayconnectpeerid",
        "transitgatewayid",
        "transitgatewaymeteringpolicyid",
        "transitgatewaymulticastdomainid",
        "transitgatewaypolicytableid",
        "transitgatewayroutetableannouncementid",
        "transitgatewayroutetableid",
        "vpceserviceprivatednsname",
        "vpcesupportedregion",
    )
)
"""That they are absent is the truth, and policies may name them."""

UNKNOWN_IN_EC2: Mapping[str, str] = {
    "ec2:parentvolume": "a snapshot that a launch names is not there to be asked",
    "ec2:snapshottime": "a snapshot that a launch names is not there to be asked",
    "ec2:vpcemultiregion": "AWS documents no values; ec2:VpceServiceRegion tells the region of an endpoint's service",
}
"""Requests here would have them on AWS, and nobody knows their values: they are refused, for these reasons."""

IAM_KEYS = _OF_TAGS | {
    names.ASSOCIATED_RESOURCE_ARN,
    names.AWS_SERVICE_NAME,
    names.IAM_RESOURCE_TAG,
    names.PASSED_TO_SERVICE,
    names.PERMISSIONS_BOUNDARY,
    names.POLICY_ARN,
}

NEVER_IN_IAM = frozenset(
    f"iam:{name}"
    for name in (
        # There are no templates, delegations, MFA devices, service-specific credentials; what an organization says of
        # an account cannot be read or changed.
        "accountpropertynamespaces",
        "delegationduration",
        "delegationrequestowner",
        "fido-certification",
        "fido-fips-140-2-certification",
        "fido-fips-140-3-certification",
        "notificationchannel",
        "organizationspolicyid",
        "registersecuritykey",
        "roletemplatearn",
        "servicespecificcredentialagedays",
        "servicespecificcredentialservicename",
        "templatearn",
    )
)

STS_KEYS = _OF_TAGS | {
    names.EXTERNAL_ID,
    names.IAM_RESOURCE_TAG,
    names.ROLE_SESSION_NAME,
    names.STS_SOURCE_IDENTITY,
    names.TRANSITIVE_TAG_KEYS,
}

NEVER_IN_STS = frozenset(
    f"sts:{name}"
    for name in (
        # There are no bearer and web identity tokens, root sessions and context providers.
        "awsservicename",
        "durationseconds",
        "identitytokenaudience",
        "requestcontext/",
        "requestcontextproviders",
        "roleauthorizedbyidp",
        "signingalgorithm",
        "taskpolicyarn",
    )
)

ROUTE53_KEYS = frozenset({names.RECORD_ACTIONS, names.RECORD_NAMES, names.RECORD_TYPES, names.ROUTE53_VPCS})
RESOLVER_KEYS = _OF_TAGS


def is_of_identity_provider(key: str) -> bool:
    """Whether it is of those who come from an identity provider (`saml:aud`, `accounts.google.com:sub`): nobody does.
    Services' own prefixes have no dot."""
    prefix = key.partition(":")[0]
    return prefix == "saml" or "." in prefix
