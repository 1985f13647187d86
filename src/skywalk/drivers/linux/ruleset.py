"""One namespace's nftables table as a value, and the commands that turn one such value into another.

Commands carry the structure (sets, chains, rules); the elements of sets and maps travel by themselves
(`nfnetlink`). A new table fills in this order: structure, elements; a change: structure that is added or changed,
elements, structure that is gone. Until an element is there its packets are dropped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from skywalk.drivers.delta import compare_maps
from skywalk.drivers.linux.sets import Element, ElementChange, SetDeclaration

FAMILY: Final = "ip"
TABLE: Final = "skywalk"
_TABLE = f"{FAMILY} {TABLE}"


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain; `hook` is that of a base chain: `type filter hook forward priority 0; policy drop;`."""

    name: str
    rules: tuple[str, ...]
    hook: str = ""


@dataclass(frozen=True, slots=True)
class Ruleset:
    sets: Mapping[str, SetDeclaration] = field(default_factory=dict)
    chains: Mapping[str, Chain] = field(default_factory=dict)
    elements: Mapping[str, frozenset[Element]] = field(default_factory=dict)


def version_chain(sets: Collection[SetDeclaration], chains: Collection[Chain]) -> Chain:
    """An empty chain whose name tells what sets and base chains a table was made with: those cannot be changed
    later, so that a table with another such name is made anew."""
    text = "\n".join(sorted([*(each.render() for each in sets), *(f"{each.name} {each.hook}" for each in chains)]))
    return Chain(f"version-{hashlib.sha256(text.encode()).hexdigest()[:12]}", ())


def render_ruleset(ruleset: Ruleset) -> str:
    """The whole table as text that `nft -f` reads: sets, chains and elements by name."""
    lines = [f"table {_TABLE} {{"]
    for name, declaration in sorted(ruleset.sets.items()):
        lines.append(f"  {declaration.render()}")
        elements = sorted(element.render(declaration) for element in ruleset.elements.get(name, ()))
        if elements:
            lines[-1] = lines[-1].removesuffix(" }")
            lines.append("    elements = {")
            lines.extend(f"      {element}," for element in elements)
            lines.extend(("    }", "  }"))
    for name, chain in sorted(ruleset.chains.items()):
        lines.append(f"  chain {name} {{")
        lines.extend(f"    {line}" for line in (chain.hook, *chain.rules) if line)
        lines.append("  }")
    lines.append("}")
    return "\n".join(lines) + "\n"


def added_structure(have: Ruleset | None, want: Ruleset) -> str:
    """Commands for the sets, chains and rules that are new or changed; one transaction. Empty if there are none.

    Without `have` (no table yet, or one of another version) the table is made from nothing."""
    lines = [] if have is not None else [f"add table {_TABLE}", f"delete table {_TABLE}", f"add table {_TABLE}"]
    old = have or Ruleset()
    sets = compare_maps(old.sets, want.sets)
    chains = compare_maps(old.chains, want.chains)
    lines.extend(_declare(declaration) for _, declaration in sorted(sets.added.items()))
    changed = sorted({**chains.added, **chains.updated}.items())
    lines.extend(_declare_chain(chain) for name, chain in changed if name in chains.added)
    lines.extend(f"flush chain {_TABLE} {name}" for name, _ in changed if name in chains.updated)
    lines.extend(f"add rule {_TABLE} {name} {rule}" for name, chain in changed for rule in chain.rules)
    return "".join(f"{line}\n" for line in lines)


def removed_structure(have: Ruleset | None, want: Ruleset) -> str:
    """Commands for the chains and sets that are gone."""
    if have is None:
        return ""
    chains = sorted(have.chains.keys() - want.chains.keys())
    sets = sorted(have.sets.keys() - want.sets.keys())
    lines = [f"flush chain {_TABLE} {name}" for name in chains]
    lines.extend(f"delete chain {_TABLE} {name}" for name in chains)
    lines.extend(f"delete {'map' if have.sets[name].data else 'set'} {_TABLE} {name}" for name in sets)
    return "".join(f"{line}\n" for line in lines)


def element_changes(have: Ruleset | None, want: Ruleset) -> Iterator[ElementChange]:
    """Sets of which elements differ; those of sets that are gone go with them."""
    old = have.elements if have is not None else {}
    for name, declaration in sorted(want.sets.items()):
        before, after = old.get(name, frozenset()), want.elements.get(name, frozenset())
        if before is not after and before != after:
            yield ElementChange(declaration, before - after, after - before)


def _declare(declaration: SetDeclaration) -> str:
    word, _, rest = declaration.render().partition(" ")
    return f"add {word} {_TABLE} {rest}"


def _declare_chain(chain: Chain) -> str:
    hook = f" {{ {chain.hook} }}" if chain.hook else ""
    return f"add chain {_TABLE} {chain.name}{hook}"
