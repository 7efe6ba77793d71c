"""Writing text with a model: one `Step` per token, with everything the model said about it.

Token t after the prompt is drawn with the t-th of the `uniforms` of the seed. So the same prompt,
knobs and seed give the same text on any thread, whatever else runs, and two settings can be
compared with the same draws. Small differences of rounding remain between devices, precisions,
batch sizes and a session reused; they can change a token only where a draw falls exactly on the
border between two tokens.
"""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from operator import eq
from typing import NamedTuple

import torch
from torch import Tensor
from transformers import PreTrainedModel

from lablib.models import LoadedModel
from lablib.models.text import context_length, end_of_text_ids, token_text
from lablib.numbers import require_count, require_place
from lablib.sampling.compute.distribution import (
    distribution,
    draw,
    entropy,
    limited_distribution,
    uniforms,
)
from lablib.sampling.compute.knobs import OFF, REMOVED, Knobs
from lablib.sampling.compute.mirostat import Mirostat
from lablib.sampling.compute.reading import Reader
from lablib.sampling.compute.text import Prompt, TextStream, prepare

END_OF_TEXT = "end of text"
"""The model chose its end-of-text token."""
CONTEXT_FULL = "context full"
"""Prompt and text fill the number of tokens the model can read."""
LENGTH = "length"
"""`max_new_tokens` were written."""

Ban = Callable[[Sequence[int]], Collection[int]]
"""The tokens that may not come next, by the ids before (see `block_list` and `Guide`)."""

ALTERNATIVES = 8
"""How many of the model's most probable tokens each step names."""


class Session:
    """A model and what it read last, so that nothing is read twice.

    Ask for the next scores after any ids: what they share with the ids asked for before is reused
    (its keys and values are cached), the rest is read. Going back, choosing another token and going
    on from there therefore costs only the new tokens. One thread at a time may use a session; make
    a new one after the model's weights changed.
    """

    def __init__(self, m: LoadedModel):
        self.model: PreTrainedModel = m.model
        self._reader = Reader(m.model)
        self._ids: list[int] = []

    def next_logits(self, ids: Sequence[int]) -> Tensor:
        """The scores for the token after `ids` (at least one), [vocab] float32 on the CPU."""
        shared = takewhile(bool, map(eq, self._ids, ids[:-1]))  # one for each id both begin with
        kept = self._reader.keep(sum(shared))
        self._ids = []  # after a failure below nothing counts as read
        logits = self._reader.read([ids[kept:]])[0]
        self._ids = list(ids)
        return logits


def next_logits(m: LoadedModel, prompt: str | Prompt) -> Tensor:
    """The model's scores for the token after the prompt, [vocab] float32 on the CPU.

    Example:
        >>> from lablib import models, sampling as sp
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> len(sp.next_logits(m, "Once upon a")) == m.model.config.vocab_size
        True
    """
    return Session(m).next_logits(prepare(m, prompt).ids)


class Alternative(NamedTuple):
    """A token that was possible: its id, its text alone (U+FFFD for part of a character) and its
    probability.
    """

    id: int
    text: str
    probability: float


def top(m: LoadedModel, probabilities: Tensor, k: int = ALTERNATIVES) -> tuple[Alternative, ...]:
    """The k most probable tokens of a distribution [vocab], the best first.

    Raises:
        ValueError: if k is below 0.

    Example:
        >>> from lablib import models, sampling as sp
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> probabilities = sp.next_logits(m, "Once upon a").softmax(0)
        >>> first, second = sp.top(m, probabilities, k=2)
        >>> first.probability >= second.probability
        True
    """
    require_count("k", k, 0)
    best = probabilities.topk(min(k, len(probabilities)))
    return tuple(
        Alternative(id, token_text(m.tokenizer, id), p)
        for id, p in zip(best.indices.tolist(), best.values.tolist(), strict=True)
    )


