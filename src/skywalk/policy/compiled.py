"""Compile a policy, once, into closures that answer requests.

For each action the statements that name it are found once and remembered. Where these are many, an index tells which
of them a request may concern; it costs more than it saves on small policies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from skywalk.policy.conditions.operators import predicate, predicate_with_variables, takes_variables
from skywalk.policy.document import Effect, PolicyKind
from skywalk.policy.match import any_of_globs, any_of_resources, complete_arn, crosses_fields, literal_heads
from skywalk.policy.principal import EVERYONE, PrincipalType, Standing, everyone_but, others_matcher, principal_matcher
from skywalk.policy.statement_index import StatementIndex
from skywalk.policy.variables import Template, fits_fields, fits_glob, has_variables, variable_keys, with_wildcards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from skywalk.policy.context import Context
    from skywalk.policy.document import Policy, Statement
    from skywalk.policy.elements import Condition
    from skywalk.policy.principal import Principal
    from skywalk.policy.principal import Standings as CallerStandings

    Test = Callable[[str], bool]

_NONE, _DIRECT = Standing.NONE, Standing.DIRECT  # a lookup in an Enum costs a fifth of a microsecond

WITH_GATEWAY = ("s3:", "s3express:", "dynamodb:")
"""How the actions begin, lower-cased, of services that have gateway endpoints."""

INDEX_FROM_STATEMENTS = 8
"""The index is made above this number of statements of one effect for one action."""

MEMO_ACTIONS = 1024
"""Actions remembered per policy; S3 has some 150, so that only made-up ones get here, and start it afresh."""


class AccessRequest(NamedTuple):
    """One question: may `principal` do `action` on `resource`.

    `action` is written as AWS writes it (`s3:GetObject`), `resource` is an ARN, `*` where an action has none.
    `resource_account` owns the resource.
    """

    action: str
    resource: str
    principal: Principal
    resource_account: str
    context: Context


class Verdict(NamedTuple):
    """What one policy says: the deciding statement, the first in document order of its sort, the others None.

    A Deny hides an Allow, an Allow a delegation.
    """

    denied_by: Statement | None
    allowed_by: Statement | None
    delegated_by: Statement | None


NEUTRAL = Verdict(None, None, None)

if TYPE_CHECKING:
    Standings = Callable[[AccessRequest], Standing]


class CompiledPolicy:
    """A policy ready for requests. Not bound to a thread: the memo is only ever filled with equal values."""

    __slots__ = ("_by_action", "_compiled", "_tests", "kind", "policy")

    def __init__(self, policy: Policy, *, is_of_interface: bool) -> None:
        self.policy = policy
        self.kind = policy.kind
        self._compiled = tuple(_compile_statement(one, policy, is_of_interface) for one in policy.statements)
        self._by_action: dict[str, _ActionView] = {}
        self._tests: dict[tuple[int, ...], _Tests] = {}

    def verdict(self, request: AccessRequest) -> Verdict:
        view = self._by_action.get(request.action)
        if view is None:
            view = self._view(request.action)
        denial = view.denies.denial(request) if view.denies else None
        if denial is not None:
            return denial
        return view.allows.allowance(request) if view.allows else NEUTRAL

    def keys_named_for(self, action: str, *, in_denials: bool = False) -> frozenset[str]:
        """The condition keys (lower-cased) that conditions and variables of the statements about an action ask for:
        of all of them, or of those that deny."""
        named = (one.statement for one in self._compiled if one.names_action(action.lower()))
        asking = (one for one in named if one.effect is Effect.DENY or not in_denials)
        return frozenset(key for statement in asking for key in _named_keys(statement, self.policy.version))

    def allows_by_name(self, request: AccessRequest) -> bool:
        """Whether one of the statements that allow the request names the caller's own ARN, a user's or a session's, or
        everyone."""
        caller = request.principal.arn
        return any(
            one.statement.effect is Effect.ALLOW
            and (one.names_everyone or caller in one.named_arns)
            and one.names_action(request.action.lower())
            and one.test.standing(request) is _DIRECT
            for one in self._compiled
        )

    def _view(self, action: str) -> _ActionView:
        named = [one for one in self._compiled if one.names_action(action.lower())]
        view = _ActionView(
            self._tests_of([one for one in named if one.statement.effect is Effect.DENY]),
            self._tests_of([one for one in named if one.statement.effect is Effect.ALLOW]),
        )
        if len(self._by_action) >= MEMO_ACTIONS:
            self._by_action.clear()
            self._tests.clear()
        self._by_action[action] = view
        return view

    def _tests_of(self, statements: Sequence[_CompiledStatement]) -> _Tests | None:
        """Those of the same statements are made once: most actions have the same ones. None for no statement."""
        if not statements:
            return None
        key = tuple(one.statement.index for one in statements)
        if key not in self._tests:
            self._tests[key] = _Tests(statements, self.policy.version)
        return self._tests[key]


def compile_policy(policy: Policy, *, is_of_interface: bool = False) -> CompiledPolicy:
    """`is_of_interface`: it is known to be an interface endpoint's; other endpoints' are taken for gateway endpoints'
    where the service has such."""
    return CompiledPolicy(policy, is_of_interface=is_of_interface)


class _Test(NamedTuple):
    """A statement with what is asked of a request, the cheapest first, and its verdicts, made once."""

    heads: tuple[str, ...]
    standing: Standings
    denied: Verdict
    allowed: Verdict
    delegated: Verdict


@dataclass(frozen=True, slots=True)
class _CompiledStatement:
    statement: Statement
    names_action: Test
    named_arns: frozenset[str]
    names_everyone: bool
    test: _Test


@dataclass(frozen=True, slots=True)
class _ActionView:
    denies: _Tests | None
    allows: _Tests | None


class _Tests:
    """The statements of one effect that name one action, with an index where it pays."""

    __slots__ = ("_index", "_tests")

    def __init__(self, statements: Sequence[_CompiledStatement], version: str) -> None:
        self._tests = tuple(one.test for one in statements)
        self._index: StatementIndex | None = None
        if len(statements) > INDEX_FROM_STATEMENTS:
            self._index = StatementIndex([one.statement for one in statements], version)

    def denial(self, request: AccessRequest) -> Verdict | None:
        """The first statement that concerns the request, in whatever standing, denies."""
        resource = request.resource
        for test in self._tests if self._index is None else self._of(self._index, request):
            if resource.startswith(test.heads) and test.standing(request):
                return test.denied
        return None

    def allowance(self, request: AccessRequest) -> Verdict:
        """The first statement that concerns the caller directly, else the first that does by delegation."""
        resource = request.resource
        delegated = NEUTRAL
        for test in self._tests if self._index is None else self._of(self._index, request):
            if not resource.startswith(test.heads):
                continue
            standing = test.standing(request)
            if standing is _DIRECT:
                return test.allowed
            if standing and delegated is NEUTRAL:
                delegated = test.delegated
        return delegated

    def _of(self, index: StatementIndex, request: AccessRequest) -> Iterator[_Test]:
        return map(self._tests.__getitem__, index.candidates(request))


def _named_keys(statement: Statement, version: str) -> Iterator[str]:
    yield from (condition.key for condition in statement.conditions)
    for text in (*statement.resources, *(value for one in statement.conditions for value in one.values)):
        if has_variables(text, version):
            yield from variable_keys(text)


def _compile_statement(statement: Statement, policy: Policy, is_of_interface: bool) -> _CompiledStatement:
    resources = tuple(map(complete_arn, statement.resources))
    plain, with_variables = _parted(resources, policy.version)
    # What a variable stands in may begin with whatever stands before it.
    heads = literal_heads((*plain, *map(with_wildcards, with_variables)))
    test = _Test(
        heads=("",) if statement.not_resource else heads or ("",),
        standing=_standing(statement, plain, with_variables, policy, is_of_interface),
        denied=Verdict(statement, None, None),
        allowed=Verdict(None, statement, None),
        delegated=Verdict(None, None, statement),
    )
    named_actions = any_of_globs(action.lower() for action in statement.actions)
    names_action = _none_of(named_actions) if statement.not_action else named_actions
    named_arns = frozenset(one.value for one in statement.principals if one.type is PrincipalType.ARN)
    names_everyone = EVERYONE in statement.principals
    return _CompiledStatement(statement, names_action, named_arns, names_everyone, test)


def _parted(texts: tuple[str, ...], version: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those without and those with policy variables."""
    plain = tuple(text for text in texts if not has_variables(text, version))
    return plain, tuple(text for text in texts if has_variables(text, version))


