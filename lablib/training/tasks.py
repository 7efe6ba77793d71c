"""What is learned from a text: the next token, hidden tokens, a label, or another text.

A task knows its rows, makes batches of them, and measures a model. The training loop needs nothing
else, so it is the same for all of them.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable
from collections.abc import Sequence as Several
from math import ceil, exp
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from transformers import PreTrainedTokenizerBase

from lablib import models
from lablib.data.tables import label_key, one_spelling
from lablib.models import LoadedModel, heads
from lablib.models.card import Kind
from lablib.models.errors import quoted
from lablib.models.opening import require_fit
from lablib.models.text import context_length, require_vectors, text_ids, vectors
from lablib.training import chats, losses
from lablib.training.config import Config
from lablib.training.corruption import IGNORE_INDEX, corrupt
from lablib.training.padding import padded_tokenizer
from lablib.training.texts import Source, read_source, split, table_of, table_rows
from lablib.unicode import well_formed

if TYPE_CHECKING:
    from transformers import PreTrainedModel

Split = Literal["train", "heldout"]
Batch = dict[str, Tensor]
Pairs = list[tuple[str, ...]]
Drawn = TypeVar("Drawn")
Row = dict[str, Tensor]
"""One row: `input_ids` and `labels`, int64 [tokens]; the label of a whole text is a scalar."""

HeadInputs = tuple[Tensor, Tensor, nn.Linear | None]
"""What `_Language.head_inputs_and_labels` gives."""
SIDES = ("source", "target")
"""The columns of a table of pairs."""
EVALUATION_ROWS = 16
"""Rows measured at once where nothing else is said."""


class Task(ABC):
    """Rows to learn from and rows to measure on, and what to do with them.

    Attributes:
        kinds: what a model has to be, best first.
        labels: the names of the classes, where there are some.
        notes: what was left out or mended of the data, a sentence each.
        source: what the rows were made of; None where there is no such text.
        chat_template: how conversations were written down; None where there were none.
    """

    kinds: ClassVar[tuple[Kind, ...]]
    labels: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    source: Source | None = None
    chat_template: str | None = None

    def __init__(self, train: Several[Row], heldout: Several[Row], pad_id: int) -> None:
        self._rows: dict[Split, Several[Row]] = {"train": train, "heldout": heldout}
        self._pad_id = pad_id

    @property
    def train_rows(self) -> int:
        """How many rows are learned from in an epoch."""
        return len(self._rows["train"])

    @property
    def heldout_rows(self) -> int:
        """How many rows are measured on."""
        return len(self._rows["heldout"])

    def with_rows(self, train: int | None = None, heldout: int | None = None) -> Self:
        """The same task with only the first of its rows, shared with this one.

        Args:
            train, heldout: how many; None for all.
        """
        part = copy.copy(self)
        part._rows = {
            "train": self._rows["train"][:train],
            "heldout": self._rows["heldout"][:heldout],
        }
        return part

    @property
    def highest_ids(self) -> list[int]:
        """The highest token id of each row, [rows]."""
        rows = [row for part in self._rows.values() for row in part]
        return [max(int(ids.max()) for ids in row.values() if ids.numel()) for row in rows]

    def batch(self, indices: Several[int], split: Split = "train") -> Batch:
        """Some rows, filled up on the right to the longest of them, on the CPU.

        Args:
            indices: which rows; i is row i mod `train_rows` in epoch i div `train_rows`.

        Returns:
            `input_ids` [rows, tokens]; `labels` (the same shape, or [rows] for classes) with
            `IGNORE_INDEX` where nothing is asked; `attention_mask` where something was filled up.
        """
        return pad([self.row(index, split) for index in indices], self._pad_id)

    def row(self, index: int, split: Split) -> Row:
        """One row."""
        rows = self._rows[split]
        return rows[index % len(rows)]

    def targets(self, batch: Batch) -> int:
        """How many answers a batch asks for. On the CPU, where nothing has to wait for it."""
        return int((batch["labels"] != IGNORE_INDEX).sum())

    def prompt(self, text: str) -> str:
        """The text as the model has to be given it, to go on from there."""
        return text

    @abstractmethod
    def loss(self, model: PreTrainedModel, batch: Batch) -> tuple[Tensor, Tensor]:
        """The summed loss of a batch in nats, and the number of its targets: two scalars."""

    @abstractmethod
    def score(self, model: PreTrainedModel, batch: Batch) -> Tensor:
        """The summed loss of a batch, its targets, and how many were guessed right, [3]."""

    def report(self, sums: Tensor) -> dict[str, float]:
        """Measures by name, from the sum of `score` over all batches [3]."""
        nats, targets, right = sums.tolist()
        return {"loss": nats / targets, "accuracy": right / targets}

    @torch.no_grad()
    def measures(self, model: PreTrainedModel, rows: int = EVALUATION_ROWS) -> dict[str, float]:
        """Measure a model on the whole held-out part, where every target counts the same.

        Args:
            rows: how many are computed at once.
        """
        training, device = model.training, next(model.parameters()).device
        sums = torch.zeros(3, dtype=torch.float64)
        model.eval()
        for start in range(0, self.heldout_rows, rows):
            batch = self.batch(range(start, min(start + rows, self.heldout_rows)), "heldout")
            sums += self.score(model, {k: v.to(device) for k, v in batch.items()}).cpu()
        model.train(training)
        return self.report(sums)


def pad(rows: Several[Row], pad_id: int) -> Batch:
    """Rows below one another, filled up on the right; a mask only if there is something to mask.

    >>> rows = [{"input_ids": torch.tensor(i), "labels": torch.tensor(i)} for i in ([5], [6, 7])]
    >>> {name: part.tolist() for name, part in pad(rows, 0).items()}
    {'input_ids': [[5, 0], [6, 7]], 'labels': [[5, -100], [6, 7]],
     'attention_mask': [[1, 0], [1, 1]]}
    """
    lengths = torch.tensor([len(row["input_ids"]) for row in rows])
    ids = pad_sequence([row["input_ids"] for row in rows], True, pad_id)
    labels = [row["labels"] for row in rows]
    whole = labels[0].ndim == 0
    batch = {
        "input_ids": ids,
        "labels": torch.stack(labels) if whole else pad_sequence(labels, True, IGNORE_INDEX),
    }
    if lengths.min() < lengths.max():
        batch["attention_mask"] = (torch.arange(ids.shape[1]) < lengths[:, None]).long()
    return batch


class _Language(Task):
    """A task whose answers are entries of the vocabulary."""

    def loss(self, model: PreTrainedModel, batch: Batch) -> tuple[Tensor, Tensor]:
        """The summed loss in nats, made from a chunk of the scores at a time, and its targets."""
        hidden, labels, head = self.head_inputs_and_labels(model, batch)
        if head is None:
            nats = losses.cross_entropy_of(hidden, labels)
        else:
            nats = losses.cross_entropy(hidden, head.weight, labels, head.bias)
        return nats, (labels != IGNORE_INDEX).sum()

    @torch.no_grad()
    def score(self, model: PreTrainedModel, batch: Batch) -> Tensor:
        """The summed loss, its targets, and how many were the model's first guess."""
        hidden, labels, head = self.head_inputs_and_labels(model, batch)
        if head is None:
            nats = losses.cross_entropy_of(hidden, labels)
            right = (hidden.argmax(-1) == labels).sum()
        else:
            nats, right = losses.score(hidden, head.weight, labels, head.bias)
        return torch.stack([nats, (labels != IGNORE_INDEX).sum(), right])

    @abstractmethod
    def head_inputs_and_labels(self, model: PreTrainedModel, batch: Batch) -> HeadInputs:
        """What the head reads at some places [places, width], the right answers there [places], and
        the head; the scores and None where `heads.read` gives them.
        """

    def report(self, sums: Tensor) -> dict[str, float]:
        """Perplexity beside the loss: e to it."""
        measures = super().report(sums)
        return {**measures, "perplexity": exp(min(measures["loss"], 700.0))}


