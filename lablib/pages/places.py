"""Where the scripts and the styles of a page stand: in it, or in files beside it, which all pages
of a folder share.

Either way the page may fetch nothing but what lies beside it, and runs no script but those it was
made with: its policy names each script in the page by its hash, and none that stands elsewhere.
"""

import gzip
from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from lablib.widgets.html import script_json

Scripts = Mapping[str, str]
"""Scripts by the names of their files, in the order in which they run, once the page is read."""


class Inside:
    """All of it stands in the page.

    Args:
        models: by the names of their files, the models that stand in the page as well (JSON by
            their names); None where the files lie beside it.

    Example:
        >>> place = Inside()
        >>> place.first("a.js", "x = 1")
        '<script>x = 1</script>'
        >>> place.sources()
        "'self' 'sha256-j/Q23vFFEoVZmhsa1wgASTuNyv3ikS4aODRWMwVOTCY='"
    """

    def __init__(self, models: Scripts | None = None) -> None:
        self._models = models
        self._hashes: list[str] = []

    def keep(self, value: Any, file: str) -> Any:
        """The value itself."""
        return value

    def has(self, file: str) -> bool:
        """Whether the models are in the page, or lie beside it."""
        return self._models is None or file in self._models

    def style(self, rules: Iterable[str]) -> str:
        """The rules in the page."""
        return "<style>\n{}\n</style>".format("\n".join(dict.fromkeys(rules)))

    def first(self, file: str, script: str) -> str:
        """The script in the page."""
        return f"<script>{self._known(script)}</script>"

    def last(self, scripts: Scripts) -> str:
        """The scripts in the page, after the models that it carries."""
        models = [
            f'<script type="application/json" data-script="{name}">{model}</script>'
            for name, model in (self._models or {}).items()
        ]
        tags = [
            f'<script type="module">{self._known(script)}</script>' for script in scripts.values()
        ]
        return "\n".join([*models, *tags])

    def sources(self) -> str:
        """The page's own scripts by their hashes, and the models beside it."""
        return " ".join(["'self'", *self._hashes] if self._models is None else self._hashes)

    def alone(self) -> str:
        """Nothing: it needs none."""
        return ""

    def _known(self, script: str) -> str:
        self._hashes.append(allowed(script))
        return script


def allowed(script: str) -> str:
    """How a page's policy allows a script that stands in it: by its hash.

    >>> allowed("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


@cache
def compressed(text: str) -> dict[str, str]:
    """A long text as a page's data has it: compressed, and written in base64. The page's script
    takes some milliseconds to read it.

    >>> len(compressed("long " * 10_000)["gzip"]) < 200
    True
    """
    return {"gzip": b64encode(gzip.compress(text.encode(), mtime=0)).decode()}


class Folder:
    """The files that the pages of a folder share.

    Args:
        path: of the folder, which is there.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as path:
        ...     place = Beside(Folder(Path(path)))
        ...     kept = place.keep("a long text", "views.js")
        ...     tag = place.last({"a.js": "x = 1"})
        ...     sorted(file.name for file in Path(path).iterdir())
        ['a.js', 'views.js']
        >>> kept
        {'beside': 'd8898cc4d8c4'}
        >>> print(tag)
        <script defer src="views.js"></script>
        <script defer src="a.js"></script>
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._parts: dict[str, dict[str, None]] = {}

    def add(self, file: str, *parts: str) -> None:
        """Add to a file what does not stand in it yet, part below part."""
        there = self._parts.setdefault(file, {})
        if new := [part for part in parts if part not in there]:
            there |= dict.fromkeys(new)
            (self._path / file).write_text("\n".join(there) + "\n", encoding="utf-8")


class Beside:
    """One page of a folder, whose files hold what the page shares with others."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._used: dict[str, None] = {}

    def keep(self, value: Any, file: str) -> Any:
        """The value's place in a file beside the page, named by what it is: in the file of another
        making a page finds its own or nothing.
        """
        text = script_json(value)
        key = sha256(text.encode()).hexdigest()[:12]
        self._folder.add(file, "globalThis.labBeside ??= {};", f'labBeside["{key}"] = {text};')
        self._used[file] = None
        return {"beside": key}

    def has(self, file: str) -> bool:
        """All of them lie beside it."""
        return True

    def style(self, rules: Iterable[str]) -> str:
        """A link to the folder's one style sheet."""
        self._folder.add("style.css", *rules)
        return '<link rel="stylesheet" href="style.css">'

    def first(self, file: str, script: str) -> str:
        """A link to the script."""
        self._folder.add(file, script)
        return f'<script src="{file}"></script>'

    def last(self, scripts: Scripts) -> str:
        """Links to what was kept, and to the scripts. They are no modules, which a browser does
        not take from the disk.
        """
        for file, script in scripts.items():
            self._folder.add(file, f'(() => {{\n"use strict";\n{script}\n}})();')
        return "\n".join(
            f'<script defer src="{file}"></script>' for file in [*self._used, *scripts]
        )

    def sources(self) -> str:
        """The files beside the page."""
        return "'self'"

    def alone(self) -> str:
        """A sentence that the folder's style sheet hides."""
        return (
            '<p class="page-alone">The files that belong to this page are not beside it, so it is '
            "bare and does not answer. Keep the folder of the pages together.</p>"
        )


Place = Inside | Beside
"""Where the parts of a page stand."""