def _none_of(matches: Test) -> Test:
    return lambda text: not matches(text)


def _standing(
    statement: Statement,
    resources: tuple[str, ...],
    with_variables: tuple[str, ...],
    policy: Policy,
    is_of_interface: bool,
) -> Standings:
    on_resource = None if with_variables else _on_resource(statement, resources)
    conditions = tuple(_predicate(one, policy.version) for one in statement.conditions)
    caller = _caller(statement, policy.kind)
    at_gateway = None if is_of_interface else _caller_at_gateway(statement, policy.kind)

    def standing(request: AccessRequest) -> Standing:
        if on_resource is not None and not on_resource(request.resource):
            return _NONE
        for holds in conditions:
            if not holds(request.context):
                return _NONE
        if caller is None:
            return _DIRECT
        if at_gateway is not None and request.action.lower().startswith(WITH_GATEWAY):
            return at_gateway(request.principal, request.context)
        return caller(request.principal, request.context)

    if not with_variables:
        return standing
    on_resource_in = _on_resource_with_variables(statement, resources, with_variables)
    return lambda request: standing(request) if on_resource_in(request.resource, request.context) else _NONE


def _on_resource(statement: Statement, resources: tuple[str, ...]) -> Test | None:
    """The test of the resource, None where every one is meant."""
    if statement.not_resource:
        return _none_of(any_of_resources(resources))
    everything = not statement.resources or "*" in resources
    return None if everything else any_of_resources(resources)


