"""Beam search as a tree: all candidates of every step, not only the winner.

At each step every beam is continued with every token; the best continuations are the candidates.
Those that end the text become finished texts, the best others are the beams of the next step, and
the rest is pruned. Finished texts compete by their log-probability divided by a power of their
length, the length penalty; with 1, as it is unless told otherwise, by their mean per token. All
rules are those of `transformers` 5.23 for `num_beams=…, do_sample=False`, and so is the winner.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

import torch
from torch import Tensor
from transformers import LogitsProcessorList

from lablib.models import LoadedModel
from lablib.models.text import end_of_text_ids, token_text
from lablib.numbers import require_count, require_within
from lablib.sampling.compute.generation import Step, generate
from lablib.sampling.compute.knobs import Knobs
from lablib.sampling.compute.reading import Reader
from lablib.sampling.compute.text import Prompt, TextStream, prepare

MOST_PENALTY = 100
"""A length to this power is still a number."""


class Rows(Protocol):
    """Rows of tokens that a model reads on and on: what a search needs of a model."""

    def read(self, ids: Sequence[Sequence[int]]) -> Tensor:
        """Read more tokens, [rows][n] ids; the scores for the next one, [rows, vocab] float32."""

    def select(self, rows: Sequence[int]) -> None:
        """Go on with these rows, in this order; a row may be named more than once."""


@dataclass(frozen=True)
class BeamNode:
    """One candidate: a beam continued by one token.

    Attributes:
        id: the token.
        text: the token decoded alone.
        log_probability: of the token after its beam, natural.
        cumulative: of all tokens from the prompt's end to here, natural.
        parent: the place of its beam among the nodes of the step before; -1 for the prompt.
        kept: whether it is a beam of the next step.
        finished: whether it ends a text that competes for the win.
    """

    id: int
    text: str
    log_probability: float
    cumulative: float
    parent: int
    kept: bool
    finished: bool


@dataclass(frozen=True)
class Finished:
    """A finished text that competes for the win: where it ends in the tree, and how good it is.

    Attributes:
        step: the step of its last node.
        place: of that node among the nodes of the step.
        score: its cumulative log-probability divided by length ** length_penalty, where the length
            is its number of tokens.
    """

    step: int
    place: int
    score: float


@dataclass(frozen=True)
class BeamTree:
    """A beam search, complete or still growing.

    Attributes:
        prompt: what the model read first.
        beams: how many beams go on from each step.
        steps: for each step its candidates, the most probable first: at least twice the beams.
        finished: the best finished texts, at most one per beam, the best first.
        greedy: what greedy decoding writes instead.
        text: the text of the winner, or of the leading candidate while nothing is finished.
    """

    prompt: Prompt
    beams: int
    steps: tuple[tuple[BeamNode, ...], ...]
    finished: tuple[Finished, ...]
    greedy: tuple[Step, ...]
    text: str

    @property
    def winner(self) -> tuple[BeamNode, ...]:
        """The nodes of the winner, from the first step to its last."""
        return _winner(self.steps, self.finished)

    @property
    def places(self) -> list[tuple[int, int]]:
        """The step and the place there of every candidate, [candidates]."""
        return [(i, place) for i, nodes in enumerate(self.steps) for place in range(len(nodes))]

    def path(self, step: int, place: int) -> tuple[BeamNode, ...]:
        """The nodes from the first step to the node at this place of this step."""
        return _path(self.steps, step, place)

    def table(self) -> list[dict[str, object]]:
        """One row per candidate: its step, its place there, and the fields of the node."""
        return [
            {"step": step, "place": place, **vars(node)}
            for step, nodes in enumerate(self.steps)
            for place, node in enumerate(nodes)
        ]


def _path(steps: Sequence[tuple[BeamNode, ...]], step: int, place: int) -> tuple[BeamNode, ...]:
    nodes = []
    for candidates in reversed(steps[: step + 1]):
        nodes.append(candidates[place])
        place = candidates[place].parent
    return tuple(reversed(nodes))


def _winner(
    steps: Sequence[tuple[BeamNode, ...]], finished: Sequence[Finished]
) -> tuple[BeamNode, ...]:
    best = finished[0] if finished else Finished(len(steps) - 1, 0, 0.0)
    return _path(steps, best.step, best.place)


def beam_search(
    m: LoadedModel,
    prompt: str | Prompt,
    beams: int = 4,
    steps: int = 10,
    length_penalty: float = 1.0,
) -> BeamTree:
    """Search for a probable text of at most `steps` tokens, keeping the `beams` best at each step.

    The winner is what `model.generate(num_beams=beams, length_penalty=length_penalty,
    do_sample=False, max_new_tokens=steps)` returns. With one beam it is greedy decoding.

    Args:
        length_penalty: finished texts compete by log-probability / length ** length_penalty: with 0
            by the sum, which favours short texts, with 1 by the mean.

    Raises:
        ValueError: if `beams` or `steps` is below 1, there are too many beams for the vocabulary,
            or the penalty is not from -100 to 100.

    Example:
        >>> from lablib import models, sampling as sp
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> tree = sp.beam_search(m, "Once upon a", beams=2, steps=3)
        >>> len(tree.steps), tree.beams
        (3, 2)
    """
    *_, tree = grow_beams(m, prompt, beams, steps, length_penalty)
    return tree


def grow_beams(
    m: LoadedModel,
    prompt: str | Prompt,
    beams: int = 4,
    steps: int = 10,
    length_penalty: float = 1.0,
) -> Iterator[BeamTree]:
    """The tree of `beam_search` after each step, the last one complete.

    Raises:
        ValueError: see `beam_search`.

    Example:
        >>> from lablib import models, sampling as sp
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> [len(tree.steps) for tree in sp.grow_beams(m, "Once upon a", beams=2, steps=3)]
        [1, 2, 3]
    """
    require_size(beams, steps)
    prepared = prepare(m, prompt, steps)
    if prepared.context is not None:
        steps = min(steps, prepared.context - len(prepared.ids))
    search = Search(m, Reader(m.model), prepared.ids, beams, length_penalty)
    greedy: list[Step] = []
    greedy_steps = generate(m, prepared, Knobs(temperature=0), max_new_tokens=steps)
    while not search.done:
        search.advance(last=len(search.steps) + 1 == steps)
        greedy += islice(greedy_steps, 1)
        if search.done:
            greedy += greedy_steps
        yield BeamTree(
            prompt=prepared,
            beams=beams,
            steps=tuple(search.steps),
            finished=tuple(search.finished),
            greedy=tuple(greedy),
            text=_text(m, prepared.ids, search.winner),
        )


def require_size(beams: int, steps: int) -> None:
    """Refuse a search of nothing.

    Raises:
        ValueError: a sentence that says what is needed.
    """
    for name, value in {"beams": beams, "steps": steps}.items():
        require_count(name, value, says="Beam search needs at least 1 beam and 1 step.")


class Search:
    """The state of a beam search between two steps.

    Args:
        reader: has read nothing yet.
        start: the tokens the text goes on from, read first.
        length_penalty: see `beam_search`.
        early_stopping: whether the search ends as soon as as many texts as beams have ended.
        rules: what a model forbids or forces while it writes; they change the log-probabilities.

    Attributes:
        steps: the candidates of each step so far, as in `BeamTree`.
        finished: the best finished texts so far, the best first.
        done: whether no step can change the winner.
        ends: the tokens that end a text.

    Raises:
        ValueError: if there are too many beams for the vocabulary.
    """

    def __init__(
        self,
        m: LoadedModel,
        reader: Rows,
        start: Sequence[int],
        beams: int,
        length_penalty: float = 1.0,
        early_stopping: bool = False,
        rules: LogitsProcessorList | None = None,
    ):
        require_within("length_penalty", length_penalty, -MOST_PENALTY, MOST_PENALTY)
        self._m, self._reader, self._beams = m, reader, beams
        self._length_penalty, self._early_stopping = length_penalty, early_stopping
        self._rules: Any = rules
        self.ends = end_of_text_ids(m)
        self._rows = [list(start)]
        self._logits = reader.read(self._rows)
        self._cumulative = torch.zeros(1)  # of each beam, [beams] float32 as in transformers
        self._places = [-1]  # of each beam among the nodes of the step before
        # Enough candidates that as many beams as wanted go on even if the best all end the text.
        self._count = beams * max(2, 1 + len(self.ends)) if beams > 1 else 1
        if self._count > self._logits.shape[1]:
            raise ValueError(f"{beams} beams are too many for so small a vocabulary; use fewer.")
        self.steps: list[tuple[BeamNode, ...]] = []
        self.finished: list[Finished] = []
        self.done = False

    def advance(self, last: bool) -> None:
        """Grow the tree by one step; at the last one every text ends."""
        log_probabilities = self._log_probabilities()
        totals = log_probabilities + self._cumulative[:, None]
        best = totals.flatten().topk(self._count)
        rows, ids = best.indices // totals.shape[1], best.indices % totals.shape[1]
        ended = [last or id in self.ends for id in ids.tolist()]
        kept = [place for place, over in enumerate(ended) if not over][: self._beams]
        self.steps.append(
            tuple(
                BeamNode(
                    id=int(ids[place]),
                    text=token_text(self._m.tokenizer, int(ids[place])),
                    log_probability=float(log_probabilities[rows[place], ids[place]]),
                    cumulative=float(best.values[place]),
                    parent=self._places[rows[place]],
                    kept=place in kept,
                    finished=ended[place] and place < self._beams,
                )
                for place in range(self._count)
            )
        )
        self._finish()
        self._cumulative, self._places = best.values[kept], kept
        self.done = not kept or not self._can_improve()
        if not self.done:
            chosen = list(zip(rows[kept].tolist(), ids[kept].tolist(), strict=True))
            self._rows = [[*self._rows[row], id] for row, id in chosen]
            self._reader.select([row for row, _ in chosen])
            self._logits = self._reader.read([[id] for _, id in chosen])

    def _log_probabilities(self) -> Tensor:
        """Of every next token after every beam, [beams, vocab], with the model's rules applied."""
        plain = self._logits.log_softmax(1)
        return self._rules(torch.tensor(self._rows), plain) if self._rules else plain

    def _finish(self) -> None:
        """Let the texts that ended in this step compete; only the best of all steps stay."""
        step, length = len(self.steps) - 1, len(self.steps)
        ended = [
            Finished(step, place, node.cumulative / length**self._length_penalty)
            for place, node in enumerate(self.steps[-1])
            if node.finished
        ]
        ranked = sorted(self.finished + ended, key=lambda text: text.score, reverse=True)
        self.finished = ranked[: self._beams]

    def _can_improve(self) -> bool:
        """Whether the best beam is ahead of the worst finished text (or texts are missing)."""
        if len(self.finished) < self._beams:
            return True
        if self._early_stopping:
            return False
        best = float(self._cumulative[0]) / len(self.steps) ** self._length_penalty
        return best > self.finished[-1].score

    @property
    def winner(self) -> tuple[BeamNode, ...]:
        """The nodes of the winner so far, from the first step to its last."""
        return _winner(self.steps, self.finished)


def _text(m: LoadedModel, start: Sequence[int], nodes: Sequence[BeamNode]) -> str:
    """What these nodes add to the text they go on from."""
    stream = TextStream(m.tokenizer, start)
    return "".join(stream.push(node.id, last=node is nodes[-1]) for node in nodes)
