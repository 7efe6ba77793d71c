"""Small original texts that come with the labs, written for them and free to use.

>>> from lablib import data
>>> data.names()
('lighthouse',)
>>> data.text("lighthouse").splitlines()[0]
'The Lighthouse at Grey Point'
"""

from pathlib import Path

_HERE = Path(__file__).parent


def names() -> tuple[str, ...]:
    """What `text` can be asked for."""
    return tuple(sorted(path.stem for path in _HERE.glob("*.txt")))


def text(name: str) -> str:
    """One of the texts.

    Raises:
        ValueError: if there is none of this name.
    """
    if name not in names():
        raise ValueError(f"There is no text {name!r}: choose one of {', '.join(names())}.")
    return (_HERE / f"{name}.txt").read_text(encoding="utf-8")
