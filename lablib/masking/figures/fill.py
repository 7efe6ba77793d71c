"""What the fill panel shows of a result."""

from collections.abc import Sequence

from lablib.masking.compute.fill import Fill, Guess, WordScore
from lablib.masking.figures.shared import Column, guess_row, percent
from lablib.widgets.tokens import visible


def fill_columns(
    filled: Fill,
    hidden: Sequence[str | None] = (),
    scores: Sequence[WordScore | None] = (),
) -> list[Column]:
    """A column of guesses for each mask, with what is known of the word it hides.

    Args:
        hidden: the word each mask hides, None where that is not known, [masks]; or nothing.
        scores: how probable that word is, None where that cannot be said, [masks]; or nothing.
    """
    columns = []
    for mask, guesses in enumerate(filled.guesses):
        word = hidden[mask] if hidden else None
        rows = [guess_row(guess) for guess in guesses]
        score = scores[mask] if scores else None
        for row, guess in zip(rows, guesses, strict=True):
            row["mark"] = _is_word(guess, word, score)
        note = hidden_words_note(word, score) if word else ""
        columns.append({"title": f"Mask {mask + 1}", "note": note, "rows": rows})
    return columns


def _is_word(guess: Guess, word: str | None, score: WordScore | None) -> bool:
    """Whether a guess is the word behind the mask: by its token, where that is known."""
    if score is not None:
        return score.ids == (guess.id,)
    return bool(word) and guess.text.strip().casefold() == str(word).casefold()


def hidden_words_note(word: str, score: WordScore | None) -> str:
    """What to say of the word behind a mask.

    >>> hidden_words_note("mat", WordScore("mat", (5,), ("mat",), (-0.6931,)))
    'It hides “mat”: 50 %.'
    >>> hidden_words_note("keys", WordScore("keys", (5, 6), ("key", "##s"), (-1.0, -1.0)))
    'It hides “keys”: 13.5 % as 2 pieces.'
    """
    if score is None:
        return f"It hides “{word}”, which is not in the vocabulary."
    pieces = f" as {len(score.ids)} pieces" if len(score.ids) > 1 else ""
    return f"It hides “{word}”: {percent(score.probability)}{pieces}."


def asked_words(scores: Sequence[WordScore]) -> str:
    """How probable a word that was asked for is, at each mask, in a sentence."""
    if not scores:
        return ""
    word, ids, pieces = scores[0].word.strip(), scores[0].ids, scores[0].pieces
    several = f" It has {len(ids)} pieces, {' · '.join(map(visible, pieces))}: each is scored "
    several += "given those before it, and the probabilities are multiplied."
    where = [
        f"{percent(score.probability)} at mask {mask + 1}" for mask, score in enumerate(scores)
    ]
    places = percent(scores[0].probability) if len(scores) == 1 else ", ".join(where)
    return f"“{word}”: {places}.{several if len(ids) > 1 else ''}"
