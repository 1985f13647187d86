"""Patterns that clients give: what they fit, and that none takes long."""

from __future__ import annotations

import subprocess
import sys

import pytest

from skywalk.backends.moto_patterns import fits

EVIL, LONG = "(a+)+$", "a" * 60 + "_"
CHANGE = """
from skywalk.backends import moto_patterns
EVIL, LONG = "(a+)+$", "a" * 60 + "_"
def refused(call, *given):
    try:
        return call(*given)
    except Exception as refusal:
        return refusal.error_type
"""
QUEUES = """
moto_patterns.read_patterns_plainly()
from moto.sqs.models import sqs_backends
sqs = sqs_backends["123456789012"]["us-east-1"]
for name in (LONG, "a-b.fifo", "axb"):
    sqs.create_queue(name, {"FifoQueue": "true"} if "." in name else {})
print([len(sqs.list_queues(prefix)) for prefix in (EVIL, "a.b", "a-", "b", None)])
"""
RULES = """
moto_patterns.read_patterns_of_rules()
from moto.events.models import EventPattern, events_backends
events = events_backends["123456789012"]["us-east-1"]
for name in (LONG, "a.b", "axb"):
    events.put_rule(name, event_pattern='{"source": ["x"]}', event_bus_arn="default", state="ENABLED", tags=[])
print([len(events.list_rules(prefix=prefix)[0]) for prefix in (EVIL, "a.", None)])
match = EventPattern._wildcard_match
print(match("a" * 200, "*a" * 25 + "b"), match("a*b", r"a\\*b"), match("axb", r"a\\*b"))
print(match("a[b]?", "a*]?"), match(7, "*"))
"""
TABLES = """
moto_patterns.read_patterns_of_tables()
from moto.glue.models import FakeTable, GlueBackend, glue_backends
from moto.glue.utils import _Like
glue = glue_backends["123456789012"]["us-east-1"]
glue.create_database("d", {"Name": "d"})
for name in (LONG, "sales", "sales_old"):
    glue.create_table("d", name, {"Name": name, "PartitionKeys": [{"Name": "k", "Type": "string"}]})
def tables(expression):
    return [table.name for table in glue.get_tables("d", expression)]
print(refused(tables, EVIL), tables("sal*"), tables("sale.|x"), tables("*_old|none"), len(tables(None)))
class Key:
    def __init__(self, value): self.value = value
    def type_(self, keys): return "string"
    def eval(self, keys, given): return self.value
def like(value, pattern):
    return _Like([Key(value), "LIKE", pattern]).eval([], {})
print(like("a" * 200, "%a" * 25 + "b"), like("a.c", "a.%"), like("abc", "a_c"), like("abc", "a.c"), like("a*", "a*"))
"""
DOCUMENTS = """
moto_patterns.read_patterns_plainly()
import yaml
for text in ("a: &b [x]\\nc: *b", "a: [x]"):
    try:
        print(yaml.safe_load(text))
    except yaml.YAMLError as error:
        print(error.problem)
"""


@pytest.mark.parametrize(
    ("told", "printed"),
    [
        (QUEUES, "[0, 0, 1, 0, 3]"),
        (RULES, "[0, 1, 3]\nFalse True False\nTrue False"),
        (TABLES, "InvalidInputException ['sales', 'sales_old'] ['sales'] ['sales_old'] 3\nFalse True True False True"),
        (DOCUMENTS, "aliases are not read\n{'a': ['x']}"),
    ],
    ids=["queues", "rules", "tables", "documents"],
)
def test_what_fits_and_that_it_ends(told: str, printed: str) -> None:
    # In a process of its own: what is changed stays changed.
    read = subprocess.run(
        [sys.executable, "-c", CHANGE + told], capture_output=True, text=True, check=False, timeout=60
    )
    assert (read.stdout.strip(), read.stderr[-2000:]) == (printed, "")


@pytest.mark.parametrize(
    ("text", "glob", "is_fit"),
    [("abc", "a*", True), ("abc", "a?c", True), ("ABC", "a*", False), ("a*c", "a[*]c", True), ("abc", "a[*]c", False)],
)
def test_globs(text: str, glob: str, is_fit: bool) -> None:
    assert fits(text, glob) == is_fit
