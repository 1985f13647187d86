"""Where the API refuses, read from its source: every call that makes an AWS error, and every error that a docstring
says a function raises.

What counts as making one: `AwsError` and every function of the packages below whose annotation says that it gives one
(`-> AwsError`), and `refuse_parameters`, which raises by itself. A call is known by where it ends, which no other call
shares: so running code, which knows its position, finds its place.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from support.documented_errors import documented

SOURCE = Path(__file__).parents[2] / "src" / "skywalk"
WATCHED = (SOURCE / "actions", SOURCE / "api" / "authorize.py", SOURCE / "api" / "permissions")
_MAKERS_ARE_IN = ("values", "identity", "actions", "api")
_RAISES_BY_ITSELF = frozenset({"refuse_parameters"})
_CODE = re.compile(r"(?<![\w.`])(?:[A-Z]\w*[a-z][A-Z]\w*(?:\.[A-Z]\w+)?|[A-Z]\w+\.[A-Z]\w+)(?!\w)")
_NO_AWS_CODES = frozenset(
    {"AwsError", "CallerIsGone", "ClientToken", "CreateVpcEndpoint", "KeyError", "NotFound", "PuTTY", "ValueError"}
)
"""Words that look like codes."""

_OTHER_EXCEPTIONS = frozenset({"CallerIsGone", "KeyError", "ValueError"})
"""What is raised for callers within the source."""

Position = tuple[str, int, int]
"""File, line and column at which a call ends."""


@dataclass(frozen=True, order=True)
class Place:
    """A call that makes a refusal; `text` is what it says, for people."""

    path: str
    line: int
    end: tuple[int, int]
    text: str

    @property
    def position(self) -> Position:
        return self.path, *self.end

    def __str__(self) -> str:
        return f"{shown(self.path)}:{self.line}: {self.text}"


@dataclass(frozen=True, order=True)
class Promise:
    """A code that a function is said to refuse with; `source` says who says so."""

    path: str
    function: str
    code: str
    source: str

    def __str__(self) -> str:
        return f"{shown(self.path)}: {self.function} never met {self.code}, which {self.source}"


def shown(path: str) -> str:
    return str(Path(path).relative_to(SOURCE.parents[1]))


class Refusing:
    """All places and promises of the watched files; `paths` are these. Read when first asked for."""

    def __init__(self) -> None:
        self.paths = [str(path) for path in _watched()]

    @cached_property
    def places(self) -> list[Place]:
        makers = _makers() | _RAISES_BY_ITSELF
        return sorted(place for path, tree in self._trees for place in places_of(path, tree, makers))

    @cached_property
    def promises(self) -> list[Promise]:
        in_docstrings = [promise for path, tree in self._trees for promise in promises_of(path, tree)]
        return sorted([*in_docstrings, *_documented_by_aws()])

    @cached_property
    def _trees(self) -> list[tuple[str, ast.Module]]:
        return [(path, ast.parse(Path(path).read_text())) for path in self.paths]

    def read(self) -> None:
        """The source as it is now, for runs during which somebody writes on."""
        self.places, self.promises  # noqa: B018

    def loose_ends(self) -> list[str]:
        """What the record could not judge: errors that are made elsewhere than where they are raised or given back,
        and raised errors that are no call."""
        makers = _makers()
        return [f"{shown(path)}:{line}: {text}" for path, tree in self._trees for line, text in _loose(tree, makers)]


def places_of(path: str, tree: ast.Module, makers: frozenset[str]) -> Iterator[Place]:
    for node in _calls(tree, makers):
        yield Place(path, node.lineno, (node.end_lineno or 0, node.end_col_offset or 0), ast.unparse(node))


def promises_of(path: str, tree: ast.Module) -> Iterator[Promise]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for code in sorted(set(_promised(ast.get_docstring(node) or ""))):
                yield Promise(path, node.name, code, "its docstring says that it raises")


def _watched() -> Iterator[Path]:
    for path in WATCHED:
        found = [path] if path.is_file() else path.rglob("*.py")
        yield from (one for one in found if "shapes" not in one.parts)


@cache
def _makers() -> frozenset[str]:
    """Names of what makes an AWS error."""
    paths = (path for package in _MAKERS_ARE_IN for path in (SOURCE / package).rglob("*.py"))
    trees = (ast.parse(path.read_text()) for path in paths if "shapes" not in path.parts)
    functions = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    named = {node.name for node in functions if node.returns is not None and ast.unparse(node.returns) == "AwsError"}
    return frozenset({"AwsError", *named})


def _calls(tree: ast.AST, makers: frozenset[str]) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node) in makers)


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _promised(docstring: str) -> Iterator[str]:
    """`Raises InvalidGroup.NotFound, InvalidParameter for a group of another VPC.`: both codes."""
    for sentence in re.findall(r"\bRaises (.*?)(?:\.(?: |$)|$)", " ".join(docstring.split())):
        yield from (code for code in _CODE.findall(sentence) if code not in _NO_AWS_CODES)


def _documented_by_aws() -> Iterator[Promise]:
    for action, function, code in documented():
        yield Promise(function.co_filename, function.co_name, code, f"AWS documents for {action}")


def _loose(tree: ast.Module, makers: frozenset[str]) -> Iterator[tuple[int, str]]:
    raised = [node for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc is not None]
    for node in raised:
        name = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if not any(_calls(node, makers)) and ast.unparse(name or node) not in _OTHER_EXCEPTIONS:
            yield node.lineno, ast.unparse(node)
    given = [node for node in ast.walk(tree) if isinstance(node, ast.Return)]
    accounted = {call for node in [*raised, *given] for call in _calls(node, makers)}
    accounted |= {call for node in ast.walk(tree) if isinstance(node, ast.Attribute) for call in _calls(node, makers)}
    yield from ((call.lineno, ast.unparse(call)) for call in _calls(tree, makers) if call not in accounted)
