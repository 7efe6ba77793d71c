"""How a tokenizer builds its tokens, step by step: BPE merges, WordPiece matches, unigram paths.

Each function takes a word (or any text), sends it through the tokenizer's own normalization and
pre-tokenization, and does the model's work in plain Python from what the tokenizer's file says. The
last step holds the tokens the library gives: that is tested on whole books.

Read `_bpe`, `_wordpiece` and `_unigram`: each is the whole algorithm in a few lines.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, groupby, pairwise
from typing import Any, Generic, TypeVar

from tokenizers import Tokenizer

from lablib.tokenization.compute.named import AnyTokenizer
from lablib.tokenization.compute.pipeline import KINDS, Pretoken, backend, model_part, pretokens

Step = TypeVar("Step", bound="Merge | Match | Arrivals", covariant=True)

UNKNOWN_PENALTY = 10.0
"""How much worse than its worst entry a unigram model scores a character it does not know."""


@dataclass(frozen=True)
class Candidate:
    """Two neighbouring pieces that BPE knows how to merge.

    Attributes:
        place: the index of the left piece.
        pair: the two pieces.
        rank: the place of this merge in the tokenizer's list; the lowest wins.
    """

    place: int
    pair: tuple[str, str]
    rank: int


@dataclass(frozen=True)
class Merge:
    """One step of BPE.

    Attributes:
        before: the pieces it began with.
        candidates: every pair among them that could be merged, from left to right.
        chosen: the candidate of lowest rank, the leftmost if there are several.
        after: the pieces with that pair made one.
    """

    before: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    chosen: Candidate
    after: tuple[str, ...]

    @property
    def pair(self) -> tuple[str, str]:
        """The two pieces that were merged."""
        return self.chosen.pair

    @property
    def rank(self) -> int:
        """The place of the merge in the tokenizer's list, from 0."""
        return self.chosen.rank

    @property
    def merged(self) -> str:
        """What the two pieces became."""
        return self.after[self.chosen.place]


@dataclass(frozen=True)
class Match:
    """One step of WordPiece: the longest entry that the rest of the word begins with.

    Attributes:
        start: where the rest begins, in characters of the pretoken.
        end: where the entry ends; `start` if none was found.
        tried: the entries looked for, the longest first; the last is the one found, if any was.
        found: the entry, or None if there is none: then the whole word is unknown.
    """

    start: int
    end: int
    tried: tuple[str, ...]
    found: str | None


@dataclass(frozen=True)
class Arrival:
    """A way to reach a place in the word: the best path to `start`, and one more token.

    Attributes:
        token: the vocabulary entry, or a single character that is unknown.
        start: where it begins, in characters of the pretoken.
        score: its log-probability; for an unknown character 10 below the worst entry's.
        total: the log-probability of the whole path.
        known: whether it is in the vocabulary.
    """

    token: str
    start: int
    score: float
    total: float
    known: bool = True


@dataclass(frozen=True)
class Arrivals:
    """One step of the Viterbi search: all ways to reach one place, of which the best is kept.

    Attributes:
        end: the place, in characters of the pretoken.
        ways: one for each entry that ends here, by where it begins.
        best: the way of highest total, of several the longest.
    """

    end: int
    ways: tuple[Arrival, ...]
    best: Arrival


@dataclass(frozen=True)
class Part(Generic[Step]):
    """A pretoken and how it became tokens.

    Attributes:
        text: what the model got: normalized, and with bytes as letters for a byte-level BPE.
        start, end: its place in the word, in characters.
        steps: the work, in order; none for an added token, or where nothing was to be done.
        tokens: the entries it became.
        ids: their ids.
        note: why there are no more steps, where that is not plain to see; else empty.
    """

    text: str
    start: int
    end: int
    steps: tuple[Step, ...]
    tokens: tuple[str, ...]
    ids: tuple[int, ...]
    note: str = ""


@dataclass(frozen=True)
class WordSteps(Generic[Step]):
    """A word and all the steps that turn it into tokens. Iterating gives the steps, in order.

    Attributes:
        word: the text that was given.
        parts: its pretokens, each worked on alone.
    """

    word: str
    parts: tuple[Part[Step], ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of all parts."""
        return tuple(chain.from_iterable(part.steps for part in self.parts))

    @property
    def tokens(self) -> tuple[str, ...]:
        """The entries of all parts: the tokenizer's own result."""
        return tuple(chain.from_iterable(part.tokens for part in self.parts))

    @property
    def ids(self) -> tuple[int, ...]:
        """Their ids."""
        return tuple(chain.from_iterable(part.ids for part in self.parts))

    def table(self) -> list[dict[str, Any]]:
        """One row per step: its number, from 1, and its fields."""
        return [{"step": number, **vars(step)} for number, step in enumerate(self.steps, 1)]

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, index: int) -> Step:
        return self.steps[index]


