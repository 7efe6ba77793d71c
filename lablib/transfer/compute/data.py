"""From what a person names to labelled texts that can be trusted: read, checked, and split.

A data set of one's own is never quite what one thinks it is. Whatever would make a
measurement worthless (the same text in both parts, one label only) is mended and said, or refused
in a sentence.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lablib import data
from lablib.data.tables import SPLITS, left_out, one_spelling
from lablib.models.errors import quoted, reason
from lablib.numbers import require_count
from lablib.training.texts import open_table
from lablib.unicode import well_formed

if TYPE_CHECKING:
    from datasets import Dataset
    from pandas import DataFrame

HUB = "hf:"
"""How the name of a hub data set begins."""
MOST = 2_000
"""Rows that are kept of a larger set: what two cores learn from in minutes, not hours."""
MOST_LABELS = 50
TEST_SHARE = 0.2


@dataclass(frozen=True)
class Examples:
    """Texts with their labels.

    Attributes:
        texts: the texts, [examples].
        labels: for each the number of its class, [examples].
    """

    texts: tuple[str, ...]
    labels: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return zip(self.texts, self.labels, strict=True)

    def take(self, indices: Sequence[int]) -> "Examples":
        """Some of them, in the order of the indices.

        >>> Examples(("a", "b", "c"), (0, 1, 0)).take([2, 0]).texts
        ('c', 'a')
        """
        chosen = [(self.texts[i], self.labels[i]) for i in indices]
        return Examples(tuple(t for t, _ in chosen), tuple(n for _, n in chosen))


@dataclass(frozen=True)
class LabelledSet:
    """A labelled set, ready to learn from and to be measured on.

    Attributes:
        name: what it is called.
        names: the classes, in the order of their numbers.
        train: what may be learned from.
        test: what is looked at once, at the end.
        notes: what was done to it, a sentence each.
    """

    name: str
    names: tuple[str, ...]
    train: Examples
    test: Examples
    notes: tuple[str, ...] = ()

    def table(self) -> list[dict[str, int | str]]:
        """One row per class: `label`, and how many of it are in `train` and `test`."""
        return [
            {
                "label": name,
                "train": self.train.labels.count(number),
                "test": self.test.labels.count(number),
            }
            for number, name in enumerate(self.names)
        ]

    def divided(self, share: float = TEST_SHARE, seed: int = 0) -> tuple[Examples, Examples]:
        """The training part in two, one to learn from and one to watch: a stratified draw.

        >>> learn, watch = read_labelled("sentiment").divided()
        >>> len(learn), len(watch), watch.labels.count(0)
        (256, 64, 32)
        """
        learn, watch = _draw(self.train.labels, share, seed)
        return self.train.take(learn), self.train.take(watch)


def _draw(labels: Sequence[int], share: float, seed: int) -> tuple[list[int], list[int]]:
    """Places divided in two with every class in both parts in proportion, in their old order.

    >>> _draw([0, 0, 0, 1, 1, 1], 0.34, 0)[1]
    [0, 4]
    """
    from sklearn.model_selection import train_test_split

    second = max(round(len(labels) * share), len(set(labels)))
    one, other = train_test_split(
        range(len(labels)), test_size=second, random_state=seed, stratify=labels
    )
    return sorted(one), sorted(other)


def read_labelled(
    source: str | os.PathLike[str] | bytes,
    text: str = "text",
    label: str = "label",
    most: int = MOST,
    seed: int = 0,
) -> LabelledSet:
    r"""The labelled set that a person named, checked.

    Args:
        source: "pirate", "sentiment" or "topic" (they come with the labs); a CSV file of any
            dialect whose first row has the names of its columns (see `lablib.data.tables`), or the
            bytes of an upload; a data set of the hub as "hf:name", or "hf:name:configuration".
        text, label: the names of the two columns that matter. A third one, "split", may say
            "train", "validation" or "test"; else a fifth is drawn to be the test part. What is not
            the test part may be learned from, and is divided again by whoever trains.
        most: rows to keep; of more, a sample is drawn.
        seed: decides the draws.

    Raises:
        ValueError: with a sentence that says what to do: no such file, another encoding, a missing
            column, too few rows, one class only …

    Example:
        >>> lines = ["text,label"] + [f"Word {i},{'good' if i % 2 else 'bad'}" for i in range(10)]
        >>> found = read_labelled("\n".join(lines).encode())
        >>> found.names, len(found.train), len(found.test), found.notes
        (('bad', 'good'), 8, 2, ('It has no column split, so 2 of its texts were drawn to be the
        test part.',))
    """
    if isinstance(source, str) and source in data.labelled_names():
        return _shipped(source)
    name = "The upload" if isinstance(source, bytes) else Path(source).name
    notes: list[str] = []
    require_count("most", most)
    require_count("seed", seed, 0)
    frame = _clean(_frame(source, text, label, notes), seed, most, notes)
    numbers, names = frame["label"].factorize(sort=True)
    parts = _parts(list(frame["split"]), list(numbers), seed, notes)
    every = Examples(tuple(frame["text"]), tuple(map(int, numbers)))
    train, test = (every.take(part) for part in parts)
    _require(train, test, tuple(names))
    return LabelledSet(name, tuple(map(str, names)), train, test, tuple(notes))


def _shipped(name: str) -> LabelledSet:
    rows = data.labelled(name)
    names = tuple(dict.fromkeys(row.label for row in rows))
    every = Examples(tuple(row.text for row in rows), tuple(names.index(row.label) for row in rows))
    train, test = (
        every.take([i for i, row in enumerate(rows) if row.split == split])
        for split in ("train", "test")
    )
    return LabelledSet(name, names, train, test)


def _frame(
    source: str | os.PathLike[str] | bytes, text: str, label: str, notes: list[str]
) -> "DataFrame":
    """The columns `text`, `label`, `split` and `line` of what is named, every cell a text."""
    import pandas as pd

    if isinstance(source, str) and source.startswith(HUB):
        return _hub_frame(source.removeprefix(HUB), text, label, notes)
    table = open_table(source if isinstance(source, bytes) else _path(source), "This file")
    one, other = table.require(text, label)
    notes.extend(table.notes)
    return pd.DataFrame(
        {
            "text": [row[one] for row in table.rows],
            "label": [row[other] for row in table.rows],
            "split": table.splits(),
            "line": table.lines,
        }
    ).astype({"text": str, "label": str, "split": str})


def _path(source: str | os.PathLike[str]) -> Path:
    """The file that is meant.

    Raises:
        ValueError: if there is none.
    """
    with suppress(OSError, ValueError):  # too long for a name, or a NUL in it
        if (path := Path(source).expanduser()).is_file():
            return path
    raise ValueError(
        f"There is no table {quoted(str(source))}: give the path of a CSV file, "
        f'{" or ".join(data.labelled_names())}, or "hf:" and the name of a hub data set.'
    )


def _hub_frame(place: str, text: str, label: str, notes: list[str]) -> "DataFrame":
    """The parts of a hub data set that one learns from or is tested on, classes by their names."""
    import pandas as pd
    from datasets import DatasetDict, load_dataset

    name, _, configuration = place.partition(":")
    try:
        found = load_dataset(name, configuration or None)
    except Exception as error:  # the library raises whatever it met on the way
        raise ValueError(
            f"The data set {quoted(name)} cannot be had ({reason(error)}): check its name and the "
            "network, or use a CSV file."
        ) from error
    parts = found if isinstance(found, DatasetDict) else {"train": found}
    frames = [_named(rows).assign(split=split) for split, rows in parts.items()]
    whole = pd.concat(frames, ignore_index=True).astype(str)
    for part in parts:
        if part not in SPLITS:
            rows = int((whole["split"] == part).sum())
            notes.append(f"Its part {quoted(part)} ({rows:,} rows) was left alone.")
    whole = whole[whole["split"].isin(list(SPLITS))]
    _require_columns([name for name in whole.columns if name != "split"], text, label)
    splits = whole["split"].map(SPLITS) if "test" in set(whole["split"]) else ""
    return pd.DataFrame(
        {"text": whole[text], "label": whole[label], "split": splits, "line": range(len(whole))}
    )


def _named(rows: "Dataset") -> "DataFrame":
    """The rows of a hub data set, classes by their names; "" for a row without a class."""
    frame: DataFrame = rows.to_pandas()
    for column, feature in rows.features.items():
        if hasattr(feature, "int2str"):
            frame[column] = [feature.int2str(int(i)) if i >= 0 else "" for i in frame[column]]
    return frame


def _require_columns(there: list[str], *wanted: str) -> None:
    """Refuse a table without the columns that are asked for, in a sentence."""
    missing = [name for name in wanted if name not in there]
    if missing:
        raise ValueError(
            f"The data set has no column {quoted(missing[0])}. Its columns are "
            f"{', '.join(map(quoted, there[:8]))}: say which one has the texts, and which one the "
            "labels."
        )


def _clean(frame: "DataFrame", seed: int, most: int, notes: list[str]) -> "DataFrame":
    """The rows that can be used, and a sentence for every kind that was left out or mended."""

    def keep(frame: "DataFrame", wanted: "Sequence[bool]", says: str) -> "DataFrame":
        kept = frame[wanted]
        if len(kept) < len(frame):
            notes.append(says.format(n=f"{len(frame) - len(kept):,}"))
        return kept

    frame = frame.assign(
        text=frame["text"].map(well_formed).str.strip(), label=frame["label"].str.strip()
    )
    whole = (frame["text"] != "") & (frame["label"] != "")
    if not whole.all():
        notes.append(left_out(list(frame["line"][~whole]), "text or label"))
    frame = frame[whole]
    labels, said = one_spelling(list(frame["label"]))
    frame = frame.assign(label=labels)
    notes.extend(said)
    same = frame["text"].str.casefold().str.split().str.join(" ")
    # Of two equal texts the one in the test part goes last, and so it stays: nothing may be learned
    # from what will be asked.
    different = frame.groupby(same)["label"].transform("nunique")
    frame = keep(frame, different == 1, "{n} texts have two labels and were left out.")
    in_test = frame["split"] == "test"
    both = in_test.groupby(same).transform("nunique") > 1
    frame = keep(frame, ~both | in_test,
                 "{n} texts of the test part were in the training part too: there they were left "
                 "out.")  # fmt: skip
    frame = keep(frame, ~same[frame.index].duplicated(), "{n} texts stood there twice.")
    if len(frame) > most:
        notes.append(f"It has {len(frame):,} rows: {most:,} of them were drawn.")
        frame = frame.sample(most, random_state=seed).sort_index()
    return frame


def _parts(
    splits: Sequence[str], labels: Sequence[int], seed: int, notes: list[str]
) -> tuple[list[int], list[int]]:
    """The places of the training part and of the test part."""
    if len(labels) < 2:
        raise ValueError(f"{_count(len(labels))}: to learn and to measure takes at least 10.")
    if len(set(labels)) < 2:
        raise ValueError("All texts have one label, so there is nothing to tell apart: add others.")
    if "test" in splits:
        tests = [split == "test" for split in splits]
        train, test = (
            [i for i, one in enumerate(tests) if one == which] for which in (False, True)
        )
        return train, test
    rare = min(map(list(labels).count, set(labels)))
    if rare < 2:
        raise ValueError("One of the labels has a single text: it needs one to learn, one to test.")
    train, test = _draw(labels, TEST_SHARE, seed)
    why = "says nothing of a test part" if any(splits) else "has no column split"
    notes.append(f"It {why}, so {len(test):,} of its texts were drawn to be the test part.")
    return train, test


def _count(rows: int) -> str:
    """How many usable rows there are, in words.

    >>> _count(0), _count(1), _count(7)
    ('The table has no row that can be used', 'The table has 1 row that can be used', 'The table
    has 7 rows that can be used')
    """
    number = {0: "no row", 1: "1 row"}.get(rows, f"{rows:,} rows")
    return f"The table has {number} that can be used"


def _require(train: Examples, test: Examples, names: tuple[str, ...]) -> None:
    """Refuse what could be read, but not learned or measured."""
    if len(names) > MOST_LABELS:
        raise ValueError(
            f"The column of labels has {len(names):,} different ones, such as {quoted(names[0])}: "
            f"a class needs many texts. Take another column; {MOST_LABELS} classes are the most."
        )
    if len(train) + len(test) < 10:
        raise ValueError(
            f"{_count(len(train) + len(test))}: to learn and to measure takes at least 10."
        )
    few = [name for i, name in enumerate(names) if train.labels.count(i) < 2]
    if few:
        raise ValueError(
            f"The training part has fewer than two texts of the label {quoted(few[0])}: add some, "
            "or leave it out."
        )
