from __future__ import annotations

from skywalk.api.permissions.check import pass_role, texts


def test_texts_at_any_depth() -> None:
    request = {"A": "1", "B": ["2", {"C": "3", "D": [["4"]]}], "E": 5, "F": None, "G": {"H": True}}
    assert list(texts(request)) == [("A", "1"), ("B", "2"), ("C", "3"), ("D", "4")]


def test_a_role_is_passed_to_ec2() -> None:
    check = pass_role("arn:aws:iam::123456789012:role/app", "123456789012")
    assert (check.action, check.shown) == ("iam:PassRole", "arn:aws:iam::123456789012:role/app")
    assert dict(check.context) == {"iam:passedtoservice": "ec2.amazonaws.com"}
