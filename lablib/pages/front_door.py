"""The first of the pages: what the labs are, what each of them asks, and how to go on."""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import nbformat
from PIL import Image

from lablib.pages.document import page, title
from lablib.pages.places import Inside, Place
from lablib.pages.running import predictions
from lablib.pages.scripts import writer
from lablib.widgets.assets import bundle
from lablib.widgets.html import fill

_STATIC = Path(__file__).parent / "static"
MODEL = "pocket-gpt2"
"""The model that writes on the page."""
WIDTH, HEIGHT = 352, 220
"""Pixels of a picture, which is shown at half of that."""


class About(NamedTuple):
    """What a lab asks, and its picture: a part of one in `labs/images`.

    Attributes:
        question: that the lab answers.
        picture: its name there, without the theme.
        left, top, width: of the part, in pixels. The height follows from `WIDTH` and `HEIGHT`.
    """

    question: str
    picture: str
    left: int
    top: int
    width: int


LABS = {
    "00_start_here": About("What does a model say comes next?", "knobs", 310, 155, 600),
    "01_tokenization": About("What does a model read?", "tokens", 0, 190, 560),
    "02_attention": About("Who looks at whom, and does it matter?", "attention-heads", 0, 115, 800),
    "03_transformer": About("What happens between ids and scores?", "transformer", 0, 80, 700),
    "04_masked_words": About(
        "What does a model that reads both sides know?", "masking-joint", 0, 0, 960
    ),
    "05_fine_tuning": About(
        "How does it learn my text, on my machine?", "finetuning-training", 0, 650, 620
    ),
    "06_sampling": About("How do scores become text?", "knobs", 0, 60, 880),
    "07_transfer": About(
        "What is its reading worth on a small task?", "transfer-training", 0, 590, 800
    ),
    "08_encoder_decoder": About("How does one text become another?", "translation", 0, 170, 680),
}
"""The core labs by the names of their pages."""


@dataclass(frozen=True)
class Entry:
    """A page that the first one leads to.

    Attributes:
        name: of its file, without `.html`.
        title: its heading.
        minutes: that it takes; 0 where it does not say so.
        predictions: the ids of those it asks for.
    """

    name: str
    title: str
    minutes: int = 0
    predictions: tuple[str, ...] = ()


def entry(name: str, book: nbformat.NotebookNode) -> Entry:
    """The entry of a notebook's page.

    >>> cell = nbformat.v4.new_markdown_cell("# One\\n\\n**15 minutes** of it")
    >>> entry("one", nbformat.v4.new_notebook(cells=[cell]))
    Entry(name='one', title='One', minutes=15, predictions=())
    """
    words = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    minutes = re.search(r"\*\*(\d+) minutes\*\*|in (\d+) minutes", words)
    number = int(minutes[1] or minutes[2]) if minutes else 0
    return Entry(name, title(book), number, tuple(predictions(book)))


def front_door(
    entries: Sequence[Entry], pictures: Path, repository: str = "", place: Place | None = None
) -> str:
    """The page that leads to all others.

    Args:
        entries: the pages, the core labs first.
        pictures: the folder with those of the labs (`labs/images`).
        repository: the project's on GitHub, `owner/name`, for the links that lead on from here.
        place: where the page's scripts and styles stand; None for in it.

    >>> '<a href="a.html">A</a>' in front_door([Entry("a", "A")], Path("none"))
    True
    """
    place = place or Inside()
    core = [one for one in entries if one.name in LABS]
    others = [one for one in entries if one.name not in LABS]
    body = _BODY.format(
        labs="\n".join(_card(one, pictures) for one in core),
        others="\n".join(f"<li>{_link(one)} {_more(one)}</li>" for one in others),
        on=_going_on(repository),
    )
    asked = {one.name: one.predictions for one in entries}
    return page(
        "Language Model Labs",
        body,
        [bundle(_STATIC / "front_door.css")],
        {"predictions": asked, "writer": writer(MODEL, place)},
        {"front_door.js": bundle(_STATIC / "front_door.js")},
        place,
    )


