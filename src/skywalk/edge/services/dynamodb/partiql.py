"""A PartiQL statement, as far as it must be understood to be decided on: its verb, and the one table it is about.

Whatever could be about a second table is refused: joins, nested selections, several statements in one text.
Source: DynamoDB Developer Guide, "PartiQL for DynamoDB: statements" and "IAM security policies with PartiQL".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from skywalk.edge.services.dynamodb import errors

MAXIMUM_CHARACTERS = 8192
"""Source: DynamoDB API Reference, ExecuteStatement."""

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<string>'(?:[^']|'')*')"
    r'|(?P<quoted>"(?:[^"]|"")*")'
    r"|(?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_$][A-Za-z0-9_$]*)"
    r"|(?P<comment>--|/\*|`)"
    r"|(?P<symbol><>|!=|<=|>=|<<|>>|\|\||.)",
    re.DOTALL,
)
_OF_ANOTHER_TABLE = frozenset({"SELECT", "FROM", "JOIN", "INTO", "EXISTS"})
_AFTER_TARGET = {
    "SELECT": frozenset({"WHERE", "ORDER"}),
    "INSERT": frozenset({"VALUE"}),
    "UPDATE": frozenset({"SET", "REMOVE"}),
    "DELETE": frozenset({"WHERE"}),
}
_END = ""


class Token(NamedTuple):
    """`kind` is the name of a group in the pattern; `text` as it was written."""

    kind: str
    text: str

    @property
    def keyword(self) -> str:
        """In upper case what may be a keyword; nothing for everything that is quoted."""
        return self.text.upper() if self.kind == "name" else ""


_NONE = Token("end", _END)


@dataclass(frozen=True, slots=True)
class Statement:
    """`table` is a name or an ARN as it was written, `before` what stands between SELECT and FROM, `rest` what
    follows the table."""

    verb: str
    table: str
    index_name: str | None
    before: tuple[Token, ...]
    rest: tuple[Token, ...]

    @property
    def action(self) -> str:
        return f"dynamodb:PartiQL{self.verb.capitalize()}"


def parse_statement(text: str) -> Statement:
    """Raises AwsError ValidationException."""
    if len(text) > MAXIMUM_CHARACTERS:
        raise errors.validation(
            "1 validation error detected: Value at 'statement' failed to satisfy constraint: Member must have length "
            f"less than or equal to {MAXIMUM_CHARACTERS}"
        )
    tokens = _tokens(text)
    verb = tokens[0].keyword if tokens else ""
    if verb not in _AFTER_TARGET:
        raise _not_well_formed("it begins with none of SELECT, INSERT, UPDATE and DELETE")
    before, rest = _up_to_target(verb, tokens[1:])
    table, index_name, rest = _target(verb, rest)
    following = rest[0].keyword if rest else _END
    if following not in _AFTER_TARGET[verb] and not (verb == "SELECT" and not rest):
        raise _not_well_formed(f"{rest[0].text if rest else 'nothing'} follows the table")
    for token in (*before, *rest):
        if token.keyword in _OF_ANOTHER_TABLE or token.text == ";":
            raise errors.not_supported(f"A statement with {token.text} in this place")
    return Statement(verb, table, index_name, before, rest)


def _up_to_target(verb: str, tokens: tuple[Token, ...]) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    if verb == "UPDATE":
        return (), tokens
    word = "INTO" if verb == "INSERT" else "FROM"
    place = next((number for number, token in enumerate(tokens) if token.keyword == word), None)
    if place is None or (verb != "SELECT" and place):
        raise _not_well_formed(f"{verb} without {word}")
    return tokens[:place], tokens[place + 1 :]


def _target(verb: str, tokens: tuple[Token, ...]) -> tuple[str, str | None, tuple[Token, ...]]:
    table = _identifier(tokens[0] if tokens else _NONE)
    rest = tokens[1:]
    if not rest or rest[0].text != ".":
        return table, None, rest
    if verb != "SELECT":
        raise _not_well_formed("only SELECT may name an index")
    return table, _identifier(rest[1] if rest[1:] else _NONE), rest[2:]


def _identifier(token: Token) -> str:
    if token.kind == "quoted":
        return token.text[1:-1].replace('""', '"')
    if token.kind == "name":
        return token.text
    raise _not_well_formed("it names no table")


def _tokens(text: str) -> tuple[Token, ...]:
    tokens = [Token(found.lastgroup or "", found[0]) for found in _TOKEN.finditer(text)]
    if any(token.kind == "comment" for token in tokens):
        raise errors.not_supported("A comment or an Ion literal in a statement")
    if any(token.text in ("'", '"') for token in tokens):
        raise _not_well_formed("a quotation does not end")
    return tuple(token for token in tokens if token.kind != "space")


def _not_well_formed(why: str) -> Exception:
    return errors.validation(f"Statement wasn't well formed, can't be processed: {why}")