class Causal(_Language):
    """Each token is predicted from those before it; the labels are the ids again."""

    kinds = ("causal",)

    def targets(self, batch: Batch) -> int:
        """The first token of a row is not asked for."""
        return super().targets({"labels": batch["labels"][:, 1:]})

    def head_inputs_and_labels(self, model: PreTrainedModel, batch: Batch) -> HeadInputs:
        """What is said at a token is held against the label of the next."""
        hidden, head = heads.read(model, inputs(batch))
        return hidden[:, :-1].flatten(0, 1), batch["labels"][:, 1:].flatten(), head


class Answers(Causal):
    """Conversations: each token of an answer is predicted from all that was said before it."""

    def __init__(
        self, train: Several[Row], heldout: Several[Row], tokenizer: PreTrainedTokenizerBase
    ) -> None:
        super().__init__(train, heldout, _pad_id(tokenizer))
        self._tokenizer = tokenizer
        self.chat_template = chats.template_of(tokenizer)

    def prompt(self, text: str) -> str:
        """What a person says, up to where the answer begins."""
        return chats.written_down(
            self._tokenizer, [{"role": "user", "content": well_formed(text)}], asks=True
        )


class Masked(_Language):
    """Hidden tokens are guessed from both sides (BERT's 15 %), others in every epoch."""

    kinds = ("masked",)

    def __init__(
        self,
        train: Several[Row],
        heldout: Several[Row],
        tokenizer: PreTrainedTokenizerBase,
        seed: int = 0,
    ) -> None:
        super().__init__(train, heldout, _pad_id(tokenizer))
        self._tokenizer, self._seed = tokenizer, seed

    def row(self, index: int, split: Split) -> Row:
        """A row with some tokens hidden: which ones is a pure function of the seed and the index,
        and on held-out rows always the same.
        """
        seed = self._seed * 1_000_003 + index if split == "train" else 2**40 + index
        ids = super().row(index, split)["input_ids"]
        made = corrupt(ids, self._tokenizer, torch.Generator().manual_seed(seed))
        return {"input_ids": made.ids, "labels": made.labels}

    def head_inputs_and_labels(self, model: PreTrainedModel, batch: Batch) -> HeadInputs:
        """Only the hidden tokens, so the head has 15 % of the work."""
        hidden, head = heads.read(model, inputs(batch))
        places = batch["labels"] != IGNORE_INDEX
        return hidden[places], batch["labels"][places], head


