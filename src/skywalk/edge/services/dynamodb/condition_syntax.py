"""The grammar of condition, filter and key condition expressions, and of projections: what is none of them never
reaches the backend.

    condition ::= operand comparator operand | operand BETWEEN operand AND operand
                | operand IN (operand, …) | function | condition AND condition | condition OR condition
                | NOT condition | (condition)

Source: DynamoDB Developer Guide, "Comparison operator and function reference". Unconfirmed: how much of the expression
`near` quotes, the words for a function used as a value and for operands that an operator does not take.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from skywalk.edge.services.dynamodb import errors
from skywalk.values.errors import AwsError

MAXIMUM_LEVELS = 32
"""AWS has a limit of 300 operators; nesting beyond this is taken for a mistake here."""
MAXIMUM_IN = 100

_TOKEN = re.compile(r"\s*(?:([#:]?[A-Za-z0-9_]+)|(<>|<=|>=|[=<>().,\[\]])|(\S))")
_COMPARATORS = frozenset({"=", "<>", "<", "<=", ">", ">="})
_ORDERED = frozenset({"<", "<=", ">", ">="})
_KEYWORDS = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN"})
_OPERANDS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
    "size": 1,
}
_OF_VALUES = frozenset({"begins_with", "contains"})
_SCALARS = frozenset({"S", "N", "B"})
_SUFFIX = {"begins_with": frozenset({"S", "B"}), "attribute_type": frozenset({"S"})}
_END = "<EOF>"


@dataclass(frozen=True, slots=True)
class Operand:
    """`text` is a path as it is written, the name of a value, or a call of `size`; `kind` the type of a value."""

    text: str
    is_path: bool
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison or function; `operator` in upper case for BETWEEN and IN."""

    operator: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Parsed:
    """`operators`: those between conditions, in order: AND, OR, NOT."""

    conditions: tuple[Condition, ...]
    operators: tuple[str, ...]


def parse_condition(member: str, expression: str, values: Mapping[str, Any]) -> Parsed:
    """`member` is the expression's name in the request; `values` its ExpressionAttributeValues. Raises AwsError
    ValidationException."""
    reader = _Reader(member, expression, values)
    reader.read_any(0)
    reader.expect_end()
    return Parsed(tuple(reader.conditions), tuple(reader.operators))


def check_projection(member: str, expression: str) -> None:
    """Paths with commas between them. Raises AwsError ValidationException."""
    _Reader(member, expression, {}).read_paths()


