"""The examples of AWS's documentation, told anew: what each policy lets through, and what it refuses.

One file a subject in `policies/`; an example has its policies, by the fields of a case, and requests with what comes of
each. Where nothing is said of identity policies the caller may do everything by those.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skywalk.policy.cases.answer import answer_lines

_FOLDER = Path(__file__).with_name("policies")
_EVERYTHING = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
_POLICIES = (
    *("endpoint_policy", "identity_policies", "resource_policy", "permission_boundary", "session_policies"),
    *("scps", "rcps"),
)
_OF_REQUEST = ("action", "resource", "principal", "resource_account", "context")
_OUTCOME = ("decision", "by", "statement")


def _examples() -> Iterator[Any]:
    for path in sorted(_FOLDER.glob("*.json")):
        for example in json.loads(path.read_text()):
            yield pytest.param(example, id=f"{path.stem}: {example['title']}")


def _case(example: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    policies = {name: source[name] for source in (example, told) for name in _POLICIES if name in source}
    request = {name: told[name] for name in _OF_REQUEST if name in told}
    return {"identity_policies": [_EVERYTHING], **policies, "request": request}


@pytest.mark.parametrize("example", list(_examples()))
def test_example(example: dict[str, Any]) -> None:
    requests = example["requests"]
    assert {told["decision"] for told in requests} > {"Allow"}, "an example shows what is allowed and what is not"
    answers = answer_lines(json.dumps(_case(example, told)).encode() for told in requests)
    came = [f"{told['says']}: {answer}" for told, (answer, _) in zip(requests, answers, strict=True)]
    assert came == [f"{told['says']}: {json.dumps({name: told[name] for name in _OUTCOME})}" for told in requests]


def test_the_command_decides_them_all_alike() -> None:
    told = [
        (example, one)
        for path in sorted(_FOLDER.glob("*.json"))
        for example in json.loads(path.read_text())
        for one in example["requests"]
    ]
    lines = "".join(json.dumps(_case(example, one)) + "\n" for example, one in told)
    command = [sys.executable, "-m", "skywalk", "policy", "evaluate", "-"]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    expected = [{name: one[name] for name in _OUTCOME} for _, one in told]
    assert [json.loads(line) for line in done.stdout.splitlines()] == expected