@dataclass(frozen=True, eq=False)
class Step:
    """One token written by the model, and what the model said at that place.

    Attributes:
        position: 0 for the first token after the prompt.
        id: the token.
        text: what this token adds to the text. A token that ends inside a character adds nothing;
            the token that completes the character adds all of it. Joined, the texts of a finished
            generation are the decoded text.
        probability: of the token, in the distribution it was drawn from.
        log_probability: of the token, natural, by the model alone (temperature 1, no other knob).
        cumulative: the sum of the log-probabilities from the prompt's end up to this token.
        entropy: of the distribution the token was drawn from, in bits.
        model_entropy: of the model's own distribution, in bits.
        alternatives: the model's most probable tokens here, with its own probabilities.
        end: why the text ends here: "end of text", "context full" or "length"; None if it goes on.
        knobs: the knobs it was drawn with; Mirostat's limit of surprisal is among them.
        limit_mass: how much probability the limit of surprisal took away here; 0 without one.
        previous: the ids before it, prompt included.
        banned: the tokens that were not allowed here.
        banned_mass: how much probability the model gave them together, before the knobs.
        logits: the model's scores, [vocab] float32; None if they were not kept.
    """

    position: int
    id: int
    text: str
    probability: float
    log_probability: float
    cumulative: float
    entropy: float
    model_entropy: float
    alternatives: tuple[Alternative, ...]
    end: str | None
    knobs: Knobs
    limit_mass: float
    previous: tuple[int, ...] = field(repr=False)
    banned: tuple[int, ...] = field(repr=False)
    banned_mass: float
    logits: Tensor | None = field(repr=False)

    @property
    def model_probability(self) -> float:
        """The token's probability by the model alone, before the knobs."""
        return math.exp(self.log_probability)

    @property
    def surprisal(self) -> float:
        """How unexpected the token was for the model, in bits: -log2 of its probability."""
        return -self.log_probability / math.log(2)

    def distribution(self) -> Tensor:
        """The whole distribution the token was drawn from, [vocab].

        Raises:
            ValueError: if the logits were not kept.
        """
        if self.logits is None:
            raise ValueError("The scores of this step were not kept; generate with keep_logits.")
        return distribution(_without(self.logits, self.banned), self.knobs, self.previous)


def _without(logits: Tensor, banned: Sequence[int]) -> Tensor:
    """The scores with those of some tokens at minus infinity."""
    return logits.index_fill(0, torch.tensor(banned), REMOVED) if banned else logits


def generate(
    m: LoadedModel,
    prompt: str | Prompt,
    knobs: Knobs = OFF,
    seed: int = 0,
    max_new_tokens: int = 40,
    *,
    after: Sequence[Step] = (),
    session: Session | None = None,
    ban: Ban | None = None,
    mirostat: Mirostat | None = None,
) -> Iterator[Step]:
    """Write text token by token, each with its distribution; the context's end stops it.

    To branch from any earlier step, `choose` another token there and go on after it:

        path = [*steps[:5], choose(m, steps[5], other_id)]
        more = generate(m, prompt, knobs, seed, 20, after=path, session=session)

    Args:
        prompt: a text, or what `prepare` made of it.
        seed: decides every draw (see `uniforms`); token t of the text has draw t on every branch.
        max_new_tokens: how many tokens to write, after those of `after`.
        after: the steps already written after the prompt. If they ended the text, nothing follows.
        session: what to reuse from the generation before; with the same session for every branch,
            only new tokens are read.
        ban: names the tokens that may not come (see `block_list` and `Guide`); they are taken out
            before the knobs.
        mirostat: moves the limit of surprisal after every token; that among the knobs is then not
            used. Its first limit after a path is the one that the path's tokens lead to.

    Raises:
        ValueError: if the model's scores are not numbers, no token is left, or an argument cannot
            be used.

    Example:
        >>> from lablib import models, sampling as sp
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> steps = list(sp.generate(m, "Once upon a", seed=1, max_new_tokens=3))
        >>> len(steps), [step.position for step in steps]
        (3, [0, 1, 2])
    """
    session = session or Session(m)
    if session.model is not m.model:
        raise ValueError("The session belongs to another model; make a new Session for this one.")
    writer = _Writer(m, prompt, knobs, seed, max_new_tokens, after, ban, mirostat)
    while not writer.end:
        yield writer.write(session.next_logits(writer.ids))


