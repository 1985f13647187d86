from __future__ import annotations

from skywalk.api.permissions.check import pass_role, request_tag_keys, texts


def test_texts_at_any_depth() -> None:
    request = {"A": "1", "B": ["2", {"C": "3", "D": [["4"]]}], "E": 5, "F": None, "G": {"H": True}}
    assert list(texts(request)) == [("A", "1"), ("B", "2"), ("C", "3"), ("D", "4")]


def test_a_role_is_passed_to_ec2() -> None:
    check = pass_role("arn:aws:iam::123456789012:role/app", "123456789012")
    assert (check.action, check.shown) == ("iam:PassRole", "arn:aws:iam::123456789012:role/app")
    assert dict(check.context) == {"iam:passedtoservice": "ec2.amazonaws.com"}
    instance = "arn:aws:ec2:us-east-1:123456789012:instance/i-1"
    told = pass_role("arn:aws:iam::123456789012:role/app", "123456789012", instance)
    assert dict(told.context) == {"iam:passedtoservice": "ec2.amazonaws.com", "iam:associatedresourcearn": instance}


def test_the_keys_of_a_request_s_tags() -> None:
    tags = [{"Key": "Team", "Value": "blue"}, {"Key": "cost"}, {"Key": "_custom_id_", "Value": "vpc-1"}]
    assert request_tag_keys(tags) == {"aws:requesttag/team": "blue", "aws:tagkeys": ("Team", "cost")}
    assert request_tag_keys([]) == {}
    twice = [{"Key": "Team", "Value": "blue"}, {"Key": "team", "Value": "red"}]
    assert request_tag_keys(twice) == {"aws:tagkeys": ("Team", "team")}
