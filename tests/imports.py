"""Which file of a package imports which, read from the files: nothing is imported for it.

All imports count, those in functions too; only what stands under `if TYPE_CHECKING` does not. A
name of a room's door (`lablib.lazy`) counts as an import of the module where it is defined, so
`from lablib import sampling` with `sampling.prepare` is one of `lablib.sampling.compute.text`.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

Graph = dict[str, set[str]]
"""For each module the modules it imports."""


@cache
def parsed(path: Path) -> ast.Module:
    """A file of Python, read once for all tests of a process."""
    return ast.parse(path.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Package:
    """The files of a package, and what its doors open.

    Attributes:
        files: each module's file, by the module's name.
        doors: for each package the modules of the names in its stub.
    """

    files: dict[str, Path]
    doors: dict[str, dict[str, str]]

    @classmethod
    def read(cls, folder: Path) -> "Package":
        """All Python files under a package's folder."""
        files = {_name(path, folder.parent): path for path in sorted(folder.rglob("*.py"))}
        packages = {name: path for name, path in files.items() if path.name == "__init__.py"}
        return cls(files, {name: _door(path) for name, path in packages.items()})

    def graph(self) -> Graph:
        """Who imports whom."""
        return {name: set(self._imports(name)) - {name} for name in self.files}

    def _imports(self, name: str) -> Iterator[str]:
        nodes = list(_running(parsed(self.files[name])))
        bound: dict[str, str] = {}
        for node in nodes:
            for base, attribute, alias in self._statements(name, node):
                found = self._home(base, attribute)
                yield found
                bound[alias] = found
        for node in nodes:
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                package = bound.get(node.value.id)
                if package in self.doors:
                    yield self._home(package, node.attr)

    def _statements(self, name: str, node: ast.AST) -> Iterator[tuple[str, str, str]]:
        """What an import statement takes from where, and as what."""
        root = name.partition(".")[0]
        if isinstance(node, ast.Import):
            for each in node.names:
                if each.name.partition(".")[0] == root:
                    base, _, last = each.name.rpartition(".")
                    yield base or root, last if base else "", each.asname or each.name
        if isinstance(node, ast.ImportFrom):
            base = self._absolute(name, node)
            if base.partition(".")[0] == root:
                yield from ((base, each.name, each.asname or each.name) for each in node.names)

    def _absolute(self, name: str, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = name.split(".")
        up = node.level - (self.files[name].name == "__init__.py")
        return ".".join([*parts[: len(parts) - up], *filter(None, [node.module])])

    def _home(self, base: str, attribute: str) -> str:
        """The module that an attribute of a module is, or in which a door's name is defined."""
        if f"{base}.{attribute}" in self.files:
            return f"{base}.{attribute}"
        if base not in self.files:
            raise LookupError(f"There is no module {base}.")
        return self.doors.get(base, {}).get(attribute, base)


def _name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _door(path: Path) -> dict[str, str]:
    """The modules of the names in a package's stub, which is where `lablib.lazy` finds them."""
    stub = path.with_suffix(".pyi")
    tree = ast.parse(stub.read_text(encoding="utf-8") if stub.exists() else "")
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    return {alias.name: node.module or "" for node in imports for alias in node.names}


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all nodes below it, but for what only a type checker reads."""
    yield node
    below: list[ast.AST] = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
        below = list(node.orelse)
    for child in below:
        yield from _running(child)


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """A circle of imports, from a module back to itself; empty if there is none.

    >>> circle({"a": {"b"}, "b": {"a", "c"}}), circle({"a": {"b"}})
    (['a', 'b', 'a'], [])
    """
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [str(name) for name in reversed(error.args[1])]
    return []


def of_rooms(graph: Mapping[str, set[str]]) -> Graph:
    """The same of rooms: the packages and modules right under the package.

    >>> of_rooms({"p.a.x": {"p.a.y", "p.b.z"}, "p.b.z": {"p.c"}})
    {'a': {'b'}, 'b': {'c'}}
    """
    rooms: Graph = {}
    for name, imported in graph.items():
        own = rooms.setdefault(room(name), set())
        own |= {room(other) for other in imported} - {room(name)}
    return rooms


def room(name: str) -> str:
    """The room of a module; "" for the package itself.

    >>> room("lablib.masking.panel.fill"), room("lablib")
    ('masking', '')
    """
    return name.partition(".")[2].partition(".")[0]
