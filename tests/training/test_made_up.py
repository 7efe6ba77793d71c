"""The made-up tasks: their answers computed another way, and the rows kept to measure on."""

import random
import re
from datetime import datetime

import pytest

from lablib.training.made_up import _VERBS, MADE_UP, draw, in_words, is_heldout, with_s

SEVERAL = range(400)
UNITS = {
    name: (index if index < 20 else 10 * (index - 18))
    for index, name in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
        fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty
        ninety""".split()  # noqa: SIM905
    )
}


def rows(task):
    rng = random.Random(0)
    return [draw(task, rng) for _ in SEVERAL]


def value(words: str) -> int:
    """A number read from left to right, as one adds it up."""
    total = part = 0
    for word in re.split("[ -]", words):
        if word == "thousand":
            total, part = total + part * 1000, 0
        elif word == "hundred":
            part *= 100
        else:
            part += UNITS.get(word, 0)
    return total + part


def test_a_number_in_words_is_that_number():
    assert [value(in_words(number)) for number in range(10_000)] == list(range(10_000))
    for source, target in rows("number"):
        assert value(source.removeprefix("number: ")) == int(target) and str(int(target)) == target


def test_a_date_is_that_day():
    forms = ("%d %B %Y", "%B %d, %Y", "%d of %B %Y")
    seen = set()
    for source, target in rows("date"):
        text = re.sub(r"(\d)(st|nd|rd|th)", r"\1", source.removeprefix("date: "))
        days = []
        for form in forms:
            try:
                days.append(datetime.strptime(text, form).date().isoformat())
                seen.add(form)
            except ValueError:
                continue
        assert days == [target]
    assert seen == set(forms)


def test_words_come_in_the_opposite_order():
    for source, target in rows("reverse"):
        assert source.removeprefix("reverse: ").split() == target.split()[::-1]


def test_a_verb_stands_in_the_past_and_nothing_else_changes():
    past = {}
    for line in _VERBS.splitlines():
        verb, form = line.split(": ")[0].split()
        past |= {verb: form, with_s(verb): form}
    for source, target in rows("past"):
        before, after = source.removeprefix("past: ").split(), target.split()
        changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
        assert len(changed) <= 1 and all(past[a] == b for a, b in changed)
        assert changed or "read" in before


@pytest.mark.parametrize(
    ("task", "source", "target"),
    [
        ("past", "past: she goes home", "she went home"),
        ("plural", "plural: this box", "these boxes"),
        ("number", "number: two hundred and five", "205"),
    ],
)
def test_rows_one_would_write_by_hand_are_drawn(task, source, target):
    rng = random.Random(0)
    drawn = {}
    for _ in range(60_000):
        source_drawn, target_drawn = MADE_UP[task](rng)
        drawn[f"{task}: {source_drawn}"] = target_drawn
    assert drawn[source] == target


@pytest.mark.parametrize(
    ("one", "many"),
    [("child", "children"), ("lady", "ladies"), ("boy", "boys"), ("brush", "brushes"),
     ("roof", "roofs"), ("leaf", "leaves"), ("photo", "photos"), ("sheep", "sheep")],
)  # fmt: skip
def test_plurals(one, many):
    assert with_s(one) == many


@pytest.mark.parametrize("task", MADE_UP)
def test_what_is_measured_is_never_learned(task):
    rng = random.Random(1)
    learned = {draw(task, rng)[0] for _ in SEVERAL}
    measured = {draw(task, rng, heldout=True)[0] for _ in range(40)}
    assert not learned & measured
    assert not any(map(is_heldout, learned)) and all(map(is_heldout, measured))
