"""The model card: what a pocket model is, what it saw, how good it is and where it fails."""

from dataclasses import dataclass
from pathlib import Path

from transformers import PreTrainedModel

from lablib.pretraining.recipe import Recipe

LIMITS = """\
It is a classroom model: it has read a few dozen old books and nothing else. It knows their English
and their world, repeats their prejudices, makes up facts, and loses a story's thread after a few
sentences. Do not use it for anything but learning how such models work."""


@dataclass(frozen=True)
class Measured:
    """A line of the card's table: what was measured, the figure, and its unit."""

    what: str
    figure: str
    unit: str


def model_card(
    name: str,
    model: PreTrainedModel,
    recipe: Recipe,
    measured: list[Measured],
    titles: str,
    sample: str,
) -> str:
    """The card as Markdown, with the front matter the hub reads.

    Args:
        titles: a Markdown table of the texts it was trained on.
        sample: a text it wrote, or an empty string.
    """
    parameters = sum(p.numel() for p in model.parameters())
    rows = "\n".join(f"| {m.what} | {m.figure} | {m.unit} |" for m in measured)
    tokens = recipe.steps * recipe.batch * recipe.context
    written = f"\n## A text it wrote\n\n{_quote(sample)}\n" if sample else ""
    return f"""\
---
license: mit
language: en
library_name: transformers
---

# {name}

A stock `{type(model).__name__}` of {parameters / 1e6:.1f} M parameters, trained from scratch on
public-domain English books: {recipe.layers} layers of {recipe.heads} heads, width {recipe.width},
context {recipe.context} tokens, vocabulary {model.config.vocab_size}. Its weights are stored in
half precision; compute in single.

It saw {tokens / 1e6:.1f} M tokens in {recipe.steps:,} steps of {recipe.batch} × {recipe.context}
(Muon for the blocks' matrices, AdamW for the rest, seed {recipe.seed}).

## Measured on a book it never saw

| what | figure | unit |
| --- | --- | --- |
{rows}
{written}
## Limits

{LIMITS}

## Training text

{titles}
"""


def _quote(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def titles_table(folder: Path) -> str:
    """The texts of a folder as a table of titles, authors and Gutenberg numbers.

    They are taken from the table in the README beside the folder (columns: file, title, author,
    number); without one, the files' names stand alone.
    """
    readme = folder.parent / "README.md"
    lines = readme.read_text(encoding="utf-8").splitlines() if readme.exists() else []
    rows = [_cells(line) for line in lines if line.startswith(f"| {folder.name}/")]
    known = {row[0].split("/")[1]: row[1:4] for row in rows}
    found = [known.get(f.name, [f.stem, "", ""]) for f in sorted(folder.glob("*.txt"))]
    head = ["| title | author | Gutenberg no. |", "| --- | --- | --- |"]
    return "\n".join(head + [f"| {t} | {a} | {n} |" for t, a, n in found])


def _cells(line: str) -> list[str]:
    """The cells of a Markdown table row.

    >>> _cells("| a | b c |")
    ['a', 'b c']
    """
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
