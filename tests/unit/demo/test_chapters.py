"""The story's data: each name is found before it is asked for, and what is typed is what the story promises."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from skywalk.demo.chapters import STORY
from skywalk.demo.commands import fill, names_in, split
from skywalk.demo.story import Chapter, CountedTraffic, Evaluate, File, MeasuredWay, Run, SideBySide, Step

GIVEN = {"port"}


def runs_of(step: Step) -> tuple[Run, ...]:
    match step:
        case Run():
            return (step,)
        case CountedTraffic() | MeasuredWay():
            return (step.run,)
        case File() | Evaluate():
            return ()
        case _:
            return getattr(step, "runs", ())


def all_runs() -> Iterator[Run]:
    return (run for chapter in STORY for step in chapter.steps for run in runs_of(step))


def test_names_are_found_before_they_are_asked_for() -> None:
    known = set(GIVEN)
    for chapter in STORY:
        for step in chapter.steps:
            runs = runs_of(step)
            asked = {name for run in runs for text in (run.command, run.expect.says) for name in names_in(text)}
            if isinstance(step, MeasuredWay):
                owners = (*step.expected, *(stop.owner for stop in step.stops))
                asked |= {name for owner in owners for name in names_in(owner)}
            if isinstance(step, File):
                asked |= names_in(step.text)
            assert asked <= known, f"{chapter.title}: {asked - known}"
            known |= {run.keep for run in runs if run.keep}


def test_every_chapter_proves_something() -> None:
    for chapter in STORY:
        proofs = [run.proves for step in chapter.steps for run in runs_of(step)]
        proofs += [step.proves for step in chapter.steps if isinstance(step, CountedTraffic | Evaluate | SideBySide)]
        assert any(proofs), chapter.title
        assert len(chapter.why) < 300, chapter.title


def test_every_refusal_says_in_which_words() -> None:
    refusals = [run for run in all_runs() if run.expect.succeeds is False]
    assert len(refusals) == 7
    assert all(len(run.expect.says) > 20 and run.proves for run in refusals)


@pytest.mark.parametrize(
    "typed",
    [
        "aws ec2 create-vpc-endpoint --vpc-id V --service-name com.amazonaws.us-east-1.s3 --route-table-ids R",
        "skywalk exec --bind . I -- python documents.py bank-documents",
        "skywalk up --detach --port 1",
    ],
)
def test_the_story_s_commands(typed: str) -> None:
    facts = dict.fromkeys(("vpc", "private_table", "teller", "port"), "")
    facts |= {"vpc": "V", "private_table": "R", "teller": "I", "port": "1"}
    commands = [fill(run.command, facts) for run in all_runs() if names_in(run.command) <= set(facts)]
    assert any(split(command)[: len(split(typed))] == split(typed) for command in commands)


def _file(name: str) -> str:
    files = {step.name: step.text for chapter in STORY for step in chapter.steps if isinstance(step, File)}
    return fill(files[name], {"endpoint": "vpce-1"})


def test_the_endpoint_policy_allows_two_actions_on_one_bucket() -> None:
    (statement,) = json.loads(_file("endpoint-policy.json"))["Statement"]
    assert statement["Action"] == ["s3:GetObject", "s3:ListBucket"]
    assert statement["Resource"] == ["arn:aws:s3:::bank-documents", "arn:aws:s3:::bank-documents/*"]


def test_the_bucket_policy_locks_nobody_out_of_the_bucket_s_policy() -> None:
    (statement,) = json.loads(_file("bucket-policy.json"))["Statement"]
    assert statement["Condition"] == {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}
    assert statement["Effect"] == "Deny"
    assert set(statement["Action"]) == {"s3:GetObject", "s3:ListBucket"}


@pytest.mark.parametrize(
    ("name", "client"), [("documents.py", 'boto3.client("s3")'), ("letters.py", 'boto3.client("sqs")')]
)
def test_the_programs_know_no_endpoint_and_no_keys(name: str, client: str) -> None:
    program = _file(name)
    assert client in program
    assert "endpoint_url=" not in program
    assert "access_key" not in program
    assert all(len(line) <= 92 for line in program.splitlines())


def test_chapters_are_values() -> None:
    assert all(isinstance(chapter, Chapter) and hash(chapter) for chapter in STORY)
    assert len({chapter.title for chapter in STORY}) == len(STORY) == 11
