"""What is told, as lines."""

from __future__ import annotations

import json

import pytest

from skywalk.demo.judge import Measurement, Unmet
from skywalk.demo.render import (
    BLANK,
    Line,
    Style,
    policy_text,
    render_command,
    render_counters,
    render_failed,
    render_file,
    render_heading,
    render_output,
    render_passed,
    render_side_by_side,
    render_title,
)


def texts(lines: list[Line]) -> list[str]:
    return [line.text for line in lines]


@pytest.mark.parametrize("width", [60, 80, 96])
def test_a_heading_fills_the_width(width: int) -> None:
    blank, heading, *why, end = render_heading(2, 9, "A bank's VPC", "Because. " * 20, width)
    assert (blank, end) == (BLANK, BLANK)
    assert heading.text.startswith("── A bank's VPC ───")
    assert heading.text.endswith("── 2/9")
    assert len(heading.text) == width
    assert all(len(line.text) <= width for line in why)


def test_a_title() -> None:
    assert texts(render_title("A title", "And why.", 80)) == ["A title", "", "And why.", ""]


def test_a_command_with_its_note() -> None:
    lines = render_command("aws s3 ls", "in the teller's instance", 80)
    assert texts(lines) == ["", "  # in the teller's instance", "  $ aws s3 ls"]
    assert [line.style for line in lines[1:]] == [Style.NOTE, Style.COMMAND]


def test_a_long_command_is_aligned() -> None:
    lines = render_command("aws ec2 describe-vpcs --vpc-ids vpc-1 --output table", "", 40)
    assert texts(lines) == ["  $ aws ec2 describe-vpcs \\", "        --vpc-ids vpc-1 --output table"]


def test_output_without_its_blank_lines() -> None:
    assert texts(render_output("\nAn error\n\n  deep\n", 80)) == ["  An error", "    deep"]
    assert render_output("", 80) == []


def test_long_lines_are_folded_and_nothing_is_lost() -> None:
    words = "User: arn:aws:sts::123456789012:assumed-role/bank-clerk/i-1 is not authorized to perform: s3:PutObject"
    lines = render_output(words, 50)
    assert all(len(line.text) <= 50 for line in lines)
    assert "".join("".join(texts(lines)).split()) == words.replace(" ", "")


def test_a_long_output_keeps_its_beginning_and_end() -> None:
    lines = texts(render_output("\n".join(str(number) for number in range(1, 31)), 80))
    assert len(lines) == 14
    assert lines[0] == "  1"
    assert lines[10] == "  … 17 more lines"
    assert lines[-1] == "  30"


def test_a_file_is_shown_as_cat_shows_it() -> None:
    assert texts(render_file("a.txt", "one\n\n  two\n", 80)) == ["", "  $ cat a.txt", "  one", "  ", "    two", ""]


def test_marks() -> None:
    assert render_passed("reading is allowed", 80) == [Line("  ✓ reading is allowed", Style.PASSED), BLANK]
    assert texts(render_failed(Unmet("the words: x", "no output"), 80)) == [
        "  ✗ not what was expected",
        "    expected: the words: x",
        "    came: no output",
    ]


def test_counters_as_a_table() -> None:
    def seen(received: int, sent: int) -> dict[str, int]:
        return {"received_packets": received, "received_bytes": 0, "sent_packets": sent, "sent_bytes": 0}

    before = {"vpce-1": seen(50, 60), "vpc-1": seen(1, 1)}
    after = {"vpce-1": seen(1000, 1060), "vpc-1": seen(1, 1)}
    lines = render_counters((("vpce-1", "endpoint"), ("vpc-1", "internet")), before, after)
    assert texts(lines) == [
        "            before  after  carried",
        "  endpoint     110  2,060   +1,950",
        "  internet       2      2        0",
    ]


def test_measurements_side_by_side() -> None:
    columns = (
        ("by NAT", Measurement(12.34, 10_400, ("router", "NAT gateway", "router"))),
        ("by the endpoint", Measurement(1.0, 7, ("router",))),
    )
    assert texts(render_side_by_side(columns)) == [
        "                       by NAT  by the endpoint",
        "  a request took      12.3 ms           1.0 ms",
        "  bytes carried        10,400                7",
        "  hops                      3                1",
        "  hop 1                router           router",
        "  hop 2           NAT gateway",
        "  hop 3                router",
    ]


def test_a_policy_is_written_as_by_hand() -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["a" * 40, "b" * 40]}
        ],
    }
    text = policy_text(policy)
    assert json.loads(text) == policy
    assert '      "Action": ["s3:GetObject", "s3:ListBucket"],' in text.splitlines()
    assert f'        "{"a" * 40}",' in text.splitlines()