def _card(one: Entry, pictures: Path) -> str:
    """A core lab: its picture, its question, its minutes, and how far the reader is."""
    about = LABS[one.name]
    return f"""<li class="door-lab">{_picture(about, pictures)}<div>
{_link(one)}
{fill("<p>{question}</p>", question=about.question)}
{_more(one)}</div></li>"""


def _link(one: Entry) -> str:
    return fill('<a href="{name}.html">{title}</a>', name=one.name, title=one.title)


def _more(one: Entry) -> str:
    """The minutes, and the place for how many predictions were answered."""
    minutes = f"{one.minutes} minutes" if one.minutes else ""
    return fill(
        '<span class="door-more">{minutes}<span data-of="{name}"></span></span>',
        minutes=minutes,
        name=one.name,
    )


def _picture(about: About, pictures: Path) -> str:
    """The part of the lab's picture for each theme; nothing where there is none."""
    files = [pictures / f"{about.picture}-{theme}.png" for theme in ("light", "dark")]
    if not all(file.exists() for file in files):
        return ""
    light, dark = (part(file, about.left, about.top, about.width) for file in files)
    return f"""<picture><source media="(prefers-color-scheme: dark)" srcset="{dark}">
<img src="{light}" alt="" width="{WIDTH // 2}" height="{HEIGHT // 2}"></picture>"""


def part(file: Path, left: int, top: int, width: int) -> str:
    """A part of a picture, made small, as an address that holds it (WebP in a `data:` URL)."""
    with Image.open(file) as image:
        box = (left, top, left + width, top + width * HEIGHT // WIDTH)
        small = image.convert("RGB").resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS, box)
    file_in_memory = BytesIO()
    small.save(file_in_memory, "webp", quality=70)
    return f"data:image/webp;base64,{b64encode(file_in_memory.getvalue()).decode()}"


def _going_on(repository: str) -> str:
    """How to go on from the pages: in JupyterLab, and on Binder where the repository is known."""
    if not repository:
        return _ON_ONES_OWN.format(labs="the labs' repository")
    source = fill(_SOURCE, name=repository)
    return _ON_ONES_OWN.format(labs=source) + fill(_ON_BINDER, name=repository)


_SOURCE = """<a href="https://github.com/{name}">the labs' repository</a>"""
_ON_ONES_OWN = """<li><b>On your own machine</b>: from {labs},
<code>make lab</code> opens the labs in JupyterLab.</li>"""
_ON_BINDER = """
<li><b>In the browser</b>:
<a href="https://mybinder.org/v2/gh/{name}/HEAD?urlpath=lab/tree/labs/00_start_here.ipynb">Binder</a>
starts a small server with the labs on it.</li>"""

_BODY = """<main class="door">
<h1>Language Model Labs</h1>
<p class="door-about">Labs in which you handle a language model: cut your text into tokens, look
through every attention head, hide a word, turn the sampling knobs. Predict what comes out, then see
it: these pages need no installation and no network.</p>
<p><a class="door-start" href="00_start_here.html">Start here: 15 minutes</a>
<span id="answered" role="status"></span></p>
<form id="try">
<label>A small model in this page continues your text:
<input id="beginning" value="Once upon a time there was" autocomplete="off"></label>
<button>Write</button>
</form>
<p id="written" aria-live="polite"></p>
<h2>The labs</h2>
<ol class="door-labs">
{labs}
</ol>
<div class="door-below">
<section><h2>To go on</h2>
<p>What is grey on these pages (training, models of the hub, exercises that are checked) works in
JupyterLab:</p>
<ul>
{on}
</ul>
<p id="kept"></p>
<p class="door-actions"><button type="button" id="download">Download my progress file</button>
<button type="button" id="take-in">Take in a progress file …</button></p>
<p id="said" role="status"></p>
</section>
<section><h2>Further, and beside</h2>
<ul>
{others}
</ul></section>
</div>
</main>"""
