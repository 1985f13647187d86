"""Compile a policy, once, into closures that answer requests.

For each action the statements that name it are found once and remembered. Among them, when there are many with a
literal first resource part (`arn:aws:s3:::bucket`), those of the request's bucket are found through a dict; the index
costs more than it saves on small policies and on wildcards in the bucket's name, so it is kept for many literals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from skywalk.policy.conditions.operators import predicate
from skywalk.policy.document import Effect, PolicyKind
from skywalk.policy.match import any_of_arns, any_of_globs, has_wildcard, literal_heads
from skywalk.policy.principal import EVERYONE, PrincipalType, Standing, principal_matcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from skywalk.policy.context import Context
    from skywalk.policy.document import Policy, Statement
    from skywalk.policy.principal import Principal

_NONE, _DIRECT = Standing.NONE, Standing.DIRECT  # a lookup in an Enum costs a fifth of a microsecond

INDEX_FROM_STATEMENTS = 8
"""The index is made above this number of statements with literal buckets for one action."""

MEMO_ACTIONS = 1024
"""Actions remembered per policy; S3 has some 150, so that only made-up ones get here, and start it afresh."""


class AccessRequest(NamedTuple):
    """One question: may `principal` do `action` on `resource`.

    `action` is written as AWS writes it (`s3:GetObject`), `resource` is an ARN, `*` where an action has none, empty
    for role trust policies. `resource_account` owns the resource.
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

    __slots__ = ("_by_action", "_compiled", "kind", "policy")

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.kind = policy.kind
        self._compiled = tuple(_compile_statement(one, policy.kind) for one in policy.statements)
        self._by_action: dict[str, _ActionView] = {}

    def verdict(self, request: AccessRequest) -> Verdict:
        view = self._by_action.get(request.action)
        if view is None:
            view = self._view(request.action)
        denial = view.denies.denial(request) if view.denies else None
        return view.allows.allowance(request) if denial is None else denial

    def allows_by_name(self, request: AccessRequest) -> bool:
        """Whether one of the statements that allow the request names the caller's own ARN, a user's or a session's, or
        everyone."""
        caller = request.principal.arn
        return any(
            one.effect is Effect.ALLOW
            and (one.names_everyone or caller in one.named_arns)
            and one.names_action(request.action.lower())
            and one.test.standing(request) is _DIRECT
            for one in self._compiled
        )

    def _view(self, action: str) -> _ActionView:
        named = [one for one in self._compiled if one.names_action(action.lower())]
        denies = [one for one in named if one.effect is Effect.DENY]
        allows = [one for one in named if one.effect is Effect.ALLOW]
        view = _ActionView(_Tests(denies) if denies else None, _Tests(allows))
        if len(self._by_action) >= MEMO_ACTIONS:
            self._by_action.clear()
        self._by_action[action] = view
        return view


def compile_policy(policy: Policy) -> CompiledPolicy:
    return CompiledPolicy(policy)


class _Test(NamedTuple):
    """A statement with what is asked of a request, the cheapest first, and its verdicts, made once."""

    heads: tuple[str, ...]
    standing: Standings
    order: int
    denied: Verdict
    allowed: Verdict
    delegated: Verdict


@dataclass(frozen=True, slots=True)
class _CompiledStatement:
    effect: Effect
    names_action: Callable[[str], bool]
    named_arns: frozenset[str]
    names_everyone: bool
    test: _Test
    index_keys: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class _ActionView:
    denies: _Tests | None
    allows: _Tests


