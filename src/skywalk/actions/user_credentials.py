"""What users have none of: passwords, MFA devices, keys and certificates of other services.

None can be made here, so that every answer is that there is none. Clients ask before they delete a user.
Source: IAM API Reference; texts from answers quoted in public reports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.actions.iam_entities import no_such_entity
from skywalk.actions.users import user_or_caller

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import iam


def get_login_profile(call: Call, request: iam.GetLoginProfileRequest) -> iam.GetLoginProfileResponse:
    """Raises NoSuchEntity: no user has a password."""
    raise no_such_entity(
        f"Login Profile for User {user_or_caller(call, request.get('UserName')).name} cannot be found."
    )


def delete_login_profile(call: Call, request: iam.DeleteLoginProfileRequest) -> None:
    """Raises NoSuchEntity: no user has a password."""
    raise no_such_entity(
        f"Login Profile for User {user_or_caller(call, request.get('UserName')).name} cannot be found."
    )


def list_mfa_devices(call: Call, request: iam.ListMFADevicesRequest) -> iam.ListMFADevicesResponse:
    _check_user(call, request.get("UserName"))
    return {"MFADevices": [], "IsTruncated": False}


def list_ssh_public_keys(call: Call, request: iam.ListSSHPublicKeysRequest) -> iam.ListSSHPublicKeysResponse:
    _check_user(call, request.get("UserName"))
    return {"SSHPublicKeys": [], "IsTruncated": False}


def list_signing_certificates(
    call: Call, request: iam.ListSigningCertificatesRequest
) -> iam.ListSigningCertificatesResponse:
    _check_user(call, request.get("UserName"))
    return {"Certificates": [], "IsTruncated": False}


def list_service_specific_credentials(
    call: Call, request: iam.ListServiceSpecificCredentialsRequest
) -> iam.ListServiceSpecificCredentialsResponse:
    _check_user(call, request.get("UserName"))
    return {"ServiceSpecificCredentials": []}


def list_virtual_mfa_devices(
    call: Call, request: iam.ListVirtualMFADevicesRequest
) -> iam.ListVirtualMFADevicesResponse:
    del call, request
    return {"VirtualMFADevices": [], "IsTruncated": False}


def _check_user(call: Call, name: str | None) -> None:
    """Raises NoSuchEntity for a user who is not there; the root has no name, and nothing of these either."""
    if name is not None:
        user_or_caller(call, name)
