"""DescribeImages: the catalogue as EC2 shows it.

All images are public and AWS's or another publisher's; nobody here owns one. They have no block devices, since
instances have no volumes. The text for a public parameter that is not there is unconfirmed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from skywalk.actions.describe import matching, page, shown_at
from skywalk.resources.images import AMAZON, IMAGE_PARAMETERS, IMAGES, Image, parameter_of
from skywalk.values.errors import AwsError, invalid_parameter_value

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

_ACCOUNT_ID = re.compile(r"[0-9]{12}")
# EC2 looks up what is no hex number like any other id: `ami-fake123` does not exist, `fake` is malformed.
_IMAGE_ID = re.compile(r"ami-[0-9a-z]+")
_ALIASES = ("amazon", "aws-marketplace", "aws-backup-vault")

_FILTERS = {
    "architecture": shown_at("Architecture"),
    "block-device-mapping.delete-on-termination": shown_at("BlockDeviceMappings", "Ebs", "DeleteOnTermination"),
    "block-device-mapping.device-name": shown_at("BlockDeviceMappings", "DeviceName"),
    "block-device-mapping.encrypted": shown_at("BlockDeviceMappings", "Ebs", "Encrypted"),
    "block-device-mapping.snapshot-id": shown_at("BlockDeviceMappings", "Ebs", "SnapshotId"),
    "block-device-mapping.volume-size": shown_at("BlockDeviceMappings", "Ebs", "VolumeSize"),
    "block-device-mapping.volume-type": shown_at("BlockDeviceMappings", "Ebs", "VolumeType"),
    "boot-mode": shown_at("BootMode"),
    "creation-date": shown_at("CreationDate"),
    "description": shown_at("Description"),
    "ena-support": shown_at("EnaSupport"),
    "free-tier-eligible": shown_at("FreeTierEligible"),
    "hypervisor": shown_at("Hypervisor"),
    "image-allowed": shown_at("ImageAllowed"),
    "image-id": shown_at("ImageId"),
    "image-type": shown_at("ImageType"),
    "instance-type-specification.supported-instance-type": shown_at(
        "InstanceTypeSpecification", "SupportedInstanceTypes", "InstanceType"
    ),
    "instance-type-specification.unsupported-instance-type": shown_at(
        "InstanceTypeSpecification", "UnsupportedInstanceTypes", "InstanceType"
    ),
    "is-public": shown_at("Public"),
    "kernel-id": shown_at("KernelId"),
    "manifest-location": shown_at("ImageLocation"),
    "name": shown_at("Name"),
    "owner-alias": shown_at("ImageOwnerAlias"),
    "owner-id": shown_at("OwnerId"),
    "platform": shown_at("Platform"),
    "product-code": shown_at("ProductCodes", "ProductCodeId"),
    "product-code.type": shown_at("ProductCodes", "ProductCodeType"),
    "public-ssm-parameter-name": shown_at("PublicSsmParameterName"),
    "ramdisk-id": shown_at("RamdiskId"),
    "root-device-name": shown_at("RootDeviceName"),
    "root-device-type": shown_at("RootDeviceType"),
    "source-image-id": shown_at("SourceImageId"),
    "source-image-region": shown_at("SourceImageRegion"),
    "source-instance-id": shown_at("SourceInstanceId"),
    "sriov-net-support": shown_at("SriovNetSupport"),
    "state": shown_at("State"),
    "state-reason-code": shown_at("StateReason", "Code"),
    "state-reason-message": shown_at("StateReason", "Message"),
    "virtualization-type": shown_at("VirtualizationType"),
}


def describe_images(call: Call, request: ec2.DescribeImagesRequest) -> ec2.DescribeImagesResult:
    """Raises InvalidAMIID.NotFound, InvalidAMIID.Malformed, InvalidUserID.Malformed."""
    images = all_existing_images(request.get("ImageIds") or list(IMAGES))
    owners = request.get("Owners")
    if owners:
        wanted = {owner_id for owner in owners for owner_id in _owner_ids(call, owner)}
        images = [image for image in images if image.owner_id in wanted]
    if not _asks_for_public_ones(request.get("ExecutableUsers")):
        images = []
    found = matching([_show(image) for image in images], request.get("Filters"), _FILTERS, tags=lambda _image: ())
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"), limits=(1, 1000))
    result: ec2.DescribeImagesResult = {"Images": list(shown)}
    if token:
        result["NextToken"] = token
    return result


def existing_image(image_id: str) -> Image:
    """The image of an id, or of a public parameter (`resolve:ssm:/aws/service/…`, with a version or without).

    Raises InvalidAMIID.Malformed, InvalidAMIID.NotFound, InvalidParameterValue for a parameter that is not there.
    """
    parameter = parameter_of(image_id)
    if parameter is None:
        return all_existing_images([image_id])[0]
    if parameter not in IMAGE_PARAMETERS:
        raise invalid_parameter_value(f"Parameter {parameter} does not exist.")
    return IMAGES[IMAGE_PARAMETERS[parameter]]


def all_existing_images(image_ids: Sequence[str]) -> list[Image]:
    """The images, each once. EC2 puts their ids in brackets when it refuses."""
    for image_id in image_ids:
        if not _IMAGE_ID.fullmatch(image_id):
            raise AwsError("InvalidAMIID.Malformed", f'Invalid id: "{image_id}" (expecting "ami-...")')
    ids = list(dict.fromkeys(image_ids))
    missing = [image_id for image_id in ids if image_id not in IMAGES]
    if missing:
        text = f"The image id '[{missing[0]}]' does not exist"
        if len(missing) > 1:
            text = f"The image ids '[{', '.join(missing)}]' do not exist"
        raise AwsError("InvalidAMIID.NotFound", text)
    return [IMAGES[image_id] for image_id in ids]


def _owner_ids(call: Call, owner: str) -> Iterator[str]:
    if owner == "self":
        yield call.caller.account_id
    elif owner == "amazon":
        yield AMAZON
    elif _ACCOUNT_ID.fullmatch(owner):
        yield owner
    elif owner not in _ALIASES:
        raise AwsError("InvalidUserID.Malformed", f'Invalid user id: "{owner}"')


def _asks_for_public_ones(users: Sequence[str] | None) -> bool:
    """`all` means the public ones; `self` and an account those that an owner has shared with it, which is none."""
    for user in users or ():
        if user not in ("all", "self") and not _ACCOUNT_ID.fullmatch(user):
            raise invalid_parameter_value(f"Value ({user}) for parameter executableBy is invalid.")
    return not users or "all" in users


def _show(image: Image) -> ec2.Image:
    shown: ec2.Image = {
        "ImageId": image.image_id,
        "ImageLocation": image.location,
        "ImageType": "machine",
        "Name": image.name,
        "Description": image.description,
        "CreationDate": image.created,
        "State": "available",
        "Public": True,
        "OwnerId": image.owner_id,
        "Architecture": image.architecture,
        "PlatformDetails": "Linux/UNIX",
        "UsageOperation": "RunInstances",
        "ProductCodes": [],
        "BlockDeviceMappings": [],
        "RootDeviceName": image.root_device_name,
        "RootDeviceType": "ebs",
        "VirtualizationType": "hvm",
        "Hypervisor": "xen",
        "EnaSupport": True,
        "SriovNetSupport": "simple",
        "Tags": [],
    }
    if image.owner_alias is not None:
        shown["ImageOwnerAlias"] = image.owner_alias
    if image.parameters:
        shown["PublicSsmParameterName"] = image.parameters[0]
    return shown
