"""What the same sentence costs in different languages."""

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lablib.numbers import require_count, require_place, require_within
from lablib.tokenization.compute.comparison import unknown
from lablib.tokenization.compute.named import AnyTokenizer, as_tokenizer, each_of, name_of
from lablib.tokenization.compute.tokens import encode
from lablib.unicode import well_formed

CONTEXT = 1024
"""How many tokens GPT-2 reads at once."""


@cache
def _parallel() -> dict[str, tuple[str, ...]]:
    data = tomllib.loads((files("lablib") / "data/parallel.toml").read_text("utf-8"))
    return {entry["name"]: tuple(entry["sentences"]) for entry in data["language"]}


def parallel_sentences(number: int | None = None) -> dict[str, str]:
    """The same sentence in sixteen languages, by language, English first.

    Args:
        number: which sentence, from 0; None for all five of them, one after the other.

    Raises:
        ValueError: if there is no such sentence.

    Example:
        >>> parallel_sentences(3)["German"]
        'Ein Computer liest keine Wörter, er liest Zahlen.'
    """
    if number is None:
        return {name: " ".join(sentences) for name, sentences in _parallel().items()}
    last = min(map(len, _parallel().values())) - 1
    require_place("number", number, last + 1, "The sentences are")
    return {name: sentences[number] for name, sentences in _parallel().items()}


def read_parallel(text: str) -> dict[str, str]:
    """The sentences of a text that has one on each line, after its language and a colon.

    Raises:
        ValueError: for a line without a colon, a language named twice, or no line at all.

    Example:
        >>> read_parallel("English: Good night!\\n\\nDeutsch: Gute Nacht!")
        {'English': 'Good night!', 'Deutsch': 'Gute Nacht!'}
    """
    sentences: dict[str, str] = {}
    for number, line in enumerate(well_formed(text).split("\n"), 1):
        language, colon, sentence = (part.strip() for part in line.partition(":"))
        if not line.strip():
            continue
        if not (language and colon and sentence):
            raise ValueError(f"Line {number} needs a language, a colon and a sentence.")
        if language in sentences:
            raise ValueError(f"Line {number} names {language} again: give each language one line.")
        sentences[language] = sentence
    if not sentences:
        raise ValueError("Write a sentence on each line: its language, a colon, the sentence.")
    return sentences


@dataclass(frozen=True)
class Cost:
    """What a sentence costs in one language with one tokenizer.

    Attributes:
        language, tokenizer: their names.
        text: the sentence.
        tokens: how many it is, without those that the tokenizer adds.
        unknown: how many of them only say that something unknown stands there: text that is lost is
            cheap.
        premium: how many times the tokens of the first language; 1.5 is half as many again.
        context: the share of the model's context that it fills.
        price: of reading it, in the unit of the price per million tokens.
    """

    language: str
    tokenizer: str
    text: str
    tokens: int
    unknown: int
    premium: float
    context: float
    price: float


@dataclass(frozen=True)
class Costs:
    """The costs of all languages with all tokenizers, language by language."""

    costs: tuple[Cost, ...]

    def of(self, tokenizer: str) -> list[Cost]:
        """Those of one tokenizer."""
        return [cost for cost in self.costs if cost.tokenizer == tokenizer]

    def table(self) -> list[dict[str, Any]]:
        """One row for each language and tokenizer, for people.

        Example:
            >>> costs = language_costs(parallel_sentences(0), ["bytes"])
            >>> costs.table()[1]["premium"]
            0.91
        """
        rows = [vars(cost) | {"premium": round(cost.premium, 2)} for cost in self.costs]
        return [{name: row[name] for name in row if name != "text"} for row in rows]


def language_costs(
    sentences: Mapping[str, str],
    tokenizers: Iterable[AnyTokenizer],
    price: float = 1.0,
    context: int = CONTEXT,
) -> Costs:
    """Count the tokens of the same sentence in several languages (Petrov et al. 2023).

    Args:
        sentences: by language; premiums are against the first of them.
        tokenizers: names, models or tokenizers, as `encode` takes them; one name counts as one.
        price: of a million tokens.
        context: how many tokens the model reads at once.

    Raises:
        ValueError: if a tokenizer cannot be had, or price or context make no sense.

    Example:
        >>> costs = language_costs({"English": "Good night", "Deutsch": "Gute Nacht"}, ["gpt2"])
        >>> [(cost.tokens, cost.premium) for cost in costs.costs]
        [(2, 1.0), (4, 2.0)]
    """
    require_within("price", price, most=math.inf)
    require_count("context", context)
    opened = {name_of(tokenizer): as_tokenizer(tokenizer) for tokenizer in each_of(tokenizers)}
    counts = {
        (language, name): _count(text, tokenizer)
        for language, text in sentences.items()
        for name, tokenizer in opened.items()
    }
    first = next(iter(sentences), "")
    return Costs(
        tuple(
            Cost(
                language=language,
                tokenizer=name,
                text=sentences[language],
                tokens=tokens,
                unknown=lost,
                premium=tokens / max(counts[first, name][0], 1),
                context=tokens / context,
                price=tokens * price / 1e6,
            )
            for (language, name), (tokens, lost) in counts.items()
        )
    )


def _count(text: str, tokenizer: AnyTokenizer) -> tuple[int, int]:
    """How many tokens of its own the text has, and how many of them are unknown."""
    encoding = encode(text, tokenizer)
    return len(encoding) - int(encoding.added.sum()), unknown(encoding, tokenizer)