def choose(m: LoadedModel, step: Step, id: int) -> Step:
    """The step as it would be with another token in its place (see `generate`).

    Raises:
        ValueError: if there is no such token, or the step's logits were not kept.

    Example:
        >>> from lablib import models, sampling as sp
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> first, *_ = sp.generate(m, "Once upon a", max_new_tokens=2)
        >>> sp.choose(m, first, 7).id
        7
    """
    probabilities = step.distribution()
    assert step.logits is not None  # distribution() has made sure of it
    says = f"Token {id} is not one of this model's {len(probabilities):,} tokens."
    require_place("id", id, len(probabilities), says=says)
    start = len(step.previous) - step.position
    stream = TextStream(m.tokenizer, step.previous[:start])
    for earlier in step.previous[start:]:
        stream.push(earlier)
    end = end_of(m, [*step.previous, id])
    log_probability = float(step.logits.log_softmax(0)[id])
    return replace(
        step,
        id=id,
        text=stream.push(id, last=end is not None),
        probability=float(probabilities[id]),
        log_probability=log_probability,
        cumulative=step.cumulative - step.log_probability + log_probability,
        end=end,
    )


def generate_rows(
    m: LoadedModel,
    prompt: str | Prompt,
    rows: Sequence[tuple[Knobs, int]],
    max_new_tokens: int = 40,
    *,
    keep_logits: bool = True,
    ban: Ban | None = None,
    mirostats: Sequence[Mirostat | None] = (),
) -> Iterator[tuple[Step | None, ...]]:
    """Write several texts at once, one for each (knobs, seed), reading them as one batch.

    Yields at each position a tuple with the step of each row, None for a row that has ended. Each
    row is what `generate` writes for its knobs and seed. With many rows the logits take memory
    (200 kB a step for GPT-2): `keep_logits=False` drops them. What `ban` names is taken out before
    the knobs. `mirostats` has one for each row, None for a row without, or nothing at all.

    Raises:
        ValueError: as `generate`, and if no token is left or `mirostats` are not one for each row.

    Example:
        >>> from lablib import models, sampling as sp
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> rows = [(sp.Knobs(), 1), (sp.Knobs(temperature=0.5), 2)]
        >>> [len(steps) for steps in sp.generate_rows(m, "Once upon a", rows, 3)]
        [2, 2, 2]
    """
    prepared = prepare(m, prompt, max_new_tokens)
    writers = [
        _Writer(m, prepared, knobs, seed, max_new_tokens, (), ban, mirostat)
        for (knobs, seed), mirostat in zip(rows, _for_each(rows, mirostats), strict=True)
    ]
    reader = Reader(m.model)
    logits = reader.read([prepared.ids])
    running = [i for i, writer in enumerate(writers) if not writer.end]
    sources = [0] * len(running)  # which of the rows read last each running row goes on from
    while running:
        steps: list[Step | None] = [None] * len(writers)
        for i, source in zip(running, sources, strict=True):
            steps[i] = writers[i].write(logits[source], keep_logits)
        yield tuple(steps)
        left = [n for n, i in enumerate(running) if not writers[i].end]
        reader.select([sources[n] for n in left])
        running, sources = [running[n] for n in left], list(range(len(left)))
        if running:
            logits = reader.read([[writers[i].ids[-1]] for i in running])


def runs_of(rounds: Iterable[tuple[Step | None, ...]]) -> list[list[Step]]:
    """The steps of each text, from those of each position (see `generate_rows`)."""
    return [[step for step in run if step] for run in zip(*rounds, strict=True)]


def _for_each(
    rows: Sequence[object], mirostats: Sequence[Mirostat | None]
) -> Sequence[Mirostat | None]:
    """One for each row, none if there are none at all."""
    if mirostats and len(mirostats) != len(rows):
        raise ValueError(
            f"mirostats must be one for each text ({len(rows)}), None for one without, and they "
            f"were {len(mirostats)}."
        )
    return mirostats or [None] * len(rows)


