"""Policy decisions per CPU second: skywalk beside moto's evaluator and Cedar, on equal policies in one run.

    python benchmarks/policy_decisions.py

Three requests are asked in turn: one that the last statement allows, the same through another endpoint, and one for a
bucket that no statement names. Before they are timed every engine must give all three verdicts; an engine that never
evaluates the condition looks fast. Skywalk evaluates the whole request (endpoint policy and one identity policy that
allows all, as a region does); moto and Cedar are given the endpoint policy alone, and Cedar its own language.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import cedarpy
from moto.iam.access_control import IAMPolicy, PermissionResult

from skywalk.policy.compiled import AccessRequest, compile_policy
from skywalk.policy.context import request_context
from skywalk.policy.document import Policy, PolicyKind, parse_policy
from skywalk.policy.evaluate import Layers, evaluate
from skywalk.policy.principal import session_principal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROUNDS = 5
SECONDS_PER_ROUND = 0.25
STATEMENTS_PER_DOCUMENT = 50
"""An endpoint policy has 20,480 characters at most; the statements of several are joined."""
MAXIMUM_GROWTH = 2.0
RIGHT, WRONG = "vpce-0aaaaaaaaaaaaaaaa", "vpce-0bbbbbbbbbbbbbbbb"
CALLER = session_principal("123456789012", "app", "i-0123456789abcdef0")
ALLOW_ALL = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'
ENGINES = ("skywalk", "moto", "cedarpy")


class Question(NamedTuple):
    resource: str
    vpce: str


if TYPE_CHECKING:
    Engine = Callable[[Question], bool]


@dataclass(frozen=True)
class Case:
    """Statements that each allow to read some resources through one endpoint; what is asked, and what must be said."""

    name: str
    actions: tuple[str, ...]
    resources: tuple[tuple[str, ...], ...]
    questions: tuple[Question, Question, Question]


def main() -> int:
    print(f"| policy | {' | '.join(ENGINES)} | skywalk beside moto | beside cedarpy |")
    print("|---|---|---|---|---|---|")
    report([two_statements()])
    missed = []
    for shape, resource in (("`bucket-N-*/*`", "bucket-{}-*/*"), ("`*-logs-N/*`", "*-logs-{}/*"), ("`bN/*`", "b{}/*")):
        found = report([many(f"{number:,} of {shape}", number, resource) for number in (10, 100, 1000)])
        growth = {engine: found[0][engine] / found[-1][engine] for engine in ENGINES}
        shown = " | ".join(f"× {growth[engine]:,.2f}" for engine in ENGINES)
        print(f"| cost from 10 to 1,000 of {shape} | {shown} | | |", flush=True)
        if growth["skywalk"] > MAXIMUM_GROWTH:
            missed.append(shape)
    print()
    print("Decisions per CPU second; every engine gave the same verdicts, allowed and refused, before it was timed.")
    print()
    verdict = f"missed for {', '.join(missed)}" if missed else "met"
    print(f"- goal: from 10 to 1,000 statements a decision's cost at most × {MAXIMUM_GROWTH}: {verdict}")
    return 1 if missed else 0


def two_statements() -> Case:
    """Read one bucket through one endpoint."""
    bucket = "arn:aws:s3:::documents"
    wanted, other = f"{bucket}/reports/2026.csv", "arn:aws:s3:::elsewhere/reports/2026.csv"
    questions = (Question(wanted, RIGHT), Question(wanted, WRONG), Question(other, RIGHT))
    return Case("two statements", ("s3:ListBucket", "s3:GetObject"), ((bucket,), (f"{bucket}/*",)), questions)


def many(name: str, number: int, resource: str) -> Case:
    patterns = [f"arn:aws:s3:::{resource.format(one)}" for one in range(number)]
    wanted = patterns[-1].replace("*/", "x/").replace(":::*", ":::x").replace("*", "reports/2026.csv")
    other = "arn:aws:s3:::elsewhere/reports/2026.csv"
    questions = (Question(wanted, RIGHT), Question(wanted, WRONG), Question(other, RIGHT))
    return Case(name, ("s3:GetObject",), tuple((one,) for one in patterns), questions)


def report(cases: list[Case]) -> list[dict[str, float]]:
    """Each engine's decisions per CPU second in each case, printed as a row."""
    engines = [dict(zip(ENGINES, (skywalk(case), moto(case), cedar(case)), strict=True)) for case in cases]
    for case, by_name in zip(cases, engines, strict=True):
        for name, engine in by_name.items():
            if [engine(question) for question in case.questions] != [True, False, False]:
                raise SystemExit(f"{name} decides wrongly on {case.name}")
    samples: list[dict[str, list[float]]] = [{name: [] for name in ENGINES} for _ in cases]
    # Rounds alternate, so that a slow moment of the machine hits all engines and all cases.
    for _ in range(ROUNDS):
        for name in ENGINES:
            for at, case in enumerate(cases):
                samples[at][name].append(decisions_per_cpu_second(engines[at][name], case.questions))
    found = [{name: statistics.median(one[name]) for name in ENGINES} for one in samples]
    for case, medians in zip(cases, found, strict=True):
        figures = " | ".join(f"{medians[name]:,.0f}" for name in ENGINES)
        ratios = " | ".join(f"{medians['skywalk'] / medians[name]:,.1f} x" for name in ENGINES[1:])
        print(f"| {case.name} | {figures} | {ratios} |", flush=True)
    return found