class Sequence(_Language):
    """A text is turned into another one, as in translation."""

    kinds = ("seq2seq",)

    def head_inputs_and_labels(self, model: PreTrainedModel, batch: Batch) -> HeadInputs:
        """The answer is read one token late, so nothing has to be shifted here."""
        late: Any = model
        answer = late.prepare_decoder_input_ids_from_labels(labels=batch["labels"])
        hidden, head = heads.read(model, {**inputs(batch), "decoder_input_ids": answer})
        return hidden.flatten(0, 1), batch["labels"].flatten(), head


class Classification(Task):
    """Each text has one label out of a few.

    Attributes:
        auto: the class of `transformers` that puts the head for it on a body.
    """

    kinds = ("classifier", "encoder", "causal")
    auto: ClassVar[str] = "AutoModelForSequenceClassification"

    def __init__(
        self, train: Several[Row], heldout: Several[Row], pad_id: int, labels: tuple[str, ...]
    ) -> None:
        super().__init__(train, heldout, pad_id)
        self.labels = labels

    def logits_and_labels(self, model: PreTrainedModel, batch: Batch) -> tuple[Tensor, Tensor]:
        """What the model says [answers, classes], and what is right [answers]."""
        return model(**inputs(batch)).logits.float(), batch["labels"]

    def loss(self, model: PreTrainedModel, batch: Batch) -> tuple[Tensor, Tensor]:
        """The summed loss in nats, and the number of answers."""
        logits, labels = self.logits_and_labels(model, batch)
        nats = F.cross_entropy(logits, labels, reduction="sum")
        return nats, torch.tensor(len(logits), device=logits.device)

    @torch.no_grad()
    def score(self, model: PreTrainedModel, batch: Batch) -> Tensor:
        """The summed loss, the number of answers, and how many were right."""
        logits, labels = self.logits_and_labels(model, batch)
        nats = F.cross_entropy(logits, labels, reduction="sum")
        right = (logits.argmax(-1) == labels).sum()
        return torch.stack([nats, torch.full_like(nats, len(logits)), right])


class WordLabels(Classification):
    """Each word has one label out of a few; a row's `labels` have it at one piece of the word, and
    `IGNORE_INDEX` at all other tokens.
    """

    auto = "AutoModelForTokenClassification"

    def logits_and_labels(self, model: PreTrainedModel, batch: Batch) -> tuple[Tensor, Tensor]:
        """The same, one answer for each word."""
        asked = batch["labels"] != IGNORE_INDEX
        return model(**inputs(batch)).logits.float()[asked], batch["labels"][asked]


