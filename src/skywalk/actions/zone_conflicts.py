"""No VPC sees two zones of one name: private hosted zones and the hidden zones of endpoints' private names.

Source: Route 53 API Reference, CreateHostedZone and AssociateVPCWithHostedZone (ConflictingDomainExists); the text as
quoted in public reports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.actions.endpoint_private_dns import private_zones_in
from skywalk.resources.endpoint_names import private_zone_id
from skywalk.resources.hosted_zone import HostedZone
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.resources.vpc import Vpc


def check_no_conflict(call: Call, vpc: Vpc, name: str) -> None:
    """Raises ConflictingDomainExists where the VPC sees a zone of this name already."""
    zone_id = _conflicting_zone_id(call, vpc, name)
    if zone_id is not None:
        raise AwsError(
            "ConflictingDomainExists",
            f"The VPC {vpc.id} in region {vpc.scope.region} has already been associated with the hosted zone {zone_id} "
            "with the same domain name.",
        )


def _conflicting_zone_id(call: Call, vpc: Vpc, name: str) -> str | None:
    zone = next((zone for zone in call.tx.referring(HostedZone, vpc.id) if zone.name == name), None)
    if zone is not None:
        return zone.id
    return private_zone_id(name) if name in private_zones_in(call, vpc.id) else None
