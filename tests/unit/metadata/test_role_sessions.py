from __future__ import annotations

from datetime import timedelta

from skywalk.identity.session import open_session
from skywalk.metadata.role_sessions import role_sessions
from skywalk.values.chance import SeededChance
from skywalk.values.clock import FixedClock
from support.guests import guest

KEY = b"k" * 32
START = FixedClock().now()
END = START + timedelta(hours=6)


def test_a_guests_session_is_its_roles_and_named_after_it() -> None:
    shown = role_sessions(KEY, SeededChance())(guest(), "1.0", START, END)
    assert (shown.last_updated, shown.expiration) == (START, END)
    claims, secret = open_session(KEY, shown.access_key_id, shown.session_token, START)
    assert secret == shown.secret_access_key
    caller = claims.caller(shown.access_key_id)
    assert caller.arn == "arn:aws:sts::123456789012:assumed-role/app/i-0123456789abcdef0"
    assert caller.principal_id == "AROAQ3EGRX5ZEXAMPLE00:i-0123456789abcdef0"
    assert caller.role_arn == "arn:aws:iam::123456789012:role/service/app"
    assert (claims.issued_vpc_id, claims.issued_private_ip) == ("vpc-0a", "10.0.1.5")
    assert claims.issued_instance_arn == "arn:aws:ec2:us-east-1:123456789012:instance/i-0123456789abcdef0"
    assert claims.role_delivery == "1.0"
    assert (claims.issued_at, claims.expires_at) == (START, END)


def test_two_sessions_of_one_moment_differ() -> None:
    mint = role_sessions(KEY, SeededChance())
    assert mint(guest(), "2.0", START, END).access_key_id != mint(guest(), "2.0", START, END).access_key_id