def inputs(batch: Batch) -> Batch:
    """What a model reads of a batch: all but the answers."""
    return {name: part for name, part in batch.items() if name != "labels"}


TASKS: dict[str, type[Task]] = {
    "causal": Causal,
    "masked": Masked,
    "classification": Classification,
    "sequence": Sequence,
}
"""The tasks by the names they have in a `Config`."""


def open_model(config: Config) -> LoadedModel:
    """The model of a run as its task needs it, mapped into memory on the CPU.

    Raises:
        ModelError: if there is none, or it cannot learn this.
    """
    return models.load(config.model, kind=TASKS[config.task].kinds, device="cpu")


def reads_table(config: Config) -> bool:
    """Whether the rows of a run are those of a table, and not cut from a text."""
    return config.task in ("classification", "sequence")


def total_steps(config: Config, task: Task) -> int:
    """How many steps a run makes."""
    return config.steps or ceil(config.epochs * task.train_rows / config.batch)


def make_task(config: Config, m: LoadedModel, source: Source | None = None) -> Task:
    """The task of a configuration, with the rows of its text.

    Args:
        m: whose tokenizer makes the rows.
        source: its text, if that has been read; None: it is read as the settings say.

    Raises:
        ValueError: if there is too little text, or tokenizer and weights do not fit, or the model
            has no vector for a token of the text.

    Example:
        >>> from lablib import models
        >>> task = make_task(Config(text="lighthouse", length=32), models.load("pocket-gpt2"))
        >>> task.batch([0, 1])["input_ids"].shape
        torch.Size([2, 32])
    """
    _require_length(config, m)
    source = source or read_source(config.text, reads_table(config))
    make: dict[str, Callable[[Config, PreTrainedTokenizerBase, Source, list[str]], Task]] = {
        "causal": _causal,
        "masked": _masked,
        "classification": _classification,
        "sequence": _sequence,
    }
    notes: list[str] = []
    task = make[config.task](config, tokenizer_of(config, m), source, notes)
    task.notes, task.source = tuple(notes), source
    _require_all_vectors(task, m)
    return task


def classification_task(
    config: Config, m: LoadedModel, train: Pairs, heldout: Pairs
) -> Classification:
    """The task of texts that are here already, instead of a table that is read.

    Args:
        config: its labels are the names of the classes; without any, those that occur.
        m: whose tokenizer makes the rows.
        train, heldout: to learn from and to measure on, (text, label) each.

    Raises:
        ValueError: as `make_task` does, or for a label that the settings do not have.

    Example:
        >>> from lablib import models
        >>> config = Config(model="pocket-bert", task="classification", length=16)
        >>> pairs = [("a fine day", "good"), ("a dull day", "bad")]
        >>> task = classification_task(config, models.load("pocket-bert"), pairs, [])
        >>> task.labels, task.batch([0, 1])["labels"].tolist()
        (('bad', 'good'), [1, 0])
    """
    _require_length(config, m)
    task = _classes(config, tokenizer_of(config, m), train, heldout)
    _require_all_vectors(task, m)
    return task


def _require_length(config: Config, m: LoadedModel) -> None:
    """Refuse rows that a model cannot read, and a tokenizer of another model."""
    require_fit(m.card.name, m.tokenizer, m.model)
    longest = context_length(m)
    if longest and config.length > longest:
        raise ValueError(
            f"length is {config.length} tokens, but {m.card.name} reads {longest:,} at most."
        )


def _require_all_vectors(task: Task, m: LoadedModel) -> None:
    """Refuse tokens that a model has no vector for; few tokenizers have any."""
    if len(m.tokenizer) > vectors(m.model):
        require_vectors(m, task.highest_ids)


def tokenizer_of(config: Config, m: LoadedModel) -> PreTrainedTokenizerBase:
    """The tokenizer of a run: the model's own, with a padding token where classes need one."""
    return padded_tokenizer(m) if config.task == "classification" else m.tokenizer