def word_steps(word: str, tokenizer: AnyTokenizer) -> WordSteps[Any]:
    """The steps of whatever kind the tokenizer is; see `bpe_steps` and its two siblings.

    Raises:
        ValueError: if it is of none of the three kinds.

    Example:
        >>> from lablib import tokenization as tk
        >>> tk.word_steps("lower", "gpt2").tokens
        ('lower',)
    """
    inside = backend(tokenizer)
    return _STEPS[kind_of(inside)](word, inside)


def kind_of(tokenizer: AnyTokenizer) -> str:
    """One of "BPE", "WordPiece" and "Unigram".

    Raises:
        ValueError: for a tokenizer that cuts words in another way, or not at all.

    >>> kind_of("gpt2")
    'BPE'
    """
    kind = model_part(backend(tokenizer))["type"]
    if kind not in KINDS:
        raise ValueError(
            f"A {kind} tokenizer builds no tokens from pieces: choose a BPE, WordPiece or unigram "
            "tokenizer, such as that of gpt2 or bert-base-uncased."
        )
    return kind


def bpe_steps(word: str, tokenizer: AnyTokenizer) -> WordSteps[Merge]:
    """The merges, in order, that lead from bytes (or characters) to tokens.

    Byte-pair encoding (Sennrich et al. 2016; on bytes since GPT-2, Radford et al. 2019): of all
    neighbouring pieces that stand in the list of merges, the pair that stands first there becomes
    one piece, until no pair is left that stands in it. Every step keeps its pieces, so time and
    memory grow with the square of a pretoken's length: this is for words, not for whole pages
    without a space.

    Args:
        word: any text; a byte-level BPE counts the space before a word to the word.
        tokenizer: a fast tokenizer, or the name of one.

    Raises:
        ValueError: if it is no BPE, or one that drops merges at random.

    Example:
        >>> [(step.pair, step.rank) for step in bpe_steps("lowest", "gpt2")]
        [(('e', 's'), 18), (('o', 'w'), 66), (('es', 't'), 139), (('l', 'ow'), 9063)]
        >>> bpe_steps("lowest", "gpt2").tokens
        ('low', 'est')
    """
    inside = backend(tokenizer)
    model = _model(inside, "BPE")
    if model["dropout"]:
        raise ValueError("This BPE drops merges at random, so that no steps are the steps.")
    ranks = _ranks(inside)
    return _work(word, inside, lambda text: _bpe(text, model, ranks))


def wordpiece_steps(word: str, tokenizer: AnyTokenizer) -> WordSteps[Match]:
    """The longest match, again and again: how WordPiece cuts a word.

    From the left, the longest entry that the rest begins with is taken (Wu et al. 2016; BERT,
    Devlin et al. 2018). Where none is found, or the word is too long, it is [UNK] as a whole.

    Raises:
        ValueError: if the tokenizer is no WordPiece.

    Example:
        >>> from transformers import BertTokenizer
        >>> words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "p", "play", "##ed"]
        >>> tokenizer = BertTokenizer(vocab={word: i for i, word in enumerate(words)})
        >>> [step.tried for step in wordpiece_steps("Played", tokenizer)]
        [('played', 'playe', 'play'), ('##ed',)]
        >>> wordpiece_steps("player", tokenizer).tokens
        ('[UNK]',)
    """
    inside = backend(tokenizer)
    model = _model(inside, "WordPiece")
    return _work(word, inside, lambda text: _wordpiece(text, model))


def unigram_steps(word: str, tokenizer: AnyTokenizer) -> WordSteps[Arrivals]:
    """The best path through all ways to cut a word: how a unigram tokenizer decides.

    Every entry has a log-probability, and the cut of highest sum wins (Kudo 2018). Place by place,
    the best way to get there is kept: that is the Viterbi search.

    Raises:
        ValueError: if the tokenizer is no unigram model, or meets a character it has no token for.

    Example:
        >>> from tokenizers import Tokenizer, models
        >>> entries = [("<unk>", 0.0), ("a", -2.0), ("b", -2.0), ("ab", -3.0), ("ba", -3.5)]
        >>> steps = unigram_steps("abab", Tokenizer(models.Unigram(entries, unk_id=0)))
        >>> steps.tokens, steps[-1].best.total
        (('ab', 'ab'), -6.0)
        >>> [(way.token, way.total) for way in steps[1].ways]
        [('ab', -3.0), ('b', -4.0)]
    """
    inside = backend(tokenizer)
    model, scores = _model(inside, "Unigram"), _scores(inside)
    return _work(word, inside, lambda text: _unigram(text, model, scores))


