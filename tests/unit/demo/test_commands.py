"""Commands as text."""

from __future__ import annotations

import pytest

from skywalk.demo.commands import fill, names_in, read_exports, split, wrap

LONG = (
    "aws ec2 create-vpc-endpoint --vpc-id vpc-1 --service-name com.amazonaws.us-east-1.s3 "
    "--route-table-ids rtb-1 rtb-2 --query 'VpcEndpoint . VpcEndpointId'"
)


def test_names_are_filled_in_and_a_missing_one_is_an_error() -> None:
    assert fill("aws --vpc-id $vpc {x}", {"vpc": "vpc-1"}) == "aws --vpc-id vpc-1 {x}"
    assert names_in("a $b ${c} $b") == {"b", "c"}
    with pytest.raises(KeyError, match="vpc"):
        fill("$vpc", {})


def test_lines_break_before_options_and_say_so() -> None:
    assert wrap(LONG, 60) == [
        "aws ec2 create-vpc-endpoint --vpc-id vpc-1 \\",
        "    --service-name com.amazonaws.us-east-1.s3 \\",
        "    --route-table-ids rtb-1 rtb-2 \\",
        "    --query 'VpcEndpoint . VpcEndpointId'",
    ]


@pytest.mark.parametrize("width", [30, 44, 60, 80, 100, 300])
def test_a_shell_reads_the_lines_as_the_same_command(width: int) -> None:
    lines = wrap(LONG, width)
    assert split("\n".join(lines).replace("\\\n", "")) == split(LONG)


def test_what_fits_stays_on_one_line() -> None:
    assert wrap("aws s3 ls", 80) == ["aws s3 ls"]


def test_a_value_without_room_beside_its_option_gets_a_line() -> None:
    assert wrap("aws --query '" + "x" * 40 + "'", 50) == ["aws --query \\", "    '" + "x" * 40 + "'"]


def test_the_double_dash_takes_no_value() -> None:
    assert wrap("skywalk exec i-1234567 -- aws s3 ls", 30) == ["skywalk exec i-1234567 -- \\", "    aws s3 ls"]


def test_exports_are_read_as_a_shell_reads_them() -> None:
    text = "export A=1\n# no line of a shell's\nexport B='two words=2'\n"
    assert read_exports(text) == {"A": "1", "B": "two words=2"}