def _causal(
    config: Config, tokenizer: PreTrainedTokenizerBase, source: Source, notes: list[str]
) -> Task:
    if chats.holds_chats(source.content):
        return _answers(config, tokenizer, source, notes)
    train, heldout = (
        causal_rows(part, tokenizer, config.length, config.packed)
        for part in split(source.content, config.heldout)
    )
    # A shorter last row would be all padding in a packed batch; measured it still counts.
    full = [row for row in train if len(row) == config.length] if config.packed else train
    _require_rows(full, heldout, config, sum(map(len, train)))
    return Causal(_own_labels(full), _own_labels(heldout), _pad_id(tokenizer))


def _answers(
    config: Config, tokenizer: PreTrainedTokenizerBase, source: Source, notes: list[str]
) -> Task:
    """The conversations of a text as rows, one each, whatever `packed` says."""
    found = [
        chats.chat_row(chat, tokenizer, config.length) for chat in chats.read_chats(source.content)
    ]
    rows = [row for row in found if row is not None]
    if not rows:
        raise ValueError(
            f"No conversation has its answer within {config.length} tokens: make length larger."
        )
    if left := len(found) - len(rows):
        notes.append(
            f"Left out: {left} of {len(found)} conversations, whose answers begin after "
            f"{config.length} tokens; make length larger to keep them."
        )
    train, heldout = _drawn(rows, config.heldout)
    _require_rows(train, heldout, config, sum(len(row["input_ids"]) for row in rows))
    return Answers(train, heldout, tokenizer)


def causal_rows(
    text: str, tokenizer: PreTrainedTokenizerBase, length: int, packed: bool
) -> list[Tensor]:
    """A text as rows of at most `length` ids, int64.

    Packed: cut from one stream, each row beginning with the last token of the one before, so that
    every token of the text but the first is asked for exactly once. Else one paragraph a row, or
    several if it is long, and the end-of-text token after it.
    """
    if packed:
        return _windows(text_ids(tokenizer, text), length)
    end = [] if tokenizer.eos_token_id is None else [tokenizer.eos_token_id]
    paragraphs = [part.strip() for part in text.split("\n\n") if part.strip()]
    return [row for part in paragraphs for row in _windows(text_ids(tokenizer, part) + end, length)]


def _windows(ids: list[int], length: int) -> list[Tensor]:
    """Windows that overlap by one; a single token has nothing to predict.

    >>> [row.tolist() for row in _windows([1, 2, 3, 4, 5, 6], 3)]
    [[1, 2, 3], [3, 4, 5], [5, 6]]
    """
    stream = torch.tensor(ids, dtype=torch.long)
    return [stream[start : start + length] for start in range(0, len(ids) - 1, length - 1)]


def _masked(
    config: Config, tokenizer: PreTrainedTokenizerBase, source: Source, notes: list[str]
) -> Task:
    if chats.holds_chats(source.content):
        raise ValueError(
            "These are conversations, and their answers teach a next-word model: take "
            "task='causal'."
        )
    known, unseen = split(source.content, config.heldout)
    train, heldout = (_framed(part, tokenizer, config.length) for part in (known, unseen))
    full = [row for row in train if len(row) == config.length]
    _require_rows(full, heldout, config, sum(map(len, train)))
    return Masked(_own_labels(full), _own_labels(heldout), tokenizer, config.seed)


def _framed(text: str, tokenizer: PreTrainedTokenizerBase, length: int) -> list[Tensor]:
    """Rows of [CLS] text [SEP], `length` ids each, the last one shorter."""
    ids, inside = text_ids(tokenizer, text), length - 2
    begin, end = [tokenizer.cls_token_id], [tokenizer.sep_token_id]
    return [
        torch.tensor(begin + ids[start : start + inside] + end)
        for start in range(0, len(ids), inside)
    ]


def _classification(
    config: Config, tokenizer: PreTrainedTokenizerBase, source: Source, notes: list[str]
) -> Task:
    train, heldout = _table(config, source, ("text", "label"), notes)
    return _classes(config, tokenizer, *_labelled(train, heldout, config.labels, notes))


def _classes(
    config: Config, tokenizer: PreTrainedTokenizerBase, train: Pairs, heldout: Pairs
) -> Classification:
    """Texts and their labels as rows."""
    if not train:
        raise ValueError("There are no texts to learn from.")
    labels = config.labels or tuple(sorted({label for _, label in train}))
    unknown = sorted({label for _, label in train + heldout} - set(labels))
    if unknown:
        raise ValueError(f"The label {quoted(unknown[0])} is not one of {', '.join(labels)}.")
    if len(labels) < 2:
        raise ValueError("All texts have one label, so there is nothing to tell apart.")

    def row(text: str, label: str) -> Row:
        ids = torch.tensor(_cut(tokenizer, well_formed(text), config.length))
        return {"input_ids": ids, "labels": torch.tensor(labels.index(label))}

    rows = [[row(*pair) for pair in part] for part in (train, heldout)]
    return Classification(rows[0], rows[1], _pad_id(tokenizer), labels)


