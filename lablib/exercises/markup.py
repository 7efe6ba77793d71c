"""The markup of cards: blank lines, *emphasis*, **strong**, and `code`; nothing else is read.

It becomes plain data that a card draws with textContent, so that no tag is ever made of a text.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import mistune

Piece = list[str]
"""A text and the tags around it, the outermost first: `["a * b", "em", "code"]`."""

_TAGS = {"emphasis": "em", "strong": "strong", "codespan": "code"}


def paragraphs(words: str) -> list[list[Piece]]:
    """The pieces of each paragraph. A space before a token is seen, as on a chip.

    >>> paragraphs("An *induction head*: `a * b`.\\n\\n` dog`")
    [[['An '], ['induction head', 'em'], [': '], ['a * b', 'code'], ['.']], [['␣dog', 'code']]]
    """
    return [[_seen(piece) for piece in part] for part in _parts(words)]


def plain(words: str) -> str:
    """The text as it is read aloud or in a terminal, without its marks.

    >>> plain("An *induction head*: `a * b`.")
    'An induction head: a * b.'
    """
    return "\n\n".join("".join(piece[0] for piece in part) for part in _parts(words))


def code(text: object) -> str:
    """Any text as a code span, whatever marks are in it; a line end becomes a space.

    >>> plain(f"It says {code('a `*b*` c')}.")
    'It says a `*b*` c.'
    """
    one_line = " ".join(str(text).splitlines())
    longest = max((len(run) for run in re.findall("`+", one_line)), default=0)
    fence = "`" * (longest + 1)
    # A space inside either fence is not part of the code, unless there is nothing but spaces.
    ends = one_line.strip() and {one_line[0], one_line[-1]} & {"`", " "}
    return f"{fence} {one_line} {fence}" if ends else one_line and f"{fence}{one_line}{fence}"


def _parts(words: str) -> Iterator[list[Piece]]:
    for part in re.split(r"\n{2,}", words):
        yield list(_pieces(_parsed(part)))


def _seen(piece: Piece) -> Piece:
    text, *tags = piece
    return [re.sub(r"^ (?=\S)", "␣", text) if "code" in tags else text, *tags]


def _parsed(words: str) -> list[dict[str, Any]]:
    parser = mistune.InlineParser()
    parser.rules = ["codespan", "emphasis"]
    state = parser.state_cls({})
    state.src = words
    return parser.parse(state)


def _pieces(tokens: Iterable[dict[str, Any]], *around: str) -> Iterator[Piece]:
    for token in tokens:
        tags = (*around, *([_TAGS[token["type"]]] if token["type"] in _TAGS else []))
        if "children" in token:
            yield from _pieces(token["children"], *tags)
        else:
            yield [token["raw"], *tags]
