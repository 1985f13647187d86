"""Patterns and documents that clients give, read in a time that they cannot choose. Written against moto 5.2.5.

moto takes prefixes and filters for regular expressions, some of which take years, and all services wait meanwhile.

Source: SQS API Reference, ListQueues, and EventBridge API Reference, ListRules: a prefix is a beginning; EventBridge
User Guide, "Wildcard matching"; Glue Web API Reference, GetTables and GetPartitions; Systems Manager User Guide,
"Creating SSM document content". Unconfirmed: what else a pattern of tables may have at AWS beside `*`, `.` and `|`, and
that documents in YAML have no aliases.
"""

from __future__ import annotations

import fnmatch
import importlib
import re
from typing import Any

from moto.core.exceptions import JsonRESTError

_PATTERN_OF_TABLES = re.compile(r"[\w\s.*|-]*")
_OF_RULES = re.compile(r"\\([*\\])|([?\[])")
"""What is not what it is in globs: what follows a backslash, and their own signs."""
_LITERALLY = {"*": "[*]", "?": "[?]", "[": "[[]"}
_OF_LIKE = {**_LITERALLY, "%": "*", "_": "?"}


def read_patterns_plainly() -> None:
    """Once per process, before the first request."""
    _begin_names_of_queues()
    _refuse_aliases()


def read_patterns_of_rules() -> None:
    """Before the first request to EventBridge."""
    from moto.events.models import EventPattern, EventsBackend

    list_rules: Any = EventsBackend.list_rules

    def list_those(self: Any, prefix: str | None = None, **named: Any) -> Any:
        return list_rules(self, prefix=None if prefix is None else re.escape(prefix), **named)

    def wildcard_match(item: Any, pattern: str) -> bool:
        return isinstance(item, str) and fits(item, _OF_RULES.sub(_literally, pattern))

    setattr(EventsBackend, "list_rules", list_those)  # noqa: B010
    setattr(EventPattern, "_wildcard_match", staticmethod(wildcard_match))  # noqa: B010


def read_patterns_of_tables() -> None:
    """Before the first request to Glue."""
    from moto.glue import utils
    from moto.glue.models import GlueBackend

    get_tables = GlueBackend.get_tables

    def get_those(self: Any, database_name: str, expression: str | None) -> list[Any]:
        if expression and _PATTERN_OF_TABLES.fullmatch(expression) is None:
            raise JsonRESTError("InvalidInputException", "Of a pattern, `*`, `.` and `|` alone are read.")
        tables = get_tables(self, database_name, None)
        ways = [one.replace(".*", "*").replace(".", "?") for one in (expression or "*").split("|")]
        return [table for table in tables if any(fits(table.name, way) for way in ways)]

    def regular(pattern: str) -> str:
        return fnmatch.translate("".join(_OF_LIKE.get(one, one) for one in pattern))

    setattr(GlueBackend, "get_tables", get_those)  # noqa: B010
    setattr(utils, "_escape_regex", regular)  # noqa: B010 (nothing is then left in it of `%` and `_`)


def _literally(found: re.Match[str]) -> str:
    sign = found[1] or found[2]
    return _LITERALLY.get(sign, sign)


def fits(text: str, glob: str) -> bool:
    """`*` any characters, `?` one, `[x]` the character x. In the product of their lengths, at the longest."""
    return fnmatch.fnmatchcase(text, glob)


def _begin_names_of_queues() -> None:
    from moto.sqs.models import SQSBackend

    list_queues = SQSBackend.list_queues

    def list_those(self: Any, queue_name_prefix: str) -> list[Any]:
        return list_queues(self, re.escape(queue_name_prefix or ""))

    setattr(SQSBackend, "list_queues", list_those)  # noqa: B010


def _refuse_aliases() -> None:
    # A text of some lines can mean more than fits in any memory.
    yaml: Any = importlib.import_module("yaml")
    compose_node = yaml.composer.Composer.compose_node

    def compose(self: Any, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases are not read", self.peek_event().start_mark)
        return compose_node(self, parent, index)

    setattr(yaml.composer.Composer, "compose_node", compose)  # noqa: B010