_STEPS: dict[str, Callable[[str, Tokenizer], WordSteps[Any]]] = {
    "BPE": bpe_steps,
    "WordPiece": wordpiece_steps,
    "Unigram": unigram_steps,
}


def _model(inside: Tokenizer, kind: str) -> dict[str, Any]:
    found = kind_of(inside)
    if found != kind:
        raise ValueError(f"This tokenizer is a {found}, not a {kind}: use {found.lower()}_steps.")
    return model_part(inside)


Done = tuple[list[Any], list[str], list[int], str]
"""What a model makes of a pretoken: steps, tokens, ids and a note."""


def _work(word: str, inside: Tokenizer, cut: Callable[[str], Done]) -> WordSteps[Any]:
    return WordSteps(word, tuple(_part(one, cut) for one in pretokens(word, inside)))


def _part(one: Pretoken, cut: Callable[[str], Done]) -> Part[Any]:
    if one.added is not None:
        note = "An added token: it is taken out before the model sees the text."
        return Part(one.text, one.start, one.end, (), (one.text,), (one.added,), note)
    steps, tokens, ids, note = cut(one.text)
    return Part(one.text, one.start, one.end, tuple(steps), tuple(tokens), tuple(ids), note)


# BPE


@lru_cache(maxsize=8)
def _ranks(inside: Tokenizer) -> dict[tuple[str, str], int]:
    """The rank of each pair; of a pair that is listed twice the last one counts."""
    merges = model_part(inside)["merges"]
    return {(left, right): rank for rank, (left, right) in enumerate(merges)}


def _bpe(text: str, model: dict[str, Any], ranks: Mapping[tuple[str, str], int]) -> Done:
    vocab = model["vocab"]
    if model["ignore_merges"] and text in vocab:
        return [], [text], [vocab[text]], "It is in the vocabulary as a whole: no merge is needed."
    prefix = len(model["continuing_subword_prefix"] or "")
    pieces = _first_pieces(text, model)
    steps: list[Merge] = []
    while found := candidates(pieces, ranks):
        best = min(found, key=lambda candidate: candidate.rank)
        after = merge(pieces, best.place, prefix)
        steps.append(Merge(tuple(pieces), tuple(found), best, tuple(after)))
        pieces = after
    return steps, pieces, [vocab[piece] for piece in pieces], ""


def candidates(pieces: list[str], ranks: Mapping[tuple[str, str], int]) -> list[Candidate]:
    """The neighbours that stand in the list of merges, from left to right.

    >>> candidates(["a", "b", "c"], {("b", "c"): 0})
    [Candidate(place=1, pair=('b', 'c'), rank=0)]
    """
    return [
        Candidate(place, pair, ranks[pair])
        for place, pair in enumerate(pairwise(pieces))
        if pair in ranks
    ]


def merge(pieces: list[str], place: int, prefix: int = 0) -> list[str]:
    """The pieces with two neighbours made one; the right one loses a sign of `prefix` letters.

    >>> merge(["a", "b", "c"], 1), merge(["a", "##b"], 0, prefix=2)
    (['a', 'bc'], ['ab'])
    """
    merged = pieces[place] + pieces[place + 1][prefix:]
    return [*pieces[:place], merged, *pieces[place + 2 :]]


def _first_pieces(text: str, model: dict[str, Any]) -> list[str]:
    """The pieces before any merge: characters, or what stands for a character that is unknown."""
    vocab, unknown = model["vocab"], model["unk_token"]
    pieces: list[str] = []
    fused = False
    for letter in _letters(text, model):
        spelled = [letter] if letter in vocab else _as_bytes(letter, model)
        if spelled is None and unknown is not None and not (fused and model["fuse_unk"]):
            pieces.append(unknown)  # without a token for the unknown, the library drops it
        pieces += spelled or []
        fused = spelled is None
    return pieces


def _letters(text: str, model: dict[str, Any]) -> list[str]:
    """The characters, with the signs some tokenizers put before inner ones and after the last."""
    prefix, suffix = model["continuing_subword_prefix"] or "", model["end_of_word_suffix"] or ""
    letters = [prefix + letter if place else letter for place, letter in enumerate(text)]
    return [*letters[:-1], letters[-1] + suffix] if letters else []


def _as_bytes(letter: str, model: dict[str, Any]) -> list[str] | None:
    """The byte tokens <0xNN> of a character, if the tokenizer has them all."""
    codes = byte_codes(letter)
    spells = model["byte_fallback"] and all(code in model["vocab"] for code in codes)
    return codes if spells else None


