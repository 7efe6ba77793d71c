"""`python -m tests.architecture`: the plan of `lablib` in ARCHITECTURE.md, drawn from its imports.

The file holds places that begin with `<!-- drawn: NAME -->` and end with `<!-- end -->`; what is
between them is written anew, the rest stays. A test holds the file to what is drawn.
"""

import ast
import re
from collections.abc import Callable
from pathlib import Path

from tests import ROOT
from tests.imports import Package, parsed, room

PAGE = ROOT / "ARCHITECTURE.md"
FLOORS = ("exercises", "panel", "views", "figures", "compute")
"""The parts that rooms have, from the top down."""

Edges = set[tuple[str, str]]


def imports(package: Path) -> Edges:
    """All imports between the modules of a package: (the importing one, the imported one)."""
    graph = Package.read(package).graph()
    return {(name, other) for name, others in graph.items() for other in others}


def floor(name: str) -> str:
    """The floor of a module in its room, or "".

    >>> floor("lablib.masking.panel.fill"), floor("lablib.models.loading")
    ('panel', '')
    """
    parts = name.split(".")[2:3]
    return parts[0] if parts and parts[0] in FLOORS else ""


def between(edges: Edges, part: Callable[[str], str]) -> Edges:
    """The imports between the parts (rooms, or floors) of which the modules are."""
    pairs = {(part(one), part(other)) for one, other in edges}
    return {(one, other) for one, other in pairs if one and other and one != other}


def reachable(edges: Edges) -> Edges:
    """All pairs of which the second can be reached from the first.

    >>> sorted(reachable({("a", "b"), ("b", "c")}))
    [('a', 'b'), ('a', 'c'), ('b', 'c')]
    """
    found = set(edges)
    while more := {(a, d) for a, b in found for c, d in edges if b == c} - found:
        found |= more
    return found


def reduced(edges: Edges) -> Edges:
    """Without the imports that a longer way shows as well (the transitive reduction).

    What imports each other in a circle is drawn whole: it should not be there.

    >>> sorted(reduced({("panel", "compute"), ("panel", "figures"), ("figures", "compute")}))
    [('figures', 'compute'), ('panel', 'figures')]
    """
    far = reachable(edges)

    def shown_otherwise(one: str, other: str) -> bool:
        ways = {b for a, b in edges if a == one and (b, other) in far} - {one, other}
        return any((way, one) not in far and (other, way) not in far for way in ways)

    return {(one, other) for one, other in edges if not shown_otherwise(one, other)}


def diagram(edges: Edges) -> str:
    """A Mermaid flowchart, which GitHub draws."""
    lines = [f"  {one} --> {other}" for one, other in sorted(edges)]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```"])


def table(package: Path) -> str:
    """What each room is: the first sentence of what it says of itself."""
    rows = []
    for path in sorted(package.glob("*/__init__.py")):
        text = ast.get_docstring(parsed(path)) or ""
        rows.append(f"| `{path.parent.name}` | {text.split(chr(10) * 2)[0]} |")
    return "\n".join(["| package | what it is |", "| --- | --- |", *rows])


def drawn(package: Path = ROOT / "lablib") -> dict[str, str]:
    """Everything that is drawn, by the name of its place."""
    rooms = {path.parent.name for path in package.glob("*/__init__.py")}
    edges = {(one, other) for one, other in imports(package) if {room(one), room(other)} <= rooms}
    return {
        "packages": table(package),
        "rooms": diagram(reduced(between(edges, room))),
        "floors": diagram(reduced(between(edges, floor))),
    }


def filled(text: str, parts: dict[str, str]) -> str:
    """A page with each place filled.

    >>> filled("<!-- drawn: a -->old<!-- end -->", {"a": "new"})
    '<!-- drawn: a -->\\n\\nnew\\n\\n<!-- end -->'
    """
    place = re.compile(r"(<!-- drawn: (\w+) -->).*?(<!-- end -->)", re.DOTALL)
    return place.sub(lambda m: f"{m[1]}\n\n{parts[m[2]]}\n\n{m[3]}", text)


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), drawn()), encoding="utf-8")
