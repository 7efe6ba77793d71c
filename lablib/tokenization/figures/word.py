"""How the building of a word is shown: for each step the pieces, a sentence and a table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lablib.models.vocabulary import vocabulary
from lablib.tokenization.compute.word import Arrivals, Match, Merge, Part, WordSteps, best_path
from lablib.tokenization.figures.shared import counted
from lablib.widgets.html import table
from lablib.widgets.tokens import number, visible

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

MOST_ROWS = 24
"""Rows of a table; a long word has more candidates than anybody reads."""
JOINS, REST = "joins now", "not reached yet"
MARKS = [JOINS, REST]

Columns = Sequence[tuple[str, str]]
Texts = Mapping[str, str]
"""How the entries of a vocabulary are read; what is no entry is read as it stands."""


@dataclass(frozen=True)
class Frame:
    """One position of the slider.

    Attributes:
        pieces: what the word consists of now: text and mark of each piece.
        words: what happens here, and why.
        caption, columns, rows: what there was to choose from.
    """

    pieces: tuple[tuple[str, str], ...]
    words: str
    caption: str = ""
    columns: Columns = ()
    rows: tuple[tuple[object, ...], ...] = ()

    @property
    def table(self) -> str:
        """The table as HTML; empty where there was nothing to choose."""
        words = (0, len(self.columns) - 1)  # what it is, and what became of it
        return table(self.caption, self.columns, self.rows, words) if self.rows else ""


def readable(tokenizer: "PreTrainedTokenizerBase") -> dict[str, str]:
    """How people read each entry of a vocabulary, with marks for what cannot be seen."""
    return {entry.name: visible(entry.text) for entry in vocabulary(tokenizer)}


def frames(built: WordSteps[Any], texts: Texts) -> list[Frame]:
    """One frame a step, each just before it is taken, and one for the result."""
    shown: list[Frame] = []
    for place, part in enumerate(built.parts):
        before = [(_text(token, texts), "") for p in built.parts[:place] for token in p.tokens]
        after = [(visible(built.word[p.start : p.end]), REST) for p in built.parts[place + 1 :]]
        for frame in _part_frames(part, texts):
            shown.append(replace(frame, pieces=(*before, *frame.pieces, *after)))
    return [*shown, _result(built, texts)]


def _text(piece: str, texts: Texts) -> str:
    return texts.get(piece) or "".join(texts.get(letter, visible(letter)) for letter in piece)


def _part_frames(part: Part[Any], texts: Texts) -> Iterator[Frame]:
    for place, step in enumerate(part.steps):
        if isinstance(step, Merge):
            yield _merge_frame(step, texts)
        elif isinstance(step, Match):
            yield _match_frame(part, place, texts)
        else:
            yield _arrival_frame(part, place, texts)


def _result(built: WordSteps[Any], texts: Texts) -> Frame:
    pieces = tuple((_text(token, texts), "") for token in built.tokens)
    notes = dict.fromkeys(part.note for part in built.parts if part.note)
    words = (
        f"Done, {counted(len(pieces), 'token')} with the ids {', '.join(map(str, built.ids))}."
        if pieces
        else ("Type a word to see how its tokens are built.")
    )
    return Frame(pieces, " ".join([words, *notes]))


def _merge_frame(step: Merge, texts: Texts) -> Frame:
    place = step.chosen.place
    pieces = tuple(
        (_text(piece, texts), JOINS if i in (place, place + 1) else "")
        for i, piece in enumerate(step.before)
    )
    ranked = sorted(step.candidates, key=lambda one: (one.rank, one.place))
    rows = tuple(
        (
            " + ".join(_text(piece, texts) for piece in one.pair),
            f"{one.rank + 1:,}",
            "wins" if one is ranked[0] else "",
        )
        for one in ranked[:MOST_ROWS]
    )
    columns = [
        ("pair", "two neighbouring pieces that the tokenizer learned to merge"),
        ("place in the list of merges", "the earlier it was learned, the more frequent it was"),
        ("", ""),
    ]
    return Frame(pieces, _merge_words(step, texts), _left_out(step, ranked), columns, rows)


def _merge_words(step: Merge, texts: Texts) -> str:
    left, right = (_text(piece, texts) for piece in step.pair)
    first = f"‘{left}’ and ‘{right}’ become ‘{_text(step.merged, texts)}’"
    if len({one.rank for one in step.candidates}) == 1:
        return f"{first}, place {step.rank + 1:,} in the list of merges; no other pair is in it."
    next_best = min(
        (one for one in step.candidates if one.rank != step.rank), key=lambda one: one.rank
    )
    other = " and ".join(f"‘{_text(piece, texts)}’" for piece in next_best.pair)
    return (
        f"{first}: of all neighbours they come first in the list of merges, at place "
        f"{step.rank + 1:,}; the next best, {other}, at {next_best.rank + 1:,}."
    )


def _left_out(step: Merge, ranked: Sequence[object]) -> str:
    others = len(step.before) - 1 - len(ranked)
    words = ["Pairs of neighbours that can merge"]
    words += [f"{counted(others, 'other')} cannot"] if others else []
    if len(ranked) > MOST_ROWS:
        words.append(f"the first {MOST_ROWS} of {len(ranked):,} are shown")
    return "; ".join(words)


def _match_frame(part: Part[Match], place: int, texts: Texts) -> Frame:
    step = part.steps[place]
    pieces = [(_text(str(one.found), texts), "") for one in part.steps[:place]]
    if step.found is not None:
        pieces.append((_text(step.found, texts), JOINS))
    pieces += [(visible(part.text[step.end :]), REST)] if step.end < len(part.text) else []
    rows = tuple(
        (visible(tried), "found" if tried == step.found else "not in the vocabulary")
        for tried in _ends(step.tried)
    )
    words = (
        f"The longest entry that the rest begins with is ‘{visible(step.found)}’."
        if step.found is not None
        else f"No entry begins ‘{visible(part.text[step.start :])}’: the whole word is unknown."
    )
    caption = f"Looked up, the longest first: {len(step.tried):,} in all"
    columns = [("entry", "what was looked up"), ("", "")]
    return Frame(tuple(pieces), words, caption, columns, rows)


def _ends(tried: Sequence[str]) -> Sequence[str]:
    """All of them, or the first and the last where there are many."""
    half = MOST_ROWS // 2
    return tried if len(tried) <= MOST_ROWS else [*tried[:half], "…", *tried[-half:]]


def _arrival_frame(part: Part[Arrivals], place: int, texts: Texts) -> Frame:
    step = part.steps[place]
    path = best_path(part.steps[: place + 1])
    pieces = [(_text(way.token, texts), JOINS if way is path[-1] else "") for way in path]
    pieces += [(visible(part.text[step.end :]), REST)] if step.end < len(part.text) else []
    ranked = sorted(step.ways, key=lambda way: -way.total)
    rows = tuple(
        (
            visible(part.text[: way.start]) + " | " + visible(way.token),
            number(way.score),
            number(way.total),
            "best" if way is step.best else "" if way.known else "unknown",
        )
        for way in ranked[:MOST_ROWS]
    )
    columns = [
        ("reached by", "the best cut of what is before the bar, and one more token"),
        ("token", "log-probability of the last token"),
        ("sum", "log-probability of the whole path"),
        ("", ""),
    ]
    so_far, last = visible(part.text[: step.end]), visible(step.best.token)
    words = (
        f"The best cut of ‘{so_far}’ ends with ‘{last}’: "
        f"its log-probabilities add up to {number(step.best.total)}, more than for any other."
    )
    return Frame(tuple(pieces), words, "All ways to get here", columns, rows)
