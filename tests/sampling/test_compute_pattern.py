"""The automaton of a regular expression, held against Python's `re` and against all short texts."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib.sampling.compute.pattern import Automaton, utf8_ranges
from tests.examples import examples

PATTERNS = [
    "",
    "abc",
    "a|bc|",
    "(a|b)*c+",
    "[a-c]{2,3}?d?",
    r"\d{4}-\d\d",
    r"[^a\d]\s\w\W\D\S",
    ".é|日本語?",
    "[à-ÿ日]+",
    r"(?:no){2,}|(?P<x>a)[^\x00-\x7f]",
    r"\.\[\\",
]
LETTERS = "abcdno1 -.[\\é日本語😀\n_"


@examples(300)
@given(pattern=st.sampled_from(PATTERNS), text=st.text(LETTERS, max_size=7))
def test_it_matches_what_python_matches(pattern, text):
    automaton = Automaton(pattern)
    state = automaton.read(automaton.start, text.encode())
    wanted = re.fullmatch(pattern, text, re.ASCII) is not None
    assert (state is not None and automaton.accepts(state)) == wanted


@pytest.mark.parametrize("pattern", ["(ab|ba){1,2}", "a[^b]b?", "(a|é)*b"])
def test_a_state_is_alive_if_and_only_if_a_match_begins_like_this(pattern):
    """Every text of five of three letters, and the beginnings of those that match."""
    texts = ["".join(t) for n in range(6) for t in itertools.product("abé", repeat=n)]
    matches = [t.encode() for t in texts if re.fullmatch(pattern, t)]
    alive = {match[:n] for match in matches for n in range(len(match) + 1)}
    automaton = Automaton(pattern)
    for text in [t.encode() for t in texts if len(t) < 4]:
        if text in alive:
            assert automaton.read(automaton.start, text) is not None
        elif pattern.startswith("(ab"):  # of the others there may be longer matches
            assert automaton.read(automaton.start, text) is None


@examples(60)
@given(st.lists(st.integers(0, 0x10FFFF), min_size=2, max_size=2).map(sorted), st.data())
def test_the_ranges_of_bytes_hold_these_characters_and_no_others(ends, data):
    sequences = list(utf8_ranges(*ends))
    near = st.sampled_from([*ends, ends[0] - 1, ends[1] + 1]) | st.integers(*ends)
    code = data.draw((near | st.integers(0, 0x10FFFF)).filter(
        lambda c: 0 <= c <= 0x10FFFF and not 0xD800 <= c <= 0xDFFF
    ))  # fmt: skip
    encoded = chr(code).encode()
    fitting = [
        steps
        for steps in sequences
        if len(steps) == len(encoded)
        and all(low <= byte <= high for (low, high), byte in zip(steps, encoded, strict=True))
    ]
    assert len(fitting) == (ends[0] <= code <= ends[1])


def test_half_a_character_is_a_beginning():
    automaton = Automaton("[é-ë]")
    half = automaton.read(automaton.start, "é".encode()[:1])
    assert half is not None and not automaton.accepts(half)
    assert [byte for byte in range(256) if automaton.read(half, bytes([byte])) is not None] == [
        "éêë"[i].encode()[1] for i in range(3)
    ]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(", "no regular expression"),
        ("[z-a]", "no regular expression"),
        ("a(?=b)", "a look ahead or behind"),
        (r"(a)\1", "a reference to a group"),
        ("^a$", r"\^, \$ or"),
        ("(?i)a", "a flag such as"),
        ("(?i:a)", "a flag such as"),
        (r"[^\x00-\U0010ffff]", "a class that no character is in"),
        ("(a{100}){1000}", "repeats too much"),
        ("a++", "what is written there"),
        ("((){99999}){99999}", "repeats too much"),
        pytest.param("(" * 5000 + ")" * 5000, "too many brackets", id="deep"),
    ],
)
def test_what_it_cannot_take_is_said(pattern, words):
    with pytest.raises(ValueError, match=words):
        Automaton(pattern)
