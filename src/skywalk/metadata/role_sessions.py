"""Sessions of guests' roles: what EC2 does when it assumes an instance profile's role."""

from __future__ import annotations

from datetime import datetime

from skywalk.identity.session import SessionClaims, mint_session
from skywalk.metadata.role_credentials import MintCredentials, RoleCredentials
from skywalk.plan.guests import Guest
from skywalk.values.arn import ec2_arn
from skywalk.values.chance import Chance

_SERIAL_DIGITS = 16


def role_sessions(region_key: bytes, chance: Chance) -> MintCredentials:
    """Mints sessions named after the instance, which say to which instance, in which VPC, at which address and by which
    version of the metadata service they were issued."""

    def mint(guest: Guest, delivery: str, start: datetime, end: datetime) -> RoleCredentials:
        claims = _claims(guest, delivery, start, end, chance.hex(_SERIAL_DIGITS))
        session = mint_session(region_key, claims)
        return RoleCredentials(
            session.access_key_id, session.secret_access_key, session.session_token, start, session.expiration
        )

    return mint


def _claims(guest: Guest, delivery: str, start: datetime, end: datetime, serial: str) -> SessionClaims:
    assert guest.role_arn is not None
    assert guest.role_id is not None
    primary = guest.interfaces[0]
    return SessionClaims(
        account_id=guest.account_id,
        role_arn=guest.role_arn,
        role_id=guest.role_id,
        role_name=guest.role_arn.rpartition("/")[2],
        session_name=guest.instance_id,
        issued_at=start,
        expires_at=end,
        serial=serial,
        issued_vpc_id=primary.vpc_id,
        issued_private_ip=str(primary.private_addresses[0]),
        issued_instance_arn=ec2_arn(guest.region, guest.account_id, f"instance/{guest.instance_id}"),
        role_delivery=delivery,
    )
