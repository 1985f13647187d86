"""The clauses of a PartiQL statement: paths, values, conditions, assignments. Read token by token, in one pass.

Parameters (`?`) take their values in the order in which they are read, which is that of the text. What is not read
here is refused: `RETURNING` apart, PartiQL for DynamoDB has little more.
Source: DynamoDB Developer Guide, "PartiQL for DynamoDB: statements", "functions", "operators".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from skywalk.edge.services.dynamodb import errors
from skywalk.edge.services.dynamodb.partiql import Token
from skywalk.values.errors import AwsError

AttributeValue = dict[str, Any]

_COMPARISONS = {"=": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_PREDICATES = frozenset({"BEGINS_WITH", "CONTAINS", "ATTRIBUTE_TYPE"})
_SETS = {"S": "SS", "N": "NS", "B": "BS"}
_NO_TOKEN = Token("end", "")


@dataclass(frozen=True)
class Path:
    """An attribute, or what is inside it: names and positions."""

    steps: tuple[str | int, ...]

    @property
    def attribute(self) -> str:
        return str(self.steps[0])

    @property
    def is_attribute(self) -> bool:
        return len(self.steps) == 1


@dataclass(frozen=True)
class Value:
    value: AttributeValue


@dataclass(frozen=True)
class Function:
    """`name` as expressions of DynamoDB have it: `begins_with`, `size`, `list_append`, …"""

    name: str
    arguments: tuple[Operand, ...]


@dataclass(frozen=True)
class Sum:
    """`operator` is `+` or `-`."""

    left: Operand
    operator: str
    right: Operand


Operand = Path | Value | Function | Sum


@dataclass(frozen=True)
class Comparison:
    left: Operand
    operator: str
    right: Operand


@dataclass(frozen=True)
class Between:
    operand: Operand
    low: Operand
    high: Operand


@dataclass(frozen=True)
class In:
    operand: Operand
    choices: tuple[Operand, ...]


@dataclass(frozen=True)
class Not:
    condition: Condition


@dataclass(frozen=True)
class Joined:
    """`word` is AND or OR."""

    word: str
    conditions: tuple[Condition, ...]


Condition = Comparison | Between | In | Function | Not | Joined


class Reader:
    """Reads clauses from tokens. Every method raises AwsError ValidationException for what it cannot read."""

    def __init__(self, tokens: Sequence[Token], parameters: Sequence[AttributeValue]) -> None:
        self._tokens = tokens
        self._at = 0
        self._parameters: Iterator[AttributeValue] = iter(parameters)

    def take(self, *words: str) -> str:
        """The next token, if it is one of these keywords or symbols; nothing otherwise."""
        token = self._peek()
        found = token.keyword or (token.text if token.kind == "symbol" else "")
        if found and found in words:
            self._at += 1
            return found
        return ""

    def expect(self, *words: str) -> str:
        return self.take(*words) or self._fail()

    def end(self) -> None:
        """Nothing must be left, of the parameters neither."""
        if self._peek() is not _NO_TOKEN:
            self._fail()
        if next(self._parameters, None) is not None:
            raise _wrong_number()

    def path(self) -> Path:
        token = self._next()
        steps: list[str | int] = [_identifier(token) if token.kind in ("name", "quoted") else self._fail(token)]
        while True:
            if self.take("."):
                steps.append(_identifier(self._next()))
            elif self._peek().text == "[" and self._position() is not None:
                steps.append(int(self._tokens[self._at + 1].text))
                self._at += 3
            else:
                return Path(tuple(steps))

    def value(self) -> AttributeValue:
        """A literal, or the next parameter's value."""
        if self.take("?"):
            parameter = next(self._parameters, None)
            if not isinstance(parameter, dict):
                raise _wrong_number()
            return parameter
        word = self.take("TRUE", "FALSE", "NULL", "{", "[", "<<")
        if word in ("TRUE", "FALSE"):
            return {"BOOL": word == "TRUE"}
        if word == "NULL":
            return {"NULL": True}
        if word == "{":
            return {"M": self._members()}
        if word == "[":
            return {"L": self._values("]")}
        if word == "<<":
            return _set(self._values(">>"))
        token = self._next()
        if token.kind == "string":
            return {"S": _text(token)}
        return {"N": token.text} if token.kind == "number" else self._fail(token)

    def operand(self) -> Operand:
        token = self._peek()
        following = self._tokens[self._at + 1] if self._at + 1 < len(self._tokens) else _NO_TOKEN
        if token.kind == "name" and following.text == "(":
            return self._function(token.text.lower(), ("size", "list_append"))
        is_constant = token.keyword in ("TRUE", "FALSE", "NULL")
        if token.kind == "quoted" or (token.kind == "name" and not is_constant):
            return self.path()
        return Value(self.value())

    def sum(self) -> Operand:
        """What an attribute may be set to."""
        left = self.operand()
        operator = self.take("+", "-")
        if operator:
            return Sum(left, operator, self.operand())
        if self._peek().kind == "number" and self._peek().text.startswith("-"):
            return Sum(left, "-", Value({"N": self._next().text[1:]}))
        return left

    def condition(self) -> Condition:
        return self._joined("OR", lambda: self._joined("AND", self._negation))

    def _joined(self, word: str, read: Any) -> Condition:
        conditions = [read()]
        while self.take(word):
            conditions.append(read())
        return conditions[0] if len(conditions) == 1 else Joined(word, tuple(conditions))

    def _negation(self) -> Condition:
        if self.take("NOT"):
            return Not(self._negation())
        if self.take("("):
            condition = self.condition()
            self.expect(")")
            return condition
        return self._predicate()

    def _predicate(self) -> Condition:
        if self._peek().keyword in _PREDICATES:
            return self._function(self._peek().text.lower(), tuple(name.lower() for name in _PREDICATES))
        left = self.operand()
        if self.take("IS"):
            return self._kind_of(left)
        if self.take("BETWEEN"):
            low = self.operand()
            self.expect("AND")
            return Between(left, low, self.operand())
        if self.take("IN"):
            return In(left, self._choices())
        operator = _COMPARISONS[self.expect(*_COMPARISONS)]
        right = self.operand()
        if isinstance(left, Value) and not isinstance(right, Value):
            return Comparison(right, _MIRRORED[operator], left)
        return Comparison(left, operator, right)

    def _kind_of(self, operand: Operand) -> Condition:
        negated = self.take("NOT")
        if self.expect("MISSING", "NULL") == "MISSING":
            return Function("attribute_exists" if negated else "attribute_not_exists", (operand,))
        is_null = Function("attribute_type", (operand, Value({"S": "NULL"})))
        return Not(is_null) if negated else is_null

    def _choices(self) -> tuple[Operand, ...]:
        closing = {"[": "]", "(": ")"}[self.expect("[", "(")]
        choices = [self.operand()]
        while self.take(","):
            choices.append(self.operand())
        self.expect(closing)
        return tuple(choices)

    def _function(self, name: str, known: tuple[str, ...]) -> Function:
        if name not in known:
            raise errors.not_supported(f"The function {name} in this place")
        self._at += 1
        self.expect("(")
        arguments = [self.operand()]
        while self.take(","):
            arguments.append(self.operand())
        self.expect(")")
        if len(arguments) != (1 if name == "size" else 2):
            self._fail()
        return Function(name, tuple(arguments))

    def _members(self) -> dict[str, AttributeValue]:
        members: dict[str, AttributeValue] = {}
        while not self.take("}"):
            if members:
                self.expect(",")
            token = self._next()
            name = _text(token) if token.kind == "string" else self._fail(token)
            self.expect(":")
            if name in members:
                raise _not_well_formed(f"{name} is given twice")
            members[name] = self.value()
        return members

    def _values(self, closing: str) -> list[AttributeValue]:
        values: list[AttributeValue] = []
        while not self.take(closing):
            if values:
                self.expect(",")
            values.append(self.value())
        return values

    def _position(self) -> int | None:
        ahead = self._tokens[self._at + 1 : self._at + 3]
        is_position = len(ahead) == 2 and ahead[0].text.isdigit() and ahead[1].text == "]"
        return int(ahead[0].text) if is_position else None

    def _peek(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else _NO_TOKEN

    def _next(self) -> Token:
        token = self._peek()
        self._at += 1
        return token

    def _fail(self, token: Token | None = None) -> Any:
        raise _not_well_formed(f"unexpected {(token or self._peek()).text or 'end'}")


def _identifier(token: Token) -> str:
    if token.kind == "quoted":
        return token.text[1:-1].replace('""', '"')
    if token.kind == "name":
        return token.text
    raise _not_well_formed(f"unexpected {token.text or 'end'}")


def _text(token: Token) -> str:
    return token.text[1:-1].replace("''", "'")


def _set(values: list[AttributeValue]) -> AttributeValue:
    kinds = {kind for value in values for kind in value}
    if len(kinds) != 1 or not kinds <= _SETS.keys():
        raise _not_well_formed("a set has members of one kind: strings, numbers or binaries")
    kind = kinds.pop()
    return {_SETS[kind]: [value[kind] for value in values]}


def _wrong_number() -> AwsError:
    return errors.validation("Number of parameters in request and statement don't match.")


def _not_well_formed(why: str) -> AwsError:
    return errors.validation(f"Statement wasn't well formed, can't be processed: {why}")
