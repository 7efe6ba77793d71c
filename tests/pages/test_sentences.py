"""What the sentence panel of a page needs of Python's library: words without capitals, two lists
side by side.
"""

import sys
import unicodedata
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples


@pytest.fixture(scope="module")
def matching(script_of):
    return script_of("matching")


@pytest.fixture(scope="module")
def sentences(script_of):
    return script_of("sentences")


WORDS = st.lists(st.sampled_from(["the", "old", "man", "and", "his", "dog"]), max_size=9)


def by_difflib(one, other):
    """Pairs of the items of both lists, made from what `SequenceMatcher` says is to be done."""
    pairs = []
    for _, a, a_end, b, b_end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        left, right = one[a:a_end], other[b:b_end]
        longer = max(len(left), len(right))
        left, right = (items + [None] * (longer - len(items)) for items in (left, right))
        pairs += [list(pair) for pair in zip(left, right, strict=True)]
    return pairs


@examples(200)
@given(one=WORDS, other=WORDS)
def test_two_lists_side_by_side(matching, one, other):
    ours = matching("m.sideBySide(a[0], a[1], (word) => word)", one, other)
    assert ours == by_difflib(one, other)


def test_words_without_capitals(sentences):
    """Letters are the same word for both, or other words for both, of all that both know."""
    every = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    folded = sentences(
        r"a[0].map((letter) => (/\p{Cn}/u.test(letter) ? null : m.folded(letter)))", every
    )
    known = [
        (letter.casefold(), ours)
        for letter, ours in zip(every, folded, strict=True)
        if ours is not None and unicodedata.category(letter) != "Cn"
    ]
    theirs, ours = (set(side) for side in zip(*known, strict=True))
    assert len(set(known)) == len(theirs) == len(ours)


def test_a_word_at_whose_end_a_sigma_stands(sentences):
    word = "ΣΊΣΥΦΟΣ"
    assert sentences("m.folded(a[0])", word) == word.casefold()
