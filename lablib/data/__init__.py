"""The texts that come with the labs, all written for them.

>>> from lablib import data
>>> data.text("almanac").splitlines()[0]
"THE LAMPLIGHTER'S ALMANAC"
"""

from pathlib import Path

_TEXTS = Path(__file__).parent / "texts"


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
