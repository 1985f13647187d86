"""Policy decisions per CPU second: skywalk beside moto's evaluator and Cedar, on equal policies in one run.

    python benchmarks/policy_decisions.py

Each engine must allow the right request and refuse the one through another endpoint before it is timed; an engine
that never evaluates the condition looks fast. Trust the ratios, not the figures: machines differ. Every request
names the last statement's bucket. Skywalk evaluates the whole request (endpoint policy and one identity policy that
allows all, as a region does); moto and Cedar are given the endpoint policy alone, and Cedar its own language.
"""

from __future__ import annotations

import json
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cedarpy
from moto.iam.access_control import IAMPolicy, PermissionResult

from skywalk.policy.compiled import AccessRequest, compile_policy
from skywalk.policy.context import request_context
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.evaluate import Layers, evaluate
from skywalk.policy.principal import session_principal

if TYPE_CHECKING:
    from collections.abc import Callable

    Engine = Callable[[str], bool]

ROUNDS = 5
SECONDS_PER_ROUND = 0.25
MAXIMUM_CHARACTERS = 20_480
RIGHT, WRONG = "vpce-0aaaaaaaaaaaaaaaa", "vpce-0bbbbbbbbbbbbbbbb"
CALLER = session_principal("123456789012", "app", "i-0123456789abcdef0")
ALLOW_ALL = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'


@dataclass(frozen=True)
class Case:
    """A policy as AWS writes it and as Cedar does, and the resource that is asked for."""

    name: str
    aws: str
    cedar: str
    resource: str


def main() -> None:
    cases = (case("seed (1 statement, 2 actions)", 1), case("100 literal", 100), case("100 wildcards", 100, "-*"))
    print(f"{'policy':32}{'engine':28}{'decisions/CPU s':>18}{'skywalk is':>14}")
    for one in (*cases, case("1000 literal (4 policies)", 1000)):
        report(one)


def report(one: Case) -> None:
    engines = {"skywalk": skywalk(one), "moto": moto(one), "cedarpy, parsed once": cedar(one)}
    for name, engine in engines.items():
        if not engine(RIGHT) or engine(WRONG):
            raise SystemExit(f"{name} decides wrongly on {one.name}")
    # Rounds alternate, so that a slow moment of the machine hits all engines.
    samples: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(ROUNDS):
        for name, engine in engines.items():
            samples[name].append(decisions_per_cpu_second(engine))
    medians = {name: statistics.median(values) for name, values in samples.items()}
    for name, median in medians.items():
        ratio = medians["skywalk"] / median
        print(f"{one.name:32}{name:28}{median:>18,.0f}{'' if name == 'skywalk' else f'{ratio:,.1f} x':>14}")


def decisions_per_cpu_second(engine: Engine) -> float:
    decisions = 0
    start = time.process_time()
    while (spent := time.process_time() - start) < SECONDS_PER_ROUND:
        for _ in range(10):
            engine(RIGHT)
        decisions += 10
    return decisions / spent


def case(name: str, statements: int, in_name: str = "") -> Case:
    buckets = [f"b-{number}{in_name}" for number in range(statements)]
    allowed = [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": ["s3:GetObject", "s3:ListBucket"],
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
            "Condition": {"StringEquals": {"aws:SourceVpce": RIGHT}},
        }
        for bucket in buckets
    ]
    text = as_text(allowed)
    translated = "".join(
        'permit(principal, action in [Action::"s3:GetObject", Action::"s3:ListBucket"], resource) when {'
        f' (context.resource like "arn:aws:s3:::{bucket}" || context.resource like "arn:aws:s3:::{bucket}/*")'
        f' && context.vpce == "{RIGHT}" }};\n'
        for bucket in buckets
    )
    return Case(name, text, translated, f"arn:aws:s3:::{buckets[-1].replace('*', 'x')}/reports/2026.csv")


def skywalk(one: Case) -> Engine:
    contexts = {
        vpce: request_context(CALLER, secure_transport=True, source_vpce=vpce, source_vpc="vpc-0cccccccccccccccc")
        for vpce in (RIGHT, WRONG)
    }
    layers = skywalk_layers(one.aws)

    def allows(vpce: str) -> bool:
        request = AccessRequest("s3:GetObject", one.resource, CALLER, CALLER.account_id, contexts[vpce])
        return evaluate(request, layers).allowed

    return allows


def skywalk_layers(text: str) -> Layers:
    """The policy as an endpoint policy; beyond an endpoint policy's length, as four identity policies."""
    if len(text) <= MAXIMUM_CHARACTERS:
        endpoint = compile_policy(parse_policy(text, PolicyKind.ENDPOINT))
        return Layers(endpoint, (compile_policy(parse_policy(ALLOW_ALL, PolicyKind.IDENTITY)),))
    statements = json.loads(without_principal(text))["Statement"]
    quarter = len(statements) // 4
    shorter = (as_text(statements[start : start + quarter]) for start in range(0, len(statements), quarter))
    return Layers(identity_policies=tuple(compile_policy(parse_policy(one, PolicyKind.IDENTITY)) for one in shorter))


def as_text(statements: list[Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


def moto(one: Case) -> Engine:
    policy = IAMPolicy(without_principal(one.aws))

    def allows(vpce: str) -> bool:
        context = {"aws:SourceVpce": vpce}
        result = policy.is_action_permitted("s3:GetObject", one.resource, None, context)
        return result is PermissionResult.PERMITTED

    return allows


def without_principal(text: str) -> str:
    document = json.loads(text)
    for statement in document["Statement"]:
        del statement["Principal"]
    return as_text(document["Statement"])


def cedar(one: Case) -> Engine:
    policies: Any = cedarpy.PolicySet.from_str(one.cedar)

    def allows(vpce: str) -> bool:
        request = {
            "principal": 'User::"app"',
            "action": 'Action::"s3:GetObject"',
            "resource": 'Object::"object"',
            "context": {"resource": one.resource, "vpce": vpce},
        }
        return bool(cedarpy.is_authorized(request, policies, []).allowed)

    return allows


if __name__ == "__main__":
    main()