def lockstep(
    m: LoadedModel,
    prompt: str | Prompt,
    settings: Sequence[Knobs],
    seed: int = 0,
    n: int = 40,
    *,
    keep_logits: bool = True,
    mirostats: Sequence[Mirostat | None] = (),
) -> Iterator[tuple[Step | None, ...]]:
    """Write n tokens under each of several settings with the same random draws: `generate_rows`
    with one seed for all. `mirostats` has one for each setting, or nothing at all.

    Example:
        >>> from lablib import models, sampling as sp
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> settings = [sp.Knobs(temperature=0.5), sp.Knobs(temperature=2.0)]
        >>> [len(steps) for steps in sp.lockstep(m, "Once upon a", settings, n=2)]
        [2, 2]
    """
    rows = [(knobs, seed) for knobs in settings]
    return generate_rows(m, prompt, rows, n, keep_logits=keep_logits, mirostats=mirostats)


class _Writer:
    """One text being written: its ids, its draws, its text stream, and why it ended."""

    def __init__(
        self,
        m: LoadedModel,
        prompt: str | Prompt,
        knobs: Knobs,
        seed: int,
        max_new_tokens: int,
        after: Sequence[Step],
        ban: Ban | None,
        mirostat: Mirostat | None,
    ):
        require_count("max_new_tokens", max_new_tokens, 0)
        prepared = prepare(m, prompt, max_new_tokens)
        self._m, self._knobs, self._ban, self._mirostat = m, knobs, ban, mirostat
        self._surprisals = [step.surprisal for step in after]
        self._stream = TextStream(m.tokenizer, prepared.ids)
        for step in after:
            self._stream.push(step.id)
        self.ids = [*prepared.ids, *(step.id for step in after)]
        self._cumulative = after[-1].cumulative if after else 0.0
        self._draws = uniforms(seed, len(after) + max_new_tokens)
        self._position = len(after)
        self.end = self._find_end(self.ids if after else [])

    def _find_end(self, ids: Sequence[int]) -> str | None:
        done = self._position >= len(self._draws)
        return end_of(self._m, ids) or (LENGTH if done else None)

    def write(self, logits: Tensor, keep_logits: bool = True) -> Step:
        """Draw the next token from the model's scores, [vocab], and add it."""
        banned = tuple(sorted(self._ban(self.ids))) if self._ban else ()
        knobs = self._knobs_now()
        allowed = _without(logits, banned)
        probabilities, limit_mass = limited_distribution(allowed, knobs, self.ids)
        id = draw(probabilities, self._draws[self._position])
        log_probabilities = logits.log_softmax(0)
        model_probabilities = log_probabilities.exp()
        log_probability = float(log_probabilities[id])
        previous = tuple(self.ids)
        self._add(id, log_probability)
        return Step(
            position=self._position - 1,
            id=id,
            text=self._stream.push(id, last=self.end is not None),
            probability=float(probabilities[id]),
            log_probability=log_probability,
            cumulative=self._cumulative,
            entropy=entropy(probabilities),
            model_entropy=entropy(model_probabilities),
            alternatives=top(self._m, model_probabilities),
            end=self.end,
            knobs=knobs,
            limit_mass=limit_mass,
            previous=previous,
            banned=banned,
            banned_mass=float(model_probabilities[list(banned)].sum()),
            logits=logits if keep_logits else None,
        )

    def _add(self, id: int, log_probability: float) -> None:
        """Go on behind a token that was drawn."""
        self.ids.append(id)
        self._cumulative += log_probability
        self._surprisals.append(-log_probability / math.log(2))
        self._position += 1
        self.end = self._find_end(self.ids)

    def _knobs_now(self) -> Knobs:
        if self._mirostat is None:
            return self._knobs
        return replace(self._knobs, max_surprisal=self._mirostat.limit(self._surprisals))


def end_of(m: LoadedModel, ids: Sequence[int]) -> str | None:
    """Why nothing can follow these ids, the last of which was generated."""
    context = context_length(m)
    if ids and ids[-1] in end_of_text_ids(m):
        return END_OF_TEXT
    return CONTEXT_FULL if context is not None and len(ids) >= context else None