def decisions_per_cpu_second(engine: Engine, questions: tuple[Question, ...]) -> float:
    decisions = 0
    start = time.process_time()
    while (spent := time.process_time() - start) < SECONDS_PER_ROUND:
        for question in questions:
            engine(question)
        decisions += len(questions)
    return decisions / spent


def statements(case: Case) -> list[dict[str, Any]]:
    return [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": list(case.actions),
            "Resource": list(resources),
            "Condition": {"StringEquals": {"aws:SourceVpce": RIGHT}},
        }
        for resources in case.resources
    ]


def skywalk(case: Case) -> Engine:
    contexts = {
        vpce: request_context(CALLER, secure_transport=True, source_vpce=vpce, source_vpc="vpc-0cccccccccccccccc")
        for vpce in (RIGHT, WRONG)
    }
    identity = compile_policy(parse_policy(ALLOW_ALL, PolicyKind.IDENTITY))
    layers = Layers(compile_policy(endpoint_policy(case)), (identity,))

    def allows(question: Question) -> bool:
        context = contexts[question.vpce]
        request = AccessRequest("s3:GetObject", question.resource, CALLER, CALLER.account_id, context)
        return evaluate(request, layers).allowed

    return allows


def endpoint_policy(case: Case) -> Policy:
    listed = statements(case)
    starts = range(0, len(listed), STATEMENTS_PER_DOCUMENT)
    documents = (as_text(listed[start : start + STATEMENTS_PER_DOCUMENT]) for start in starts)
    parsed = [parse_policy(document, PolicyKind.ENDPOINT) for document in documents]
    joined = [statement for policy in parsed for statement in policy.statements]
    return replace(parsed[0], statements=tuple(replace(one, index=at) for at, one in enumerate(joined)))


def as_text(listed: Iterable[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(listed)}, separators=(",", ":"))


def moto(case: Case) -> Engine:
    without_principal = [{name: one[name] for name in one if name != "Principal"} for one in statements(case)]
    policy = IAMPolicy(as_text(without_principal))

    def allows(question: Question) -> bool:
        context = {"aws:SourceVpce": question.vpce}
        result = policy.is_action_permitted("s3:GetObject", question.resource, None, context)
        return result is PermissionResult.PERMITTED

    return allows


def cedar(case: Case) -> Engine:
    actions = ", ".join(f'Action::"{action}"' for action in case.actions)
    permits = (
        f"permit(principal, action in [{actions}], resource) when {{"
        f' ({" || ".join(map(like, resources))}) && context.vpce == "{RIGHT}" }};'
        for resources in case.resources
    )
    policies: Any = cedarpy.PolicySet.from_str("\n".join(permits))

    def allows(question: Question) -> bool:
        request = {
            "principal": 'User::"app"',
            "action": 'Action::"s3:GetObject"',
            "resource": 'Object::"object"',
            "context": {"resource": question.resource, "vpce": question.vpce},
        }
        return bool(cedarpy.is_authorized(request, policies, []).allowed)

    return allows


def like(resource: str) -> str:
    return f'context.resource like "{resource}"'


if __name__ == "__main__":
    sys.exit(main())
