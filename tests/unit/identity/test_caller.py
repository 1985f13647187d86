from __future__ import annotations

from skywalk.identity.caller import ANONYMOUS, CallerKind, root_caller, session_arn, user_caller


def test_arns_are_those_of_aws() -> None:
    assert root_caller("123456789012").arn == "arn:aws:iam::123456789012:root"
    user = user_caller("123456789012", "alice", "AIDAEXAMPLE", "AKIAEXAMPLE", "/team/")
    assert (user.arn, user.principal_id) == ("arn:aws:iam::123456789012:user/team/alice", "AIDAEXAMPLE")
    assert session_arn("123456789012", "app", "worker") == "arn:aws:sts::123456789012:assumed-role/app/worker"


def test_anonymous_has_no_account() -> None:
    assert (ANONYMOUS.kind, ANONYMOUS.account_id) == (CallerKind.ANONYMOUS, "")


def test_names_and_kinds_of_keys() -> None:
    user = user_caller("123456789012", "alice", "AIDAEXAMPLE", "AKIAEXAMPLE", "/team/")
    assert (user.user_name, user.is_temporary) == ("alice", False)
    assert root_caller("123456789012", "ASIAEXAMPLE").is_temporary
    assert root_caller("123456789012").user_name is None
