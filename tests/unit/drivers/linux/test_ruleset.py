from __future__ import annotations

from skywalk.drivers.linux.ruleset import (
    Chain,
    Ruleset,
    added_structure,
    element_changes,
    removed_structure,
    render_ruleset,
    version_chain,
)
from skywalk.drivers.linux.sets import DataType, Element, ElementChange, SetDeclaration

MARKS = SetDeclaration("route_table", (DataType.DEVICE,), DataType.MARK)
PORTS = SetDeclaration("port", (DataType.DEVICE,))
INPUT = Chain("to_services", ("tcp dport 80 accept",), "type filter hook input priority 0; policy drop;")


def ruleset(*chains: Chain, sets: tuple[SetDeclaration, ...] = (MARKS,), **elements: set[Element]) -> Ruleset:
    return Ruleset(
        {each.name: each for each in sets},
        {each.name: each for each in chains},
        {name: frozenset(found) for name, found in elements.items()},
    )


def test_the_whole_table_as_text() -> None:
    text = render_ruleset(ruleset(INPUT, Chain("a", ()), route_table={Element(("p-1",), data=7)}))
    assert text == (
        "table ip skywalk {\n"
        "  map route_table { type ifname : mark;\n"
        "    elements = {\n"
        '      "p-1" : 7,\n'
        "    }\n"
        "  }\n"
        "  chain a {\n"
        "  }\n"
        "  chain to_services {\n"
        "    type filter hook input priority 0; policy drop;\n"
        "    tcp dport 80 accept\n"
        "  }\n"
        "}\n"
    )


def test_a_table_from_nothing_replaces_whatever_is_there() -> None:
    assert added_structure(None, ruleset(INPUT)).splitlines() == [
        "add table ip skywalk",
        "delete table ip skywalk",
        "add table ip skywalk",
        "add map ip skywalk route_table { type ifname : mark; }",
        "add chain ip skywalk to_services { type filter hook input priority 0; policy drop; }",
        "add rule ip skywalk to_services tcp dport 80 accept",
    ]


def test_only_changed_chains_are_written_again() -> None:
    have = ruleset(INPUT, Chain("same", ("accept",)), Chain("sg-1-in", ("tcp dport 22 accept",)))
    want = ruleset(
        INPUT,
        Chain("same", ("accept",)),
        Chain("sg-1-in", ("tcp dport 22 accept", "tcp dport 80 accept")),
        Chain("sg-2-in", ("accept",)),
        sets=(MARKS, PORTS),
    )
    assert added_structure(have, want).splitlines() == [
        "add set ip skywalk port { type ifname; }",
        "add chain ip skywalk sg-2-in",
        "flush chain ip skywalk sg-1-in",
        "add rule ip skywalk sg-1-in tcp dport 22 accept",
        "add rule ip skywalk sg-1-in tcp dport 80 accept",
        "add rule ip skywalk sg-2-in accept",
    ]
    assert removed_structure(want, have).splitlines() == [
        "flush chain ip skywalk sg-2-in",
        "delete chain ip skywalk sg-2-in",
        "delete set ip skywalk port",
    ]


def test_nothing_to_do_is_no_command() -> None:
    assert added_structure(ruleset(INPUT), ruleset(INPUT)) == ""
    assert removed_structure(ruleset(INPUT), ruleset(INPUT)) == ""
    assert removed_structure(None, ruleset(INPUT)) == ""
    assert list(element_changes(ruleset(INPUT), ruleset(INPUT))) == []


def test_an_element_with_other_data_leaves_and_enters() -> None:
    old, new, kept = Element(("p-1",), data=7), Element(("p-1",), data=8), Element(("p-2",), data=9)
    (change,) = element_changes(ruleset(route_table={old, kept}), ruleset(route_table={new, kept}))
    assert change == ElementChange(MARKS, frozenset({old}), frozenset({new}))


def test_the_version_tells_sets_and_base_chains_apart() -> None:
    version = version_chain((MARKS,), (INPUT,))
    assert version == version_chain((MARKS,), (Chain(INPUT.name, (), INPUT.hook),)), "rules can be changed later"
    assert version != version_chain((MARKS, PORTS), (INPUT,))
    assert version != version_chain((MARKS,), (Chain(INPUT.name, (), INPUT.hook.replace("drop", "accept")),))
    assert version.name.startswith("version-")