def _labelled(
    train: Pairs, heldout: Pairs, names: tuple[str, ...], notes: list[str]
) -> tuple[Pairs, Pairs]:
    """The rows with each class spelt in one way: as `names` do, or as it is spelt most often."""
    labels = [label.strip() for _, label in train + heldout]
    if names:
        given = {label_key(name): name for name in names}
        labels = [s if s in names else given.get(label_key(s), s) for s in labels]
    else:
        labels, spellings = one_spelling(labels)
        notes.extend(spellings)
    rows: Pairs = [(row[0], label) for row, label in zip(train + heldout, labels, strict=True)]
    return rows[: len(train)], rows[len(train) :]


def _sequence(
    config: Config, tokenizer: PreTrainedTokenizerBase, source: Source, notes: list[str]
) -> Task:
    def row(source: str, target: str) -> Row:
        answer = tokenizer(
            text_target=well_formed(target), truncation=True, max_length=config.length
        )
        return {
            "input_ids": torch.tensor(_cut(tokenizer, source, config.length)),
            "labels": torch.tensor(answer["input_ids"]),
        }

    train, heldout = _table(config, source, SIDES, notes)
    rows = [[row(*pair) for pair in part] for part in (train, heldout)]
    return Sequence(rows[0], rows[1], _pad_id(tokenizer))


def heldout_pairs(config: Config, source: Source) -> Pairs:
    """The pairs of a table, source and target, that a run with these settings never learns from.

    >>> table = Source("source,target\\na,A\\nb,B\\nc,C\\n")
    >>> heldout_pairs(Config(heldout=0.3), table)
    [('b', 'B')]
    """
    return _table(config, source, SIDES, [])[1]


def _table(
    config: Config, source: Source, columns: tuple[str, str], notes: list[str]
) -> tuple[Pairs, Pairs]:
    """The rows of a table to learn from, and those to measure on: drawn, where it does not say."""
    train, heldout = table_rows(table_of(source), columns, notes)
    if not heldout:
        train, heldout = _drawn(train, config.heldout)
    if not train:
        raise ValueError("The table has too few rows to learn from and to measure on.")
    return train, heldout


def _drawn(rows: Several[Drawn], share: float) -> tuple[list[Drawn], list[Drawn]]:
    """Rows to learn from, and a share of them to measure on: files are often sorted.

    The draw is always the same, so that runs with other seeds are measured on the same rows.

    >>> _drawn("abcde", 0.2), _drawn("ab", 0.0)
    ((['a', 'b', 'd', 'e'], ['c']), (['a', 'b'], []))
    """
    if not share:
        return list(rows), []
    order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(0)).tolist()
    known = len(rows) - max(1, round(len(rows) * share))
    return [rows[i] for i in sorted(order[:known])], [rows[i] for i in sorted(order[known:])]


def _cut(tokenizer: PreTrainedTokenizerBase, text: str, length: int) -> list[int]:
    """A text's ids with the tokenizer's special tokens, at most `length`."""
    return list(tokenizer(well_formed(text), truncation=True, max_length=length)["input_ids"])


def _own_labels(rows: Several[Tensor]) -> list[Row]:
    return [{"input_ids": ids, "labels": ids} for ids in rows]


def _pad_id(tokenizer: PreTrainedTokenizerBase) -> int:
    """What rows are filled up with. GPT-2 has no token for it; any will do, as it is masked."""
    return 0 if tokenizer.pad_token_id is None else int(tokenizer.pad_token_id)


def _require_rows(
    train: Several[object], heldout: Several[object], config: Config, tokens: int
) -> None:
    if not train:
        raise ValueError(
            f"The text is shorter than one row: {tokens} tokens to learn from, and length is "
            f"{config.length}. Take a longer text or a smaller length."
        )
    if config.heldout and not heldout:
        raise ValueError(
            "Too little of the text is held out to measure on: make heldout larger, or 0 to "
            "measure nothing."
        )
