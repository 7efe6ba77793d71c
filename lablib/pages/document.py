"""A notebook that has run, as an HTML file."""

import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

import mistune
import nbformat

from lablib.pages.controls import Controls
from lablib.pages.outputs import output
from lablib.pages.places import Inside, Place, Scripts, allowed, compressed
from lablib.pages.running import Models
from lablib.pages.scripts import engine
from lablib.widgets.assets import bundle
from lablib.widgets.html import escape, fill, script_json

_STATIC = Path(__file__).parent / "static"
GLOSSARY = "GLOSSARY"
"""The name of the labs' glossary, and of its page."""
GUESS_FIRST = "guess-first"
"""The tag of a cell whose code a page shows, and what it gives only when that is asked for."""

_WITH_A_KERNEL = re.compile("<!-- with a kernel -->.*?<!-- end -->", re.DOTALL)

# Nothing can be fetched from anywhere, whatever is on the page, but the files that lie beside it.
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data: blob:;
 script-src {sources} blob:; style-src 'self' 'unsafe-inline'; font-src data:">
<title>{title}</title>
{style}
</head>
<body>
{theme}
{alone}{body}
{data}{scripts}
</body>
</html>
"""


def lab_page(book: nbformat.NotebookNode, models: Models, place: Place | None = None) -> str:
    """The page of one lab.

    Args:
        book: the notebook with its outputs.
        models: the widgets that its outputs show.
        place: where the page's scripts and styles stand; None for in it.

    >>> book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# One & two")])
    >>> "<title>One &amp; two</title>" in lab_page(book, {})
    True
    """
    place = place or Inside()
    controls = Controls(models)
    cells = "\n".join(cell for one in book.cells for cell in _cell(one, controls))
    states = {id: controls.state(id) for id in [*controls.drawn, *controls.parts]}
    styles = dict.fromkeys(state["_css"] for state in states.values() if state.get("_css"))
    return page(
        title(book),
        f"<main>\n{_HEADER}\n{cells}\n</main>",
        styles,
        _data(states, controls.live, place),
        {"page.js": bundle(_STATIC / "draw.js")},
        place,
    )


_ALL_LABS = '<nav class="page-nav" aria-label="Labs"><a href="index.html">All labs</a></nav>'
_HEADER = f"""{_ALL_LABS}
<p class="page-about">This page was made from a lab that had run. No kernel stands behind it. What
is drawn in the browser answers all the same (predictions, bugs to spot, knobs, attention views),
and so do the panels whose model lies beside the page: type into them. What stays greyed needs the
lab in JupyterLab.</p>"""


def page(
    title: str,
    body: str,
    styles: Iterable[str] = (),
    data: Mapping[str, Any] | None = None,
    scripts: Scripts | None = None,
    place: Place | None = None,
) -> str:
    """A page around `body`, in the colours its reader prefers.

    Args:
        body: HTML of ours.
        styles: style sheets beside that of all pages.
        data: what the scripts read: JSON by the ids of its elements.
        scripts: that run once the page is read, by their names.
        place: where scripts and styles stand; None for in the page.
    """
    place = place or Inside()
    return _PAGE.format(
        title=escape(title),
        style=place.style([bundle(_STATIC / "pages.css"), *styles]),
        theme=place.first("theme.js", bundle(_STATIC / "theme.js")),
        alone=place.alone(),
        body=body,
        data="".join(
            f'<script type="application/json" id="{name}">{script_json(part)}</script>\n'
            for name, part in (data or {}).items()
        ),
        scripts=place.last(scripts or {}),
        sources=" ".join([place.sources(), *_in_frames(body)]),  # once all scripts are known
    )


_FRAME = re.compile(r' srcdoc="([^"]*)"')
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def _in_frames(body: str) -> list[str]:
    """What allows the scripts of the frames in it (`html.frame`), which the page's policy binds.

    >>> _in_frames('<iframe srcdoc="&lt;script&gt;&lt;/script&gt;"></iframe>')
    ["'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"]
    """
    documents = map(unescape, _FRAME.findall(body))
    return [allowed(script) for document in documents for script in _SCRIPT.findall(document)]


def glossary_page(text: str, place: Place | None = None) -> str:
    """The page of the glossary, which is Markdown of ours."""
    return page("Glossary", f"<main>\n{_ALL_LABS}\n{markdown(text)}\n</main>", place=place)


def page_name(notebook: Path) -> str:
    """The name of a notebook's page. All pages are in one folder, so those in `further` say so.

    >>> page_name(Path("labs/further/01_tokenization.ipynb"))
    'further-01_tokenization'
    """
    return f"further-{notebook.stem}" if notebook.parent.name == "further" else notebook.stem


def title(book: nbformat.NotebookNode) -> str:
    """The first heading of a notebook."""
    words = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    found = re.search(r"^# (.+)$", words, re.MULTILINE)
    return found[1] if found else "Language Model Labs"


def _cell(cell: nbformat.NotebookNode, controls: Controls) -> Iterator[str]:
    if cell.cell_type == "markdown":
        yield f'<section class="page-words">{markdown(cell.source)}</section>'
    if cell.cell_type != "code":
        return
    guess = GUESS_FIRST in cell.metadata.get("tags", ())
    yield _code(cell.source, "open" if guess else "")
    outputs = (output(one, controls.with_note) for one in cell.outputs)
    yield from _behind_a_click(outputs) if guess else outputs


def _code(source: str, state: str) -> str:
    lines = len(source.splitlines())
    return fill(
        '<details class="page-code" {open}><summary>Code, {lines}</summary>'
        "<pre>{code}</pre></details>",
        open=state,
        lines=f"{lines} lines" if lines > 1 else "1 line",
        code=source,
    )


def _behind_a_click(outputs: Iterable[str]) -> Iterator[str]:
    """What a reader guesses first, as a learner with a kernel does before the cell is run."""
    yield '<details class="page-guess"><summary>What it gives</summary>'
    yield from outputs
    yield "</details>"


class _Markdown(mistune.HTMLRenderer):
    """Links from lab to lab lead from page to page, and headings can be linked."""

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        id = re.sub(r"<[^>]*>", "", text).replace(" ", "-")
        return super().heading(text, level, id=id, **attrs)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        url = re.sub(rf"^(?:\.\./)?{GLOSSARY}\.md(?=#|$)", f"{GLOSSARY}.html", url)
        lab = re.fullmatch(r"(?:\.\./)?((?:further/)?[\w-]+\.ipynb)", url)
        return super().link(text, f"{page_name(Path(lab[1]))}.html" if lab else url, title)


def markdown(text: str) -> str:
    """The HTML of a Markdown cell, which is ours and may hold tags.

    What holds only where a kernel is, is left out: a notebook marks it by comments, which
    JupyterLab does not show.

    >>> markdown("[on](02_attention.ipynb)")
    '<p><a href="02_attention.html">on</a></p>'
    >>> markdown("Look<!-- with a kernel -->, and run the cell<!-- end -->.")
    '<p>Look.</p>'
    """
    render = mistune.create_markdown(renderer=_Markdown(escape=False), plugins=["table"])
    return str(render(_WITH_A_KERNEL.sub("", text))).strip()


def _data(states: Models, live: dict[str, Any], place: Place) -> dict[str, Any]:
    """The widgets' states, what stands in them many times, and what lets panels live.

    Args:
        live: the panels that the page computes itself (see `Controls.live`).
    """
    shared = Shared()
    folded = {id: shared.fold(_own(state, place)) for id, state in states.items()}
    parts: dict[str, Any] = {"widgets": folded, "shared": shared.texts}
    if live:
        parts["live"] = engine(live, place)
    return parts


def _own(state: dict[str, Any], place: Place) -> dict[str, Any]:
    """The state without what stands in the page already, or only matters to ipywidgets; what all
    widgets of a kind have in common stands where the page keeps such things.
    """
    left_out = re.compile(r"_css|_(model|view)_\w+|_dom_classes|layout|style|needs_kernel|live")
    own = {name: value for name, value in state.items() if not left_out.fullmatch(name)}
    if "_esm" in own:
        own["_esm"] = place.keep(own["_esm"], "views.js")
    if "_plotly" in own:  # five megabytes
        own["_plotly"] = place.keep(compressed(own["_plotly"]), "plotly.js")
    return own


class Shared:
    """Long texts (scripts, weights, vocabularies), each kept once however often it is used.

    >>> shared = Shared()
    >>> shared.fold(["x" * 2000, "short"]), len(shared.texts)
    ([{'shared': 0}, 'short'], 1)
    """

    LONG = 1000
    """Characters from which on a text is kept here."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    @property
    def texts(self) -> list[str]:
        """The texts, in the order of their places."""
        return list(self._places)

    def fold(self, value: Any) -> Any:
        """The value with its long texts replaced by their places."""
        if isinstance(value, dict):
            return {key: self.fold(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.fold(inner) for inner in value]
        if isinstance(value, str) and len(value) > self.LONG:
            return {"shared": self._places.setdefault(value, len(self._places))}
        return value
