"""AssociateIamInstanceProfile, DisassociateIamInstanceProfile, ReplaceIamInstanceProfileAssociation,
DescribeIamInstanceProfileAssociations: which profile an instance has.

An instance has one association or none, which a launch with a profile makes too; it is part of the instance. The
calls are answered when the metadata service hands out the new role's credentials.
Source: API Reference; texts of refusals from answers quoted in public reports. Unconfirmed: the texts for an
association that is not there and for an instance that has ended.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.describe import FilterValues, matching, page
from skywalk.actions.existing import INSTANCE, IdFamily, existing
from skywalk.actions.launch_options import instance_profile
from skywalk.resources.instance import Instance, InstanceState
from skywalk.values.errors import AwsError, missing_parameter

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

ASSOCIATION_IDS = IdFamily(
    "iip-assoc",
    "InvalidAssociationID.Malformed",
    "NoSuchAssociation",
    "association ID",
    "An invalid association-id of '{}' was given",
)
_GONE = (InstanceState.SHUTTING_DOWN, InstanceState.TERMINATED)
_FILTERS: dict[str, FilterValues[Instance]] = {
    "instance-id": lambda instance: [instance.id],
    "state": lambda _instance: ["associated"],
}


def associate_iam_instance_profile(
    call: Call, request: ec2.AssociateIamInstanceProfileRequest
) -> ec2.AssociateIamInstanceProfileResult:
    """Raises IncorrectState for an instance that has a profile, IncorrectInstanceState for one that ends."""
    instance = existing(call, INSTANCE, request["InstanceId"])
    if instance.state in _GONE:
        raise AwsError("IncorrectInstanceState", f"The instance '{instance.id}' is not running or stopped.")
    if instance.profile_association_id is not None:
        raise AwsError("IncorrectState", f"There is an existing association for instance {instance.id}")
    return {"IamInstanceProfileAssociation": _associate(call, instance, request["IamInstanceProfile"])}


def _associate(
    call: Call, instance: Instance, asked: ec2.IamInstanceProfileSpecification
) -> ec2.IamInstanceProfileAssociation:
    profile = instance_profile(call, asked)
    if profile is None:
        raise missing_parameter("IamInstanceProfile")
    associated = replace(
        instance,
        instance_profile_arn=profile.id,
        instance_profile_id=profile.unique_id,
        profile_association_id=call.mint("iip-assoc"),
        profile_associated_at=call.clock.now(),
    )
    call.tx.put(associated)
    return _show(associated, "associating")


def disassociate_iam_instance_profile(
    call: Call, request: ec2.DisassociateIamInstanceProfileRequest
) -> ec2.DisassociateIamInstanceProfileResult:
    instance = _associated(call, request["AssociationId"])
    shown = _show(instance, "disassociating")
    call.tx.put(
        replace(
            instance,
            instance_profile_arn=None,
            instance_profile_id=None,
            profile_association_id=None,
            profile_associated_at=None,
        )
    )
    return {"IamInstanceProfileAssociation": shown}


def replace_iam_instance_profile_association(
    call: Call, request: ec2.ReplaceIamInstanceProfileAssociationRequest
) -> ec2.ReplaceIamInstanceProfileAssociationResult:
    """The new association has an id of its own. For running instances; raises IncorrectState for others."""
    association_id = request["AssociationId"]
    instance = _associated(call, association_id)
    if instance.state is not InstanceState.RUNNING:
        raise AwsError("IncorrectState", f"The association {association_id} is not the active association")
    return {"IamInstanceProfileAssociation": _associate(call, instance, request["IamInstanceProfile"])}


def describe_iam_instance_profile_associations(
    call: Call, request: ec2.DescribeIamInstanceProfileAssociationsRequest
) -> ec2.DescribeIamInstanceProfileAssociationsResult:
    """Those of instances that have not ended, oldest instance first."""
    ids = request.get("AssociationIds")
    instances = [_associated(call, one) for one in dict.fromkeys(ids)] if ids else _all_associated(call)
    found = matching(instances, request.get("Filters"), _FILTERS)
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"))
    result: ec2.DescribeIamInstanceProfileAssociationsResult = {
        "IamInstanceProfileAssociations": [_show(instance, "associated") for instance in shown]
    }
    if token:
        result["NextToken"] = token
    return result


def _all_associated(call: Call) -> list[Instance]:
    instances = call.tx.of_owner(Instance, call.scope)
    return [one for one in instances if one.profile_association_id is not None and one.state not in _GONE]


def _associated(call: Call, association_id: str) -> Instance:
    """Raises NoSuchAssociation, InvalidAssociationID.Malformed."""
    ASSOCIATION_IDS.check(association_id)
    for instance in call.tx.referring(Instance, association_id):
        if instance.scope == call.scope and instance.state not in _GONE:
            return instance
    raise ASSOCIATION_IDS.not_found(association_id)


def _show(instance: Instance, state: str) -> ec2.IamInstanceProfileAssociation:
    shown: ec2.IamInstanceProfileAssociation = {
        "AssociationId": instance.profile_association_id or "",
        "InstanceId": instance.id,
        "IamInstanceProfile": {
            "Arn": instance.instance_profile_arn or "",
            "Id": instance.instance_profile_id or "",
        },
        "State": state,
    }
    if instance.profile_associated_at is not None:
        shown["Timestamp"] = instance.profile_associated_at
    return shown
