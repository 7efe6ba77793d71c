"""The texts that come with the labs, all written for them, some with labels.

>>> from lablib import data
>>> data.text("almanac").splitlines()[0]
"THE LAMPLIGHTER'S ALMANAC"
>>> data.labelled("topic")[0].label
'cooking'
"""

import re
from pathlib import Path
from typing import NamedTuple

from lablib.data.tables import parse_table

_TEXTS = Path(__file__).parent / "texts"
_LABELLED = Path(__file__).parent / "labelled"
_PAIRS = Path(__file__).parent / "pairs"
_ENTITIES = Path(__file__).parent / "entities"


class LabelledText(NamedTuple):
    """A text, what it is an example of, and the part it belongs to, "train" or "test"."""

    text: str
    label: str
    split: str


class Entity(NamedTuple):
    """A name in a sentence: its kind, and the numbers of its first and its last word."""

    kind: str
    first: int
    last: int


class MarkedSentence(NamedTuple):
    """The words of a sentence, and the names among them."""

    words: tuple[str, ...]
    entities: tuple[Entity, ...]


def names() -> list[str]:
    """The texts there are.

    `almanac` is a year in a harbour town, told by its lamplighter, 19 kB; `almanach` is a part of
    it in German, 4 kB; `lighthouse` is a tale in few words, said often, 6 kB, for
    a model that learns while one looks on. Three have a style that one knows at once when a model
    has taken it up: `play`, a comedy in verse, 48 kB; `logbook`, a voyage told day by day, 47 kB;
    `cookbook`, the recipes of a strange kitchen, 46 kB. `tale` is a fairy tale as the pocket models
    have read many, 4 kB, to see what one of them forgets.

    >>> names()
    ['almanac', 'almanach', 'cookbook', 'lighthouse', 'logbook', 'play', 'tale']
    """
    return sorted(path.stem for path in _TEXTS.glob("*.txt"))


def text(name: str) -> str:
    """A text by its name.

    Raises:
        ValueError: if there is none of that name.

    >>> text("novel")
    Traceback (most recent call last):
    ...
    ValueError: There is no text 'novel': choose one of almanac, almanach, cookbook, lighthouse,
    logbook, play, tale.
    """
    if name not in names():
        raise ValueError(f"There is no text {name!r}: choose one of {', '.join(names())}.")
    return (_TEXTS / f"{name}.txt").read_text(encoding="utf-8")


def labelled_names() -> list[str]:
    """The labelled sets there are.

    `sentiment` has 400 judgements of books, boots, dentists, …, positive or negative; most come in
    pairs of the same subject, so that only *what is said* of it tells them apart. `topic` has 400
    sentences on cooking, money, music, science and sport. Both are balanced, and a fifth of each is
    the test part. `pirate` has 80 sentences as pirates in stories say them and 80 ordinary ones, to
    try what keeps unwanted content out; 60 of them are the test part.

    >>> labelled_names()
    ['pirate', 'sentiment', 'topic']
    """
    return sorted(path.stem for path in _LABELLED.glob("*.csv"))


def labelled(name: str) -> tuple[LabelledText, ...]:
    """A labelled set by its name.

    Raises:
        ValueError: if there is none of that name.

    >>> len(labelled("sentiment")), labelled("sentiment")[-1].split
    (400, 'test')
    """
    if name not in labelled_names():
        raise ValueError(f"There is no set {name!r}: choose one of {', '.join(labelled_names())}.")
    table = parse_table((_LABELLED / f"{name}.csv").read_text(encoding="utf-8"))
    places = table.require("text", "label", "split")
    return tuple(LabelledText(*(row[place] for place in places)) for row in table.rows)


def pairs(name: str) -> list[tuple[str, str]]:
    """Sentences and their translations, by the name of the two languages.

    There are `english-french` and `english-chinese`: twenty short everyday sentences.

    Raises:
        ValueError: if there are none of that name.

    >>> pairs("english-french")[0]
    ('I am cold.', "J'ai froid.")
    """
    path = _PAIRS / f"{name}.csv"
    known = sorted(file.stem for file in _PAIRS.glob("*.csv"))
    if name not in known:
        raise ValueError(f"There are no pairs {name!r}: choose one of {', '.join(known)}.")
    table = parse_table(path.read_text(encoding="utf-8"))
    source, target = table.require("source", "target")
    return [(row[source], row[target]) for row in table.rows]


def marked_sentences(split: str) -> list[MarkedSentence]:
    """Sentences from a harbour town in which persons, places and organisations are marked.

    Args:
        split: "train", 102 of them, or "test", 40 others, in which most names are new.

    Raises:
        ValueError: if there is no such part.

    >>> first = marked_sentences("train")[0]
    >>> first.words[:6], first.entities[1]
    (('Ada', 'Quill', 'rowed', 'to', 'Port', 'Ellery'), Entity(kind='place', first=4, last=5))
    """
    if split not in ("train", "test"):
        raise ValueError(f"There is no part {split!r}: choose train or test.")
    text = (_ENTITIES / f"{split}.txt").read_text(encoding="utf-8")
    return [_marked(line) for line in text.splitlines()]


def _marked(line: str) -> MarkedSentence:
    """A sentence in which a name is written `[kind name]`.

    >>> _marked("[person Old Peter] ate.").entities
    (Entity(kind='person', first=0, last=1),)
    """
    words: list[str] = []
    entities: list[Entity] = []
    for kind, name, other in re.findall(r"\[(\w+) ([^]]+)]|([^[]+)", line):
        first = len(words)
        words += split_words(name or other)
        if kind:
            entities.append(Entity(kind, first, len(words) - 1))
    return MarkedSentence(tuple(words), tuple(entities))


def split_words(text: str) -> list[str]:
    """The words of a text, and its punctuation marks as words of their own.

    >>> split_words("Yes, the Seamen's Library.")
    ['Yes', ',', 'the', "Seamen's", 'Library', '.']
    """
    return re.findall(r"\w+(?:['’-]\w+)*['’]?|[^\w\s]", text)