def _on_resource_with_variables(
    statement: Statement, resources: tuple[str, ...], with_variables: tuple[str, ...]
) -> Callable[[str, Context], bool]:
    """Fails, as a NotResource too, where a variable has no value."""
    by_plain = any_of_resources(resources)
    templates = tuple((Template(one), fits_glob if crosses_fields(one) else fits_fields) for one in with_variables)
    wanted = not statement.not_resource

    def on_resource(resource: str, context: Context) -> bool:
        fits = by_plain(resource)
        for template, matches in templates:
            pattern = template.resolved(context, len(resource))
            if pattern is None:
                return False
            fits = fits or matches(pattern, resource)
        return fits is wanted

    return on_resource


def _predicate(condition: Condition, version: str) -> Callable[[Context], bool]:
    plain, with_variables = _parted(condition.values, version)
    if with_variables and takes_variables(condition.operator):
        return predicate_with_variables(condition.operator, condition.key, plain, with_variables)
    return predicate(condition.operator, condition.key, condition.values)


def _caller(statement: Statement, kind: PolicyKind) -> CallerStandings | None:
    """The test of the caller, None where everyone is meant (identity policies have no Principal)."""
    if statement.not_principal:
        spared = everyone_but if statement.effect is Effect.ALLOW else others_matcher
        return spared(statement.principals)
    if kind is PolicyKind.IDENTITY or EVERYONE in statement.principals:
        return None
    of_account = _DIRECT if kind is PolicyKind.ENDPOINT else Standing.DELEGATED
    return principal_matcher(statement.principals, of_account=of_account)


def _caller_at_gateway(statement: Statement, kind: PolicyKind) -> CallerStandings | None:
    """The test of who calls a service that has gateway endpoints: there an account is its root user alone. None where
    it is the same as elsewhere.

    Source: AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies", principals for gateway
    endpoints.
    """
    if kind is not PolicyKind.ENDPOINT or not any(one.type is PrincipalType.ACCOUNT for one in statement.principals):
        return None
    return None if statement.not_principal else principal_matcher(statement.principals, of_account=_NONE)