class _Reader:
    def __init__(self, member: str, expression: str, values: Mapping[str, Any]) -> None:
        self._member = member
        self._values = values
        self._expression = expression
        found = list(_TOKEN.finditer(expression))
        self._tokens = [next(filter(None, token.groups())) for token in found]
        self._starts = [token.start(token.lastindex or 0) for token in found]
        self._at = 0
        self.conditions: list[Condition] = []
        self.operators: list[str] = []

    def read_any(self, level: int) -> None:
        """Conditions with AND and OR between them: which binds closer does not matter here."""
        self._read_one(level)
        while self._word() in ("AND", "OR"):
            self.operators.append(self._word())
            self._at += 1
            self._read_one(level)

    def read_paths(self) -> None:
        while True:
            if not _is_name(self._peek()) and not self._peek().startswith("#"):
                raise self._syntax()
            self._read_path()
            if self._peek() != ",":
                break
            self._at += 1
        self.expect_end()

    def expect_end(self) -> None:
        if self._at < len(self._tokens):
            raise self._syntax()

    def _read_one(self, level: int) -> None:
        if level > MAXIMUM_LEVELS:
            raise self._invalid("The expression is nested too deeply")
        while self._word() == "NOT":
            self.operators.append("NOT")
            self._at += 1
        if self._peek() == "(" and not self._is_operand_in_parentheses():
            self._at += 1
            self.read_any(level + 1)
            self._take(")")
            return
        name = self._peek()
        if self._peek(1) == "(" and _is_name(name) and name != "size":
            self.conditions.append(self._read_function(name))
            return
        self.conditions.append(self._read_comparison(level))

    def _read_function(self, name: str) -> Condition:
        operands = self._read_call(name)
        self._check_function(name, operands)
        return Condition(name, operands)

    def _read_call(self, name: str) -> tuple[Operand, ...]:
        if name not in _OPERANDS:
            raise self._invalid(f"Invalid function name; function: {name}")
        self._at += 1
        operands = self._read_list()
        if len(operands) != _OPERANDS[name]:
            raise self._invalid(
                "Incorrect number of operands for operator or function; "
                f"operator or function: {name}, number of operands: {len(operands)}"
            )
        return operands

    def _read_list(self) -> tuple[Operand, ...]:
        """Operands between parentheses."""
        self._take("(")
        operands = [self._read_operand()]
        while self._peek() == ",":
            self._at += 1
            operands.append(self._read_operand())
        self._take(")")
        return tuple(operands)

    def _check_function(self, name: str, operands: tuple[Operand, ...]) -> None:
        first, last = operands[0], operands[-1]
        if name not in _OF_VALUES and not first.is_path:
            raise self._invalid(f"Operator or function requires a document path; operator or function: {name}")
        if len(operands) == 2 and name in _SUFFIX and last.kind is not None and last.kind not in _SUFFIX[name]:
            raise self._wrong_type(name, last.kind)

    def _read_comparison(self, level: int) -> Condition:
        left = self._read_operand(level)
        operator = self._peek()
        if operator in _COMPARATORS:
            self._at += 1
            return self._compared(operator, left, self._read_operand(level))
        if self._word() == "BETWEEN":
            self._at += 1
            least = self._read_operand(level)
            if self._word() != "AND":
                raise self._syntax()
            self._at += 1
            return self._between(left, least, self._read_operand(level))
        if self._word() == "IN":
            self._at += 1
            operands = self._read_list()
            if len(operands) > MAXIMUM_IN:
                raise self._invalid(f"Too many operands for the IN operator; number of operands: {len(operands)}")
            return Condition("IN", (left, *operands))
        if left.text.startswith("size("):
            raise self._invalid("The function is not allowed to be used this way in an expression; function: size")
        raise self._syntax()

    def _compared(self, operator: str, left: Operand, right: Operand) -> Condition:
        if operator in _ORDERED:
            self._check_ordered(operator, (left, right))
        if left.is_path and left == right:
            raise self._invalid(
                "The first operand must be distinct from the remaining operands for this operator or function; "
                f"operator: {operator}, first operand: [{left.text}]"
            )
        return Condition(operator, (left, right))

    def _between(self, left: Operand, least: Operand, most: Operand) -> Condition:
        self._check_ordered("BETWEEN", (left, least, most))
        if least.kind is not None and most.kind is not None and least.kind != most.kind:
            raise self._invalid(
                "The BETWEEN operator requires same data type for lower and upper bounds; "
                f"lower bound operand: {self._shown(least)}, upper bound operand: {self._shown(most)}"
            )
        return Condition("BETWEEN", (left, least, most))

    def _shown(self, operand: Operand) -> str:
        return f"AttributeValue: {{{operand.kind}:{self._values[operand.text][operand.kind]}}}"

    def _check_ordered(self, operator: str, operands: tuple[Operand, ...]) -> None:
        for operand in operands:
            if operand.kind is not None and operand.kind not in _SCALARS:
                raise self._wrong_type(operator, operand.kind)

    def _read_operand(self, level: int = 0) -> Operand:
        name = self._peek()
        if name == "(" and level <= MAXIMUM_LEVELS:
            self._at += 1
            inside = self._read_operand(level + 1)
            self._take(")")
            return inside
        if name.startswith(":"):
            self._at += 1
            return Operand(name, False, self._kind(name))
        if not _is_name(name) and not name.startswith("#"):
            raise self._syntax()
        if self._peek(1) == "(":
            if name in _OPERANDS and name != "size":
                raise self._invalid(
                    f"The function is not allowed to be used this way in an expression; function: {name}"
                )
            (measured,) = self._read_call(name)
            return Operand(f"size({measured.text})", False)
        return Operand(self._read_path(), True)

    def _read_path(self) -> str:
        start = self._at
        self._at += 1
        while self._peek() in (".", "["):
            inside = self._peek(1)
            if self._peek() == ".":
                if not _is_name(inside) and not inside.startswith("#"):
                    self._at += 1
                    raise self._syntax()
                self._at += 2
            else:
                if not (inside.isascii() and inside.isdigit() and self._peek(2) == "]"):
                    self._at += 1
                    raise self._syntax()
                self._at += 3
        return "".join(self._tokens[start : self._at])

    def _is_operand_in_parentheses(self) -> bool:
        """Whether what is in the parentheses is compared: `(a) = :x`."""
        at = self._at
        depth = 0
        while at < len(self._tokens):
            depth += {"(": 1, ")": -1}.get(self._tokens[at], 0)
            if depth == 0:
                break
            at += 1
        after = self._tokens[at + 1] if at + 1 < len(self._tokens) else ""
        return after in _COMPARATORS or after.upper() in ("BETWEEN", "IN")

    def _kind(self, name: str) -> str | None:
        value = self._values.get(name)
        return next(iter(value)) if isinstance(value, dict) and len(value) == 1 else None

    def _peek(self, further: int = 0) -> str:
        at = self._at + further
        return self._tokens[at] if at < len(self._tokens) else _END

    def _word(self) -> str:
        """The next token as a keyword, which has no case; empty if it is none."""
        upper = self._peek().upper()
        return upper if upper in _KEYWORDS else ""

    def _take(self, token: str) -> None:
        if self._peek() != token:
            raise self._syntax()
        self._at += 1

    def _syntax(self) -> AwsError:
        """At the next token; `near` quotes the one before and the one after."""
        first, last = max(self._at - 1, 0), self._at + 1
        start = self._starts[first] if first < len(self._starts) else 0
        end = self._starts[last] + len(self._tokens[last]) if last < len(self._tokens) else len(self._expression)
        near = self._expression[start:end].strip()
        return self._invalid(f'Syntax error; token: "{self._peek()}", near: "{near}"')

    def _wrong_type(self, operator: str, kind: str) -> AwsError:
        return self._invalid(
            f"Incorrect operand type for operator or function; operator or function: {operator}, operand type: {kind}"
        )

    def _invalid(self, problem: str) -> AwsError:
        return errors.validation(f"Invalid {self._member}: {problem}")


def _is_name(token: str) -> bool:
    return (token[0].isalpha() or token[0] == "_") and token.isascii() and token.upper() not in _KEYWORDS
