"""What RunInstances asks for besides the network: image, type, profile, user data, metadata service, placement.

What would change nothing on packets is checked and kept for answers (tenancy, monitoring, EBS optimisation, CPU
credits, what a shutdown from inside does), or taken without effect, since instances have no volumes: block device
mappings, tags for volumes. What EC2 would act upon and skywalk would not is UnsupportedOperation.
Source: EC2 API Reference, RunInstances; texts of refusals from answers quoted in public reports. The text for CPU
credits on a type without them is unconfirmed.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skywalk.actions.images import existing_image
from skywalk.actions.key_pairs import existing_key_pair
from skywalk.actions.tag_specifications import tags_by_type
from skywalk.actions.unsupported import refuse_parameters
from skywalk.resources.images import Image
from skywalk.resources.instance import MetadataOptions
from skywalk.resources.instance_types import DEFAULT_INSTANCE_TYPE, InstanceType, instance_type
from skywalk.resources.key_pair import KeyPair
from skywalk.resources.role import InstanceProfile
from skywalk.values.errors import AwsError, invalid_parameter_value, missing_parameter, unsupported_operation
from skywalk.values.tags import Tag

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

MAX_USER_DATA_BYTES = 16_384
"""Decoded. Source: EC2 User Guide, "Run commands when you launch an EC2 instance with user data input"."""

_MAX_HOP_LIMIT = 64
_TAGGED = ("instance", "volume", "network-interface")
_UNSUPPORTED = (
    "AdditionalInfo",
    "ElasticGpuSpecification",
    "ElasticInferenceAccelerators",
    "InstanceMarketOptions",
    "KernelId",
    "LaunchTemplate",
    "LicenseSpecifications",
    "NetworkPerformanceOptions",
    "Operator",
    "RamdiskId",
)
_UNSUPPORTED_PLACEMENT = (
    "Affinity",
    "GroupId",
    "GroupName",
    "HostId",
    "HostResourceGroupArn",
    "PartitionNumber",
    "SpreadDomain",
)


@dataclass(frozen=True, slots=True)
class LaunchOptions:
    """`user_data` is base64 text in its one form, empty if none; `tags` are by resource type."""

    image: Image
    instance_type: InstanceType
    key_pair: KeyPair | None
    profile: InstanceProfile | None
    user_data: str
    metadata_options: MetadataOptions
    cpu_credits: str | None
    disable_api_termination: bool
    disable_api_stop: bool
    shutdown_behavior: str
    tenancy: str | None
    monitoring_enabled: bool
    ebs_optimized: bool
    tags: Mapping[str, tuple[Tag, ...]]


def launch_options(call: Call, request: ec2.RunInstancesRequest) -> LaunchOptions:
    """Raises the refusals that do not concern the network."""
    _refuse_what_is_not_there(request)
    image_id = request.get("ImageId")
    if not image_id:
        raise missing_parameter("ImageId")
    found = _instance_type(request)
    return LaunchOptions(
        image=existing_image(image_id),
        instance_type=found,
        key_pair=_key_pair(call, request.get("KeyName")),
        profile=instance_profile(call, request.get("IamInstanceProfile") or {}),
        user_data=checked_user_data(request.get("UserData") or ""),
        metadata_options=changed_metadata_options(MetadataOptions(), request.get("MetadataOptions") or {}),
        cpu_credits=_cpu_credits(found, request.get("CreditSpecification")),
        disable_api_termination=request.get("DisableApiTermination", False),
        disable_api_stop=request.get("DisableApiStop", False),
        shutdown_behavior=checked_shutdown_behavior(request.get("InstanceInitiatedShutdownBehavior") or "stop"),
        tenancy=_tenancy(request.get("Placement") or {}),
        monitoring_enabled="Monitoring" in request and request["Monitoring"]["Enabled"],
        ebs_optimized=request.get("EbsOptimized", False),
        tags=tags_by_type(request.get("TagSpecifications"), _TAGGED),
    )


def _refuse_what_is_not_there(request: ec2.RunInstancesRequest) -> None:
    refuse_parameters(request, _UNSUPPORTED)
    refuse_parameters(request.get("HibernationOptions") or {}, ["Configured"])
    refuse_parameters(request.get("EnclaveOptions") or {}, ["Enabled"])
    refuse_parameters(request.get("CapacityReservationSpecification") or {}, ["CapacityReservationTarget"])
    if (request.get("MaintenanceOptions") or {}).get("AutoRecovery", "default") != "default":
        raise unsupported_operation("The parameter MaintenanceOptions.AutoRecovery is not supported.")


def existing_instance_type(name: str) -> InstanceType:
    """Raises InvalidParameterValue."""
    found = instance_type(name)
    if found is None:
        raise invalid_parameter_value(f"Invalid value '{name}' for InstanceType.")
    return found


def _instance_type(request: ec2.RunInstancesRequest) -> InstanceType:
    name = request.get("InstanceType") or DEFAULT_INSTANCE_TYPE
    found = existing_instance_type(name)
    cpus = request.get("CpuOptions") or {}
    asked = (cpus.get("CoreCount", found.cores), cpus.get("ThreadsPerCore", found.threads_per_core))
    if asked != (found.cores, found.threads_per_core):
        raise unsupported_operation("CPU options other than those of the instance type are not supported.")
    refuse_parameters(cpus, ["AmdSevSnp", "NestedVirtualization"])
    return found


def instance_profile(call: Call, asked: ec2.IamInstanceProfileSpecification) -> InstanceProfile | None:
    """A profile of the caller's account; one without a role is refused, as EC2 does."""
    name, arn = asked.get("Name"), asked.get("Arn")
    if name and arn:
        raise AwsError(
            "InvalidParameterCombination",
            "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
        )
    if not name and not arn:
        return None
    profiles = call.tx.of_owner(InstanceProfile, call.global_scope)
    found = next((one for one in profiles if one.name == name or one.id == arn), None)
    if found is None and name:
        raise invalid_parameter_value(
            f"Value ({name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"
        )
    if found is None:
        raise invalid_parameter_value(
            f"Value ({arn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN"
        )
    if found.role_arn is None:
        raise invalid_parameter_value(f'IAM Instance Profile "{found.id}" has no associated IAM Roles')
    return found