# WordPiece


def _wordpiece(text: str, model: dict[str, Any]) -> Done:
    vocab, unknown = model["vocab"], model["unk_token"]
    if len(text) > model["max_input_chars_per_word"]:
        limit = model["max_input_chars_per_word"]
        note = f"It has {len(text):,} characters, and words of over {limit:,} are not looked up."
        return [], [unknown], [vocab[unknown]], note
    steps: list[Match] = []
    start = 0
    while start < len(text):
        steps.append(longest_match(text, start, vocab, model["continuing_subword_prefix"]))
        if steps[-1].found is None:
            return steps, [unknown], [vocab[unknown]], "No entry fits: the whole word is unknown."
        start = steps[-1].end
    tokens = [step.found for step in steps if step.found is not None]
    return steps, tokens, [vocab[token] for token in tokens], ""


def longest_match(text: str, start: int, vocab: Mapping[str, int], prefix: str) -> Match:
    """Try the rest of a word, then all but its last letter, and so on, until one is an entry.

    >>> longest_match("played", 4, {"##ed": 0, "##d": 1}, "##")
    Match(start=4, end=6, tried=('##ed',), found='##ed')
    """
    sign = prefix if start else ""
    tried: list[str] = []
    for end in range(len(text), start, -1):
        tried.append(sign + text[start:end])
        if tried[-1] in vocab:
            return Match(start, end, tuple(tried), tried[-1])
    return Match(start, start, tuple(tried), None)


# Unigram


@dataclass(frozen=True)
class _Scores:
    entries: dict[str, tuple[int, float]]  # id and log-probability; of a double the last counts
    longest: int
    unknown: float


@lru_cache(maxsize=8)
def _scores(inside: Tokenizer) -> _Scores:
    vocab = model_part(inside)["vocab"]
    entries = {token: (id, score) for id, (token, score) in enumerate(vocab)}
    worst = min(score for _, score in vocab)
    return _Scores(entries, max(map(len, entries)), worst - UNKNOWN_PENALTY)


def _unigram(text: str, model: dict[str, Any], scores: _Scores) -> Done:
    steps: list[Arrivals] = []
    totals = [0.0]
    for end in range(1, len(text) + 1):
        ways = tuple(_ways(text, end, totals, scores))
        steps.append(Arrivals(end, ways, max(ways, key=lambda way: way.total)))
        totals.append(steps[-1].best.total)
    if model["unk_id"] is None and any(not way.known for step in steps for way in step.ways):
        raise ValueError("A character has no token, and this tokenizer has none for the unknown.")
    tokens = _fused(best_path(steps), model["unk_id"], scores)
    spelled = [piece for token in tokens for piece in _spelled(token, model, scores)]
    ids = [
        scores.entries[piece][0] if piece in scores.entries else model["unk_id"]
        for piece in spelled
    ]
    return steps, spelled, ids, ""


def _ways(text: str, end: int, totals: list[float], scores: _Scores) -> Iterator[Arrival]:
    """The ways to reach `end`: entries that end there, or its last character as an unknown one."""
    for start in range(max(0, end - scores.longest), end):
        token = text[start:end]
        known = token in scores.entries
        if known or start == end - 1:
            score = scores.entries[token][1] if known else scores.unknown
            yield Arrival(token, start, score, totals[start] + score, known)


def best_path(steps: Sequence[Arrivals]) -> list[Arrival]:
    """The arrivals of the best path: from the end, each best way back to where it began."""
    path: list[Arrival] = []
    end = len(steps)
    while end:
        path.append(steps[end - 1].best)
        end = path[-1].start
    return path[::-1]


def _fused(path: list[Arrival], unknown: int | None, scores: _Scores) -> list[str]:
    """The tokens of a path; unknown ones that stand side by side become one."""
    runs = groupby(path, lambda way: not way.known or scores.entries[way.token][0] == unknown)
    tokens: list[str] = []
    for is_unknown, ways in runs:
        texts = [way.token for way in ways]
        tokens += ["".join(texts)] if is_unknown else texts
    return tokens


def _spelled(token: str, model: dict[str, Any], scores: _Scores) -> list[str]:
    """A token that is no entry, in bytes where the tokenizer can; any other as it is."""
    if token in scores.entries or not model["byte_fallback"]:
        return [token]
    codes = byte_codes(token)
    return codes if all(code in scores.entries for code in codes) else [token]


def byte_codes(text: str) -> list[str]:
    """How tokenizers with byte fallback write bytes.

    >>> byte_codes("é")
    ['<0xC3>', '<0xA9>']
    """
    return [f"<0x{byte:02X}>" for byte in text.encode()]
