"""The JavaScript and style of our own views: files that import each other, made one text.

A view's script is an ES module that imports what it needs from other files of ours. A widget,
though, is sent one script, and a page made from a lab may fetch nothing. So the files are joined
here, when the widget's class is made: nothing is built beforehand, and nobody needs Node.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple

STATIC = Path(__file__).parent / "static"


def source(entry: Path) -> str:
    """What a widget takes as its `_esm` or `_css`: a file and all that it imports, as one text.

    With `ANYWIDGET_HMR=1` in the kernel's environment, a changed file is seen without a new kernel:
    each new widget reads its files anew, and the widgets of its kind that are in sight follow.

    Raises:
        ValueError: as `bundle` does.

    >>> source(STATIC / "fold.js").endswith("export default withLateStart({ render });\\n")
    True
    """
    text = bundle(entry)
    if os.environ.get("ANYWIDGET_HMR") != "1":
        return text
    from lablib.widgets.reread import Reread

    return Reread(lambda: bundle(entry))  # type: ignore[return-value]  # anywidget takes it as a text


def bundle(entry: Path) -> str:
    """A script or a style sheet and all that it imports, each file once, before what needs it.

    A script imports with `import { name } from "./file.js";` and exports with `export` before a
    function, a class or a constant; only the entry may have a default export. What a file does not
    export is its own, so that two files may use the same names. A style sheet imports with
    `@import "./file.css";`.

    Raises:
        ValueError: if a file is not there, files import each other in a circle, a name is not
            exported where it is imported from, or an import or export is written in another way.

    >>> script = bundle(STATIC / "fold.js")
    >>> "import {" in script, script.index("function write(") < script.index("function render(")
    (False, True)
    """
    parts: dict[Path, _Part] = {}
    _add(Path(os.path.abspath(entry)), parts, ())
    return "\n".join(part.text for part in parts.values())


class _Part(NamedTuple):
    """A file as it stands in the bundle, where the scripts after it know it by its name."""

    name: str
    exports: tuple[str, ...]
    text: str


class _Edit(NamedTuple):
    """What stands from `start` to `end` of a file becomes another text."""

    start: int
    end: int
    text: str = ""


def _add(file: Path, parts: dict[Path, _Part], above: tuple[Path, ...]) -> _Part:
    """Adds a file after what it imports; `above` are the files that led to it, the entry first."""
    if file in above:
        circle = " → ".join(one.name for one in (*above[above.index(file) :], file))
        raise ValueError(
            f"{circle}: these files import each other in a circle. "
            "Put what they share into a file of its own."
        )
    if file not in parts:
        make = _style if file.suffix == ".css" else _script
        part = make(file, _read(file, above), parts, above)
        parts[file] = part
    return parts[file]


def _read(file: Path, above: tuple[Path, ...]) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        needed = f", which {above[-1].name} imports" if above else ""
        raise ValueError(f"There is no file {file}{needed}.") from None


_STYLE_IMPORT = re.compile(r'@import "(\.{1,2}/[^"\n]+)";\n*')
_IMPORT = re.compile(r'import \{([\w$,\s]+)\} from "(\.{1,2}/[^"\n]+)";\n*')
_NAME = re.compile(r"([\w$]+)(?:\s+as\s+([\w$]+))?")
_EXPORT = re.compile(r"export (?=(?:async )?(?:function\*?|class|const) ([\w$]+))")


def _style(file: Path, code: str, parts: dict[Path, _Part], above: tuple[Path, ...]) -> _Part:
    edits = []
    for start in _statements(r"@import\b", code):
        found = _expect(_STYLE_IMPORT, code, start, file, '@import "./file.css";')
        _add(_beside(file, found[1]), parts, (*above, file))
        edits.append(_Edit(*found.span()))
    return _Part("", (), _edited(code, edits))


def _script(file: Path, code: str, parts: dict[Path, _Part], above: tuple[Path, ...]) -> _Part:
    """The entry stays as it is but for its imports; another becomes a function that is run once."""
    edits, head = [], ""
    for start in _statements(r"import\b(?!\s*[(.])", code):
        found = _expect(_IMPORT, code, start, file, 'import { name } from "./file.js";')
        head += _taken(
            file, found[1], found[2], _add(_beside(file, found[2]), parts, (*above, file))
        )
        edits.append(_Edit(*found.span()))
    if not above:
        return _Part("", (), head + _edited(code, edits))
    form = "export before a function, a class or a constant, in a file that others import"
    exports = [_expect(_EXPORT, code, at, file, form) for at in _statements(r"export\b", code)]
    body = _edited(code, sorted([*edits, *(_Edit(*found.span()) for found in exports)]))
    names = tuple(found[1] for found in exports)
    name = "$" + re.sub(r"\W", "_", file.stem) + str(len(parts))
    text = f"const {name} = (() => {{\n{head}{body}\nreturn {{ {', '.join(names)} }};\n}})();\n"
    return _Part(name, names, text)


def _taken(file: Path, names: str, address: str, other: _Part) -> str:
    """The line that takes names out of another part: `const { a, b: c } = $other1;`"""
    pairs = _NAME.findall(names)
    for name, _ in pairs:
        if name not in other.exports:
            there = ", ".join(sorted(other.exports)) or "nothing"
            raise ValueError(f"{file.name} imports {name} from {address}, which exports {there}.")
    wanted = ", ".join(f"{name}: {own}" if own else name for name, own in pairs)
    return f"const {{ {wanted} }} = {other.name};\n"


def _beside(file: Path, address: str) -> Path:
    return Path(os.path.abspath(file.parent / address))


# Comments and texts of several lines may hold a line that only looks like a statement. Short texts
# and comments are named too, since a quotation mark in them begins nothing.
_TEXT = re.compile(
    r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`""", re.DOTALL
)


def _statements(words: str, code: str) -> list[int]:
    """Where the lines start that begin with these words and are code."""
    starts = [found.start() for found in re.finditer(f"^{words}", code, re.MULTILINE)]
    if not starts:
        return []
    texts = [found.span() for found in _TEXT.finditer(code) if "\n" in found[0]]
    return [start for start in starts if not any(a < start < b for a, b in texts)]


def _expect(form: re.Pattern[str], code: str, at: int, file: Path, words: str) -> re.Match[str]:
    """The statement at a place, which must have this form."""
    if found := form.match(code, at):
        return found
    line = code.count("\n", 0, at) + 1
    raise ValueError(f"{file.name}, line {line}, cannot be joined with other files. Write {words}.")


def _edited(code: str, edits: list[_Edit]) -> str:
    """The code with these changes, which come in its order."""
    for edit in reversed(edits):
        code = code[: edit.start] + edit.text + code[edit.end :]
    return code