class _Tests:
    """The statements of one effect that name one action, with an index where it pays."""

    __slots__ = ("_general", "_indexed")

    def __init__(self, statements: Iterable[_CompiledStatement]) -> None:
        listed = tuple(statements)
        self._general = tuple(one.test for one in listed)
        self._indexed: dict[str, tuple[_Test, ...]] | None = None
        if sum(one.index_keys is not None for one in listed) > INDEX_FROM_STATEMENTS:
            self._general = tuple(one.test for one in listed if one.index_keys is None)
            self._indexed = _index(listed, self._general)

    def denial(self, request: AccessRequest) -> Verdict | None:
        """The first statement that concerns the request, in whatever standing, denies."""
        resource = request.resource
        for test in self._of(resource):
            if resource.startswith(test.heads) and test.standing(request):
                return test.denied
        return None

    def allowance(self, request: AccessRequest) -> Verdict:
        """The first statement that concerns the caller directly, else the first that does by delegation."""
        resource = request.resource
        delegated = NEUTRAL
        for test in self._of(resource):
            if not resource.startswith(test.heads):
                continue
            standing = test.standing(request)
            if standing is _DIRECT:
                return test.allowed
            if standing and delegated is NEUTRAL:
                delegated = test.delegated
        return delegated

    def _of(self, resource: str) -> tuple[_Test, ...]:
        if self._indexed is None:
            return self._general
        return self._indexed.get(resource.partition("/")[0], self._general)


def _index(statements: tuple[_CompiledStatement, ...], general: tuple[_Test, ...]) -> dict[str, tuple[_Test, ...]]:
    """Each key's own statements and the general ones, in document order."""
    own: dict[str, list[_Test]] = {}
    for one in statements:
        for key in one.index_keys or ():
            own.setdefault(key, []).append(one.test)
    return {key: tuple(sorted((*tests, *general), key=lambda test: test.order)) for key, tests in own.items()}


def _compile_statement(statement: Statement, kind: PolicyKind) -> _CompiledStatement:
    test = _Test(
        heads=("",) if statement.not_resource else literal_heads(statement.resources) or ("",),
        standing=_standing(statement, kind),
        order=statement.index,
        denied=Verdict(statement, None, None),
        allowed=Verdict(None, statement, None),
        delegated=Verdict(None, None, statement),
    )
    named_actions = any_of_globs(action.lower() for action in statement.actions)
    names_action = _none_of(named_actions) if statement.not_action else named_actions
    named_arns = frozenset(one.value for one in statement.principals if one.type is PrincipalType.ARN)
    index_keys = None if statement.not_resource else _index_keys(statement.resources)
    names_everyone = EVERYONE in statement.principals
    return _CompiledStatement(statement.effect, names_action, named_arns, names_everyone, test, index_keys)


def _none_of(matches: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda text: not matches(text)


def _standing(statement: Statement, kind: PolicyKind) -> Standings:
    on_resource = _on_resource(statement)
    conditions = tuple(predicate(one.operator, one.key, one.values) for one in statement.conditions)
    caller = _caller(statement, kind)

    def standing(request: AccessRequest) -> Standing:
        if on_resource is not None and not on_resource(request.resource):
            return _NONE
        for holds in conditions:
            if not holds(request.context):
                return _NONE
        return _DIRECT if caller is None else caller(request.principal)

    return standing


def _on_resource(statement: Statement) -> Callable[[str], bool] | None:
    """The test of the resource, None where every one is meant."""
    if statement.not_resource:
        return _none_of(any_of_arns(statement.resources))
    everything = not statement.resources or "*" in statement.resources
    return None if everything else any_of_arns(statement.resources)


def _caller(statement: Statement, kind: PolicyKind) -> Callable[[Principal], Standing] | None:
    """The test of the caller, None where everyone is meant (identity policies have no Principal)."""
    if kind is PolicyKind.IDENTITY or EVERYONE in statement.principals:
        return None
    return principal_matcher(statement.principals, account_means_root=kind is PolicyKind.ENDPOINT)


def _index_keys(resources: tuple[str, ...]) -> frozenset[str] | None:
    """The literal texts before the first `/`, or None where one of the patterns has a wildcard there.

    Sound for every ARN: whatever a pattern `p/…` or `p` with a literal `p` matches has just `p` before its own
    first `/`.
    """
    keys = {resource.partition("/")[0] for resource in resources}
    if not keys or any(has_wildcard(key) for key in keys):
        return None
    return frozenset(keys)