def checked_user_data(text: str) -> str:
    try:
        # Some clients break the text into lines, which EC2 takes.
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise invalid_parameter_value("Invalid BASE64 encoding of user data") from None
    check_user_data_size(data)
    return base64.b64encode(data).decode()


def check_user_data_size(data: bytes) -> None:
    """Raises InvalidParameterValue."""
    if len(data) > MAX_USER_DATA_BYTES:
        raise invalid_parameter_value(f"User data is limited to {MAX_USER_DATA_BYTES} bytes")


def changed_metadata_options(
    present: MetadataOptions, asked: ec2.InstanceMetadataOptionsRequest | ec2.ModifyInstanceMetadataOptionsRequest
) -> MetadataOptions:
    """What is not asked for stays. Raises InvalidParameterValue, UnsupportedOperation."""
    _check_choice(asked, "HttpTokens", "optional", "required")
    _check_choice(asked, "HttpEndpoint", "enabled", "disabled")
    if asked.get("HttpProtocolIpv6", "disabled") != "disabled":
        raise unsupported_operation("The metadata service is not reachable over IPv6 yet.")
    if asked.get("InstanceMetadataTags", "disabled") != "disabled":
        raise unsupported_operation("Tags in instance metadata are not supported yet.")
    hop_limit = asked.get("HttpPutResponseHopLimit", present.http_put_response_hop_limit)
    if not 1 <= hop_limit <= _MAX_HOP_LIMIT:
        raise invalid_parameter_value(
            f"Value ({hop_limit}) for parameter HttpPutResponseHopLimit is invalid. "
            f"Hop limit must be between 1 and {_MAX_HOP_LIMIT}."
        )
    return MetadataOptions(
        http_tokens=asked.get("HttpTokens", present.http_tokens),
        http_endpoint=asked.get("HttpEndpoint", present.http_endpoint),
        http_put_response_hop_limit=hop_limit,
    )


def checked_shutdown_behavior(behavior: str) -> str:
    """Raises InvalidParameterValue."""
    if behavior not in ("stop", "terminate"):
        raise invalid_parameter_value(f"Value ({behavior}) for parameter instanceInitiatedShutdownBehavior is invalid.")
    return behavior


def _key_pair(call: Call, name: str | None) -> KeyPair | None:
    return existing_key_pair(call, name) if name else None


def _cpu_credits(kind: InstanceType, asked: ec2.CreditSpecificationRequest | None) -> str | None:
    cpu_credits = asked.get("CpuCredits") if asked else None
    if not cpu_credits:
        return kind.default_cpu_credits
    if cpu_credits not in ("standard", "unlimited"):
        raise invalid_parameter_value(f"Value ({cpu_credits}) for parameter CpuCredits is invalid.")
    if not kind.is_burstable:
        raise AwsError(
            "InvalidParameterCombination",
            f"The instance type '{kind.name}' does not support the parameter CreditSpecification.",
        )
    return cpu_credits


def _check_choice(asked: Mapping[str, object], name: str, *choices: str) -> None:
    value = asked.get(name, choices[0])
    if value not in choices:
        raise invalid_parameter_value(f"Value ({value}) for parameter {name} is invalid.")


def _tenancy(placement: ec2.Placement) -> str | None:
    """None where the request leaves it to the VPC."""
    refuse_parameters({name: value for name, value in placement.items() if value != ""}, _UNSUPPORTED_PLACEMENT)
    tenancy = placement.get("Tenancy")
    if tenancy == "host":
        raise unsupported_operation("Dedicated hosts are not supported.")
    if tenancy not in (None, "", "default", "dedicated"):
        raise invalid_parameter_value(f"Value ({tenancy}) for parameter tenancy is invalid.")
    return tenancy or None
